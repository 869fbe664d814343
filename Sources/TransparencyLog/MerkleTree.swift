public import Cryptography

/// The hashes of an RFC 6962 tree (section 2.1): SHA-256 with a leaf prefix of 0 and a node prefix of 1.
public enum MerkleHash {
    /// The root of the empty tree: SHA-256 of nothing.
    public static let empty = Digest.sha256([])

    public static func leaf(_ entry: [UInt8]) -> Digest {
        entry.withUnsafeBytes { leaf($0) }
    }

    public static func leaf(_ entry: UnsafeRawBufferPointer) -> Digest {
        .sha256(prefix: 0, entry)
    }

    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        .sha256(prefix: 1, left, right)
    }

    /// The root over a power of two of hashes.
    public static func perfectRoot(_ hashes: some RandomAccessCollection<Digest>) -> Digest {
        precondition(hashes.count.nonzeroBitCount == 1)
        var row = Array(hashes)
        var count = row.count
        while count > 1 {
            count /= 2
            for index in 0..<count { row[index] = node(row[2 * index], row[2 * index + 1]) }
        }
        return row[0]
    }
}

/// An append-only RFC 6962 tree, kept as the roots of the perfect subtrees that tile `0..<size` from left to right:
/// one for each set bit of `size`. Appending costs one node hash on average, the root at most 63.
public struct MerkleTree: Equatable, Sendable {
    public private(set) var size: UInt64 = 0
    /// Largest subtree first.
    private var peaks: [Digest] = []

    public init() {}

    public mutating func append(_ leaf: Digest) {
        append(subtree: leaf, height: 0)
    }

    /// Appends the root of a perfect subtree of `2^height` leaves. `size` must be a multiple of `2^height`.
    public mutating func append(subtree root: Digest, height: Int) {
        precondition(size & ((1 << UInt64(height)) - 1) == 0, "the tree must end at this subtree's start")
        var root = root
        var carry = size >> UInt64(height)
        while carry & 1 == 1 {
            root = MerkleHash.node(peaks.removeLast(), root)
            carry >>= 1
        }
        peaks.append(root)
        size += 1 << UInt64(height)
        assert(peaks.count == size.nonzeroBitCount)
    }

    public var root: Digest {
        guard var root = peaks.last else { return MerkleHash.empty }
        for peak in peaks.dropLast().reversed() { root = MerkleHash.node(peak, root) }
        return root
    }
}
