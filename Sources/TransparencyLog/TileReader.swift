public import Cryptography

/// Computes roots and proofs of a tree from its tiles. Does no I/O of its own: `read` brings a tile's hashes, and is
/// asked once for each tile.
public struct TileReader {
    public typealias Read = (TilePath) throws -> [Digest]

    /// Leaves of the tree whose tiles these are.
    public let size: UInt64
    private let read: Read
    private var tiles: [TilePath: [Digest]] = [:]

    public init(size: UInt64, read: @escaping Read) {
        self.size = size
        self.read = read
    }

    /// The root of the tree's first `size` leaves.
    public mutating func root(size prefix: UInt64) throws -> Digest {
        try check(prefix <= size, "a root at size \(prefix)")
        return prefix == 0 ? MerkleHash.empty : try hash(0..<prefix)
    }

    /// PATH(index, D[size]) of RFC 6962, section 2.1.1.
    public mutating func inclusionProof(index: UInt64, size prefix: UInt64) throws -> InclusionProof {
        try check(index < prefix && prefix <= size, "entry \(index) at size \(prefix)")
        var hashes: [Digest] = []
        var range = 0..<prefix
        while range.count > 1 {
            let middle = range.lowerBound + Self.split(UInt64(range.count))
            if index < middle {
                hashes.append(try hash(middle..<range.upperBound))
                range = range.lowerBound..<middle
            } else {
                hashes.append(try hash(range.lowerBound..<middle))
                range = middle..<range.upperBound
            }
        }
        return InclusionProof(index: index, size: prefix, hashes: hashes.reversed())
    }

    /// PROOF(size1, D[size2]) of RFC 6962, section 2.1.2.
    public mutating func consistencyProof(size1: UInt64, size2: UInt64) throws -> ConsistencyProof {
        try check(0 < size1 && size1 <= size2 && size2 <= size, "a consistency proof from \(size1) to \(size2)")
        var hashes: [Digest] = []
        var range = 0..<size2
        // Where the old tree ends inside `range`; when it ends with `range`, that subtree is whole in both.
        while size1 < range.upperBound {
            let middle = range.lowerBound + Self.split(UInt64(range.count))
            if size1 <= middle {
                hashes.append(try hash(middle..<range.upperBound))
                range = range.lowerBound..<middle
            } else {
                hashes.append(try hash(range.lowerBound..<middle))
                range = middle..<range.upperBound
            }
        }
        if range.lowerBound > 0 { hashes.append(try hash(range)) }
        return ConsistencyProof(size1: size1, size2: size2, hashes: hashes.reversed())
    }

    /// MTH(D[range]): `range` starts at a multiple of the largest power of two that is less than its length, as every
    /// range that RFC 6962 splits off does.
    private mutating func hash(_ range: Range<UInt64>) throws -> Digest {
        let count = UInt64(range.count)
        if count.nonzeroBitCount == 1 {
            return try node(height: count.trailingZeroBitCount, index: range.lowerBound / count)
        }
        let middle = range.lowerBound + Self.split(count)
        return MerkleHash.node(try hash(range.lowerBound..<middle), try hash(middle..<range.upperBound))
    }

    /// The root of the perfect subtree of 2^height leaves that starts at leaf index × 2^height.
    private mutating func node(height: Int, index: UInt64) throws -> Digest {
        let level = height / 8
        let count = 1 << UInt64(height % 8)
        let first = index * UInt64(count)
        let tile = try tile(level: level, index: first >> 8)
        let offset = Int(first & 255)
        return MerkleHash.perfectRoot(tile[offset..<offset + count])
    }

    private mutating func tile(level: Int, index: UInt64) throws -> [Digest] {
        let path = TilePath(
            level: level, index: index, width: TileLayout.width(level: level, index: index, size: size))
        if let tile = tiles[path] { return tile }
        let tile = try read(path)
        guard tile.count == path.width else {
            throw TransparencyLogError(.malformedTile, "\(path.string) has \(tile.count) hashes")
        }
        tiles[path] = tile
        return tile
    }

    /// The largest power of two less than `count`, for count > 1.
    private static func split(_ count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }

    private func check(_ condition: Bool, _ what: String) throws(TransparencyLogError) {
        guard condition else {
            throw TransparencyLogError(.outOfRange, "\(what) does not exist in a tree of \(size)")
        }
    }
}
