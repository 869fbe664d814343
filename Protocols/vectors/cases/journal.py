"""Cases for journal-records.json, case-records.json, payloads.json, stream-keys.json and erasure-key.json."""

import hashlib
import struct

import reference as ref

from .common import expect, fixed, flip
from .store import KEY_FILE, MADE, MASTER, NODE, OTHER_NODE

KIND_NAMES = {code: name for name, code in ref.KINDS.items()}
REFERENCE, DIGEST = fixed("stream reference", 16), fixed("digest of a payload")
LAST = 2**64 - 1


def journal_records():
    cases = []

    def case(name, expected, data):
        record = expect(name, expected, ref.parse_record, data)
        case = {"name": name, "outcome": expected, "record": data.hex()}
        if record:
            kind, sequence, time, actor, stream, digest = record
            assert ref.encode_record(*record) == data
            case.update(
                kind=kind,
                sequence=sequence,
                timeMilliseconds=time,
                actor=actor,
                stream=stream.hex(),
                payloadDigest=digest.hex(),
                leafHash=ref.leaf_hash(data).hex(),
            )
        cases.append(case)

    def made(kind=1, sequence=7, time=MADE, actor=3, stream=REFERENCE, digest=DIGEST):
        return ref.encode_record(kind, sequence, time, actor, stream, digest)

    for code, name in KIND_NAMES.items():
        case("of the kind %s" % name, "ok", made(code))
    case("the first record, by the node itself, at time 0", "ok", made(2, 0, 0, 0))
    case("the largest numbers", "ok", made(1, LAST, LAST, LAST))
    case("zero reference and digest", "ok", made(stream=bytes(16), digest=bytes(32)))
    good = made()
    case("nothing", "corrupted", b"")
    case("a byte too few", "corrupted", good[:-1])
    case("a byte too many", "corrupted", good + b"\x00")
    case("version 0", "corrupted", b"\x00" + good[1:])
    case("version 2", "corrupted", b"\x02" + good[1:])
    case("kind 0", "corrupted", made(0))
    case("kind 7", "corrupted", made(7))
    case("kind 255", "corrupted", made(255))
    return cases


def case_records():
    cases = []

    def case(name, expected, kind, content, nominal=None):
        events = expect(name, expected, ref.open_events, kind, content, nominal)
        case = {"name": name, "outcome": expected, "kind": kind, "content": content.hex()}
        if nominal is not None:
            case["nominal"] = nominal.hex()
        if events:
            assert ref.seal_events(events) == (kind, content, nominal)
            case["events"] = [
                {"content": event.hex()} if names is None else {"content": event.hex(), "nominal": names.hex()}
                for event, names in events
            ]
        cases.append(case)

    opened = ref.field(10, ref.field(1, b"VN-C-4F7-55") + ref.field(2, b"A case"))
    noted = ref.field(2, b"Asked") + ref.field(19, ref.field(1, b"x" * 200))
    logged = ref.field(11, ref.field(1, ref.field(1, b"VN-S-4F7Q2-10")))
    hit = ref.field(1, b"VN-S-4F7Q2-10") + ref.field(2, b"VN-S-1-02") + ref.field(3, b"VN-C-2-04")
    met = ref.field(29, ref.field(1, hit + ref.field(4, b"phone") + ref.field(6, b"exact")))
    person = ref.field(1, ref.field(1, b"P1") + ref.field(2, b"Anna"))
    phone = ref.field(1, ref.field(1, b"0") + ref.field(2, b"+84912345678"))
    case("one event", "ok", *ref.seal_events([(opened, None)]))
    case("one event with names", "ok", *ref.seal_events([(logged, person)]))
    case("two events", "ok", *ref.seal_events([(opened, None), (noted, None)]))
    case("an import", "ok", *ref.seal_events([(opened, None), (logged, person), (met, phone)]))
    kind, content, nominal = ref.seal_events([(opened, None), (logged, person)])
    case("several that are one", "corrupted", kind, ref.field(1, opened))
    case("several that are none", "corrupted", kind, b"")
    case("one part for two events", "corrupted", kind, content, ref.field(1, b""))
    case("three parts for two events", "corrupted", kind, content, nominal + ref.field(1, b""))
    case("no part for two events", "corrupted", kind, content, b"")
    case("content cut off", "corrupted", kind, content[:-1])
    case("names cut off", "corrupted", kind, content, nominal[:-1])
    case("of the kind administration", "corrupted", 2, opened)
    return cases


ROOT, OTHER_ROOT = fixed("stream root"), fixed("another stream root")
CONTENT, NOMINAL = b"\x52\x06\xba\x01\x03abc", b"\x0a\x0a\x0a\x02P1\x12\x04Anna"


