"""Flies a vehicle with pymavlink that sends its position only once it has been asked.

The plan on standard input is JSON: {"to": [host, port], "version": 1 or 2, "system_id": int, "knows":
"interval", "stream" or "nothing", "answers": bool, "places": [[lat_e7, lon_e7], ..]}. It knows the
command SET_MESSAGE_INTERVAL, or only REQUEST_DATA_STREAM, in which case it refuses the command if it
answers at all. It sends a place each 50 ms while the rate that was asked for is above 0, a second of its
own clock apart, and ends with its last place, or after 12 s if it is never asked. Each message that it
hears is a line of JSON on standard output: {"type": name, "system": int, "component": int, "fields": {..}}.
"""

import json
import socket
import sys
import time

from pymavlink.dialects.v10 import ardupilotmega as v1
from pymavlink.dialects.v20 import ardupilotmega as v2

PAUSE_S = 0.05
LASTS_S = 12.0


class Vehicle:
    def __init__(self, plan):
        self.plan = plan
        self.dialect = {1: v1, 2: v2}[plan["version"]]
        self.mav = self.dialect.MAVLink(
            None, srcSystem=plan["system_id"], srcComponent=1
        )
        self.mav.robust_parsing = True
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(tuple(plan["to"]))
        self.socket.setblocking(False)
        self.asked = set()
        self.next_place = 0

    def send(self, message):
        packed = message.pack(self.mav)
        self.mav.seq = (self.mav.seq + 1) % 256
        self.socket.send(packed)

    def heartbeat(self):
        dialect = self.dialect
        self.send(
            self.mav.heartbeat_encode(
                dialect.MAV_TYPE_QUADROTOR,
                dialect.MAV_AUTOPILOT_ARDUPILOTMEGA,
                dialect.MAV_MODE_FLAG_SAFETY_ARMED,
                0,
                dialect.MAV_STATE_ACTIVE,
            )
        )

    def send_asked(self):
        boot_ms = 100_000 + self.next_place * 1000
        if 2 in self.asked:
            self.send(self.mav.system_time_encode(int(time.time() * 1e6), boot_ms))
        if 24 in self.asked:
            self.send(
                self.mav.gps_raw_int_encode(
                    boot_ms * 1000, 3, 0, 0, 0, 90, 130, 0, 0, 12
                )
            )
        if 33 in self.asked:
            lat_e7, lon_e7 = self.plan["places"][self.next_place]
            self.next_place += 1
            self.send(
                self.mav.global_position_int_encode(
                    boot_ms, lat_e7, lon_e7, 250_000, 50_000, 1500, 0, 0, 0
                )
            )

    def hear(self):
        try:
            datagram = self.socket.recv(2048)
        except (BlockingIOError, ConnectionRefusedError):
            return
        for message in self.mav.parse_buffer(datagram) or []:
            fields = message.to_dict()
            name = fields.pop("mavpackettype")
            line = {
                "type": name,
                "system": message.get_srcSystem(),
                "component": message.get_srcComponent(),
                "fields": fields,
            }
            print(json.dumps(line), flush=True)
            self.obey(name, message)

    def obey(self, name, message):
        knows = self.plan["knows"]
        if name == "COMMAND_LONG":
            result = self.dialect.MAV_RESULT_UNSUPPORTED
            if knows == "interval":
                self.asked.add(int(message.param1))
                result = self.dialect.MAV_RESULT_ACCEPTED
            if self.plan["answers"]:
                self.send(self.mav.command_ack_encode(message.command, result))
        elif name == "REQUEST_DATA_STREAM" and knows == "stream":
            self.asked.add({6: 33, 2: 24, 12: 2}[message.req_stream_id])


def main():
    vehicle = Vehicle(json.load(sys.stdin))
    start = time.monotonic()
    last_heartbeat = -1.0
    while vehicle.next_place < len(vehicle.plan["places"]):
        now = time.monotonic() - start
        if LASTS_S < now and 33 not in vehicle.asked:
            break
        if last_heartbeat + 1.0 <= now:
            vehicle.heartbeat()
            last_heartbeat = now
        vehicle.hear()
        vehicle.send_asked()
        time.sleep(PAUSE_S)


main()
