internal import Cryptography
public import Storage
public import TransparencyLog

/// A log's entries and full tiles as they stand in the database: one of the node's own, or a mirror of a partner's.
///
/// ```
/// entry prefix ‖ index[8]             → entry
/// tile prefix ‖ level[1] ‖ index[8]   → a full tile
/// ```
public struct TreeRows: Sendable {
    let database: Database
    /// For errors.
    let name: String
    let entries: ColumnFamily
    let entryPrefix: [UInt8]
    let tiles: ColumnFamily
    let tilePrefix: [UInt8]

    func entryKey(_ index: UInt64) -> [UInt8] { entryPrefix + index.bigEndianBytes }
    func tileKey(level: Int, index: UInt64) -> [UInt8] { tilePrefix + [UInt8(level)] + index.bigEndianBytes }

    /// One entry. Throws `.outOfRange` (of `TransparencyLogError`) where there is none.
    func entry(_ index: UInt64) throws -> [UInt8] {
        guard let entry = try database.get(entries, entryKey(index)) else {
            throw TransparencyLogError(.outOfRange, "the \(name) log has no entry \(index)")
        }
        return entry
    }

    /// The entries of a range that lies inside the log, one by one.
    func forEachEntry(
        in range: Range<UInt64>, at snapshot: Snapshot? = nil,
        _ body: (UInt64, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var next = range.lowerBound
        try database.forEach(
            entries, from: entryKey(range.lowerBound), upTo: entryKey(range.upperBound), at: snapshot
        ) { key, entry in
            guard key.count == entryPrefix.count + 8, UInt64(bigEndianBytes: key[entryPrefix.count...]) == next else {
                return false
            }
            try body(next, entry)
            next += 1
            return true
        }
        guard next == range.upperBound else {
            throw NodeError(.corrupted, "record \(next) of the \(name) log is missing")
        }
    }

    /// The bytes of a tile or bundle of a tree at least as large as `path` implies. Full tiles are stored; a partial
    /// one is the beginning of a full one, or is made from the level below.
    public func resource(_ path: TilePath, at snapshot: Snapshot? = nil) throws -> [UInt8] {
        guard let level = path.level else {
            var bundle: [UInt8] = []
            let first = path.index * UInt64(TilePath.fullWidth)
            try forEachEntry(in: first..<first + UInt64(path.width), at: snapshot) { _, entry in
                EntryBundle.append(entry, to: &bundle)
            }
            return bundle
        }
        if let full = try fullTile(level: level, index: path.index, at: snapshot) {
            return Array(full.prefix(path.width * Digest.byteCount))
        }
        guard path.isPartial else {
            throw NodeError(.corrupted, "tile \(path.string) of the \(name) log is missing")
        }
        return Tile.encode(try partialHashes(level: level, from: path.index << 8, count: path.width, at: snapshot))
    }

    /// Computes roots and proofs of the log's first `size` entries.
    public func reader(size: UInt64, at snapshot: Snapshot? = nil) -> TileReader {
        TileReader(size: size) { try Tile.parse(resource($0, at: snapshot), width: $0.width) }
    }

    /// The right edge of the log at `size`, from the rows.
    func edge(size: UInt64) throws -> TileBuilder {
        TileBuilder(
            partials: try TileLayout.levels(size: size).map { level in
                let count = TileLayout.hashCount(level: level, size: size)
                return try partialHashes(level: level, from: count & ~255, count: Int(count & 255), at: nil)
            })
    }

    func fullTile(level: Int, index: UInt64, at snapshot: Snapshot? = nil) throws -> [UInt8]? {
        let tile = try database.get(tiles, tileKey(level: level, index: index), at: snapshot)
        guard tile == nil || tile!.count == Tile.fullByteCount else {
            throw NodeError(.corrupted, "a tile of the \(name) log has \(tile!.count) bytes")
        }
        return tile
    }

    /// Hashes at a tile level, from the level below: leaf hashes of entries, roots of full tiles.
    private func partialHashes(level: Int, from first: UInt64, count: Int, at snapshot: Snapshot?) throws -> [Digest] {
        var hashes: [Digest] = []
        if level == 0 {
            try forEachEntry(in: first..<first + UInt64(count), at: snapshot) { _, entry in
                hashes.append(MerkleHash.leaf(entry))
            }
            return hashes
        }
        for index in first..<first + UInt64(count) {
            guard let tile = try fullTile(level: level - 1, index: index, at: snapshot) else {
                throw NodeError(.corrupted, "tile \(index) at level \(level - 1) of the \(name) log is missing")
            }
            hashes.append(MerkleHash.perfectRoot(try Tile.parse(tile, width: TilePath.fullWidth)))
        }
        return hashes
    }
}