def payloads():
    cases = []
    nonces = fixed("nonce of content", 24), fixed("nonce of names", 24)

    def made(kind=1, actor=3, stream=1001, position=4, content=CONTENT, nominal=NOMINAL, root=ROOT):
        return ref.seal_payload(kind, actor, stream, position, content, nominal, root, nonces)

    def case(name, expected, data, kind=1, actor=3, stream=1001, place=4, root=ROOT, digest=None):
        digest = hashlib.sha256(data).digest() if digest is None else digest
        opened = expect(name, expected, ref.open_payload, data, kind, actor, digest, stream, place, root)
        content_key, nominal_key = ref.stream_keys(root)
        case = {
            "name": name,
            "outcome": expected,
            "payload": data.hex(),
            "kind": kind,
            "actor": actor,
            "payloadDigest": digest.hex(),
            "stream": stream,
            "place": place,
            "streamRoot": root.hex(),
            "contentKey": content_key.hex(),
            "nominalKey": nominal_key.hex(),
        }
        if opened:
            position, content, nominal = opened
            data_0 = ref.payload_data(0, kind, actor, data[:17])
            case.update(content=content.hex(), contentNonce=data[21:45].hex(), contentAssociatedData=data_0.hex())
            if position is not None:
                case["position"] = position
            if nominal is not None:
                data_1 = ref.payload_data(1, kind, actor, data[:17])
                case.update(nominal=nominal.hex(), nominalNonce=data[-40 - len(nominal) :][:24].hex())
                case["nominalAssociatedData"] = data_1.hex()
        cases.append(case)

    good, open_only = made(), made(nominal=None)
    case("content and names", "ok", good)
    case("content alone", "ok", open_only)
    case("empty content", "ok", made(content=b"", nominal=None))
    case("empty content and empty names", "ok", made(content=b"", nominal=b""))
    case("5,000 bytes of content", "ok", made(content=bytes(i % 251 for i in range(5000))))
    case("the first of its stream", "ok", made(position=0), place=0)
    case("wherever the stream ended", "ok", made(position=None), place=4)
    case("wherever the stream ended, in another place", "ok", made(position=None), place=9)
    for code, name in KIND_NAMES.items():
        case("of the kind %s, by the node" % name, "ok", made(code, 0, code, None, nominal=None), code, 0, code, 0)
    case("the largest numbers", "ok", made(1, LAST, LAST, LAST - 1), 1, LAST, LAST, LAST - 1)

    case("another digest than the record's", "corrupted", good, digest=flip(hashlib.sha256(good).digest(), 0))
    case("the digest of another payload", "corrupted", good, digest=hashlib.sha256(open_only).digest())
    case("nothing", "corrupted", b"")
    case("a header alone", "corrupted", good[:21])
    case("version 2", "corrupted", b"\x02" + good[1:])
    case("another stream key", "corrupted", good, root=OTHER_ROOT)
    case("as a record of another kind", "corrupted", good, kind=2)
    case("as a record of another actor", "corrupted", good, actor=4)
    case("in another stream", "corrupted", good, stream=1002)
    case("in another place", "corrupted", good, place=5)
    moved = good[:1] + struct.pack(">Q", 1002) + good[9:]
    case("stream changed, and read in that stream", "corrupted", moved, stream=1002)
    moved = good[:9] + struct.pack(">Q", 5) + good[17:]
    case("position changed, and read in that place", "corrupted", moved, place=5)
    case("position taken away", "corrupted", good[:9] + b"\xff" * 8 + good[17:])
    nowhere = made(position=None)
    case("position given where it had none", "corrupted", nowhere[:9] + struct.pack(">Q", 4) + nowhere[17:])
    count = struct.unpack(">L", good[17:21])[0]
    first, second = good[21 : 21 + count], good[21 + count :]
    swapped = good[:17] + struct.pack(">L", len(second)) + second + first
    case("the two parts swapped", "corrupted", swapped)
    case("names in the place of the content", "corrupted", good[:17] + struct.pack(">L", len(second)) + second)
    case("content in the place of the names", "corrupted", good[:21] + first + first)
    other = made(content=b"other", position=5)
    mixed = other[:21] + other[21:66] + second
    assert struct.unpack(">L", other[17:21])[0] == 45
    case("names of the record before", "corrupted", mixed, place=5)
    case("the last byte cut off", "corrupted", good[:-1])
    case("cut inside the content", "corrupted", good[: 21 + count - 1])
    case("cut inside the tag of the names", "corrupted", good[: 21 + count + 39])
    case("a byte too many", "corrupted", good + b"\x00")
    case("a byte behind content alone", "corrupted", open_only + b"\x00")
    case("the first part said to be a byte shorter", "corrupted", good[:17] + struct.pack(">L", count - 1) + good[21:])
    case("the first part said to be a byte longer", "corrupted", good[:17] + struct.pack(">L", count + 1) + good[21:])
    case("the first part said to be all of it", "corrupted", good[:17] + struct.pack(">L", len(good) - 21) + good[21:])
    case("the first part said to be longer than all", "corrupted", good[:17] + b"\xff" * 4 + good[21:])
    case("the first part said to be empty", "corrupted", good[:17] + bytes(4) + good[21:])
    for field, byte in [("nonce of the content", 21), ("content", 46), ("nonce of the names", 21 + count)]:
        case("%s changed" % field, "corrupted", flip(good, 8 * byte))
    case("tag of the names changed", "corrupted", flip(good, 8 * len(good) - 1))
    return cases


