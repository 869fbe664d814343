#!/usr/bin/env python3
"""Writes the seeds of the fuzzers from the vectors: seeds.py VECTORS OUTPUT."""
import base64
import json
import pathlib
import struct
import sys

vectors, output = map(pathlib.Path, sys.argv[1:3])


def strings(value):
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def readings(text):
    """What a string may stand for: itself, hexadecimal, Base 64."""
    yield text.encode()
    try:
        yield bytes.fromhex(text)
    except ValueError:
        pass
    try:
        yield base64.b64decode(text, validate=True)
    except ValueError:
        pass


SOURCES = {
    "note": ["notes", "checkpoints"],
    "checkpoint": ["notes", "checkpoints"],
    "policy": ["policies"],
    "proof": ["proofs"],
    "tile": ["tiles", "bundles"],
    "bundle": ["bundles"],
    "vkey": ["vkeys"],
    "path": ["tile-paths"],
    "inclusion": ["merkle"],
    "consistency": ["merkle"],
    "sealed-key": ["sealed-key"],
    "entry": ["entries", "envelopes"],
    "deliveries": ["deliveries"],
    "gossip": ["gossip"],
    "evidence": ["evidence"],
    "add-checkpoint": ["add-checkpoint"],
    "card": ["cards", "short-forms"],
    "keys": ["keys-statements"],
    "agreement": ["agreements", "agreement-changes"],
}
for target, names in SOURCES.items():
    folder = output / target
    folder.mkdir(parents=True, exist_ok=True)
    seen = set()
    for name in names:
        for text in strings(json.loads((vectors / f"{name}.json").read_text())):
            for seed in readings(text):
                if target in ("card", "keys", "agreement"):
                    seen.add(seed.split(b"\n\n")[0] + b"\n")  # the text of a note
                if target == "checkpoint":
                    seed = seed.split(b"\n\n")[0] + b"\n"
                if target in ("tile", "bundle"):
                    seed = bytes([3]) + seed
                seen.add(seed)
    for number, seed in enumerate(sorted(seen)):
        (folder / f"{number:05}").write_bytes(seed)
    print(f"{target}: {len(seen)} seeds")

# Formats whose seeds are not in the vectors: the shipped mappings, and small tables.
mappings = [path.read_bytes() for path in sorted(vectors.parent.parent.glob("Deployments/mappings/*.json"))]
compact = [json.dumps(json.loads(mapping)).encode() for mapping in mappings]
tables = [b'a,b,c\n1,2,3\n', b'a;b\r\n"x\r\ny";"q""q"\r\n', b'\xef\xbb\xbfa,b\n,\n', b'a\n"open']
identifiers = {case["text"] for case in json.loads((vectors / "identifiers.json").read_text())["cases"]}
names = ["Nguy\u1ec5n V\u0103n H\u00f9ng", "\u0418\u0432\u0430\u043d\u043e\u0432", "C\u00f4ng ty TNHH ABC", "\u738b \u5c0f\u660e"]
OWN = {
    "json": mappings + compact,
    "csv": tables,
    "mapping": mappings + compact,
    "import": [mapping + b"\n" + table for mapping in compact for table in tables],
    "identifier": [text.encode() for text in identifiers],
    "name": [name.encode() for name in names],
}
# An envelope behind its entry; contents as the page lays them out, for the recipient that the fuzzer has.
cases = json.loads((vectors / "envelopes.json").read_text())["cases"]
envelopes = {case["name"]: base64.b64decode(case["envelope"]) for case in cases if "envelope" in case}
OWN["envelope"] = []
for case in cases:
    entry = bytes.fromhex(case["entry"])
    envelope = envelopes[case.get("envelopeOf", case["name"])]
    OWN["envelope"].append(struct.pack(">H", len(entry)) + entry + envelope)
# The ids of the fuzzer's own keys.
ours = bytes.fromhex("ba73a4fbc1f2402c")
signer = bytes.fromhex("01587a086c5a890e0e17d42556bbb470ce6c33029d96ef525cf57186e8e82adb")
OWN["envelope-content"] = []
for count, document, size in [(1, b"", 4096), (3, b"a document", 4096), (200, bytes(5000), 10240)]:
    listed = [(ours, b"la.customs.example", 2972)]
    listed += [(i.to_bytes(8, "big"), b"x%d.example" % i, i) for i in range(count - 1)]
    content = bytes(64) + struct.pack(">H", count)
    for id, name, epoch in sorted(listed):
        content += bytes([len(name)]) + name + id + struct.pack(">L", epoch)
    content += signer + bytes(16) + b"\x14example.org/exchange" + struct.pack(">L", len(document)) + document
    OWN["envelope-content"].append(content.ljust(size, b"\0"))


def message(*fields):
    """A protobuf message of (number, text, bytes or submessage), each behind its length."""
    encoded = b""
    for number, value in fields:
        value = value.encode() if isinstance(value, str) else value
        for integer in (number << 3 | 2, len(value)):
            while integer > 127:
                encoded, integer = encoded + bytes([integer & 127 | 128]), integer >> 7
            encoded += bytes([integer])
        encoded += value
    return encoded


# Notices (schema/cordon/v1/exchange.proto), each with one body.
conditions = message(
    (1, "H1"), (2, "amber"), (3, "investigation"), (4, "vn.customs/x"), (8, "2027-01-01"), (12, "with-consent")
)
report = message(
    (2, "VN"), (4, "seized"), (5, "2026-02-20"), (8, "wildlife"), (13, message((3, "pangolin scales"))),
    (30, message((1, message((2, "Somebody"))))),
)
person = message((1, message((2, "Somebody"), (5, "1980-01-01"))))
reference = message((1, bytes(16)), (2, "vn.customs"), (3, "concerns"))
BODIES = {
    20: message((1, report)),
    21: message((1, "facts"), (2, "wildlife"), (3, "inspect"), (10, person)),
    22: message((1, "article 4"), (2, "facts"), (3, "wildlife"), (4, "who?"), (6, "3d"), (10, person)),
    23: message((1, "text"), (3, report)),
    27: message((1, "2026-02-20"), (3, "seen"), (6, person)),
    28: message((1, "useful")),
    29: message((1, "reason"), (2, message((1, report)))),
    30: message((1, conditions)),
    31: message((1, "reason")),
    34: message((1, "release-onward"), (2, "kh.customs")),
}
OWN["notice"] = [
    message(
        (1, bytes(16)), (2, "vn.customs"), (3, "la.customs"), (4, "2026-03-01T00:00:00Z"), (5, "subject"),
        (6, conditions), (7, reference), (number, body),
    )
    for number, body in BODIES.items()
]
for target, seeds in OWN.items():
    folder = output / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"{number:05}").write_bytes(seed)
    print(f"{target}: {len(seeds)} seeds")
