"""Cases for merkle.json, tile-paths.json, tiles.json and bundles.json."""

import hashlib

import reference as ref

from .common import ENTRIES, LEAVES, expect, flip


def merkle():
    cases = []
    for entry in [b"", b"\x00", ENTRIES[0], ENTRIES[1], ENTRIES[255], bytes(range(256))]:
        label = entry.decode() if entry.isalnum() or b"entry" in entry else "%d bytes" % len(entry)
        cases.append(
            {
                "name": "leaf: " + label,
                "kind": "leaf",
                "outcome": "ok",
                "entry": entry.hex(),
                "hash": ref.leaf_hash(entry).hex(),
            }
        )
    cases.append(
        {
            "name": "node over leaves 0 and 1",
            "kind": "node",
            "outcome": "ok",
            "left": LEAVES[0].hex(),
            "right": LEAVES[1].hex(),
            "hash": ref.node_hash(LEAVES[0], LEAVES[1]).hex(),
        }
    )
    for size in [*range(21), 255, 256, 257, 300]:
        cases.append(
            {
                "name": "root at size %d" % size,
                "kind": "root",
                "outcome": "ok",
                "size": size,
                "root": ref.tree_hash(LEAVES[:size]).hex(),
            }
        )
    cases += inclusion_cases() + consistency_cases()
    return cases


def inclusion_cases():
    cases = []

    def case(name, expected, index, size, path, root, leaf=None):
        leaf = LEAVES[index] if leaf is None else leaf
        expect(name, expected, ref.verify_inclusion, index, size, leaf, path, root)
        cases.append(
            {
                "name": name,
                "kind": "inclusion",
                "outcome": expected,
                "index": index,
                "size": size,
                "leaf": leaf.hex(),
                "hashes": [hash.hex() for hash in path],
                "root": root.hex(),
            }
        )

    for index, size in [
        (0, 1),
        (0, 2),
        (1, 2),
        (0, 7),
        (3, 7),
        (4, 7),
        (6, 7),
        (0, 8),
        (5, 8),
        (7, 8),
        (0, 256),
        (128, 256),
        (255, 256),
        (0, 257),
        (255, 257),
        (256, 257),
        (0, 300),
        (17, 300),
        (255, 300),
        (256, 300),
        (299, 300),
    ]:
        leaves = LEAVES[:size]
        case(
            "inclusion of %d in %d" % (index, size),
            "ok",
            index,
            size,
            ref.audit_path(index, leaves),
            ref.tree_hash(leaves),
        )
    path, root = ref.audit_path(3, LEAVES[:7]), ref.tree_hash(LEAVES[:7])
    bad = "inclusion of 3 in 7, "
    case(bad + "of another leaf", "proofMismatch", 3, 7, path, root, LEAVES[2])
    case(bad + "as index 2", "proofMismatch", 2, 7, path, root, LEAVES[3])
    case(bad + "as size 9", "proofMismatch", 3, 9, path, root)
    case(bad + "to another root", "proofMismatch", 3, 7, path, ref.tree_hash(LEAVES[:8]))
    case(bad + "without its last hash", "proofMismatch", 3, 7, path[:-1], root)
    case(bad + "without its first hash", "proofMismatch", 3, 7, path[1:], root)
    case(bad + "with a hash too many", "proofMismatch", 3, 7, path + [root], root)
    case(bad + "in another order", "proofMismatch", 3, 7, path[::-1], root)
    case(bad + "with one bit changed", "proofMismatch", 3, 7, [flip(path[0], 0)] + path[1:], root)
    case(bad + "with a hash of 31 bytes", "malformedProof", 3, 7, path[:-1] + [path[-1][:31]], root)
    case("inclusion of 0 in 1, with a hash", "proofMismatch", 0, 1, [LEAVES[1]], LEAVES[0])
    case("inclusion of 7 in 7", "outOfRange", 7, 7, path, root)
    case("inclusion of 0 in the empty tree", "outOfRange", 0, 0, [], ref.EMPTY_ROOT)
    return cases


