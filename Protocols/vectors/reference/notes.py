"""Texts, verifier keys, notes and checkpoints (log.md, "Texts" to "Checkpoints")."""

import base64
import hashlib
import re

from .ed25519 import is_acceptable_key, is_valid_signature
from .refusal import Refusal
from .tree import EMPTY_ROOT

WHITE_SPACE = {
    *range(0x09, 0x0E),
    0x20,
    0x85,
    0xA0,
    0x1680,
    *range(0x2000, 0x200B),
    0x2028,
    0x2029,
    0x202F,
    0x205F,
    0x3000,
}


def b64(data):
    return base64.b64encode(data).decode()


def b64_decode(text, code):
    """Only the one encoding that `b64` gives."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Refusal(code) from None
    if b64(data) != text:
        raise Refusal(code)
    return data


def decimal(text, code):
    if not re.fullmatch("0|[1-9][0-9]*", text, re.ASCII) or int(text) >= 1 << 64:
        raise Refusal(code)
    return int(text)


def is_key_name(name):
    return name != "" and all(c != "+" and ord(c) >= 0x20 and ord(c) not in WHITE_SPACE for c in name)


def key_id(name, kind, key):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def encode_vkey(name, kind, key):
    return "%s+%s+%s" % (name, key_id(name, kind, key).hex(), b64(bytes([kind]) + key))


class VKey:
    def __init__(self, text):
        parts = text.split("+", 2)
        if len(text.encode()) > 8192 or len(parts) != 3 or not is_key_name(parts[0]):
            raise Refusal("malformedVerifierKey")
        if not re.fullmatch("[0-9a-f]{8}", parts[1], re.ASCII):
            raise Refusal("malformedVerifierKey")
        data = b64_decode(parts[2], "malformedVerifierKey")
        if not data:
            raise Refusal("malformedVerifierKey")
        self.text, self.name, self.key_id = text, parts[0], bytes.fromhex(parts[1])
        self.kind, self.key = data[0], data[1:]
        if self.kind in (1, 4):
            if len(self.key) != 32 or self.key_id != key_id(self.name, self.kind, self.key):
                raise Refusal("malformedVerifierKey")

    def require(self, kind):
        """This key as one that signs checkpoints (type 1) or cosigns them (type 4)."""
        if self.kind != kind:
            raise Refusal("wrongKeyType")
        if not is_acceptable_key(self.key):
            raise Refusal("malformedVerifierKey")
        return self


def signature_line(name, identifier, signature):
    return "\u2014 %s %s\n" % (name, b64(identifier + signature))


def parse_note(data):
    """The text with its final newline, and (name, key id, signature) for each line."""
    malformed = Refusal("malformedNote")
    if len(data) > 256 << 10 or any(byte < 0x20 and byte != 0x0A for byte in data) or not data.endswith(b"\n"):
        raise malformed
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise malformed from None
    end = whole.rfind("\n\n")
    if end < 0:
        raise malformed
    text, lines = whole[: end + 1], whole[end + 2 :].split("\n")[:-1]
    if not 1 <= len(lines) <= 100:
        raise malformed
    signatures = []
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not is_key_name(parts[1]):
            raise malformed
        data = b64_decode(parts[2], "malformedNote")
        if len(data) < 5:
            raise malformed
        signatures.append((parts[1], data[:4], data[4:]))
    return text, signatures


def cosigned_message(timestamp, text):
    return b"cosignature/v1\ntime %d\n" % timestamp + text.encode()


def verify_note(data, logs, witnesses):
    """The text, the logs that have signed it, and the latest cosignature of each witness."""
    text, signatures = parse_note(data)
    signed, cosigned = [], {}
    for name, identifier, signature in signatures:
        known = [vkey for vkey in logs + witnesses if (vkey.name, vkey.key_id) == (name, identifier)]
        if not known:
            continue
        vkey = known[0]
        if vkey.kind == 1:
            if not is_valid_signature(vkey.key, signature, text.encode()):
                raise Refusal("badSignature")
            if vkey not in signed:
                signed.append(vkey)
        else:
            timestamp = int.from_bytes(signature[:8], "big")
            if len(signature) != 72 or timestamp >= 1 << 63:
                raise Refusal("badSignature")
            if not is_valid_signature(vkey.key, signature[8:], cosigned_message(timestamp, text)):
                raise Refusal("badSignature")
            cosigned[vkey] = max(timestamp, cosigned.get(vkey, 0))
    if not signed and not cosigned:
        raise Refusal("noKnownSignature")
    return text, signed, cosigned


def checkpoint_text(origin, size, root):
    return "%s\n%d\n%s\n" % (origin, size, b64(root))


def parse_checkpoint(text):
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise Refusal("malformedCheckpoint")
    size = decimal(lines[1], "malformedCheckpoint")
    root = b64_decode(lines[2], "malformedCheckpoint")
    if size >= 1 << 63 or len(root) != 32 or (size == 0 and root != EMPTY_ROOT):
        raise Refusal("malformedCheckpoint")
    return lines[0], size, root


def verify_checkpoint(data, logs, witnesses=()):
    text, signed, cosigned = verify_note(data, list(logs), list(witnesses))
    origin, size, root = parse_checkpoint(text)
    if not signed:
        raise Refusal("noKnownSignature")
    if all(log.name != origin for log in signed):
        raise Refusal("wrongOrigin")
    return origin, size, root, cosigned