ERASURE = {id: fixed("erasure key %d" % id) for id in (1, 2, 9)}


def erasure_file(ids=(1,), node=NODE, master=1, masters=None, **changes):
    keys = [
        (id, ERASURE[id], by, MASTER[by], fixed("nonce of erasure key %d" % id, 24))
        for id, by in zip(ids, masters or [master] * len(ids))
    ]
    return ref.encode_erasure_key(node, keys, **changes)


def erasure_keys():
    cases = []

    def case(name, expected, data, node=NODE, holding=(1,)):
        masters = {id: MASTER[id] for id in holding}
        keys = expect(name, expected, ref.open_erasure_key, data, node, masters)
        keyring = ref.encode_keyring(
            node,
            ref.KEY_FILE_METHOD,
            ref.keyring_plaintext([(id, MADE, key) for id, key in masters.items()]),
            KEY_FILE,
            fixed("nonce", 24),
        )
        case = {
            "name": name,
            "outcome": expected,
            "file": data.hex(),
            "nodeID": node.hex(),
            "masterKeys": [{"id": id, "key": key.hex()} for id, key in masters.items()],
            "keyring": keyring.hex(),
            "keyFile": KEY_FILE.hex(),
        }
        if keys:
            case["keys"] = [{"id": id, "key": key.hex()} for id, key in keys]
        cases.append(case)

    good, two = erasure_file(), erasure_file((1, 2))
    case("one key", "ok", good)
    case("two keys, while an erasure is under way", "ok", two)
    case("the ninth key, after eight erasures", "ok", erasure_file((9,)))
    case("under master key 2", "ok", erasure_file(master=2), holding=(1, 2))
    case("two keys under two master keys", "ok", erasure_file((1, 2), masters=(1, 2)), holding=(1, 2))
    case("under the older master key", "ok", good, holding=(1, 2, 3))
    case("nothing", "corrupted", b"")
    case("a header without keys", "corrupted", good[:25])
    case("no keys said, none there", "corrupted", erasure_file((), count=0))
    case("three keys", "corrupted", erasure_file((1, 2, 9)))
    case("one key said, two there", "corrupted", erasure_file((1, 2), count=1))
    case("two keys said, one there", "corrupted", erasure_file(count=2))
    case("a byte too few", "corrupted", good[:-1])
    case("a byte too many", "corrupted", good + b"\x00")
    case("another magic", "corrupted", erasure_file(magic=b"CORDONE2"))
    case("of another node", "corrupted", erasure_file(node=OTHER_NODE))
    foreign = erasure_file(node=OTHER_NODE)
    case("of another node, its id replaced", "corrupted", foreign[:8] + NODE + foreign[24:])
    case("under a master key that is not there", "corrupted", erasure_file(master=2))
    case("two keys, one under a master key that is not there", "corrupted", erasure_file((1, 2), masters=(1, 2)))
    renamed = good[:29] + struct.pack(">L", 2) + good[33:]
    case("master key id changed to another that is there", "corrupted", renamed, holding=(1, 2))
    for field, byte in [("id", 28), ("nonce", 33), ("ciphertext", 57), ("tag", 104)]:
        case("%s changed" % field, "corrupted", flip(good, 8 * byte))
    case("the second of two keys changed", "corrupted", flip(two, 8 * 184))
    case("the ids of two keys exchanged", "corrupted", two[:25] + two[105:109] + two[29:105] + two[25:29] + two[109:])
    return cases


