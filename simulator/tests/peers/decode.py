"""Decodes MAVLink with pymavlink.

Each line of standard input is the hex of one datagram, which must hold one whole frame. Each is
answered by one line of JSON on standard output: the message's fields, with its name as `name`, the
MAVLink version as `version` and the sender's system id as `system_id`.
"""

import json
import math
import sys

from pymavlink.dialects.v20 import all as dialect


def is_none(value):
    return isinstance(value, float) and math.isnan(value)


# One parser for each sender would do; one for each frame leaves nothing over from the last.
for line in sys.stdin:
    datagram = bytes.fromhex(line)
    messages = dialect.MAVLink(None).parse_buffer(datagram) or []
    (message,) = messages
    if message.get_type() == "BAD_DATA" or bytes(message.get_msgbuf()) != datagram:
        raise ValueError(f"no whole frame: {line}")
    fields = message.to_dict()
    # JSON has no numbers that are none.
    fields = {key: None if is_none(value) else value for key, value in fields.items()}
    fields["name"] = fields.pop("mavpackettype")
    fields["version"] = 2 if datagram[0] == 0xFD else 1
    fields["system_id"] = message.get_srcSystem()
    print(json.dumps(fields))
