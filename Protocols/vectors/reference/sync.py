"""What nodes send each other (sync.md)."""

import struct

from .notes import b64, b64_decode, decimal, parse_note, verify_checkpoint
from .refusal import Refusal
from .tree import verify_consistency

EVIDENCE_TITLE = "cordon fork evidence v1"


def encode_deliveries(deliveries):
    return b"".join(struct.pack(">QQL", p, index, len(envelope)) + envelope for p, index, envelope in deliveries)


def parse_deliveries(page, position, index, limit):
    """Deliveries behind `position`, whose entry was `index` (-1 for none)."""
    malformed, deliveries = Refusal("malformedDeliveries"), []
    while page:
        if len(page) < 20:
            raise malformed
        next_position, next_index, length = struct.unpack(">QQL", page[:20])
        if next_position <= position or next_index <= index or length > limit or len(page) < 20 + length:
            raise malformed
        position, index = next_position, next_index
        deliveries.append((position, index, page[20 : 20 + length]))
        page = page[20 + length :]
    return deliveries


def encode_gossip(items):
    return b"".join(struct.pack(">BL", kind, len(data)) + data for kind, data in items)


def parse_gossip(data):
    malformed, items = Refusal("malformedGossip"), []
    if len(data) > 1 << 20:
        raise malformed
    while data:
        if len(data) < 5 or len(items) == 256:
            raise malformed
        kind, length = struct.unpack(">BL", data[:5])
        item, data = data[5 : 5 + length], data[5 + length :]
        if len(item) < length or kind not in (1, 2):
            raise malformed
        try:
            parse_note(item) if kind == 1 else parse_evidence(item)
        except Refusal:
            raise malformed from None
        items.append((kind, item))
    return items


def read_line(data, limit, code):
    line, newline, rest = data[: limit + 1].partition(b"\n")
    if not newline:
        raise Refusal(code)
    try:
        return line.decode(), data[len(line) + 1 :]
    except UnicodeDecodeError:
        raise Refusal(code) from None


def read_hashes(data, code):
    """Lines of hashes up to an empty one, and what follows it."""
    hashes = []
    while True:
        line, data = read_line(data, 64, code)
        if not line:
            return hashes, data
        if len(hashes) == 63:
            raise Refusal(code)
        hashes.append(read_hash(line, code))


def read_hash(text, code):
    hash = b64_decode(text, code)
    if len(hash) != 32:
        raise Refusal(code)
    return hash


def encode_add_checkpoint(old, hashes, note):
    return ("old %d\n" % old + "".join(b64(hash) + "\n" for hash in hashes) + "\n").encode() + note


def parse_add_checkpoint(data):
    code = "malformedAddCheckpoint"
    if len(data) > (256 << 10) + (4 << 10):
        raise Refusal(code)
    line, data = read_line(data, 32, code)
    if not line.startswith("old "):
        raise Refusal(code)
    old = decimal(line[4:], code)
    hashes, note = read_hashes(data, code)
    try:
        parse_note(note)
    except Refusal:
        raise Refusal(code) from None
    return old, hashes, note


def encode_evidence(prefix, hashes, first, second):
    head = EVIDENCE_TITLE + "\n"
    if prefix is not None:
        head += "prefix %s\n" % b64(prefix) + "".join(b64(hash) + "\n" for hash in hashes)
    return (head + "\nfirst %d\n" % len(first)).encode() + first + b"second %d\n" % len(second) + second


def parse_evidence(data):
    code = "malformedEvidence"
    if len(data) > 69632:
        raise Refusal(code)
    line, data = read_line(data, 64, code)
    if line != EVIDENCE_TITLE:
        raise Refusal(code)
    line, data = read_line(data, 64, code)
    prefix, hashes, notes = None, [], []
    if line.startswith("prefix "):
        prefix = read_hash(line[7:], code)
        hashes, data = read_hashes(data, code)
    elif line:
        raise Refusal(code)
    for name in ("first ", "second "):
        line, data = read_line(data, 32, code)
        if not line.startswith(name):
            raise Refusal(code)
        length = decimal(line[len(name) :], code)
        if length > 32768 or len(data) < length:
            raise Refusal(code)
        notes.append(data[:length])
        data = data[length:]
        try:
            parse_note(notes[-1])
        except Refusal:
            raise Refusal(code) from None
    if data:
        raise Refusal(code)
    return prefix, hashes, notes[0], notes[1]


def verify_evidence(data, logs):
    """The origin and the two sizes."""
    prefix, hashes, first, second = parse_evidence(data)
    origin, size1, root1, _ = verify_checkpoint(first, logs)
    other, size2, root2, _ = verify_checkpoint(second, logs)
    innocent = Refusal("notAFork")
    if origin != other:
        raise innocent
    if prefix is None:
        if size1 != size2 or root1 >= root2:
            raise innocent
    else:
        if size1 >= size2 or prefix == root1:
            raise innocent
        try:
            verify_consistency(size1, size2, hashes, prefix, root2)
        except Refusal:
            raise innocent from None
    return origin, size1, size2
