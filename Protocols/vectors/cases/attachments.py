"""Cases for chunked-encryption.json."""

import hashlib

import reference as ref

from .common import expect, fixed

KEY, OTHER_KEY = fixed("attachment key"), fixed("another attachment key")
CONTEXT, OTHER_CONTEXT = b"cordon attachment v1", b"cordon envelope v1"
CHUNK, SEALED, HEADER = 16_384, 16_400, 56


def content(count):
    return bytes(i % 251 for i in range(count))


def chunked_encryption():
    return Chunked().make()


class Chunked:
    def __init__(self):
        self.cases, self.messages = [], {}

    def good(self, name, count, key=KEY, context=CONTEXT):
        salt = fixed("salt of " + name, 24)
        message = ref.seal_chunked(key, salt, context, content(count))
        assert expect(name, "ok", ref.open_chunked, key, context, message) == content(count)
        self.compare(name, key, context, message, content(count))
        message_key, base, commitment = ref.message_keys(key, salt, context)
        self.messages[name] = message
        self.add(name, "ok", key, context, message, salt=salt.hex(), contentByteCount=count)
        self.cases[-1].update(
            contentSHA256=hashlib.sha256(content(count)).hexdigest(),
            messageKey=message_key.hex(),
            baseNonce=base.hex(),
            commitment=commitment.hex(),
        )
        if len(message) < 1024:
            self.cases[-1]["message"] = message.hex()

    def bad(self, name, parts, key=KEY, context=CONTEXT):
        """`parts`: bytes, or (good message, from, to)."""
        message = b"".join(part if isinstance(part, bytes) else self.piece(*part) for part in parts)
        expect(name, "notAuthentic", ref.open_chunked, key, context, message)
        self.compare(name, key, context, message, None)
        self.add(name, "notAuthentic", key, context, message)
        self.cases[-1]["parts"] = [
            {"bytes": part.hex()} if isinstance(part, bytes) else dict(zip(("of", "from", "to"), part))
            for part in parts
        ]

    def piece(self, name, start, end):
        assert 0 <= start <= end <= len(self.messages[name])
        return self.messages[name][start:end]

    def add(self, name, outcome, key, context, message, **values):
        case = {"name": name, "outcome": outcome, "key": key.hex(), "context": context.hex(), **values}
        case.update(messageByteCount=len(message), messageSHA256=hashlib.sha256(message).hexdigest())
        self.cases.append(case)

    @staticmethod
    def compare(name, key, context, message, expected):
        """The package's own implementation, where it is new enough to have one, has to agree."""
        try:
            from cryptography.cobblestone import Cobblestone256Decryptor
        except ImportError:
            return
        from cryptography.exceptions import InvalidTag

        decryptor = Cobblestone256Decryptor(key, context=context)
        try:
            got = decryptor.update(message) + decryptor.finalize()
        except InvalidTag:
            got = None
        assert got == expected, name

    def make(self):
        for count in (0, 1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 1000, 258 * CHUNK + 5):
            self.good("%d bytes" % count, count)
        self.good("no context", 100, context=b"")
        self.good("another context", 100, context=OTHER_CONTEXT)
        self.good("another key", 3 * CHUNK + 1000, key=OTHER_KEY)
        self.good("another salt", 3 * CHUNK + 1000)
        self.cut()
        self.extended()
        self.rearranged()
        self.changed()
        return self.cases

    def cut(self):
        three, one = "%d bytes" % (3 * CHUNK + 1000), "17 bytes"
        end = len(self.messages[three])
        self.bad("nothing", [b""])
        self.bad("only the salt", [(one, 0, 24)])
        self.bad("a header cut short", [(one, 0, HEADER - 1)])
        self.bad("only a header", [(one, 0, HEADER)])
        self.bad("less than a tag", [(one, 0, HEADER + 15)])
        self.bad("only a tag", [(one, 0, HEADER), (one, HEADER + 17, HEADER + 33)])
        self.bad("the last byte missing", [(three, 0, end - 1)])
        for chunks in (1, 2, 3):
            self.bad("cut after chunk %d" % (chunks - 1), [(three, 0, HEADER + chunks * SEALED)])
        self.bad("cut within chunk 1", [(three, 0, HEADER + SEALED + 1000)])
        self.bad("cut 15 bytes after chunk 1", [(three, 0, HEADER + 2 * SEALED + 15)])
        self.bad("cut 16 bytes after chunk 1", [(three, 0, HEADER + 2 * SEALED + 16)])
        whole = "%d bytes" % (2 * CHUNK)
        self.bad("the empty last chunk missing", [(whole, 0, HEADER + 2 * SEALED)])
        self.bad("the first chunk missing", [(three, 0, HEADER), (three, HEADER + SEALED, end)])

    def extended(self):
        three, empty = "%d bytes" % (3 * CHUNK + 1000), "0 bytes"
        end = len(self.messages[three])
        self.bad("a byte appended", [(three, 0, end), b"\x00"])
        self.bad("16 zeros appended", [(three, 0, end), bytes(16)])
        self.bad("the last chunk appended again", [(three, 0, end), (three, HEADER + 3 * SEALED, end)])
        self.bad("a whole chunk appended", [(three, 0, end), (three, HEADER, HEADER + SEALED)])
        keys = ref.message_keys(KEY, self.messages[three][:24], CONTEXT)
        more = ref.seal_chunk(*keys[:2], 4, b"more")
        self.bad("the next chunk appended, sealed with the key", [(three, 0, end), more])
        keys = ref.message_keys(KEY, self.messages[empty][:24], CONTEXT)
        self.bad("a second empty chunk, sealed with the key", [(empty, 0, 72), ref.seal_chunk(*keys[:2], 1, b"")])

    def rearranged(self):
        three, other = "%d bytes" % (3 * CHUNK + 1000), "another salt"
        end = len(self.messages[three])
        at = [HEADER + i * SEALED for i in range(4)] + [end]

        def chunks(*order):
            return [(three, 0, HEADER)] + [(three, at[i], at[i + 1]) for i in order]

        self.bad("chunks 0 and 1 swapped", chunks(1, 0, 2, 3))
        self.bad("chunks 1 and 2 swapped", chunks(0, 2, 1, 3))
        self.bad("chunk 1 twice", chunks(0, 1, 1, 2, 3))
        self.bad("chunk 1 in place of chunk 2", chunks(0, 1, 1, 3))
        self.bad("chunk 1 left out", chunks(0, 2, 3))
        self.bad("chunk 1 of another message", [(three, 0, at[1]), (other, at[1], at[2]), (three, at[2], end)])
        self.bad("the header of another message", [(other, 0, HEADER), (three, HEADER, end)])
        self.bad("the salt of another message", [(other, 0, 24), (three, 24, end)])

    def changed(self):
        three = "%d bytes" % (3 * CHUNK + 1000)
        end, message = len(self.messages[three]), self.messages[three]

        def flipped(name, place, bit):
            changed = bytes([message[place] ^ bit])
            self.bad(name, [(three, 0, place), changed, (three, place + 1, end)])

        flipped("salt changed", 0, 1)
        flipped("commitment changed", 24, 1)
        flipped("the last byte of the commitment changed", 55, 0x80)
        flipped("the first byte of chunk 0 changed", HEADER, 1)
        flipped("a byte within chunk 1 changed", HEADER + SEALED + 5000, 0x10)
        flipped("the tag of chunk 1 changed", HEADER + 2 * SEALED - 1, 0x80)
        flipped("the last chunk changed", HEADER + 3 * SEALED, 1)
        flipped("the last tag changed", end - 1, 1)
        whole = [(three, 0, end)]
        self.bad("wrong key", whole, key=OTHER_KEY)
        self.bad("wrong context", whole, context=OTHER_CONTEXT)
        self.bad("no context where there was one", whole, context=b"")
        self.bad("a context where there was none", [("no context", 0, len(self.messages["no context"]))])
