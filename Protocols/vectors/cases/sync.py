"""Cases for deliveries.json, gossip.json, add-checkpoint.json and evidence.json."""

import struct

import reference as ref
from reference import VKey, b64

from .common import BEN, LEAVES, LOG, OTHER_LOG, ROOT_300, TIME, W, checkpoint, expect, fixed, note

FORK = LEAVES[:100] + LEAVES[300:600]


def signed(size, leaves=LEAVES, log=LOG, *more):
    text = checkpoint(size, ref.tree_hash(leaves[:size]), log.name)
    return note(text, log.sign(text), *(w.cosign(text, TIME) for w in more))


def deliveries():
    cases = []

    def case(name, expected, page, position=0, index=None, limit=100):
        value = expect(name, expected, ref.parse_deliveries, page, position, -1 if index is None else index, limit)
        case = {"name": name, "outcome": expected, "page": page.hex(), "afterPosition": position}
        if index is not None:
            case["afterEntryIndex"] = index
        case["maximumEnvelopeByteCount"] = limit
        if value is not None:
            case["deliveries"] = [
                {"position": p, "entryIndex": index, "envelope": envelope.hex()} for p, index, envelope in value
            ]
        cases.append(case)

    bad, make = "malformedDeliveries", ref.encode_deliveries
    one = make([(1, 0, b"an envelope")])
    three = make([(4, 7, b"one"), (5, 8, b""), (900, 1 << 40, b"three")])
    case("an empty page", "ok", b"")
    case("one delivery", "ok", one)
    case("three deliveries, with gaps", "ok", three, 3, 6)
    case("the largest numbers", "ok", make([(2**64 - 1, 2**64 - 1, b"x")]), 2**64 - 2, 2**64 - 2)
    case("an envelope of the longest size", "ok", make([(1, 0, bytes(100))]))
    case("an envelope longer than that", bad, make([(1, 0, bytes(101))]))
    case("a length of four gigabytes", bad, struct.pack(">QQL", 1, 0, 2**32 - 1))
    for cut in (1, 8, 19, 20, 30):
        case("cut after %d bytes" % cut, bad, one[:cut])
    case("a byte more", bad, one + b"\0")
    case("position 0", bad, make([(0, 0, b"x")]))
    case("the position that is done", bad, one, 1, None)
    case("behind the last position there is", bad, one, 2**64 - 1, None)
    case("a position twice", bad, make([(1, 0, b"x"), (1, 1, b"x")]))
    case("positions that go back", bad, make([(2, 0, b"x"), (1, 1, b"x")]))
    case("the entry that is done", bad, make([(2, 5, b"x")]), 1, 5)
    case("an entry twice", bad, make([(1, 0, b"x"), (2, 0, b"x")]))
    case("entries that go back", bad, make([(1, 3, b"x"), (2, 2, b"x")]))
    return cases


def gossip():
    cases = []

    def case(name, expected, data):
        value = expect(name, expected, ref.parse_gossip, data)
        case = {"name": name, "outcome": expected, "gossip": b64(data)}
        if value is not None:
            case["items"] = [{"kind": kind, "bytes": b64(item)} for kind, item in value]
        cases.append(case)

    bad, make = "malformedGossip", ref.encode_gossip
    held, other = signed(300, LEAVES, LOG, W[0]), signed(5, LEAVES, OTHER_LOG)
    evidence = ref.encode_evidence(None, [], *same_size())
    case("nothing", "ok", b"")
    case("one checkpoint", "ok", make([(1, held)]))
    case("two checkpoints and evidence", "ok", make([(1, held), (1, other), (2, evidence)]))
    case("a note that is no checkpoint", "ok", make([(1, note("a text\n", BEN.sign("a text\n")))]))
    small = note("\n", ref.signature_line("a", bytes(4), b"x"))
    case("256 items", "ok", make([(1, small)] * 256))
    case("257 items", bad, make([(1, small)] * 257))
    case("an item of kind 0", bad, make([(0, held)]))
    case("an item of kind 3", bad, make([(3, held)]))
    case("an empty item", bad, make([(1, b"")]))
    case("a checkpoint as evidence", bad, make([(2, held)]))
    case("a note with a byte more", bad, make([(1, held + b"\n")]))
    whole = make([(1, other)])
    for cut in (1, 4, 5, len(whole) - 1):
        case("cut after %d bytes" % cut, bad, whole[:cut])
    case("a byte more", bad, whole + b"\x01")
    return cases


def add_checkpoint():
    cases = []

    def case(name, expected, data):
        value = expect(name, expected, ref.parse_add_checkpoint, data)
        case = {"name": name, "outcome": expected, "request": b64(data)}
        if value is not None:
            case["oldSize"] = value[0]
            case["hashes"] = [hash.hex() for hash in value[1]]
            case["note"] = b64(value[2])
        cases.append(case)

    bad, make = "malformedAddCheckpoint", ref.encode_add_checkpoint
    held = signed(300)
    proof = ref.consistency_path(100, LEAVES[:300])
    good = make(100, proof, held)
    case("from 100 to 300", "ok", good)
    case("from nothing", "ok", make(0, [], held))
    case("a checkpoint with cosignatures", "ok", make(100, proof, signed(300, LEAVES, LOG, W[0], W[1])))
    case("the largest old size", "ok", make(2**64 - 1, [], held))
    case("63 hashes", "ok", make(1, [fixed("hash")] * 63, held))
    case("64 hashes", bad, make(1, [fixed("hash")] * 64, held))
    case("an old size of 2^64", bad, make(2**64, [], held))
    case("an old size with a zero in front", bad, good.replace(b"old 100", b"old 0100"))
    case("an old size with a sign", bad, good.replace(b"old 100", b"old +100"))
    case("no old size", bad, good.replace(b"old 100", b"old "))
    case("two spaces", bad, good.replace(b"old ", b"old  "))
    case("Old", bad, good.replace(b"old ", b"Old "))
    case("a carriage return", bad, good.replace(b"old 100\n", b"old 100\r\n"))
    case("a hash of 31 bytes", bad, make(100, [bytes(31)], held))
    case("a hash without padding", bad, good.replace(b"=\n", b"\n", 1))
    case("no empty line", bad, b"old 0\n" + held)
    case("no note", bad, make(100, proof, b""))
    case("a note without a signature", bad, make(0, [], checkpoint(300).encode()))
    case("not UTF-8", bad, b"old 1\xff\n\n" + held)
    case("no bytes", bad, b"")
    return cases


