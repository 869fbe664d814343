public import Cryptography
public import Storage
public import TransparencyLog

/// The logs as they stand in the database: records, full tiles, checkpoints. Everything here reads; the sequencer
/// writes.
public struct LogStore: Sendable {
    public let database: Database

    public init(_ database: Database) { self.database = database }

    // MARK: Rows

    static func tileKey(_ log: LogID, level: Int, index: UInt64) -> [UInt8] {
        [log.rawValue, UInt8(level)] + index.bigEndianBytes
    }

    static func checkpointKey(_ log: LogID) -> [UInt8] { Array("checkpoint/\(log.name)".utf8) }

    static func eventKey(_ stream: UInt64, _ position: UInt64) -> [UInt8] {
        stream.bigEndianBytes + position.bigEndianBytes
    }

    static let authorityKey = Array("authority".utf8)
    /// What stream references are keyed with: 32 random bytes.
    static let referenceKey = Array("reference key".utf8)
    static let nodeIDKey = Array("node".utf8)
    /// The time of the last commit, in milliseconds since 1970-01-01T00:00Z: a big-endian uint64.
    static let commitTimeKey = Array("commit time".utf8)

    // MARK: Reading

    /// The last signed checkpoint of `log`, as its bytes. Throws `.logMissing`.
    public func checkpointBytes(_ log: LogID, at snapshot: Snapshot? = nil) throws -> [UInt8] {
        guard let bytes = try database.get(.meta, Self.checkpointKey(log), at: snapshot) else {
            throw NodeError(.logMissing, "the \(log.name) log was never created: `cordon init` creates logs")
        }
        return bytes
    }

    /// The last checkpoint of `log`, with its signature verified.
    public func checkpoint(_ log: LogID, by verifier: LogVerifier, at snapshot: Snapshot? = nil) throws
        -> SignedCheckpoint
    {
        do {
            return try SignedCheckpoint(verifying: checkpointBytes(log, at: snapshot), logs: [verifier])
        } catch let error as TransparencyLogError {
            throw NodeError(.corrupted, "the stored checkpoint of the \(log.name) log is not good: \(error)")
        }
    }

    public func commitTime() throws -> UInt64 {
        let bytes = try database.get(.meta, Self.commitTimeKey) ?? []
        guard let time = UInt64(bigEndianBytes: bytes) else {
            throw NodeError(.corrupted, "the time of the last commit is not readable")
        }
        return time
    }

    /// Whether a stream has no records: cheaper than its size.
    func isEmptyStream(_ stream: UInt64) throws -> Bool {
        try database.get(.events, Self.eventKey(stream, 0)) == nil
    }

    /// The number of records in a stream.
    func streamSize(_ stream: UInt64, at snapshot: Snapshot? = nil) throws -> UInt64 {
        let upper = stream == .max ? [UInt8](repeating: 0xFF, count: 17) : (stream + 1).bigEndianBytes
        let last = try database.lastKey(.events, from: stream.bigEndianBytes, upTo: upper, at: snapshot)
        guard let last else { return 0 }
        guard last.count == 16 else { throw NodeError(.corrupted, "a row of events has a key of \(last.count) bytes") }
        return UInt64(bigEndianBytes: last[8...])! + 1
    }

    /// One entry. Throws `.outOfRange` (of `TransparencyLogError`) where there is none.
    public func entry(_ log: LogID, _ index: UInt64) throws -> [UInt8] {
        guard let entry = try database.get(.journal, EmbeddedJournal.key(log, index)) else {
            throw TransparencyLogError(.outOfRange, "the \(log.name) log has no entry \(index)")
        }
        return entry
    }

    /// The entries of a range that lies inside the log, one by one.
    public func forEachEntry(
        _ log: LogID, in range: Range<UInt64>, at snapshot: Snapshot? = nil,
        _ body: (UInt64, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var next = range.lowerBound
        try database.forEach(
            .journal, from: EmbeddedJournal.key(log, range.lowerBound),
            upTo: EmbeddedJournal.key(log, range.upperBound), at: snapshot
        ) { key, entry in
            guard key.count == 9, UInt64(bigEndianBytes: key[1...]) == next else { return false }
            try body(next, entry)
            next += 1
            return true
        }
        guard next == range.upperBound else {
            throw NodeError(.corrupted, "record \(next) of the \(log.name) log is missing")
        }
    }

    /// The bytes of a tile or bundle of a tree at least as large as `path` implies. Full tiles are stored; a partial
    /// one is the beginning of a full one, or is made from the level below.
    public func resource(_ log: LogID, _ path: TilePath, at snapshot: Snapshot? = nil) throws -> [UInt8] {
        guard let level = path.level else {
            var bundle: [UInt8] = []
            let first = path.index * UInt64(TilePath.fullWidth)
            try forEachEntry(log, in: first..<first + UInt64(path.width), at: snapshot) { _, entry in
                EntryBundle.append(entry, to: &bundle)
            }
            return bundle
        }
        if let full = try fullTile(log, level: level, index: path.index, at: snapshot) {
            return Array(full.prefix(path.width * Digest.byteCount))
        }
        guard path.isPartial else {
            throw NodeError(.corrupted, "tile \(path.string) of the \(log.name) log is missing")
        }
        return Tile.encode(
            try partialHashes(log, level: level, from: path.index << 8, count: path.width, at: snapshot))
    }

    public func hashes(_ log: LogID, _ path: TilePath, at snapshot: Snapshot? = nil) throws -> [Digest] {
        try Tile.parse(resource(log, path, at: snapshot), width: path.width)
    }

    /// Computes roots and proofs of the log's first `size` entries.
    public func reader(_ log: LogID, size: UInt64, at snapshot: Snapshot? = nil) -> TileReader {
        TileReader(size: size) { try hashes(log, $0, at: snapshot) }
    }

    /// The right edge of the log at `size`, from the rows.
    func edge(_ log: LogID, size: UInt64) throws -> TileBuilder {
        TileBuilder(
            partials: try TileLayout.levels(size: size).map { level in
                let count = TileLayout.hashCount(level: level, size: size)
                return try partialHashes(log, level: level, from: count & ~255, count: Int(count & 255), at: nil)
            })
    }

    func fullTile(_ log: LogID, level: Int, index: UInt64, at snapshot: Snapshot? = nil) throws -> [UInt8]? {
        let tile = try database.get(.tiles, Self.tileKey(log, level: level, index: index), at: snapshot)
        guard tile == nil || tile!.count == Tile.fullByteCount else {
            throw NodeError(.corrupted, "a tile of the \(log.name) log has \(tile!.count) bytes")
        }
        return tile
    }

    /// Hashes at a tile level, from the level below: leaf hashes of entries, roots of full tiles.
    private func partialHashes(
        _ log: LogID, level: Int, from first: UInt64, count: Int, at snapshot: Snapshot?
    ) throws -> [Digest] {
        var hashes: [Digest] = []
        if level == 0 {
            try forEachEntry(log, in: first..<first + UInt64(count), at: snapshot) { _, entry in
                hashes.append(MerkleHash.leaf(entry))
            }
            return hashes
        }
        for index in first..<first + UInt64(count) {
            guard let tile = try fullTile(log, level: level - 1, index: index, at: snapshot) else {
                throw NodeError(.corrupted, "tile \(index) at level \(level - 1) of the \(log.name) log is missing")
            }
            hashes.append(MerkleHash.perfectRoot(try Tile.parse(tile, width: TilePath.fullWidth)))
        }
        return hashes
    }
}
