"""Cases for checkpoints.json and proofs.json."""

import base64
import struct

import reference as ref
from reference import VKey, b64

from .common import (
    ENTRIES,
    LEAVES,
    LOG,
    OTHER_LOG,
    ROOT_300,
    STRANGER,
    TIME,
    W,
    ZOLL,
    Key,
    checkpoint,
    expect,
    flip,
    note,
)
from .policies import witness_lines


def checkpoints():
    cases = []

    def case(name, expected, data, logs=(LOG,), witnesses=()):
        logs = [VKey(key.vkey).require(1) for key in logs]
        witnesses = [VKey(key.vkey).require(4) for key in witnesses]
        value = expect(name, expected, ref.verify_checkpoint, data, logs, witnesses)
        case = {
            "name": name,
            "outcome": expected,
            "note": b64(data),
            "logs": [key.text for key in logs],
            "witnesses": [key.text for key in witnesses],
        }
        if value:
            origin, size, root, cosigned = value
            case.update(
                origin=origin,
                size=size,
                root=root.hex(),
                cosignatures=[
                    {"witness": key.name, "timestamp": time}
                    for key, time in sorted(cosigned.items(), key=lambda c: c[0].name)
                ],
            )
        cases.append(case)

    good_checkpoints(case)
    for name, text in malformed_checkpoints():
        case(name, "malformedCheckpoint", note(text, LOG.sign(text)))
    text = checkpoint(300)
    short = text.replace("300", "0300")
    case("malformed, and badly signed", "badSignature", note(short, LOG.sign(text)))
    case("not a note", "malformedNote", text.encode())
    case("another log's checkpoint", "noKnownSignature", note(text, OTHER_LOG.sign(text)))
    case("signed by a witness, not by the log", "noKnownSignature", note(text, W[1].cosign(text, TIME)), (LOG,), W[1:2])
    for name, origin in [
        ("another log's origin", OTHER_LOG.name),
        ("an origin in upper case", LOG.name.upper()),
        ("an origin that begins with the log's name", LOG.name + "2"),
        ("an origin that is cut", LOG.name[:-1]),
    ]:
        text = checkpoint(300, origin=origin)
        case(name, "wrongOrigin", note(text, LOG.sign(text)), (LOG, OTHER_LOG))
    text = checkpoint(300, origin="zoll.example/bu\u0308cher")
    case("an origin in another spelling (NFD)", "wrongOrigin", note(text, ZOLL.sign(text)), (ZOLL,))
    text = checkpoint(300)
    case("a signature over another size", "badSignature", note(text, LOG.sign(checkpoint(299))))
    case("a signature over another root", "badSignature", note(text, LOG.sign(checkpoint(300, LEAVES[0]))))
    bad_cosignatures(case, text)
    return cases


