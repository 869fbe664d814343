"""Cases for entries.json."""

import hashlib
import struct

import reference as ref

from .common import expect, fixed, flip, weak_keys

RELEASE, OTHER_RELEASE = fixed("release key"), fixed("another release key")
PUBLIC, OTHER_PUBLIC = ref.public_key(RELEASE), ref.public_key(OTHER_RELEASE)
ORIGIN, OTHER_ORIGIN = b"vn.customs.example/exchange", b"la.customs.example/exchange"
TIME = 1_800_000_000_123
KIND_NAMES = {ref.NOTICE: "notice", ref.KEYS: "keys", ref.ERASURE: "erasure"}
LAST = 2**64 - 1


def outline(stanzas=2, padded=4096):
    return fixed("recipients commitment"), fixed("document commitment"), stanzas, padded


def references(count):
    return [(fixed("entry %d" % i, 16), fixed("leaf of entry %d" % i)) for i in range(count)]


def notice_core(signer=PUBLIC, id=fixed("entry id", 16), kind=ref.NOTICE, time=TIME, refs=(), outline=outline()):
    header = ref.encode_header(ref.signer_id(signer), id, kind, time, outline, refs)
    return header + fixed("digest of stanzas") + fixed("digest of body") + fixed("key commitment")


def statement_core(kind=ref.KEYS, statement=b"a statement", refs=(), length=None):
    header = ref.encode_header(ref.signer_id(PUBLIC), fixed("entry id", 16), kind, TIME, None, refs)
    return header + struct.pack(">H", len(statement) if length is None else length) + statement


def signed(core, seed=RELEASE, origin=ORIGIN):
    return ref.sign_entry(core, seed, origin)


class Entries:
    def __init__(self):
        self.cases = []

    def case(self, name, expected, data, key=PUBLIC, origin=ORIGIN):
        entry = expect(name, expected, ref.verified_entry, data, key, origin)
        case = {
            "name": name,
            "outcome": expected,
            **without_zeros(data),
            "key": key.hex(),
            "origin": origin.decode(),
        }
        if entry:
            case.update(fields(entry, origin))
        self.cases.append(case)


def without_zeros(data):
    """A long run of zeros, told instead of written."""
    start = data.find(bytes(1000))
    if start < 0:
        return {"entry": data.hex()}
    count = len(data) - start - len(data[start:].lstrip(b"\x00"))
    return {"entry": (data[:start] + data[start + count :]).hex(), "zerosAt": start, "zeroCount": count}


def fields(entry, origin):
    values = {
        "kind": entry.kind,
        "signer": entry.signer.hex(),
        "id": entry.id.hex(),
        "timeMilliseconds": entry.time,
        "references": [{"id": id.hex(), "leafHash": leaf.hex()} for id, leaf in entry.references],
        "headerHash": ref.header_hash(entry.header, origin).hex(),
        "leafHash": entry.leaf_hash.hex(),
    }
    if entry.kind != ref.NOTICE:
        return {**values, "statementSHA256": hashlib.sha256(entry.statement).hexdigest()}
    return {
        **values,
        "recipientsCommitment": entry.recipients_commitment.hex(),
        "documentCommitment": entry.document_commitment.hex(),
        "stanzaCount": entry.stanzas,
        "paddedByteCount": entry.padded,
        "stanzasDigest": entry.stanzas_digest.hex(),
        "bodyDigest": entry.body_digest.hex(),
        "keyCommitment": entry.key_commitment.hex(),
    }


def entries():
    made = Entries()
    good_entries(made.case)
    bad_fields(made.case)
    bad_ends(made.case)
    bad_signatures(made.case)
    return made.cases


def good_entries(case):
    case("a notice", "ok", signed(notice_core()))
    case("keys", "ok", signed(statement_core()))
    case("an erasure", "ok", signed(statement_core(ref.ERASURE)))
    case("at time 0", "ok", signed(notice_core(time=0)))
    case("at the last time", "ok", signed(notice_core(time=LAST)))
    case("an id of zeros", "ok", signed(notice_core(id=bytes(16))))
    for count in (1, 4, 16):
        case("a notice with %d references" % count, "ok", signed(notice_core(refs=references(count))))
    case("an erasure with a reference", "ok", signed(statement_core(ref.ERASURE, refs=references(1))))
    for stanzas in (1, 4, 8, 16, 32, 64, 128, 256):
        case("%d stanzas" % stanzas, "ok", signed(notice_core(outline=outline(stanzas))))
    for padded in (4352, 4608, 7936, 8192, 8704, 65_536, 67_584, 1 << 20, 1_114_112):
        case("a body of %d bytes" % padded, "ok", signed(notice_core(outline=outline(padded=padded))))
    case("a statement of one byte", "ok", signed(statement_core(statement=b"\x00")))
    case("a statement of 60,000 bytes", "ok", signed(statement_core(statement=bytes(60_000))))
    for origin in (b"v", b"v" * 255, "zoll.example/bücher".encode()):
        case("an origin of %d bytes" % len(origin), "ok", signed(notice_core(), origin=origin), origin=origin)
    case("by another key, which is given", "ok", signed(notice_core(OTHER_PUBLIC), OTHER_RELEASE), OTHER_PUBLIC)


