"""Envelopes (envelopes.md)."""

import hashlib
import struct

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from .chunked import open_chunked
from .entries import NOTICE, header_hash, padded_size
from .notes import is_key_name
from .recipients import hpke_open, recipient_key_id, recipient_public_key
from .refusal import Refusal

STANZA, MAXIMUM_DOCUMENT = 1168, 1 << 20


def sealed_size(size):
    return 56 + size + 16 * (size // 16_384 + 1)


def recipients_commitment(salt, recipients):
    """Over (name, key id, epoch)."""
    pairs = sorted((key_id, epoch) for _, key_id, epoch in recipients)
    return hashlib.sha256(salt + b"".join(key_id + struct.pack(">L", epoch) for key_id, epoch in pairs)).digest()


def document_commitment(salt, document):
    return hashlib.sha256(salt + document).digest()


def key_commitment(content_key, header):
    return HKDFExpand(algorithm=SHA256(), length=32, info=b"cordon commit v1" + header).derive(content_key)


def encode_content(salts, recipients, signer, entry_id, origin, document):
    """The recipients in the order that they are given in."""
    content = salts[0] + salts[1] + struct.pack(">H", len(recipients))
    for name, key_id, epoch in recipients:
        content += bytes([len(name)]) + name + key_id + struct.pack(">L", epoch)
    content += signer + entry_id + bytes([len(origin)]) + origin
    return content + struct.pack(">L", len(document)) + document


def is_name_prefix(name):
    try:
        return 1 <= len(name) <= 200 and is_key_name(name.decode()) and not name.endswith(b"/")
    except UnicodeDecodeError:
        return False


class Content:
    def __init__(self, padded):
        self.rest = padded
        self.recipients_salt, self.document_salt = self.take(32), self.take(32)
        count = self.number(2)
        if not 1 <= count <= 256:
            raise Refusal("malformedContent")
        self.recipients = []
        for _ in range(count):
            recipient = self.take(self.number(1)), self.take(8), self.number(4)
            if not is_name_prefix(recipient[0]):
                raise Refusal("malformedContent")
            if self.recipients and self.recipients[-1][1] >= recipient[1]:
                raise Refusal("malformedContent")
            self.recipients.append(recipient)
        self.signer, self.entry_id = self.take(32), self.take(16)
        self.origin = self.take(self.number(1))
        length = self.number(4)
        if length > MAXIMUM_DOCUMENT:
            raise Refusal("malformedContent")
        self.document = self.take(length)
        if padded_size(len(padded) - len(self.rest)) != len(padded) or any(self.rest):
            raise Refusal("badPadding")

    def take(self, count):
        if len(self.rest) < count:
            raise Refusal("malformedContent")
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def number(self, count):
        return int.from_bytes(self.take(count), "big")


def parse_envelope(entry, envelope):
    """The stanzas and the body."""
    if entry.kind != NOTICE:
        raise Refusal("notANotice")
    split = entry.stanzas * STANZA
    if len(envelope) != split + sealed_size(entry.padded):
        raise Refusal("wrongSize")
    if hashlib.sha256(envelope[:split]).digest() != entry.stanzas_digest:
        raise Refusal("wrongStanzas")
    if hashlib.sha256(envelope[split:]).digest() != entry.body_digest:
        raise Refusal("wrongBody")
    return [envelope[i : i + STANZA] for i in range(0, split, STANZA)], envelope[split:]


def own_content_key(stanzas, keys, header):
    """(content key, recipient), from the first stanza that opens with a key: (name, seed, epoch)."""
    for name, seed, epoch in keys:
        for stanza in stanzas:
            try:
                content_key = hpke_open(seed, b"cordon stanza v1" + header, stanza)
            except Refusal:
                continue
            return content_key, (name, recipient_key_id(recipient_public_key(seed)), epoch)
    raise Refusal("notForUs")


def open_envelope(entry, envelope, origin, keys, signer, status, leaf, is_cosigned, is_duplicate):
    """Every check in its order. `signer`: the key that the directory has for the entry's signer id, and `status` how it
    stands. `leaf`: the leaf hash that was proven to be in the log."""
    if entry.kind != NOTICE:
        raise Refusal("notANotice")
    check_signer(entry, origin, signer, status)
    if leaf != entry.leaf_hash:
        raise Refusal("notIncluded")
    if not is_cosigned:
        raise Refusal("notCosigned")
    stanzas, body = parse_envelope(entry, envelope)
    header = header_hash(entry.header, origin)
    content_key, ours = own_content_key(stanzas, keys, header)
    if key_commitment(content_key, header) != entry.key_commitment:
        raise Refusal("wrongContentKey")
    try:
        padded = open_chunked(content_key, header, body)
    except Refusal:
        raise Refusal("bodyNotAuthentic") from None
    content = Content(padded)
    compare(content, entry, origin, ours)
    if is_duplicate:
        raise Refusal("duplicateEntry")
    return content, content_key, ours


def check_signer(entry, origin, signer, status):
    if status == "unknown":
        raise Refusal("unknownSigner")
    try:
        entry.verify(signer, origin)
    except Refusal:
        raise Refusal("badSignature") from None
    if status != "active":
        raise Refusal({"notYet": "signerNotYet", "ended": "signerEnded", "revoked": "signerRevoked"}[status])


def compare(content, entry, origin, ours):
    checks = [
        ("otherSigner", content.signer == entry.signer),
        ("otherEntry", content.entry_id == entry.id),
        ("otherOrigin", content.origin == origin),
        ("tooFewStanzas", len(content.recipients) <= entry.stanzas),
        ("notListed", ours in content.recipients),
        ("wrongDocument", document_commitment(content.document_salt, content.document) == entry.document_commitment),
        (
            "wrongRecipients",
            recipients_commitment(content.recipients_salt, content.recipients) == entry.recipients_commitment,
        ),
    ]
    for code, holds in checks:
        if not holds:
            raise Refusal(code)