def good_checkpoints(case):
    for size in [0, 1, 7, 256, 300]:
        text = checkpoint(size)
        case("size %d" % size, "ok", note(text, LOG.sign(text)))
    text = checkpoint((1 << 63) - 1, LEAVES[0])
    case("the largest size", "ok", note(text, LOG.sign(text)))
    text = checkpoint(300)
    line, successor = LOG.sign(text), Key(LOG.name, label="the log's next key")
    case("two logs known", "ok", note(text, line), (OTHER_LOG, LOG))
    case("signed with two keys of the log", "ok", note(text, line, successor.sign(text)), (LOG, successor))
    both = note(text, successor.sign(text), line)
    case("signed with two keys of the log, the new one known", "ok", both, (successor,))
    case("signed with two keys of the log, the old one known", "ok", both)
    bad = ref.signature_line(LOG.name, LOG.id, bytes(64))
    badly = note(text, successor.sign(text), bad)
    case("badly signed with an old key that is not known", "ok", badly, (successor,))
    case("badly signed with an old key that is known", "badSignature", badly, (LOG, successor))
    case("signed by another log as well", "ok", note(text, OTHER_LOG.sign(text), line), (OTHER_LOG, LOG))
    case("cosigned by one witness", "ok", note(text, line, W[1].cosign(text, TIME)), (LOG,), W[1:2])
    case("cosigned before the log's line", "ok", note(text, W[1].cosign(text, TIME), line), (LOG,), W[1:2])
    case(
        "cosigned by two witnesses, one known",
        "ok",
        note(text, line, W[1].cosign(text, TIME), W[2].cosign(text, TIME + 1)),
        (LOG,),
        W[2:3],
    )
    case(
        "cosigned by two known witnesses",
        "ok",
        note(text, line, W[1].cosign(text, TIME), W[2].cosign(text, TIME + 1)),
        (LOG,),
        W[1:4],
    )
    case(
        "cosigned twice by one witness: the later time counts",
        "ok",
        note(text, line, W[1].cosign(text, TIME + 60), W[1].cosign(text, TIME)),
        (LOG,),
        W[1:2],
    )
    case("cosigned at time 0", "ok", note(text, line, W[1].cosign(text, 0)), (LOG,), W[1:2])
    case(
        "cosigned at the latest time there is", "ok", note(text, line, W[1].cosign(text, (1 << 63) - 1)), (LOG,), W[1:2]
    )
    case(
        "a bad cosignature of a witness that is not known",
        "ok",
        note(text, line, ref.signature_line(W[1].name, W[1].id, bytes(72))),
        (LOG,),
        W[2:3],
    )


def malformed_checkpoints():
    origin, _, root = checkpoint(300).splitlines()

    def text(*lines):
        return "\n".join(lines) + "\n"

    sizes = [
        ("a leading zero", "0300"),
        ("size 00", "00"),
        ("a negative size", "-1"),
        ("a plus sign", "+300"),
        ("an empty size", ""),
        ("a size in hexadecimal", "0x12c"),
        ("a size with a space", "300 "),
        ("a size with a fraction", "300.0"),
        ("a size of 2^63", str(1 << 63)),
        ("a size of 2^64", str(1 << 64)),
        ("a size of 2^64 + 300", str((1 << 64) + 300)),
        ("a size in Arabic digits", "\u0663\u0660\u0660"),
    ]
    roots = [
        ("a root of 31 bytes", b64(ROOT_300[:31])),
        ("a root of 33 bytes", b64(ROOT_300 + b"\x00")),
        ("an empty root", ""),
        ("a root in hexadecimal", ROOT_300.hex()),
        ("a root without padding", root.rstrip("=")),
        ("a root with bits set behind its end", root[:-2] + chr(ord(root[-2]) + 1) + "="),
        ("a root with a space", root + " "),
    ]
    return (
        [(name, text(origin, size, root)) for name, size in sizes]
        + [(name, text(origin, "300", bad)) for name, bad in roots]
        + [
            ("an extension line", text(origin, "300", root, "timestamp 1700000000")),
            ("an empty line behind the root", text(origin, "300", root, "")),
            ("an empty origin", text("", "300", root)),
            ("no root", text(origin, "300")),
            ("no size", text(origin)),
            ("size and root swapped", text(origin, root, "300")),
            ("size 0 with the root of another tree", text(origin, "0", root)),
            ("size 0 with a root of zeros", text(origin, "0", b64(bytes(32)))),
        ]
    )


