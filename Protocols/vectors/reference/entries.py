"""Entries of the exchange log (entries.md)."""

import hashlib
import struct

from .ed25519 import is_valid_signature, public_key, sign
from .refusal import Refusal
from .tree import leaf_hash

NOTICE, KEYS, ERASURE = 1, 2, 3
MAXIMUM_ENTRY, MAXIMUM_STATEMENT, MAXIMUM_PADDED = 65_535, 60_000, 1_114_112


def padded_size(size):
    """PADMÉ, at least 4,096."""
    size = max(size, 4096)
    exponent = size.bit_length() - 1
    unit = 1 << exponent - exponent.bit_length()
    return -(-size // unit) * unit


def signer_id(public):
    return hashlib.sha256(b"cordon release key v1" + public).digest()


def encode_header(signer, entry_id, kind, time, outline=None, references=()):
    """`outline`: (recipients commitment, document commitment, stanzas, padded size), of a notice."""
    header = b"\x01\x01" + signer + entry_id + struct.pack(">BQ", kind, time)
    if outline:
        header += outline[0] + outline[1] + struct.pack(">HL", *outline[2:])
    return header + bytes([len(references)]) + b"".join(entry + leaf for entry, leaf in references)


def bound(origin, context, data):
    if not 1 <= len(origin) <= 255:
        raise Refusal("badOrigin")
    return context + bytes([len(origin)]) + origin + data


def header_hash(header, origin):
    return hashlib.sha256(bound(origin, b"cordon header v1", header)).digest()


def sign_entry(core, seed, origin):
    return core + sign(seed, bound(origin, b"cordon entry v1", core))


class Entry:
    """Parsed field by field; what is wrong first is what it is refused with."""

    def __init__(self, data):
        if len(data) > MAXIMUM_ENTRY:
            raise Refusal("tooLong")
        self.data, self.at = data, 0
        if self.number(1) != 1:
            raise Refusal("unknownVersion")
        if self.number(1) != 1:
            raise Refusal("unknownSuite")
        self.signer, self.id, self.kind = self.take(32), self.take(16), self.number(1)
        if self.kind not in (NOTICE, KEYS, ERASURE):
            raise Refusal("unknownKind")
        self.time = self.number(8)
        if self.kind == NOTICE:
            self.read_outline()
        self.read_references()
        self.header = data[: self.at]
        if self.kind == NOTICE:
            self.stanzas_digest, self.body_digest, self.key_commitment = self.take(32), self.take(32), self.take(32)
        else:
            count = self.number(2)
            if not 1 <= count <= MAXIMUM_STATEMENT:
                raise Refusal("badStatement")
            self.statement = self.take(count)
        self.core = data[: self.at]
        self.signature = self.take(64)
        if self.at != len(data):
            raise Refusal("surplus")
        self.leaf_hash = leaf_hash(data)

    def take(self, count):
        if len(self.data) - self.at < count:
            raise Refusal("truncated")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "big")

    def read_outline(self):
        self.recipients_commitment, self.document_commitment = self.take(32), self.take(32)
        self.stanzas, self.padded = self.number(2), self.number(4)
        if self.stanzas not in (1, 2, 4, 8, 16, 32, 64, 128, 256):
            raise Refusal("badStanzaCount")
        if self.padded > MAXIMUM_PADDED or padded_size(self.padded) != self.padded:
            raise Refusal("badBodySize")

    def read_references(self):
        count = self.number(1)
        if count > 16:
            raise Refusal("badReferences")
        self.references = [(self.take(16), self.take(32)) for _ in range(count)]
        if len({entry for entry, _ in self.references}) != count:
            raise Refusal("badReferences")

    def verify(self, key, origin):
        message = bound(origin, b"cordon entry v1", self.core)
        if signer_id(key) != self.signer:
            raise Refusal("wrongSigner")
        if not is_valid_signature(key, self.signature, message):
            raise Refusal("badSignature")


def verified_entry(data, key, origin):
    entry = Entry(data)
    entry.verify(key, origin)
    return entry
