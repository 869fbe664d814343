internal import Cryptography
internal import TransparencyLog

/// Tiles of one tree, gathered to prove what its first entries hash to. At most some two dozen for each proof.
struct PrefixTiles: Sendable {
    /// The size of the tree.
    let size: UInt64
    private var tiles: [TilePath: [Digest]] = [:]

    init(size: UInt64) { self.size = size }

    mutating func add(_ path: TilePath, _ hashes: [Digest]) { tiles[path] = hashes }
    mutating func removeAll() { tiles = [:] }

    /// The tiles of the right edge serve every proof of this tree; others go when a batch is through.
    mutating func keepRightEdge() {
        tiles = tiles.filter { path, _ in
            let count = TileLayout.hashCount(level: path.level ?? 0, size: size)
            return path.index == (count - 1) >> 8
        }
    }

    /// What is missing to prove the tree's beginning of `prefix` entries, 0 < prefix ≤ size.
    func missing(for prefix: UInt64) -> [TilePath] {
        var missing: [TilePath] = []
        // Which tiles a proof reads does not depend on what is in them.
        var reader = TileReader(size: size) { path in
            if let hashes = tiles[path] { return hashes }
            missing.append(path)
            return Array(repeating: MerkleHash.empty, count: path.width)
        }
        _ = try? reader.root(size: prefix)
        _ = try? reader.consistencyProof(size1: prefix, size2: size)
        return missing
    }

    /// The root of the first `prefix` entries, with the proof that the tree of `root` begins with them.
    ///
    /// Throws `.proofMismatch` when these are not the tiles of that tree.
    func prefix(_ prefix: UInt64, root: Digest) throws -> ForkEvidence.Prefix {
        var reader = TileReader(size: size) { path in tiles[path] ?? [] }
        let prefixRoot = try reader.root(size: prefix)
        let proof = try reader.consistencyProof(size1: prefix, size2: size)
        try proof.verify(root1: prefixRoot, root2: root)
        return ForkEvidence.Prefix(root: prefixRoot, hashes: proof.hashes)
    }
}
