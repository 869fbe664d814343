"""Journal: records, payloads, stream keys, the erasure key's file (journal.md)."""

import hashlib
import struct

from .refusal import Refusal
from .sealing import seal, subkey, unseal
from .store import open_keyring

KINDS = {"caseEvent": 1, "administration": 2, "access": 3, "statistics": 4, "exchange": 5, "caseEvents": 6}
ANYWHERE = 2**64 - 1
BUCKETS = 1024


def encode_record(kind, sequence, time, actor, stream, digest):
    return bytes([1, kind]) + struct.pack(">QQQ", sequence, time, actor) + stream + digest


def parse_record(data):
    """(kind, sequence, time, actor, stream reference, payload digest)."""
    if len(data) != 74 or data[0] != 1 or data[1] not in KINDS.values():
        raise Refusal("corrupted")
    return (data[1],) + struct.unpack(">QQQ", data[2:26]) + (data[26:42], data[42:])


def field(number, content):
    """A length-delimited field (Protocol Buffers, "Encoding")."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(number):
    data = b""
    while number >= 0x80:
        data += bytes([number & 0x7F | 0x80])
        number >>= 7
    return data + bytes([number])


def repeated(data):
    """The contents of a message whose one field, 1, is repeated and length-delimited."""
    contents = []
    while data:
        if data[0] != 1 << 3 | 2:
            raise Refusal("corrupted")
        count, shift, at = 0, 0, 1
        while True:
            if at == len(data) or shift > 28:
                raise Refusal("corrupted")
            count |= (data[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if data[at - 1] < 0x80:
                break
        if len(data) - at < count:
            raise Refusal("corrupted")
        contents.append(data[at : at + count])
        data = data[at + count :]
    return contents


def seal_events(events):
    """(kind, content, nominal) of what is decided together: a list of (event, names or None)."""
    if len(events) == 1:
        return (KINDS["caseEvent"],) + events[0]
    content = b"".join(field(1, event) for event, _ in events)
    has_names = any(names is not None for _, names in events)
    return KINDS["caseEvents"], content, b"".join(field(1, names or b"") for _, names in events) if has_names else None


def open_events(kind, content, nominal):
    """[(event, names or None)]."""
    if kind == KINDS["caseEvent"]:
        return [(content, nominal)]
    if kind != KINDS["caseEvents"]:
        raise Refusal("corrupted")
    events = repeated(content)
    parts = [b""] * len(events) if nominal is None else repeated(nominal)
    if len(events) < 2 or len(parts) != len(events):
        raise Refusal("corrupted")
    return [(event, part or None) for event, part in zip(events, parts)]


def stream_reference(reference_key, stream):
    return hashlib.blake2b(struct.pack(">Q", stream), digest_size=32, key=reference_key).digest()[:16]


def stream_keys(root):
    """(content key, nominal key)."""
    return subkey(root, "cordon stream content v1"), subkey(root, "cordon stream nominal v1")


def payload_header(stream, position):
    """`position` is None where it was not said beforehand."""
    return b"\x01" + struct.pack(">QQ", stream, ANYWHERE if position is None else position)


def payload_data(part, kind, actor, header):
    """The associated data of a part."""
    return b"cordon payload v1" + bytes([part, kind]) + struct.pack(">Q", actor) + header


def seal_payload(kind, actor, stream, position, content, nominal, root, nonces):
    content_key, nominal_key = stream_keys(root)
    header = payload_header(stream, position)
    first = seal(content_key, nonces[0], content, payload_data(0, kind, actor, header))
    second = b"" if nominal is None else seal(nominal_key, nonces[1], nominal, payload_data(1, kind, actor, header))
    return header + struct.pack(">L", len(first)) + first + second


def open_payload(data, kind, actor, digest, stream, place, root):
    """(position, content, nominal), of the record with this kind, actor and digest at `place` of `stream`."""
    refusal = Refusal("corrupted")
    if hashlib.sha256(data).digest() != digest or len(data) < 22 or data[0] != 1:
        raise refusal
    written, position, count = struct.unpack(">QQL", data[1:21])
    if written != stream or position not in (place, ANYWHERE) or len(data) - 21 < count:
        raise refusal
    keys, parts = stream_keys(root), [data[21 : 21 + count], data[21 + count :]]
    opened = []
    for part, sealed in enumerate(parts):
        if part == 1 and sealed == b"":
            opened.append(None)
            continue
        try:
            opened.append(unseal(keys[part], sealed, payload_data(part, kind, actor, data[:17])))
        except Refusal:
            raise refusal from None
    return (None if position == ANYWHERE else position,) + tuple(opened)


# Rows of the column family `keys`.

ERASURE_ROW = b"\x00"


def bucket_row(bucket):
    return b"\x01" + struct.pack(">H", bucket)


def stream_row(stream):
    return b"\x02" + struct.pack(">HQ", stream % BUCKETS, stream)


def row_data(row):
    return b"cordon stream key v1" + row


def wrap(key, nonce, row, secret):
    return seal(key, nonce, secret, row_data(row))


# The erasure key's file.


def encode_erasure_key(node_id, keys, magic=b"CORDONE1", count=None):
    """`keys`: (id, key, master key id, master key, nonce) of each."""
    head = magic + node_id
    data = head + bytes([len(keys) if count is None else count])
    for id, key, master_key_id, master_key, nonce in keys:
        start = struct.pack(">LL", id, master_key_id)
        data += start + seal(subkey(master_key, "cordon erasure v1"), nonce, key, head + start)
    return data


def open_erasure_key(data, node_id, master_keys):
    """(id, key) of each key in the file."""
    refusal = Refusal("corrupted")
    head = b"CORDONE1" + node_id
    if len(data) < 26 or data[:24] != head or data[24] not in (1, 2) or len(data) != 25 + 80 * data[24]:
        raise refusal
    keys = []
    for start in range(25, len(data), 80):
        lead, sealed = data[start : start + 8], data[start + 8 : start + 80]
        id, master_key_id = struct.unpack(">LL", lead)
        if master_key_id not in master_keys:
            raise refusal
        try:
            keys.append((id, unseal(subkey(master_keys[master_key_id], "cordon erasure v1"), sealed, head + lead)))
        except Refusal:
            raise refusal from None
    return keys


def open_stream(stream, rows, erasure_file, keyring, node_id, key_file):
    """The stream's content and nominal key, from the files and rows that lead to them; None where it has no row."""
    refusal = Refusal("corrupted")
    master_keys = {id: key for id, _, key in open_keyring(keyring, node_id, "keyFile", key_file)}
    if len(rows.get(ERASURE_ROW, b"")) != 4:
        raise refusal
    used = struct.unpack(">L", rows[ERASURE_ROW])[0]
    keys = dict(open_erasure_key(erasure_file, node_id, master_keys))
    if used not in keys:
        raise Refusal("erasureKeyMissing")
    row = stream_row(stream)
    if row not in rows:
        return None
    key = keys[used]
    for row in (bucket_row(stream % BUCKETS), row):
        if row not in rows:
            raise refusal
        try:
            key = unseal(key, rows[row], row_data(row))
        except Refusal:
            raise refusal from None
        if len(key) != 32:
            raise refusal
    return stream_keys(key)
