"""Reads or writes a tlog with pymavlink, as the plan on standard input says.

The plan is JSON, one of
    {"read": PATH}                     each message is a line on standard output: its microseconds
                                       since the Unix epoch and the hex of its bytes
    {"write": PATH, "frames": [hex]}   each frame is received over TCP by a connection that logs
"""

import json
import os
import socket
import sys

os.environ["MAVLINK20"] = "1"

from pymavlink import mavutil  # noqa: E402


def read(path):
    log = mavutil.mavlink_connection(path, dialect="ardupilotmega")
    while (message := log.recv_msg()) is not None:
        print(round(message._timestamp * 1e6), bytes(message.get_msgbuf()).hex())


def write(path, frames):
    server = socket.create_server(("127.0.0.1", 0))
    station = mavutil.mavtcp("127.0.0.1:%d" % server.getsockname()[1])
    station.setup_logfile(path)
    vehicle, _address = server.accept()
    for frame in frames:
        vehicle.sendall(bytes.fromhex(frame))
        message = station.recv_match(blocking=True, timeout=10)
        assert message is not None and message.get_type() != "BAD_DATA", message
    station.logfile.close()


plan = json.load(sys.stdin)
if "read" in plan:
    read(plan["read"])
else:
    write(plan["write"], plan["frames"])
