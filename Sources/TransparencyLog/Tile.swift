public import Cryptography
internal import Glibc

/// The hashes of a tile, as its bytes: 32 for each, in order (C2SP tlog-tiles, "Merkle Tree").
public enum Tile {
    public static let fullByteCount = TilePath.fullWidth * Digest.byteCount

    public static func encode(_ hashes: some Collection<Digest>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * Digest.byteCount)
        for hash in hashes { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Throws `.malformedTile` unless `bytes` are exactly `width` hashes.
    public static func parse(_ bytes: [UInt8], width: Int) throws(TransparencyLogError) -> [Digest] {
        guard bytes.count == width * Digest.byteCount else {
            throw TransparencyLogError(
                .malformedTile, "a tile of width \(width) has \(width * 32) bytes, not \(bytes.count)")
        }
        return bytes.withUnsafeBytes { bytes in
            (0..<width).map { index in
                Digest(copying: UnsafeRawBufferPointer(rebasing: bytes[index * 32..<(index + 1) * 32]))
            }
        }
    }

    /// Whether `bytes` are exactly these hashes.
    public static func matches(_ bytes: [UInt8], _ hashes: [Digest]) -> Bool {
        guard bytes.count == hashes.count * Digest.byteCount else { return false }
        return bytes.withUnsafeBytes { a in
            hashes.withUnsafeBytes { b in a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0 }
        }
    }
}

/// The right edge of a tiled tree: the tree, and the hashes of the tiles that are not full yet.
public struct TileBuilder: Sendable {
    /// A tile that has just become full.
    public struct FullTile: Sendable {
        public let level: Int
        public let index: UInt64
        public let hashes: [Digest]
    }

    public private(set) var tree = MerkleTree()
    /// For each level from 0, the hashes of its last tile while that is partial: fewer than 256.
    private var partials: [[Digest]] = []

    public init() {}

    /// The right edge of a tree whose tile level L ends in the partial tile `partials[L]`: the digits of the tree's
    /// size to the base 256 are their widths.
    public init(partials: [[Digest]]) {
        precondition(partials.allSatisfy { $0.count < TilePath.fullWidth })
        self.partials = partials
        for (level, hashes) in partials.enumerated().reversed() {
            for hash in hashes { tree.append(subtree: hash, height: 8 * level) }
        }
    }

    public var size: UInt64 { tree.size }
    public var root: Digest { tree.root }

    /// The hashes of the partial tile at `level`, empty when that level ends with a full tile.
    public func partial(level: Int) -> [Digest] { level < partials.count ? partials[level] : [] }

    /// Appends a leaf hash and hands over the tiles it completes, lowest level first.
    public mutating func append(_ leaf: Digest, completed: (FullTile) throws -> Void) rethrows {
        tree.append(leaf)
        try append(leaf, level: 0, completed: completed)
    }

    /// Appends a whole level-0 tile at once, of 256 leaf hashes whose root the caller has computed.
    public mutating func append(fullTile root: Digest, completed: (FullTile) throws -> Void) rethrows {
        precondition(size % UInt64(TilePath.fullWidth) == 0, "the tree must end with a full tile")
        tree.append(subtree: root, height: 8)
        try append(root, level: 1, completed: completed)
    }

    private mutating func append(_ hash: Digest, level: Int, completed: (FullTile) throws -> Void) rethrows {
        while partials.count <= level { partials.append([]) }
        partials[level].append(hash)
        guard partials[level].count == TilePath.fullWidth else { return }
        let hashes = partials[level]
        partials[level].removeAll(keepingCapacity: true)
        let index = TileLayout.hashCount(level: level, size: size) / UInt64(TilePath.fullWidth) - 1
        try completed(FullTile(level: level, index: index, hashes: hashes))
        try append(MerkleHash.perfectRoot(hashes), level: level + 1, completed: completed)
    }
}
