"""What the texts of signed statements have in common (cards.md, "Statements")."""

import re
from datetime import datetime, timezone

from .ed25519 import is_acceptable_key, is_valid_signature
from .notes import VKey, parse_note
from .refusal import Refusal

HIDDEN = [
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x180E, 0x180E),
    (0x200E, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE0FFF),
]


class BadLine(Refusal):
    """A refusal that names a line."""

    def __init__(self, code, line):
        super().__init__(code)
        self.line = line


class Lines:
    """The lines of a statement behind its title, read in their order."""

    def __init__(self, text, title, limit):
        if len(text.encode()) > limit or not text.endswith("\n"):
            raise Refusal("malformedStatement")
        self.lines, self.next = text[:-1].split("\n"), 1
        if self.lines[0] != title:
            raise BadLine("malformedStatement", 1)
        for number, line in enumerate(self.lines, 1):
            if any(low <= ord(c) <= high for c in line for low, high in HIDDEN):
                raise BadLine("malformedStatement", number)

    def bad(self):
        return BadLine("badValue", self.next)

    def optional(self, key, read):
        """None where the line is not there. `read` returns None for what it refuses."""
        if self.next == len(self.lines) or not self.lines[self.next].startswith(key + ": "):
            return None
        value = read(self.lines[self.next][len(key) + 2 :])
        self.next += 1
        if value is None:
            raise self.bad()
        return value

    def one(self, key, read):
        value = self.optional(key, read)
        if value is None:
            raise BadLine("malformedStatement", self.next + 1)
        return value

    def many(self, key, least, most, read):
        values = []
        while True:
            value = self.optional(key, read)
            if value is None:
                break
            if len(values) == most:
                raise self.bad()
            values.append(value)
        if len(values) < least:
            raise BadLine("malformedStatement", self.next + 1)
        return values

    def set(self, key, least, most, is_member):
        last = []

        def read(text):
            if not is_member(text) or (last and last[0].encode() >= text.encode()):
                return None
            last[:] = [text]
            return text

        return self.many(key, least, most, read)

    def end(self):
        if self.next != len(self.lines):
            raise BadLine("malformedStatement", self.next + 1)


# Values


def text_up_to(limit):
    return lambda text: text if 1 <= len(text.encode()) <= limit and text == text.strip(" ") else None


def number(low, high):
    def read(text):
        if not re.fullmatch("0|[1-9][0-9]{0,19}", text, re.ASCII) or not low <= int(text) <= high:
            return None
        return int(text)

    return read


def time(text):
    """Seconds since 1970-01-01T00:00Z."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", text, re.ASCII):
        return None
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    seconds = int(moment.timestamp())
    return seconds if seconds >= 0 else None


def one_of(*codes):
    return lambda text: text if text in codes else None


def digest(text):
    return bytes.fromhex(text) if re.fullmatch("[0-9a-f]{64}", text, re.ASCII) else None


def is_prefix(text):
    return len(text) <= 200 and bool(re.fullmatch("[a-z0-9]([a-z0-9./-]*[a-z0-9])?", text, re.ASCII))


def prefix(text):
    return text if is_prefix(text) else None


def agreement_id(text):
    match = re.fullmatch("(.*)/([a-z0-9-]{1,40})", text, re.ASCII)
    return text if match and is_prefix(match[1]) else None


def node(text):
    if len(text) > 260 or ":" not in text:
        return None
    host, port = text.rsplit(":", 1)
    if number(1, 65_535)(port) is None:
        return None
    if re.fullmatch(r"\[[0-9a-f:.]{2,45}\]", host, re.ASCII):
        return text
    return text if re.fullmatch("[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host, re.ASCII) else None


def vkey(name, kind):
    def read(text):
        try:
            key = VKey(text)
        except Refusal:
            return None
        return key if key.name == name and key.kind == kind and is_acceptable_key(key.key) else None

    return read


# Notes


def read_note(data, limit):
    if len(data) > limit:
        raise Refusal("malformedNote")
    return parse_note(data)


def signed_by(text, signatures, identity):
    """Whether the identity has signed. A signature that only claims to be its is refused."""
    mine = [line for line in signatures if line[:2] == (identity.name, identity.key_id)]
    if any(not is_valid_signature(identity.key, line[2], text.encode()) for line in mine):
        raise Refusal("badSignature")
    return bool(mine)


def require_alone(text, signatures, identity):
    if not signed_by(text, signatures, identity):
        raise Refusal("missingSignature")
    if len(signatures) != 1:
        raise Refusal("strangeSignature")


def require_ascending(names):
    if any(a.encode() >= b.encode() for a, b in zip(names, names[1:])):
        raise Refusal("strangeSignature")
