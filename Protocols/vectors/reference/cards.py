"""Cards, fingerprints, short forms and keys statements (cards.md)."""

import hashlib
import re

from .notes import b64_decode
from .records import ALPHABET
from .refusal import Refusal
from .statements import Lines, digest, is_prefix, node, number, prefix, read_note, require_alone, text_up_to, time, vkey

__all__ = [
    "KEY_ROLES",
    "KEY_USES",
    "base32",
    "fingerprint",
    "read_card",
    "read_keys_statement",
    "read_short_form",
    "short_form",
    "short_form_check",
    "statement_key_id",
]

COUNTRIES = {"VN", "LA", "KH", "TH", "XK"}  # those that the cases use; a node knows all of ISO 3166-1
KEY_USES = ["release", "exchange", "journal", "witness", "epoch"]
KEY_ROLES = {"release": "release", "exchange": "log", "journal": "log", "witness": "witness", "epoch": "recipient"}
DAY = 86_400


def statement_key_id(use, key):
    return hashlib.sha256(b"cordon " + KEY_ROLES[use].encode() + b" key v1" + key).digest()


def read_card(data):
    text, signatures = read_note(data, 16 << 10)
    lines = Lines(text, "cordon card v1", 16 << 10)
    card = {"country": lines.one("country", lambda text: text if text in COUNTRIES else None)}
    card["authority"] = lines.one("authority", text_up_to(200))
    name = card["prefix"] = lines.one("prefix", prefix)
    card["revision"] = lines.one("revision", number(1, 1 << 32))
    card["issued"] = lines.one("issued", time)
    for role in ["identity", "release", "exchange", "journal", "witness"]:
        card[role] = lines.one(role, vkey(name + "/" + role, 4 if role == "witness" else 1))
    card["nodes"] = lines.many("node", 0, 8, node)
    if len(set(card["nodes"])) != len(card["nodes"]):
        raise lines.bad()
    card["pins"] = lines.many("tls", 0, 4, digest)
    if len(set(card["pins"])) != len(card["pins"]):
        raise lines.bad()
    lines.end()
    if len({card[role].key for role in ["identity", "release", "exchange", "journal", "witness"]}) != 5:
        raise Refusal("badValue")
    if card["nodes"] and not card["pins"]:
        raise Refusal("badValue")
    require_alone(text, signatures, card["identity"])
    return card


def fingerprint_digest(name, key):
    return hashlib.sha256(b"cordon fingerprint v1\n" + name.encode() + b"\n" + key).digest()


def fingerprint(name, key):
    digits = "%060d" % (int.from_bytes(fingerprint_digest(name, key), "big") % 10**60)
    return " ".join(digits[i : i + 5] for i in range(0, 60, 5))


def short_form_check(data):
    return hashlib.sha256(b"cordon short form v1\n" + data).digest()[:4]


def base32(data):
    bits = "".join("{:08b}".format(byte) for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, len(bits), 5))


def short_form(name, key):
    data = fingerprint_digest(name, key) + name.encode()
    return "CORDON1:" + base32(data + short_form_check(data))


def read_short_form(text):
    """The prefix and the fingerprint's digest."""
    malformed = Refusal("malformedShortForm")
    if not re.fullmatch("CORDON1:[%s]{1,400}" % ALPHABET, text, re.ASCII):
        raise malformed
    bits = "".join("{:05b}".format(ALPHABET.index(symbol)) for symbol in text[8:])
    data = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8))
    name = data[32:-4].decode("latin-1")
    if "CORDON1:" + base32(data) != text or not is_prefix(name) or short_form_check(data[:-4]) != data[-4:]:
        raise malformed
    return name, data[:32]


# Keys statements


def read_keys_statement(data, identity):
    text, signatures = read_note(data, 48 << 10)
    lines = Lines(text, "cordon keys v1", 48 << 10)
    name = lines.one("prefix", prefix)

    def begin(value):
        fields = value.split(" ")
        if len(fields) != 3 or fields[0] not in KEY_USES[:4] or time(fields[1]) is None:
            return None
        key = vkey(name + "/" + fields[0], 4 if fields[0] == "witness" else 1)(fields[2])
        return (fields[0], time(fields[1]), key) if key else None

    def end(uses):
        def read(value):
            fields = value.split(" ")
            if len(fields) != 3 or fields[0] not in uses or time(fields[1]) is None or digest(fields[2]) is None:
                return None
            return fields[0], time(fields[1]), digest(fields[2])

        return read

    epochs = []

    def epoch(value):
        fields = value.split(" ")
        if len(fields) != 4:
            return None
        count, start, stop = number(0, (1 << 32) - 1)(fields[0]), time(fields[1]), time(fields[2])
        try:
            key = b64_decode(fields[3], "badValue")
        except (Refusal, UnicodeEncodeError):
            return None
        if None in (count, start, stop) or len(key) != 1216 or not start < stop <= start + 31 * DAY:
            return None
        if epochs and epochs[-1] >= count:
            return None
        epochs.append(count)
        return count, start, stop, key

    statement = {"prefix": name, "number": lines.one("number", number(1, 1 << 32)), "issued": lines.one("issued", time)}
    for key, most, read, identify in [
        ("begin", 16, begin, lambda value: value[2].key),
        ("end", 16, end(KEY_USES[:4]), lambda value: value[2]),
        ("epoch", 8, epoch, lambda value: value[3]),
        ("revoke", 64, end(KEY_USES), lambda value: value[2]),
    ]:
        values = statement[key] = lines.many(key, 0, most, read)
        if len({identify(value) for value in values}) != len(values):
            raise lines.bad()

    def restart(value):
        fields = value.split(" ")
        if len(fields) != 2 or number(0, 1 << 62)(fields[0]) is None or digest(fields[1]) is None:
            return None
        return number(0, 1 << 62)(fields[0]), digest(fields[1])

    statement["journal"] = lines.many("journal", 0, 1, restart)
    lines.end()
    if not any(statement[key] for key in ["begin", "end", "epoch", "revoke", "journal"]):
        raise lines.bad()
    if name + "/identity" != identity.name:
        raise Refusal("wrongSubject")
    require_alone(text, signatures, identity)
    return statement
