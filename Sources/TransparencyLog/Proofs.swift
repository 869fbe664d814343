public import Cryptography

/// An audit path (RFC 6962, section 2.1.1): the hashes from the leaf's sibling up to the root's child.
public struct InclusionProof: Equatable, Sendable {
    /// More than any tree of 2^63 leaves needs.
    public static let maximumHashCount = 63

    public let index: UInt64
    public let size: UInt64
    public let hashes: [Digest]

    public init(index: UInt64, size: UInt64, hashes: [Digest]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Throws `.proofMismatch` unless the path leads from `leaf` to `root`.
    public func verify(leaf: Digest, root: Digest) throws(TransparencyLogError) {
        try Self.verify(
            index: index, size: size, leaf: leaf.bytes, hashes: hashes.map(\.bytes), root: root.bytes)
    }

    /// The same over byte strings of any length, as conformance vectors have them (RFC 9162, section 2.1.3.2).
    public static func verify(
        index: UInt64, size: UInt64, leaf: [UInt8], hashes: [[UInt8]], root: [UInt8]
    ) throws(TransparencyLogError) {
        guard index < size else { throw TransparencyLogError(.outOfRange, "entry \(index) of a tree of \(size)") }
        guard let leaf = Digest(leaf) else { throw TransparencyLogError(.malformedProof, "a leaf hash has 32 bytes") }
        var fn = index
        var sn = size - 1
        var result = leaf
        for hash in hashes {
            guard let hash = Digest(hash) else { throw Proofs.badHash }
            guard sn > 0 else { throw Proofs.mismatch }
            if fn & 1 == 1 || fn == sn {
                result = MerkleHash.node(hash, result)
                while fn & 1 == 0, fn != 0 {
                    fn >>= 1
                    sn >>= 1
                }
            } else {
                result = MerkleHash.node(result, hash)
            }
            fn >>= 1
            sn >>= 1
        }
        guard sn == 0, result.bytes == root else { throw Proofs.mismatch }
    }
}

/// A proof that a smaller tree is a prefix of a larger one (RFC 6962, section 2.1.2).
public struct ConsistencyProof: Equatable, Sendable {
    /// C2SP tlog-witness: no more than 63 lines.
    public static let maximumHashCount = 63

    public let size1: UInt64
    public let size2: UInt64
    public let hashes: [Digest]

    public init(size1: UInt64, size2: UInt64, hashes: [Digest]) {
        self.size1 = size1
        self.size2 = size2
        self.hashes = hashes
    }

    /// Throws `.proofMismatch` unless the tree of `root1` is a prefix of that of `root2`, `.outOfRange` unless
    /// 0 < size1 ≤ size2: there is no proof from the empty tree, which every tree extends.
    public func verify(root1: Digest, root2: Digest) throws(TransparencyLogError) {
        try Self.verify(
            size1: size1, size2: size2, hashes: hashes.map(\.bytes), root1: root1.bytes, root2: root2.bytes)
    }

    /// The same over byte strings of any length, as conformance vectors have them (RFC 9162, section 2.1.4.2).
    public static func verify(
        size1: UInt64, size2: UInt64, hashes: [[UInt8]], root1: [UInt8], root2: [UInt8]
    ) throws(TransparencyLogError) {
        guard 0 < size1, size1 <= size2 else {
            throw TransparencyLogError(.outOfRange, "no consistency proof from size \(size1) to size \(size2)")
        }
        if size1 == size2 {
            guard hashes.isEmpty, root1 == root2 else { throw Proofs.mismatch }
            return
        }
        guard !hashes.isEmpty else { throw Proofs.mismatch }
        let path = size1.nonzeroBitCount == 1 ? [root1] + hashes : hashes
        guard let first = Digest(path[0]) else { throw Proofs.badHash }
        let shift = UInt64((~(size1 - 1)).trailingZeroBitCount)  // the trailing ones of size1 − 1
        var fn = (size1 - 1) >> shift
        var sn = (size2 - 1) >> shift
        var old = first
        var new = first
        for hash in path.dropFirst() {
            guard let hash = Digest(hash) else { throw Proofs.badHash }
            guard sn > 0 else { throw Proofs.mismatch }
            if fn & 1 == 1 || fn == sn {
                old = MerkleHash.node(hash, old)
                new = MerkleHash.node(hash, new)
                while fn & 1 == 0, fn != 0 {
                    fn >>= 1
                    sn >>= 1
                }
            } else {
                new = MerkleHash.node(new, hash)
            }
            fn >>= 1
            sn >>= 1
        }
        guard sn == 0, old.bytes == root1, new.bytes == root2 else { throw Proofs.mismatch }
    }
}

enum Proofs {
    static let mismatch = TransparencyLogError(.proofMismatch, "the proof does not lead to the root")
    static let badHash = TransparencyLogError(.malformedProof, "a hash in a proof has 32 bytes")
}
