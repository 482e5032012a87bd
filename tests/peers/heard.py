"""Reads a stream of frames with pymavlink.

Standard input is the stream in hexadecimal. Each message is a line of JSON on standard output:
{"type": name, "system": int, "component": int, "version": 1 or 2, "seq": int, "fields": {..}}. Bytes
that are no frame end it with an error, which "unknown" messages do not.
"""

import json
import math
import sys

from pymavlink.dialects.v20 import ardupilotmega as dialect


def plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return value


def main():
    stream = bytes.fromhex(sys.stdin.read().strip())
    mav = dialect.MAVLink(None)
    mav.robust_parsing = False
    for message in mav.parse_buffer(stream) or []:
        fields = message.to_dict()
        name = fields.pop("mavpackettype")
        line = {
            "type": name,
            "system": message.get_srcSystem(),
            "component": message.get_srcComponent(),
            "version": 2 if message.get_msgbuf()[0] == 0xFD else 1,
            "seq": message.get_seq(),
            "fields": {key: plain(value) for key, value in fields.items()},
        }
        print(json.dumps(line))


main()
