"""Flies a vehicle with pymavlink that has parameters.

The plan on standard input is JSON: {"to": [host, port], "system_id": int}. The vehicle sends a heartbeat
and a position a second, answers PARAM_REQUEST_LIST (without the last one, as if it were lost), PARAM_REQUEST_READ and
PARAM_SET, and ends once its standard input is closed. Each frame is a line of JSON on standard output: {"way": "heard" or "sent",
"type": name, "system": int, "component": int, "frame": hex}.
"""

import json
import select
import socket
import sys
import time

from pymavlink.dialects.v20 import ardupilotmega as dialect

PARAMETERS = {b"RTL_ALT": 1500.0, b"WP_RADIUS": 2.0, b"FENCE_ENABLE": 0.0}


class Vehicle:
    def __init__(self, plan):
        self.mav = dialect.MAVLink(
            None, srcSystem=plan["system_id"], srcComponent=1
        )
        self.mav.robust_parsing = True
        self.parameters = dict(PARAMETERS)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(tuple(plan["to"]))
        self.start = time.monotonic()

    def tell(self, way, name, system, component, frame):
        line = {
            "way": way,
            "type": name,
            "system": system,
            "component": component,
            "frame": bytes(frame).hex(),
        }
        print(json.dumps(line), flush=True)

    def send(self, message):
        packed = message.pack(self.mav)
        self.mav.seq = (self.mav.seq + 1) % 256
        try:
            self.socket.send(packed)
        except ConnectionRefusedError:
            return
        self.tell("sent", message.get_type(), self.mav.srcSystem, 1, packed)

    def live(self):
        boot_ms = int((time.monotonic() - self.start) * 1000)
        self.send(
            self.mav.heartbeat_encode(
                dialect.MAV_TYPE_QUADROTOR,
                dialect.MAV_AUTOPILOT_ARDUPILOTMEGA,
                dialect.MAV_MODE_FLAG_SAFETY_ARMED,
                0,
                dialect.MAV_STATE_ACTIVE,
            )
        )
        self.send(
            self.mav.global_position_int_encode(
                boot_ms, 415_000_000, 220_200_000, 250_000, 50_000, 0, 0, 0, 0
            )
        )

    def hear(self):
        try:
            datagram = self.socket.recv(2048)
        except ConnectionRefusedError:
            return
        for message in self.mav.parse_buffer(datagram) or []:
            self.tell(
                "heard",
                message.get_type(),
                message.get_srcSystem(),
                message.get_srcComponent(),
                message.get_msgbuf(),
            )
            self.answer(message)

    def answer(self, message):
        name = message.get_type()
        ids = list(self.parameters)
        if name == "PARAM_REQUEST_LIST":
            for parameter in ids[:-1]:
                self.send_value(parameter)
        elif name == "PARAM_REQUEST_READ":
            parameter = message.param_id.encode()
            if 0 <= message.param_index < len(ids):
                parameter = ids[message.param_index]
            if parameter in self.parameters:
                self.send_value(parameter)
        elif name == "PARAM_SET":
            self.parameters[message.param_id.encode()] = message.param_value
            self.send_value(message.param_id.encode())

    def send_value(self, parameter):
        ids = list(self.parameters)
        self.send(
            self.mav.param_value_encode(
                parameter,
                self.parameters[parameter],
                dialect.MAV_PARAM_TYPE_REAL32,
                len(ids),
                ids.index(parameter),
            )
        )


def main():
    vehicle = Vehicle(json.loads(sys.stdin.readline()))
    last = -1.0
    while True:
        now = time.monotonic()
        if last + 1.0 <= now:
            vehicle.live()
            last = now
        ready, _, _ = select.select([vehicle.socket, sys.stdin], [], [], 0.2)
        if vehicle.socket in ready:
            vehicle.hear()
        if sys.stdin in ready and not sys.stdin.readline():
            return


main()
