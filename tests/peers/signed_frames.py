#!/usr/bin/env python3
"""Writes signed_frames.json: frames as pymavlink signs them, in the order in which they are heard.

    target/test-venv/bin/python tests/peers/signed_frames.py

The verdict beside each frame is what the rules of src/wire/signing.rs ask for; where pymavlink's own
receiver follows the same rule, it is asked too, and must agree.
"""

import json
import os
from pathlib import Path

os.environ["MAVLINK20"] = "1"

from pymavlink.dialects.v20 import ardupilotmega as dialect  # noqa: E402

KEY = bytes(range(32))
OTHER_KEY = bytes(reversed(range(32)))
MINUTE = 60 * 100_000
NOW = 36_000_000_000_000

heard = []


class Sender:
    def __init__(self, system, component, link, key=KEY):
        self.mav = dialect.MAVLink(None, srcSystem=system, srcComponent=component)
        self.mav.signing.secret_key = key
        self.mav.signing.link_id = link
        self.mav.signing.sign_outgoing = True

    def heartbeat(self, timestamp):
        self.mav.signing.timestamp = timestamp
        message = dialect.MAVLink_heartbeat_message(2, 3, 81, 4, 4, 3)
        return bytearray(message.pack(self.mav))


receiver = dialect.MAVLink(None)
receiver.signing.secret_key = KEY
receiver.signing.timestamp = NOW


def hear(frame, verdict, why):
    """Notes a frame. A bad one goes to a copy of pymavlink's state, which it would advance."""
    if verdict in ("good", "replayed", "too_old"):
        is_good = receiver.check_signature(frame, frame[5], frame[6])
        assert is_good == (verdict == "good"), why
    heard.append({"frame": frame.hex(), "verdict": verdict, "why": why})


def flipped(frame, place):
    frame = bytearray(frame)
    frame[place] ^= 1
    return frame


first = Sender(1, 1, 0)
hear(first.heartbeat(NOW), "good", "a new stream")
hear(first.heartbeat(NOW), "replayed", "the same timestamp again")
hear(first.heartbeat(NOW - 1), "replayed", "an older timestamp")
hear(first.heartbeat(NOW + 1), "good", "the next timestamp")
hear(flipped(first.heartbeat(NOW + MINUTE), -1), "bad", "a flipped bit in the signature")
hear(flipped(first.heartbeat(NOW + MINUTE), -6), "bad", "a flipped bit at its start")
hear(flipped(first.heartbeat(NOW + MINUTE), -7), "bad", "a later timestamp than was signed")
hear(flipped(first.heartbeat(NOW + MINUTE), -13), "bad", "another link id than was signed")
hear(flipped(first.heartbeat(NOW + MINUTE), 10), "bad", "another payload than was signed")
hear(Sender(1, 1, 0, OTHER_KEY).heartbeat(NOW + 2 * MINUTE), "bad", "another key")
hear(Sender(9, 1, 0, OTHER_KEY).heartbeat(NOW + 2 * MINUTE), "bad", "another key, a new stream")
hear(first.heartbeat(NOW + 2), "good", "what was bad has moved no clock")

hear(Sender(1, 1, 1).heartbeat(NOW - 5), "good", "another link id is another stream")
hear(Sender(1, 2, 0).heartbeat(NOW + 2 - MINUTE), "good", "a new stream a minute behind")
hear(Sender(2, 1, 0).heartbeat(NOW + 1 - MINUTE), "too_old", "a new stream further behind")
hear(Sender(2, 1, 0).heartbeat(NOW + 2 - MINUTE), "good", "which has not made it a stream")
hear(first.heartbeat(NOW + 10 * MINUTE), "good", "a known stream may leap ahead")
hear(Sender(1, 2, 0).heartbeat(NOW + 3 - MINUTE), "good", "a known stream may be far behind")
hear(Sender(3, 1, 0).heartbeat(NOW + MINUTE), "too_old", "the leap counts for new streams")
hear(Sender(4, 1, 255).heartbeat(2**48 - 1), "good", "the last timestamp that there is")
hear(Sender(4, 1, 255).heartbeat(2**48 - 1), "replayed", "and there is none behind it")

unsigned = dialect.MAVLink(None, srcSystem=1, srcComponent=1)
message = dialect.MAVLink_heartbeat_message(2, 3, 81, 4, 4, 3)
hear(message.pack(unsigned), "unsigned", "MAVLink 2 without a signature")
hear(message.pack(unsigned, force_mavlink1=True), "unsigned", "MAVLink 1 has no room for one")

lines = ",\n".join(json.dumps(each) for each in heard)
document = f'{{\n"key": "{KEY.hex()}",\n"now": {NOW},\n"heard": [\n{lines}\n]\n}}\n'
Path(__file__).with_suffix(".json").write_text(document)
