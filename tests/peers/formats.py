"""Reads alerts with libraries that others wrote.

Each line of standard input is JSON: {"format": text, "headers": {name: value}, "body": text}. Each is
answered by one line of JSON on standard output: what the library has read, and flaws, if there are any.
"""

import base64
import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import capparser
from capparser import enums
from cloudevents.v1.conversion import to_dict
from cloudevents.v1.http import from_http
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# The order of elements, and which have to be there. Source: OASIS CAP 1.2, section 3.2 and the schema.
ORDER = {
    "alert": ["identifier!", "sender!", "sent!", "status!", "msgType!", "source", "scope!", "restriction",
              "addresses", "code", "note", "references", "incidents", "info"],
    "info": ["language", "category!", "event!", "responseType", "urgency!", "severity!", "certainty!",
             "audience", "eventCode", "effective", "onset", "expires", "senderName", "headline",
             "description", "instruction", "web", "contact", "parameter", "resource", "area"],
    "parameter": ["valueName!", "value!"],
    "area": ["areaDesc!", "polygon", "circle", "geocode", "altitude", "ceiling"],
}
WORDS = {
    "status": enums.Status, "msgType": enums.MsgType, "scope": enums.Scope, "category": enums.Category,
    "responseType": enums.ResponseType, "urgency": enums.Urgency, "severity": enums.Severity,
    "certainty": enums.Certainty,
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
PLAIN = re.compile(r"[^\s,<&]+")
CIRCLE = re.compile(r"-?\d+(\.\d+)?,-?\d+(\.\d+)? \d+(\.\d+)?")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
FORMS = {"sent": TIME, "onset": TIME, "expires": TIME, "effective": TIME, "identifier": PLAIN,
         "sender": PLAIN, "circle": CIRCLE, "language": LANGUAGE}


def cap_flaws(element, flaws):
    name = element.tag.rpartition("}")[2]
    if not element.tag.startswith("{urn:oasis:names:tc:emergency:cap:1.2}"):
        flaws.append(f"{name} is of no CAP 1.2")
    children = [child.tag.rpartition("}")[2] for child in element]
    order = [known.rstrip("!") for known in ORDER.get(name, [])]
    for child in children:
        if child not in order:
            flaws.append(f"{child} may not stand in {name}")
    places = [order.index(child) for child in children if child in order]
    if places != sorted(places):
        flaws.append(f"{name} has its elements in another order: {children}")
    for known in ORDER.get(name, []):
        if known.endswith("!") and known.rstrip("!") not in children:
            flaws.append(f"{name} has no {known.rstrip('!')}")
    text = (element.text or "").strip()
    if name in WORDS and text not in WORDS[name].__members__:
        flaws.append(f"{name} may not be {text}")
    if name in FORMS and not FORMS[name].fullmatch(text):
        flaws.append(f"{name} has another form: {text}")
    for child in element:
        cap_flaws(child, flaws)


def read_cap(request):
    root = ElementTree.fromstring(request["body"])
    flaws = []
    cap_flaws(root, flaws)
    kind = root.findtext("{*}msgType")
    references = root.findtext("{*}references")
    if kind in ("Update", "Cancel") and not references:
        flaws.append(f"{kind} names no message")
    for reference in (references or "").split():
        sender, identifier, sent = reference.split(",")
        if not (PLAIN.fullmatch(sender) and PLAIN.fullmatch(identifier) and TIME.fullmatch(sent)):
            flaws.append(f"no reference: {reference}")
    read = capparser.parse(stringXML=request["body"])
    return {
        "identifier": read.identifier[0],
        "msgType": read.msgType[0],
        "status": read.status[0],
        "references": references,
        "languages": [info.language[0] for info in read.info[0]],
        "headlines": [info.headline[0] for info in read.info[0]],
        "flaws": flaws,
    }


def read_cloudevent(request):
    return to_dict(from_http(request["headers"], request["body"]))


def read_pair(request):
    key = base64.b64decode(request["public"].removeprefix("whpk_"))
    headers = request["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{request['body']}"
    for signature in headers["webhook-signature"].split():
        version, _, text = signature.partition(",")
        if version == "v1a":
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(text), signed.encode())
                return {"verified": True}
            except InvalidSignature:
                pass
    return {"verified": False}


READERS = {"cap": read_cap, "cloudevents": read_cloudevent, "ed25519": read_pair}

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(READERS[request["format"]](request)))