def bad_fields(case):
    core = notice_core()
    for version in (0, 2, 255):
        case("version %d" % version, "unknownVersion", signed(bytes([version]) + core[1:]))
    for suite in (0, 2, 255):
        case("suite %d" % suite, "unknownSuite", signed(core[:1] + bytes([suite]) + core[2:]))
    for kind in (0, 4, 255):
        case("kind %d" % kind, "unknownKind", signed(core[:50] + bytes([kind]) + core[51:]))
    for stanzas in (0, 3, 255, 257, 512, 65_535):
        case("%d stanzas" % stanzas, "badStanzaCount", signed(notice_core(outline=outline(stanzas))))
    for padded in (0, 1, 2048, 4095, 4097, 4351, 8193, 65_537, 1 << 20 | 1, 1_114_113, 1_146_880, 1 << 31, 2**32 - 1):
        case("a body of %d bytes" % padded, "badBodySize", signed(notice_core(outline=outline(padded=padded))))
    case("3 stanzas, a body of 4095 bytes", "badStanzaCount", signed(notice_core(outline=outline(3, 4095))))
    case("17 references", "badReferences", signed(notice_core(refs=references(17))))
    case("255 references said, none there", "badReferences", signed(core[:129] + b"\xff" + core[130:]))
    case("one reference twice", "badReferences", signed(notice_core(refs=references(1) * 2)))
    twice = [(references(1)[0][0], fixed("another leaf")), *references(3)]
    case("references to one id with two leaves", "badReferences", signed(notice_core(refs=twice)))
    case("an empty statement", "badStatement", signed(statement_core(statement=b"")))
    case("a statement of 60,001 bytes", "badStatement", signed(statement_core(statement=bytes(60_001))))
    case("a statement said to have 65,535 bytes", "badStatement", signed(statement_core(length=65_535)))
    case("a notice's bytes as keys", "badReferences", signed(core[:50] + b"\x02" + core[51:59] + b"\x20" + core[60:]))


def bad_ends(case):
    for name, good in (("a notice", signed(notice_core(refs=references(2)))), ("keys", signed(statement_core()))):
        case("nothing of %s" % name, "truncated", b"")
        cuts = (1, 2, 33, 34, 49, 50, 51, 58, 59, 60, 61, 91, 123, 124, 125, 128, 129, 130, 177, 178, 225, 226, 257)
        for cut in [cut for cut in cuts if cut < len(good) - 1] + [len(good) - 64, len(good) - 1]:
            case("%s cut to %d bytes" % (name, cut), "truncated", good[:cut])
        case("a byte behind %s" % name, "surplus", good + b"\x00")
    one_more = signed(statement_core(length=12))
    case("a statement said to be a byte longer", "truncated", one_more)
    case("a statement said to be a byte shorter", "surplus", signed(statement_core(length=10)))
    case("65,536 bytes", "tooLong", signed(statement_core()) + bytes(65_536 - len(signed(statement_core()))))
    case("65,535 bytes", "surplus", signed(statement_core()) + bytes(65_535 - len(signed(statement_core()))))


def bad_signatures(case):
    core = notice_core()
    good = signed(core)
    case("for another log", "badSignature", good, origin=OTHER_ORIGIN)
    case("an empty origin", "badOrigin", good, origin=b"")
    case("an origin of 256 bytes", "badOrigin", good, origin=b"v" * 256)
    case("checked with another key", "wrongSigner", good, OTHER_PUBLIC)
    case("another key named as the signer", "wrongSigner", signed(notice_core(OTHER_PUBLIC)))
    case("signed by another key than the one named", "badSignature", signed(core, OTHER_RELEASE))
    for byte in (2, 34, 51, 59, 91, 129 + 1, 161, 193, 225, len(good) - 64, len(good) - 1):
        expected = "wrongSigner" if byte == 2 else "badSignature"
        case("byte %d changed" % byte, expected, flip(good, 8 * byte))
    keys = signed(statement_core())
    case("keys made an erasure", "badSignature", keys[:50] + b"\x03" + keys[51:])
    bare = core + ref.sign(RELEASE, b"cordon entry v1" + core)
    case("signed without the origin", "badSignature", bare)
    bare = core + ref.sign(RELEASE, b"cordon entry v1" + ORIGIN + core)
    case("signed without the length of the origin", "badSignature", bare)
    case("signed without the context", "badSignature", core + ref.sign(RELEASE, bytes([len(ORIGIN)]) + ORIGIN + core))
    # The end of one origin as the beginning of the next field.
    shifted = ref.bound(ORIGIN + core[:1], b"cordon entry v1", core[1:])
    case("signed for an origin that goes on", "badSignature", core + ref.sign(RELEASE, shifted))
    s = int.from_bytes(good[-32:], "little") + ref.L
    case("S not reduced", "badSignature", good[:-32] + s.to_bytes(32, "little"))
    identity = weak_keys()[0][1]
    case("R of small order, S zero", "badSignature", core + identity + bytes(32))
