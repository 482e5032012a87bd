"""Flies vehicles with pymavlink, as the plan on standard input says.

The plan is JSON: {"dirt": bool, "vehicles": [{"to": [host, port], "version": 1 or 2,
"system_id": int, "boot_ms": int, "step_ms": int, "h_acc_mm": int or null,
"places": [[lat_e7, lon_e7], ..], "signing": {"key": hex, "flip": bool} or null}]}. Each vehicle has
a socket of its own; in each round every vehicle sends one place. The hex of each GLOBAL_POSITION_INT frame is a line on standard output.
With dirt, datagrams that hold no frame go out in between, from the vehicles' own sockets and from
a stranger's.
"""

import json
import math
import random
import socket
import sys
import time

from pymavlink.dialects.v10 import ardupilotmega as v1
from pymavlink.dialects.v20 import ardupilotmega as v2

# When the clock of signatures starts, 2015-01-01, in seconds since the Unix epoch.
SIGNING_START_S = 1_420_070_400

# A pause after each round, so that the receiving socket's buffer holds what is under way.
PAUSE_S = 0.002


class Vehicle:
    def __init__(self, plan):
        self.plan = plan
        self.dialect = {1: v1, 2: v2}[plan["version"]]
        self.mav = self.dialect.MAVLink(
            None, srcSystem=plan["system_id"], srcComponent=1
        )
        if plan["signing"]:
            signing = self.mav.signing
            signing.secret_key = bytes.fromhex(plan["signing"]["key"])
            signing.timestamp = int((time.time() - SIGNING_START_S) * 1e5)
            signing.sign_outgoing = True
        host, port = plan["to"]
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.connect((host, port))

    def send(self, message):
        packed = bytearray(message.pack(self.mav))
        if self.plan["signing"] and self.plan["signing"]["flip"]:
            packed[-1] ^= 1
        self.mav.seq = (self.mav.seq + 1) % 256
        self.socket.send(packed)
        return packed

    def send_place(self, number):
        if len(self.plan["places"]) <= number:
            return None
        lat_e7, lon_e7 = self.plan["places"][number]
        boot_ms = self.plan["boot_ms"] + number * self.plan["step_ms"]
        mav, dialect = self.mav, self.dialect
        self.send(
            mav.heartbeat_encode(
                dialect.MAV_TYPE_QUADROTOR,
                dialect.MAV_AUTOPILOT_ARDUPILOTMEGA,
                dialect.MAV_MODE_FLAG_SAFETY_ARMED,
                0,
                dialect.MAV_STATE_ACTIVE,
            )
        )
        self.send(mav.system_time_encode(int(time.time() * 1e6), boot_ms))
        accuracy = {}
        if self.plan["h_acc_mm"] is not None:
            accuracy = {"h_acc": self.plan["h_acc_mm"], "v_acc": 1500}
        self.send(
            mav.gps_raw_int_encode(
                boot_ms * 1000,
                dialect.GPS_FIX_TYPE_3D_FIX,
                lat_e7,
                lon_e7,
                250_000,
                90,
                130,
                round(math.hypot(*self.speed(number))),
                65535,
                14,
                **accuracy,
            )
        )
        north_cms, east_cms = self.speed(number)
        return self.send(
            mav.global_position_int_encode(
                boot_ms, lat_e7, lon_e7, 250_000, 100_000, north_cms, east_cms, 0, 65535
            )
        )

    def speed(self, number):
        """Returns the speed that led here from the place before, cm/s north and east."""
        places = self.plan["places"]
        lat_e7, lon_e7 = places[number]
        lat_before_e7, lon_before_e7 = places[max(number - 1, 0)]
        cm_e7 = 1.1132 * 1000 / self.plan["step_ms"]
        north_cms = (lat_e7 - lat_before_e7) * cm_e7
        east_cms = (lon_e7 - lon_before_e7) * cm_e7 * math.cos(math.radians(lat_e7 / 1e7))
        # What no field can hold is not flown but jumped.
        return [max(-32_000, min(32_000, round(cms))) for cms in (north_cms, east_cms)]


def dirt(rng, frame):
    """Returns datagrams that hold no whole frame."""
    return [
        bytes.fromhex("fdff00"),
        bytes.fromhex("fe"),
        b"",
        rng.randbytes(rng.randrange(1, 600)),
        frame[: rng.randrange(1, len(frame))],
        frame[rng.randrange(1, len(frame)) :],
        frame[:-1] + bytes([frame[-1] ^ 0x55]),
    ]


def main():
    plan = json.load(sys.stdin)
    rng = random.Random(7)
    vehicles = [Vehicle(vehicle) for vehicle in plan["vehicles"]]
    stranger = socket.socket(vehicles[0].socket.family, socket.SOCK_DGRAM)
    rounds = max(len(vehicle.plan["places"]) for vehicle in vehicles)
    for number in range(rounds):
        for vehicle in vehicles:
            frame = vehicle.send_place(number)
            if frame is None:
                continue
            print(frame.hex())
            if plan["dirt"]:
                for datagram in dirt(rng, frame):
                    vehicle.socket.send(datagram)
                    stranger.sendto(datagram, vehicle.socket.getpeername())
        time.sleep(PAUSE_S)


main()