def consistency_cases():
    cases = []

    def case(name, expected, size1, size2, path, root1, root2):
        expect(name, expected, ref.verify_consistency, size1, size2, path, root1, root2)
        cases.append(
            {
                "name": name,
                "kind": "consistency",
                "outcome": expected,
                "size1": size1,
                "size2": size2,
                "root1": root1.hex(),
                "root2": root2.hex(),
                "hashes": [hash.hex() for hash in path],
            }
        )

    def roots(*sizes):
        return [ref.tree_hash(LEAVES[:size]) for size in sizes]

    for size1, size2 in [
        (1, 1),
        (1, 2),
        (1, 7),
        (2, 7),
        (3, 7),
        (4, 7),
        (6, 7),
        (7, 7),
        (4, 8),
        (6, 8),
        (7, 8),
        (8, 8),
        (7, 256),
        (128, 256),
        (255, 256),
        (256, 256),
        (255, 257),
        (256, 257),
        (1, 300),
        (7, 300),
        (255, 300),
        (256, 300),
        (257, 300),
        (299, 300),
        (300, 300),
    ]:
        case(
            "consistency of %d and %d" % (size1, size2),
            "ok",
            size1,
            size2,
            ref.consistency_path(size1, LEAVES[:size2]),
            *roots(size1, size2),
        )
    path, (root1, root2) = ref.consistency_path(3, LEAVES[:7]), roots(3, 7)
    bad = "consistency of 3 and 7, "
    case(bad + "roots swapped", "proofMismatch", 3, 7, path, root2, root1)
    case(bad + "another old root", "proofMismatch", 3, 7, path, *roots(4, 7))
    case(bad + "another new root", "proofMismatch", 3, 7, path, *roots(3, 8))
    case(bad + "as sizes 2 and 7", "proofMismatch", 2, 7, path, root1, root2)
    case(bad + "as sizes 3 and 9", "proofMismatch", 3, 9, path, root1, root2)
    case(bad + "without its last hash", "proofMismatch", 3, 7, path[:-1], root1, root2)
    case(bad + "without its first hash", "proofMismatch", 3, 7, path[1:], root1, root2)
    case(bad + "with a hash too many", "proofMismatch", 3, 7, path + [root2], root1, root2)
    case(bad + "with one bit changed", "proofMismatch", 3, 7, path[:1] + [flip(path[1], 9)] + path[2:], root1, root2)
    case(bad + "with a hash of 33 bytes", "malformedProof", 3, 7, path[:-1] + [path[-1] + b"\x00"], root1, root2)
    case(bad + "without a proof", "proofMismatch", 3, 7, [], root1, root2)
    case(
        "consistency of 4 and 7, the old root in front",
        "proofMismatch",
        4,
        7,
        roots(4) + ref.consistency_path(4, LEAVES[:7]),
        *roots(4, 7),
    )
    case("consistency of 7 and 7, with a hash", "proofMismatch", 7, 7, [LEAVES[0]], *roots(7, 7))
    case("consistency of 7 and 7, another root", "proofMismatch", 7, 7, [], *roots(7, 8))
    case("consistency of 0 and 7", "outOfRange", 0, 7, [], *roots(0, 7))
    case("consistency of 0 and 0", "outOfRange", 0, 0, [], *roots(0, 0))
    case("consistency of 8 and 7", "outOfRange", 8, 7, [], *roots(8, 7))
    return cases


