internal import Cryptography
public import Storage
public import TransparencyLog

/// The logs as they stand in the database: records, full tiles, checkpoints. Everything here reads; the sequencer
/// writes.
public struct LogStore: Sendable {
    public let database: Database

    public init(_ database: Database) { self.database = database }

    // MARK: Rows

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

    public func commitTime() throws -> UInt64 {
        let bytes = try database.get(.meta, Self.commitTimeKey) ?? []
        guard let time = UInt64(bigEndianBytes: bytes) else {
            throw NodeError(.corrupted, "the time of the last commit is not readable")
        }
        return time
    }

    /// Whether a stream has no records.
    func isEmptyStream(_ stream: UInt64) throws -> Bool { try hasSize(0, of: stream) }

    /// Whether a stream has that many records, which costs less to ask than how many it has: positions have no gaps.
    func hasSize(_ size: UInt64, of stream: UInt64) throws -> Bool {
        guard try database.get(.events, Self.eventKey(stream, size)) == nil else { return false }
        return try size == 0 || database.get(.events, Self.eventKey(stream, size - 1)) != nil
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
    public func entry(_ log: LogID, _ index: UInt64) throws -> [UInt8] { try rows(log).entry(index) }

    /// The entries of a range that lies inside the log, one by one.
    public func forEachEntry(
        _ log: LogID, in range: Range<UInt64>, at snapshot: Snapshot? = nil,
        _ body: (UInt64, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try rows(log).forEachEntry(in: range, at: snapshot, body)
    }

    /// The bytes of a tile or bundle of a tree at least as large as `path` implies.
    public func resource(_ log: LogID, _ path: TilePath, at snapshot: Snapshot? = nil) throws -> [UInt8] {
        try rows(log).resource(path, at: snapshot)
    }

    /// Computes roots and proofs of the log's first `size` entries.
    public func reader(_ log: LogID, size: UInt64, at snapshot: Snapshot? = nil) -> TileReader {
        rows(log).reader(size: size, at: snapshot)
    }

    /// The log's entries and tiles.
    func rows(_ log: LogID) -> TreeRows {
        TreeRows(
            database: database, name: log.name, entries: .journal, entryPrefix: [log.rawValue], tiles: .tiles,
            tilePrefix: [log.rawValue])
    }
}