def stream_keys():
    cases = []
    for name, root in [("a root", ROOT), ("another root", OTHER_ROOT), ("zeros", bytes(32))]:
        content, nominal = ref.stream_keys(root)
        cases.append(
            {
                "name": "subkeys of %s" % name,
                "outcome": "ok",
                "kind": "subkeys",
                "root": root.hex(),
                "contentKey": content.hex(),
                "nominalKey": nominal.hex(),
            }
        )
    for key_name in ("reference key", "another reference key"):
        for stream in (1, 2, 3, 1001, 4_693_730, LAST):
            key = fixed(key_name)
            cases.append(
                {
                    "name": "reference of stream %d under the %s" % (stream, key_name),
                    "outcome": "ok",
                    "kind": "reference",
                    "referenceKey": key.hex(),
                    "stream": stream,
                    "reference": ref.stream_reference(key, stream).hex(),
                }
            )

    stream = 1024 + 1001  # shares bucket 1001 with stream 1001
    bucket = stream % ref.BUCKETS
    bucket_key, other_bucket_key = fixed("bucket key"), fixed("another bucket key")
    keyring = ref.encode_keyring(
        NODE, ref.KEY_FILE_METHOD, ref.keyring_plaintext([(1, MADE, MASTER[1])]), KEY_FILE, fixed("nonce", 24)
    )
    bucket_row, row, sibling = ref.bucket_row(bucket), ref.stream_row(stream), ref.stream_row(1001)

    def wrapped(key, row, secret):
        return ref.wrap(key, fixed("nonce of row " + row.hex(), 24), row, secret)

    def rows(erasure=1, bucket_key=bucket_key, **changes):
        rows = {
            ref.ERASURE_ROW: struct.pack(">L", erasure),
            bucket_row: wrapped(ERASURE[erasure], bucket_row, bucket_key),
            row: wrapped(bucket_key, row, ROOT),
            sibling: wrapped(bucket_key, sibling, OTHER_ROOT),
        }
        return {key: value for key, value in {**rows, **changes.get("put", {})}.items() if value is not None}

    def case(name, expected, rows, file=None, of=stream):
        file = erasure_file() if file is None else file
        keys = expect(
            name, "ok" if expected == "absent" else expected, ref.open_stream, of, rows, file, keyring, NODE, KEY_FILE
        )
        assert (expected == "absent") == (expected != "corrupted" and expected != "erasureKeyMissing" and keys is None)
        case = {
            "name": name,
            "outcome": expected,
            "kind": "unwrapping",
            "stream": of,
            "rows": [{"key": key.hex(), "value": value.hex()} for key, value in sorted(rows.items())],
            "erasureKeyFile": file.hex(),
            "keyring": keyring.hex(),
            "nodeID": NODE.hex(),
            "keyFile": KEY_FILE.hex(),
        }
        if keys:
            case.update(contentKey=keys[0].hex(), nominalKey=keys[1].hex())
        cases.append(case)

    case("a stream", "ok", rows())
    case("its sibling in the bucket", "ok", rows(), of=1001)
    case("during an erasure, before the commit", "ok", rows(), erasure_file((1, 2)))
    case("during an erasure, behind the commit", "ok", rows(2, other_bucket_key), erasure_file((1, 2)))
    case("after an erasure", "ok", rows(2, other_bucket_key), erasure_file((2,)))
    case("an erased stream", "absent", rows(2, other_bucket_key, put={row: None}), erasure_file((2,)))
    case("a stream that never was", "absent", rows(), of=4096)
    older = rows()
    case(
        "an erased stream's row put back from before",
        "corrupted",
        rows(2, other_bucket_key, put={row: older[row]}),
        erasure_file((2,)),
    )
    case(
        "bucket and stream put back from before an erasure",
        "corrupted",
        rows(2, other_bucket_key, put={bucket_row: older[bucket_row], row: older[row]}),
        erasure_file((2,)),
    )
    case("a database from before an erasure", "erasureKeyMissing", rows(), erasure_file((2,)))
    case("a database from behind an erasure, an older file", "erasureKeyMissing", rows(2), erasure_file())
    case("no row that names the erasure key", "corrupted", rows(put={ref.ERASURE_ROW: None}))
    case("a row that names the erasure key in 3 bytes", "corrupted", rows(put={ref.ERASURE_ROW: b"\x00\x00\x01"}))
    case("no row of the bucket", "corrupted", rows(put={bucket_row: None}))
    elsewhere = wrapped(ERASURE[1], ref.bucket_row(5), bucket_key)
    case("the bucket's key of another bucket", "corrupted", rows(put={bucket_row: elsewhere}))
    case("the wrapped key of the sibling in the stream's row", "corrupted", rows(put={row: rows()[sibling]}))
    case("the stream's row changed", "corrupted", rows(put={row: flip(rows()[row], 8 * 30)}))
    case("the stream's row cut", "corrupted", rows(put={row: rows()[row][:-1]}))
    case("the bucket's row changed", "corrupted", rows(put={bucket_row: flip(rows()[bucket_row], 8 * 71)}))
    case("a wrapped key of 31 bytes", "corrupted", rows(put={row: wrapped(bucket_key, row, ROOT[:31])}))
    return cases
