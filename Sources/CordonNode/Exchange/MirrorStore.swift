internal import Cryptography
internal import EntryCodec
internal import Exchange
internal import Storage
internal import Synchronization
internal import TransparencyLog

/// What a node keeps of partners' logs: entries, tiles, checkpoints, and how far it has come (rows in
/// `Protocols/storage.md`). A partner goes by the number that it was given when its card was confirmed.
///
/// ```
/// partner[4] ‖ 1 ‖ index[8]            → entry of its exchange log
/// partner[4] ‖ 2 ‖ level[1] ‖ index[8] → full tile of that log
/// partner[4] ‖ 3 ‖ log[1]              → the checkpoint held, a note
/// partner[4] ‖ 4                       → the checkpoint that the entries reach, a note
/// partner[4] ‖ 5                       → the judge's state
/// partner[4] ‖ 6                       → position[8] of the last delivery taken in ‖ its entry index[8]; absent before
/// partner[4] ‖ 7                       → 01 while frozen
/// partner[4] ‖ 8 ‖ log[1]              → the size[8] of our own log that it cosigned last ‖ its signature lines
/// partner[4] ‖ 9                       → when its log was seen to its end[8], milliseconds; up to an hour old
/// ```
final class MirrorStore: Sendable {
    private let database: Database
    /// Between reading a head and moving it.
    private let moving = Mutex(())

    init(_ database: Database) { self.database = database }

    private static func key(_ partner: UInt32, _ kind: UInt8) -> [UInt8] { partner.bigEndianBytes + [kind] }

    /// The mirrored exchange log.
    func rows(_ partner: UInt32) -> TreeRows {
        TreeRows(
            database: database, name: "partner's", entries: .mirror, entryPrefix: Self.key(partner, 1), tiles: .mirror,
            tilePrefix: Self.key(partner, 2))
    }

    // MARK: Reading

    func head(_ partner: UInt32, _ log: LogID, _ logs: [LogVerifier]) throws -> SignedCheckpoint? {
        try checkpoint(Self.key(partner, 3) + [log.rawValue], logs)
    }

    /// The checkpoint that the mirror's entries reach: what may be served.
    func complete(_ partner: UInt32, _ logs: [LogVerifier]) throws -> SignedCheckpoint? {
        try checkpoint(Self.key(partner, 4), logs)
    }

    private func checkpoint(_ key: [UInt8], _ logs: [LogVerifier]) throws -> SignedCheckpoint? {
        guard let bytes = try database.get(.mirror, key) else { return nil }
        do {
            return try SignedCheckpoint(verifying: bytes, logs: logs)
        } catch {
            throw NodeError(.corrupted, "a stored checkpoint of a partner is not good: \(error)")
        }
    }

    func judgeState(_ partner: UInt32) throws -> [UInt8] { try database.get(.mirror, Self.key(partner, 5)) ?? [] }

    /// How many entries are stored.
    func size(_ partner: UInt32) throws -> UInt64 {
        let prefix = Self.key(partner, 1)
        let last = try database.lastKey(.mirror, from: prefix, upTo: Self.key(partner, 2))
        return last.flatMap { UInt64(bigEndianBytes: $0.dropFirst(prefix.count)) }.map { $0 + 1 } ?? 0
    }

    func cursor(_ partner: UInt32) throws -> DeliveryCursor {
        guard let row = try database.get(.mirror, Self.key(partner, 6)), row.count == 16 else {
            return DeliveryCursor()
        }
        return DeliveryCursor(
            position: UInt64(bigEndianBytes: row[..<8])!, entryIndex: UInt64(bigEndianBytes: row[8...])!)
    }

    static func cursorRow(_ partner: UInt32, _ cursor: DeliveryCursor) -> RowChange {
        RowChange(.mirror, key(partner, 6), cursor.position.bigEndianBytes + (cursor.entryIndex ?? 0).bigEndianBytes)
    }

    func state(_ partner: UInt32, _ logs: [LogVerifier]) throws -> Replica.State {
        Replica.State(
            head: try head(partner, .exchange, logs), complete: try complete(partner, logs),
            edge: try rows(partner).edge(size: size(partner)), judge: try judgeState(partner),
            cursor: try cursor(partner), isFrozen: try isFrozen(partner))
    }

    func isFrozen(_ partner: UInt32) throws -> Bool { try database.get(.mirror, Self.key(partner, 7)) != nil }

    // MARK: Writing