def bad_cosignatures(case, text):
    line, w = LOG.sign(text), W[1]

    def bad(name, signature):
        case(name, "badSignature", note(text, line, ref.signature_line(w.name, w.id, signature)), (LOG,), [w])

    good = w.cosignature(text, TIME)
    bad("a cosignature with one bit changed", flip(good, 100))
    bad("a cosignature with another time", struct.pack(">Q", TIME + 1) + good[8:])
    bad("a cosignature over another checkpoint", w.cosignature(checkpoint(299), TIME))
    bad("a cosignature over the text alone", struct.pack(">Q", TIME) + ref.sign(w.seed, text.encode()))
    bad("a cosignature without its time", good[8:])
    bad("a cosignature of 71 bytes", good[:71])
    bad("a cosignature of 73 bytes", good + b"\x00")
    bad("a cosignature at time 2^63", w.cosignature(text, 1 << 63))
    bad("the time little-endian", struct.pack("<Q", TIME) + good[8:])
    case(
        "a good and a bad cosignature",
        "badSignature",
        note(text, line, w.cosign(text, TIME), W[2].cosign(checkpoint(299), TIME)),
        (LOG,),
        W[1:3],
    )
    both = Key(LOG.name, 4, LOG.name)
    assert both.public == LOG.public
    case(
        "the log's key as a witness: its cosignature is not the log's signature",
        "noKnownSignature",
        note(text, both.cosign(text, TIME)),
        (LOG,),
        [both],
    )


def proofs():
    cases = []

    def case(name, expected, data, entry, key=LOG, policy=None):
        parsed_policy = ref.Policy(policy.encode()) if policy else None
        logs = parsed_policy.logs if policy else [VKey(key.vkey).require(1)]
        value = expect(name, expected, ref.verify_proof, data, ref.leaf_hash(entry), logs, parsed_policy)
        case = {"name": name, "outcome": expected, "proof": b64(data), "entry": entry.hex(), "vkey": key.vkey}
        if policy:
            case["policy"] = b64(policy.encode())
        if value:
            extra, index, size = value
            case.update(index=index, size=size, hashCount=len(ref.parse_proof(data)[2]))
            if extra is not None:
                case["extra"] = extra.hex()
        cases.append(case)

    def made(index, size, extra=None, **changes):
        text = changes.get("text", checkpoint(size))
        signed = changes.get("note", note(text, changes.get("line", LOG.sign(text))))
        path = changes.get("path", ref.audit_path(index, LEAVES[:size]) if index < size else [])
        return ref.encode_proof(extra, changes.get("at", index), path, signed)

    for index, size in [(0, 1), (3, 7), (7, 8), (255, 256), (256, 257), (17, 300), (299, 300)]:
        case("entry %d of %d" % (index, size), "ok", made(index, size, ENTRIES[index]), ENTRIES[index])
    case("no extra data", "ok", made(3, 7), ENTRIES[3])
    case("extra data of no bytes", "ok", made(3, 7, b""), ENTRIES[3])
    case("extra data that is not the entry: a caller must compare", "ok", made(3, 7, b"something else"), ENTRIES[3])
    text = checkpoint(7)
    cosigned = note(text, LOG.sign(text), W[0].cosign(text, TIME), W[1].cosign(text, TIME))
    policy = "log %s\n%sgroup g 2 w0 w1 w2\nquorum g\n" % (LOG.vkey, witness_lines(3))
    case("cosigned as the policy asks", "ok", made(3, 7, ENTRIES[3], note=cosigned), ENTRIES[3], policy=policy)
    case("not cosigned as the policy asks", "quorumNotMet", made(3, 7, ENTRIES[3]), ENTRIES[3], policy=policy)
    case("cosigned, for a verifier without a policy", "ok", made(3, 7, ENTRIES[3], note=cosigned), ENTRIES[3])
    good = made(3, 7, ENTRIES[3])
    for name, data in malformed_proofs(good):
        case(name, "malformedProof", data, ENTRIES[3])
    path = ref.audit_path(3, LEAVES[:7])
    case("of another entry", "proofMismatch", made(3, 7), ENTRIES[4])
    case("with the hash of the entry for the entry", "proofMismatch", made(3, 7), LEAVES[3])
    case("at another index", "proofMismatch", made(3, 7, at=2), ENTRIES[3])
    case("with a hash too few", "proofMismatch", made(3, 7, path=path[:-1]), ENTRIES[3])
    case("with a hash too many", "proofMismatch", made(3, 7, path=path + path[:1]), ENTRIES[3])
    case("with its hashes in reverse", "proofMismatch", made(3, 7, path=path[::-1]), ENTRIES[3])
    case("to a checkpoint of another size", "proofMismatch", made(3, 7, text=checkpoint(8)), ENTRIES[3])
    case("an index at the end of the log", "outOfRange", made(3, 7, at=7), ENTRIES[3])
    case("the largest index", "outOfRange", made(3, 7, at=(1 << 64) - 1), ENTRIES[3])
    case("from an empty log", "outOfRange", made(0, 0), ENTRIES[0])
    case("its checkpoint cut", "malformedNote", good[:-1], ENTRIES[3])
    case("no checkpoint", "malformedNote", made(3, 7, note=b""), ENTRIES[3])
    case("its checkpoint badly signed", "badSignature", made(3, 7, line=LOG.sign(checkpoint(8))), ENTRIES[3])
    case("its checkpoint signed by a stranger", "noKnownSignature", made(3, 7, line=STRANGER.sign(text)), ENTRIES[3])
    other = checkpoint(7, origin=OTHER_LOG.name)
    case("its checkpoint of another log", "wrongOrigin", made(3, 7, text=other), ENTRIES[3])
    longer = text + "extension\n"
    case("its checkpoint with an extension line", "malformedCheckpoint", made(3, 7, text=longer), ENTRIES[3])
    return cases


