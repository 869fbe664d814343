#!/usr/bin/env python3
"""Writes the seeds of the fuzzers from the vectors: seeds.py VECTORS OUTPUT."""
import base64
import json
import pathlib
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
}
for target, names in SOURCES.items():
    folder = output / target
    folder.mkdir(parents=True, exist_ok=True)
    seen = set()
    for name in names:
        for text in strings(json.loads((vectors / f"{name}.json").read_text())):
            for seed in readings(text):
                if target == "checkpoint":
                    seed = seed.split(b"\n\n")[0] + b"\n"
                if target in ("tile", "bundle"):
                    seed = bytes([3]) + seed
                seen.add(seed)
    for number, seed in enumerate(sorted(seen)):
        (folder / f"{number:05}").write_bytes(seed)
    print(f"{target}: {len(seen)} seeds")