def tile_paths():
    cases = []
    for path, level, index, width in [
        ("tile/0/000", 0, 0, 256),
        ("tile/0/001", 0, 1, 256),
        ("tile/0/999", 0, 999, 256),
        ("tile/0/x001/000", 0, 1000, 256),
        ("tile/0/x001/x234/067", 0, 1_234_067, 256),
        ("tile/1/x999/999", 1, 999_999, 256),
        ("tile/10/000", 10, 0, 256),
        ("tile/63/005", 63, 5, 256),
        ("tile/0/000.p/1", 0, 0, 1),
        ("tile/0/000.p/255", 0, 0, 255),
        ("tile/2/x001/x234/067.p/17", 2, 1_234_067, 17),
        ("tile/entries/000", None, 0, 256),
        ("tile/entries/x001/000.p/10", None, 1000, 10),
        ("tile/0/x018/x446/x744/x073/x709/x551/615", 0, (1 << 64) - 1, 256),
        ("tile/entries/x018/x446/x744/x073/x709/x551/615.p/255", None, (1 << 64) - 1, 255),
    ]:
        assert ref.tile_path(level, index, width) == path
        assert expect(path, "ok", ref.parse_tile_path, path) == (level, index, width)
        cases.append({"name": path, "outcome": "ok", "path": path, "level": level, "index": index, "width": width})
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "checkpoint",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "Tile/0/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/X001/002",
        "tile/0/x01/002",
        "tile/0/+01",
        "tile/0/-01",
        "tile/0/ 01",
        "tile/0/00a",
        "tile/64/000",
        "tile/100/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/00/000",
        "tile/01/000",
        "tile/a/000",
        "tile/data/000",
        "tile/Entries/000",
        "tile/entries",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/256",
        "tile/0/000.p/300",
        "tile/0/000.P/1",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/x001.p/1",
        "tile/0/000.p1",
        "tile/0/.p/1",
        "tile/0/000p/1",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "tile/0/\u0660\u0660\u0660",
        "tile/\u0661/000",
        "tile/0/000\n",
        "tile/0/000?",
        "tile/../tile/0/000",
    ]:
        expect(path, "malformedPath", ref.parse_tile_path, path)
        cases.append({"name": "refused: " + path, "outcome": "malformedPath", "path": path})
    return cases


def tiles():
    cases = []
    for old, new in [
        (0, 0),
        (0, 1),
        (0, 2),
        (0, 255),
        (0, 256),
        (0, 257),
        (0, 300),
        (0, 600),
        (1, 1),
        (1, 2),
        (255, 256),
        (256, 257),
        (300, 600),
        (65_535, 65_536),
        (65_535, 65_537),
    ]:
        before, after = ref.tiles(ENTRIES[:old]), ref.tiles(ENTRIES[:new])
        resources = [
            {"path": path, "byteCount": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in after.items()
            if path not in before
        ]
        cases.append(
            {
                "name": "from %d to %d entries" % (old, new),
                "outcome": "ok",
                "from": old,
                "to": new,
                "root": ref.tree_hash(LEAVES[:new]).hex(),
                "resources": resources,
            }
        )
    return cases


def bundles():
    cases = []

    def good(name, entries):
        bundle = ref.encode_bundle(entries)
        assert expect(name, "ok", ref.parse_bundle, bundle, len(entries)) == entries
        cases.append(
            {
                "name": name,
                "outcome": "ok",
                "width": len(entries),
                "bundle": bundle.hex(),
                "entries": [entry.hex() for entry in entries],
            }
        )

    def bad(name, width, bundle):
        expect(name, "malformedBundle", ref.parse_bundle, bundle, width)
        cases.append({"name": name, "outcome": "malformedBundle", "width": width, "bundle": bundle.hex()})

    good("one entry", ENTRIES[:1])
    good("seven entries", ENTRIES[:7])
    good("a full bundle", ENTRIES[:256])
    good("an entry of 256 bytes", [bytes(range(256))])
    good("an entry of 1000 bytes between short ones", [b"\x00", bytes(1000), b"\xff"])
    good("an entry of no bytes, which the format allows and no log of a node holds", [b"", b"x"])
    three = ref.encode_bundle(ENTRIES[:3])
    bad("nothing", 1, b"")
    bad("one byte", 1, b"\x00")
    bad("a length without its entry", 1, b"\x00\x01")
    bad("cut in an entry", 3, three[:-1])
    bad("cut in a length", 3, three[:19])
    bad("cut between entries", 3, three[:18])
    bad("a byte too many", 3, three + b"\x00")
    bad("an entry too many", 2, three)
    bad("an entry too few", 4, three)
    bad("lengths little-endian", 1, b"\x07\x00entry 0")
    bad("full bundle taken for a partial one", 255, ref.encode_bundle(ENTRIES[:256]))
    bad("partial bundle taken for a full one", 256, ref.encode_bundle(ENTRIES[:255]))
    return cases
