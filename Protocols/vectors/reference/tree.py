"""The tree, its proofs and its resources (log.md, "The tree" and "Resources")."""

import hashlib
import re
import struct

from .refusal import Refusal

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(n):
    """The largest power of two less than n, for n > 1."""
    return 1 << ((n - 1).bit_length() - 1)


def tree_hash(leaves):
    """MTH of RFC 6962, section 2.1, over leaf hashes."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(tree_hash(leaves[:k]), tree_hash(leaves[k:]))


def audit_path(m, leaves):
    """PATH of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return audit_path(m, leaves[:k]) + [tree_hash(leaves[k:])]
    return audit_path(m - k, leaves[k:]) + [tree_hash(leaves[:k])]


def consistency_path(m, leaves):
    """PROOF of RFC 6962, section 2.1.2."""

    def subproof(m, leaves, whole):
        if m == len(leaves):
            return [] if whole else [tree_hash(leaves)]
        k = split(len(leaves))
        if m <= k:
            return subproof(m, leaves[:k], whole) + [tree_hash(leaves[k:])]
        return subproof(m - k, leaves[k:], False) + [tree_hash(leaves[:k])]

    return subproof(m, leaves, True)


def verify_inclusion(index, size, leaf, path, root):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        raise Refusal("outOfRange")
    if any(len(hash) != 32 for hash in [leaf] + path):
        raise Refusal("malformedProof")
    fn, sn, result = index, size - 1, leaf
    for p in path:
        if sn == 0:
            raise Refusal("proofMismatch")
        if fn & 1 or fn == sn:
            result = node_hash(p, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or result != root:
        raise Refusal("proofMismatch")


def verify_consistency(size1, size2, path, root1, root2):
    """RFC 9162, section 2.1.4.2; between equal sizes the proof is empty."""
    if not 0 < size1 <= size2:
        raise Refusal("outOfRange")
    if size1 == size2:
        if path or root1 != root2:
            raise Refusal("proofMismatch")
        return
    if not path:
        raise Refusal("proofMismatch")
    if any(len(hash) != 32 for hash in path):
        raise Refusal("malformedProof")
    if size1 & (size1 - 1) == 0:
        path = [root1] + path
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Refusal("proofMismatch")
        if fn & 1 or fn == sn:
            old, new = node_hash(c, old), node_hash(c, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, c)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or old != root1 or new != root2:
        raise Refusal("proofMismatch")


def tile_path(level, index, width=256):
    """`level` is None for an entry bundle."""
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    kind = "entries" if level is None else str(level)
    return "tile/%s/%s%s" % (kind, "/".join(groups), "" if width == 256 else ".p/%d" % width)


PATH_PATTERN = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


def parse_tile_path(path):
    match = PATH_PATTERN.fullmatch(path)
    if not match:
        raise Refusal("malformedPath")
    kind, digits, width = match.groups()
    level = None if kind == "entries" else int(kind)
    index = int(digits.replace("x", "").replace("/", ""))
    width = 256 if width is None else int(width)
    if (level or 0) > 63 or index >= 1 << 64 or (match.group(3) and width > 255):
        raise Refusal("malformedPath")
    if tile_path(level, index, width) != path:  # superfluous groups of zeros
        raise Refusal("malformedPath")
    return level, index, width


def tiles(entries):
    """Every resource of the tree of `entries` but the checkpoint, as path → bytes."""
    resources = {}
    for start in range(0, len(entries), 256):
        group = entries[start : start + 256]
        resources[tile_path(None, start // 256, len(group))] = encode_bundle(group)
    level, row = 0, [leaf_hash(entry) for entry in entries]
    while row:
        for start in range(0, len(row), 256):
            group = row[start : start + 256]
            resources[tile_path(level, start // 256, len(group))] = b"".join(group)
        row = [tree_hash(row[start : start + 256]) for start in range(0, len(row) - 255, 256)]
        level += 1
    return resources


def encode_bundle(entries):
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def parse_bundle(bundle, width):
    entries, rest = [], bundle
    for _ in range(width):
        if len(rest) < 2 or len(rest) - 2 < struct.unpack(">H", rest[:2])[0]:
            raise Refusal("malformedBundle")
        end = 2 + struct.unpack(">H", rest[:2])[0]
        entries.append(rest[2:end])
        rest = rest[end:]
    if rest:
        raise Refusal("malformedBundle")
    return entries
