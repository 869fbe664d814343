"""What the cases share: throw-away keys, entries, and the comparison of expected with actual outcomes."""

import hashlib
import struct

import reference as ref
from reference import Refusal


def fixed(label, count=32):
    """Bytes that stand in for random ones."""
    return hashlib.sha256(b"cordon vectors, not a secret: " + label.encode()).digest()[:count]


def outcome(function, *arguments):
    """Either "ok" and what `function` returns, or the code it refuses with."""
    try:
        return "ok", function(*arguments)
    except Refusal as refusal:
        return refusal.code, None


def expect(name, expected, function, *arguments):
    got, value = outcome(function, *arguments)
    assert got == expected, "%s: expected %s, got %s" % (name, expected, got)
    return value


def flip(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


class Key:
    """A throw-away Ed25519 key pair and its vkey."""

    def __init__(self, name, kind=1, label=None):
        self.name, self.kind, self.seed = name, kind, fixed("seed of " + (label or name))
        self.public = ref.public_key(self.seed)
        self.id = ref.key_id(name, kind, self.public)
        self.vkey = ref.encode_vkey(name, kind, self.public)

    def sign(self, text):
        """A signature line over a note's text."""
        return ref.signature_line(self.name, self.id, ref.sign(self.seed, text.encode()))

    def cosign(self, text, timestamp):
        return ref.signature_line(self.name, self.id, self.cosignature(text, timestamp))

    def cosignature(self, text, timestamp):
        message = b"cosignature/v1\ntime %d\n" % timestamp + text.encode()
        return struct.pack(">Q", timestamp) + ref.sign(self.seed, message)


def note(text, *lines):
    return (text + "\n" + "".join(lines)).encode("utf-8", "surrogatepass")


ENTRIES = [b"entry %d" % index for index in range(65_537)]
LEAVES = [ref.leaf_hash(entry) for entry in ENTRIES]


ANN, BEN, ZOLL = Key("ann.example/log"), Key("ben.example/log"), Key("zoll.example/bücher")
STRANGER = Key("stranger.example/log")
LOG, OTHER_LOG = Key("vn.customs.example/exchange"), Key("la.customs.example/exchange")
W = [Key("w%d.example/witness" % i, 4) for i in range(9)]
ROOT_300 = ref.tree_hash(LEAVES[:300])
TIME = 1_700_000_000


def checkpoint(size, root=None, origin=LOG.name):
    return ref.checkpoint_text(origin, size, ref.tree_hash(LEAVES[:size]) if root is None else root)


def weak_keys():
    """Encodings that RFC 8032 or strong binding refuse."""
    base = ref.point_decode(ANN.public)
    order_8 = ref.point_decode(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))
    mixed = {
        "order %d" % (8 // k): ref.point_encode(ref.point_add(base, ref.point_multiply(k, order_8))) for k in (4, 2, 1)
    }
    return [
        ("the identity", (1).to_bytes(32, "little")),
        ("the identity, not canonical", (ref.P + 1).to_bytes(32, "little")),
        ("the identity, sign bit set", (1 | 1 << 255).to_bytes(32, "little")),
        ("the point of order 2", (ref.P - 1).to_bytes(32, "little")),
        ("a point of order 4", bytes(32)),
        ("a point of order 8", ref.point_encode(order_8)),
        ("not on the curve", (2).to_bytes(32, "little")),
        ("all bits set", b"\xff" * 32),
    ] + [("a good key and a component of " + order, key) for order, key in mixed.items()]