    /// One step of a replica, all of it or nothing. The head that is held instead, where it moved meanwhile.
    func persist(_ step: Replica.Persist, of partner: UInt32, _ logs: [LogVerifier]) throws -> SignedCheckpoint? {
        let rows = rows(partner)
        let batch = WriteBatch()
        for (offset, entry) in step.batch.entries.enumerated() {
            database.put(.mirror, rows.entryKey(step.batch.firstIndex + UInt64(offset)), entry, in: batch)
        }
        for tile in step.tiles {
            database.put(
                .mirror, rows.tileKey(level: tile.level, index: tile.index), Tile.encode(tile.hashes), in: batch)
        }
        let known = try judgeState(partner).count
        database.put(.mirror, Self.key(partner, 5), step.judge, in: batch)
        for (_, statement) in try LogEntryJudge.statements(step.judge.dropFirst(known)) {
            try forgetJournal(of: partner, where: statement, in: batch)
        }
        if let complete = step.complete {
            database.put(.mirror, Self.key(partner, 4), complete.note.encoded, in: batch)
        }
        return try moving.withLock { _ in
            if let head = step.head {
                let held = try self.head(partner, .exchange, logs)
                guard held?.checkpoint == step.replaces?.checkpoint else { return held }
                database.put(
                    .mirror, Self.key(partner, 3) + [LogID.exchange.rawValue], head.note.encoded, in: batch)
            }
            try database.write(batch)
            return nil
        }
    }

    /// What was held of a journal beyond where its authority put it back is void: it is witnessed anew.
    private func forgetJournal(of partner: UInt32, where statement: [UInt8], in batch: WriteBatch) throws {
        let key = Self.key(partner, 3) + [LogID.journal.rawValue]
        guard let restart = try KeysStatement(parsing: SignedNote(parsing: statement).text).journal,
            let held = try database.get(.mirror, key),
            try Checkpoint(parsing: SignedNote(parsing: held).text).size > restart.size
        else { return }
        database.delete(.mirror, key, in: batch)
    }

    /// What a witness accepted, if what it judged by is still held. False: judge again.
    func moveHead(
        _ partner: UInt32, _ log: LogID, from held: SignedCheckpoint?, to accepted: SignedCheckpoint,
        _ logs: [LogVerifier]
    ) throws -> Bool {
        try moving.withLock { _ in
            guard try head(partner, log, logs)?.checkpoint == held?.checkpoint else { return false }
            let batch = WriteBatch()
            database.put(.mirror, Self.key(partner, 3) + [log.rawValue], accepted.note.encoded, in: batch)
            try database.write(batch)
            return true
        }
    }

    func setFrozen(_ partner: UInt32, _ isFrozen: Bool) throws {
        let batch = WriteBatch()
        if isFrozen {
            database.put(.mirror, Self.key(partner, 7), [1], in: batch)
        } else {
            database.delete(.mirror, Self.key(partner, 7), in: batch)
        }
        try database.write(batch)
    }

    func seenToEnd(_ partner: UInt32) throws -> UInt64? {
        try database.get(.mirror, Self.key(partner, 9)).flatMap { UInt64(bigEndianBytes: $0) }
    }

    func setSeenToEnd(_ partner: UInt32, at milliseconds: UInt64) throws {
        let batch = WriteBatch()
        database.put(.mirror, Self.key(partner, 9), milliseconds.bigEndianBytes, in: batch)
        try database.write(batch)
    }

    /// When the last stored entry was signed, by its signer's clock; nil without any.
    func lastEntryTime(_ partner: UInt32) throws -> UInt64? {
        let size = try size(partner)
        guard size > 0 else { return nil }
        return try LogEntry(parsing: rows(partner).entry(size - 1)).timeMilliseconds
    }

    // MARK: Cosignatures of our own logs

    func cosigned(_ partner: UInt32, _ log: LogID) throws -> (size: UInt64, lines: [UInt8])? {
        guard let row = try database.get(.mirror, Self.key(partner, 8) + [log.rawValue]), row.count >= 8 else {
            return nil
        }
        return (UInt64(bigEndianBytes: row[..<8])!, Array(row[8...]))
    }

    func setCosigned(_ partner: UInt32, _ log: LogID, size: UInt64, lines: [UInt8]) throws {
        let batch = WriteBatch()
        database.put(.mirror, Self.key(partner, 8) + [log.rawValue], size.bigEndianBytes + lines, in: batch)
        try database.write(batch)
    }
}