def same_size():
    """Two histories at size 300, the smaller root first."""
    return sorted((signed(300), signed(300, FORK)), key=lambda data: ref.verify_checkpoint(data, [VKey(LOG.vkey)])[2])


def evidence():
    cases = []

    def case(name, expected, data, vkeys=(LOG,)):
        value = expect(name, expected, ref.verify_evidence, data, [VKey(key.vkey).require(1) for key in vkeys])
        case = {"name": name, "outcome": expected, "evidence": b64(data), "vkeys": [key.vkey for key in vkeys]}
        if value is not None:
            case["origin"], case["firstSize"], case["secondSize"] = value
        cases.append(case)

    bad, make = "malformedEvidence", ref.encode_evidence
    first, second = same_size()
    same = make(None, [], first, second)
    case("two roots at one size", "ok", same)
    for size1, size2 in [(101, 102), (128, 300), (256, 400), (200, 300)]:
        prefix = ref.tree_hash(FORK[:size1])
        proof = ref.consistency_path(size1, FORK[:size2])
        case("from %d to %d" % (size1, size2), "ok", make(prefix, proof, signed(size1), signed(size2, FORK)))
    case("cosignatures stay", "ok", make(None, [], *sorted_with(W[0])))
    case("keys of two logs known", "ok", same, (OTHER_LOG, LOG))
    different(case, make)
    case("two roots at one size, the larger first", "notAFork", make(None, [], second, first))
    case("the same checkpoint twice", "notAFork", make(None, [], first, first))
    case("not signed by the known log", "noKnownSignature", same, (OTHER_LOG,))
    forged = note(checkpoint(300, fixed("root")), ref.signature_line(LOG.name, LOG.id, bytes(64)))
    case("a bad signature", "badSignature", make(None, [], first, forged))
    text = checkpoint(300) + "an extension\n"
    case("a checkpoint with an extension", "malformedCheckpoint", make(None, [], first, note(text, LOG.sign(text))))
    malformed(case, bad, make, same, first, second)
    return cases


def sorted_with(witness):
    pair = (signed(300, LEAVES, LOG, witness), signed(300, FORK, LOG, witness))
    return sorted(pair, key=lambda data: ref.verify_checkpoint(data, [VKey(LOG.vkey)])[2])


def different(case, make):
    size1, size2 = 200, 300
    prefix, proof = ref.tree_hash(FORK[:size1]), ref.consistency_path(size1, FORK[:size2])
    older, newer = signed(size1), signed(size2, FORK)
    innocent = "notAFork"
    true_proof = ref.consistency_path(size1, LEAVES[:size2])
    case("a log that only grew", innocent, make(ref.tree_hash(LEAVES[:size1]), true_proof, older, signed(size2)))
    case("different sizes without a proof", innocent, make(None, [], older, newer))
    case("the larger first", innocent, make(prefix, proof, newer, older))
    case("a prefix at one size", innocent, make(fixed("root"), [], *same_size()))
    case("a proof of something else", innocent, make(prefix, proof[:-1] + [fixed("hash")], older, newer))
    case("a prefix that the proof does not give", innocent, make(fixed("root"), proof, older, newer))
    case("a hash too many", innocent, make(prefix, proof + [fixed("hash")], older, newer))
    case("no hashes", innocent, make(prefix, [], older, newer))
    case("from the empty tree", innocent, make(prefix, proof, signed(0), newer))
    other = signed(size2, FORK, OTHER_LOG)
    case("two logs", innocent, make(prefix, proof, older, other), (LOG, OTHER_LOG))


def malformed(case, bad, make, same, first, second):
    case("another version", bad, same.replace(b"evidence v1", b"evidence v2"))
    case("no title", bad, same[same.index(b"\n") + 1 :])
    case("no empty line", bad, same.replace(b"v1\n\n", b"v1\n"))
    case("something before the notes", bad, same.replace(b"v1\n\n", b"v1\nprefixes\n\n"))
    case("hashes without a prefix", bad, same.replace(b"v1\n\n", ("v1\n%s\n\n" % b64(ROOT_300)).encode()))
    case("64 hashes", bad, make(ROOT_300, [ROOT_300] * 64, first, second))
    case("a prefix of 31 bytes", bad, make(bytes(31), [], first, second))
    case("a length with a zero in front", bad, same.replace(b"\nfirst ", b"\nfirst 0"))
    case("a length that is too small", bad, same.replace(b"first %d" % len(first), b"first %d" % (len(first) - 1)))
    case("a length that is too large", bad, same.replace(b"second %d" % len(second), b"second %d" % (len(second) + 1)))
    case("a byte more", bad, same + b"\n")
    case("one note only", bad, same[: same.index(b"second ")])
    case("the second before the first", bad, same.replace(b"first ", b"second ", 1))
    long = "x" * 32768 + "\n"
    case("a note that is too long", bad, make(None, [], note(long, LOG.sign(long)), second))
    case("no bytes", bad, b"")