def malformed_proofs(good):
    header, extra, index, *rest = good.decode().split("\n")
    hashes, checkpoint_lines = rest[: rest.index("")], rest[rest.index("") :]

    def made(*head, hashes=hashes):
        return "\n".join([*head, *hashes, *checkpoint_lines]).encode()

    assert made(header, extra, index) == good
    return [
        ("nothing", b""),
        ("the header alone", header.encode() + b"\n"),
        ("no header", made(extra, index)),
        ("a header in upper case", made(header.upper(), extra, index)),
        ("a header of version 2", made(header[:-1] + "2", extra, index)),
        ("a space behind the header", made(header + " ", extra, index)),
        ("CR LF", good.replace(b"\n", b"\r\n")),
        ("no index", made(header, extra)),
        ("index behind the hashes", made(header, extra, *hashes, index, hashes=[])),
        ("extra data behind the index", made(header, index, extra)),
        ("extra data twice", made(header, extra, extra, index)),
        ("extra data that is not base 64", made(header, "extra *", index)),
        ("extra without a space", made(header, "extra", index)),
        ("extra data without padding", made(header, "extra AA", index)),
        ("an index with a leading zero", made(header, "index 03")),
        ("a negative index", made(header, "index -3")),
        ("an empty index", made(header, "index ")),
        ("an index of 2^64", made(header, "index 18446744073709551616")),
        ("an index in hexadecimal", made(header, "index 0x3")),
        ("a space behind the index", made(header, "index 3 ")),
        ("a hash of 31 bytes", made(header, index, hashes=[b64(bytes(31))])),
        ("a hash of 33 bytes", made(header, index, hashes=[b64(bytes(33))])),
        ("a hash that is not base 64", made(header, index, hashes=["*" + hashes[0][1:]])),
        ("a hash in hexadecimal", made(header, index, hashes=[base64.b64decode(hashes[0]).hex()])),
        ("64 hashes", made(header, index, hashes=hashes[:1] * 64)),
        ("no empty line", good.replace(b"\n\n", b"\n", 1)),
        ("cut behind its hashes", "\n".join([header, extra, index, *hashes, ""]).encode()),
        ("cut in a hash", "\n".join([header, extra, index, *hashes])[:-5].encode()),
        ("a comment line", made(header, "comment", index)),
        ("not UTF-8", made(header, index).replace(b"index", b"ind\xffx")),
    ]
