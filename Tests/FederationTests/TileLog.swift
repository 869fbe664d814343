import Cryptography
import TransparencyLog

/// A log as a node stores it: entries, full tiles, the right edge.
struct TileLog {
    private(set) var entries: [[UInt8]] = []
    private(set) var tiles: [TilePath: [Digest]] = [:]
    private(set) var edge = TileBuilder()

    var size: UInt64 { edge.size }
    var root: Digest { edge.root }

    mutating func append(_ entry: [UInt8]) {
        entries.append(entry)
        var full: [TileBuilder.FullTile] = []
        edge.append(MerkleHash.leaf(entry)) { full.append($0) }
        store(full)
    }

    /// As a replica hands a batch over: the tiles come with it, and have to be those of the entries.
    mutating func append(_ batch: [[UInt8]], tiles full: [TileBuilder.FullTile]) {
        entries += batch
        var completed = 0
        for entry in batch {
            edge.append(MerkleHash.leaf(entry)) { tile in
                precondition(full[completed].level == tile.level && full[completed].index == tile.index)
                precondition(full[completed].hashes == tile.hashes)
                completed += 1
            }
        }
        precondition(completed == full.count)
        store(full)
    }

    private mutating func store(_ full: [TileBuilder.FullTile]) {
        for tile in full { tiles[TilePath(level: tile.level, index: tile.index)] = tile.hashes }
    }

    /// The hashes of a tile of this tree, or of a smaller one; nil where there is none.
    func hashes(_ path: TilePath) -> [Digest]? {
        guard let level = path.level else { return nil }
        let all = tiles[path.full] ?? (isEdge(path, level) ? edge.partial(level: level) : [])
        return all.count >= path.width ? Array(all.prefix(path.width)) : nil
    }

    private func isEdge(_ path: TilePath, _ level: Int) -> Bool {
        path.index == TileLayout.hashCount(level: level, size: size) >> 8
    }

    func resource(_ path: TilePath) -> [UInt8]? {
        guard path.level == nil else { return hashes(path).map { Tile.encode($0) } }
        let first = Int(path.index) << 8
        guard first + path.width <= entries.count else { return nil }
        return EntryBundle.encode(entries[first..<first + path.width])
    }

    /// Of the tree of its first `size` entries.
    func reader(size: UInt64) -> TileReader {
        TileReader(size: size) { path in
            guard let hashes = hashes(path) else { throw TransparencyLogError(.outOfRange, "no such tile") }
            return hashes
        }
    }

    var reader: TileReader { reader(size: size) }

    func proof(_ size1: UInt64, _ size2: UInt64) throws -> ConsistencyProof {
        var reader = reader(size: size2)
        return try reader.consistencyProof(size1: size1, size2: size2)
    }

    mutating func truncate(to size: UInt64) {
        var shorter = TileLog()
        for entry in entries.prefix(Int(size)) { shorter.append(entry) }
        self = shorter
    }
}
