internal import Casework
internal import Cryptography
internal import Schema
internal import Storage
internal import SwiftProtobuf

/// Makes the rows that are derived from the journal again: the lists of events, and the index.
///
/// What is not derived stays: keys, code lists, idempotency keys, uploads under way. A rebuild that is interrupted leaves
/// a mark, and the node does not open its case files until another one has gone through.
public struct Rebuild {
    public struct Result: Sendable {
        public let records: UInt64
        public let cases: Int
        /// Records whose payloads were erased.
        public let erased: UInt64
    }

    static let markKey = Array("rebuilding".utf8)
    /// Rows in one write.
    private static let batchCount = 10_000

    private let store: CaseStore
    private let journal: EmbeddedJournal

    init(_ store: CaseStore) throws {
        self.store = store
        journal = try EmbeddedJournal(store.database)
    }

    /// `progress` hears the records read and their total. Throws `.corrupted` where a payload is not what the journal
    /// says.
    func run(progress: (UInt64, UInt64) -> Void) throws -> Result {
        let mark = WriteBatch()
        store.database.put(.meta, Self.markKey, [1], in: mark)
        try store.database.write(mark)
        let (streams, records, erased) = try rebuildEvents(progress)
        try checkErased(erased)
        try clear(.index) { Self.isDerived($0) }
        var changes = Proposal(drafts: [])
        try clear(.exchange) { $0.first == ExchangeRow.listKind }
        var cases = 0
        for stream in streams.sorted() where Streams.isObject(stream) {
            try rebuildCase(stream, &changes)
            cases += 1
            if changes.rows.count >= Self.batchCount { try write(&changes) }
        }
        try write(&changes)
        if streams.contains(Streams.statistics) { try rebuildStatistics() }
        let done = WriteBatch()
        store.database.delete(.meta, Self.markKey, in: done)
        try store.database.write(done)
        return Result(records: records, cases: cases, erased: erased)
    }

    private static func isDerived(_ key: [UInt8]) -> Bool { ![4, 5, 6, 10, 12].contains(key.first) }

    private func clear(_ family: ColumnFamily, where isCleared: ([UInt8]) -> Bool) throws {
        var batch = WriteBatch()
        try store.database.forEach(family, from: [], upTo: [UInt8](repeating: 0xFF, count: 600)) { key, _ in
            let key = [UInt8](key)
            if isCleared(key) { store.database.delete(family, key, in: batch) }
            if batch.count >= Self.batchCount {
                try store.database.write(batch)
                batch = WriteBatch()
            }
            return true
        }
        try store.database.write(batch)
    }

    /// The records of each stream, by what their payloads say; every payload is held against its record.
    private func rebuildEvents(
        _ progress: (UInt64, UInt64) -> Void
    ) throws -> (streams: Set<UInt64>, records: UInt64, erased: UInt64) {
        try clear(.events) { _ in true }
        let total = try journal.size(of: .journal)
        var sizes: [UInt64: UInt64] = [:]
        var erased: UInt64 = 0
        var batch = WriteBatch()
        try journal.read(.journal, from: 0) { sequence, bytes in
            let record = try JournalRecord(parsing: [UInt8](bytes))
            if let payload = try journal.payload(.journal, sequence) {
                guard Digest.sha256(payload) == record.payloadDigest, payload.count > Payload.headerByteCount,
                    let stream = UInt64(bigEndianBytes: payload[1..<9])
                else { throw NodeError(.corrupted, "the payload of record \(sequence) is not the journal's") }
                let position = sizes[stream, default: 0]
                store.database.put(
                    .events, LogStore.eventKey(stream, position), sequence.bigEndianBytes, in: batch)
                sizes[stream] = position + 1
            } else {
                erased += 1
            }
            if batch.count >= Self.batchCount {
                try store.database.write(batch)
                batch = WriteBatch()
                progress(sequence + 1, total)
            }
            return true
        }
        try store.database.write(batch)
        progress(total, total)
        return (Set(sizes.keys), total, erased)
    }

    /// Every payload that is missing is one that an erasure took, or it was lost or taken away.
    private func checkErased(_ missing: UInt64) throws {
        var erased: UInt64 = 0
        try store.forEachRecord(of: Streams.administration) { _, opened in
            let event = try AdministrationEvent(serializedBytes: opened.content)
            if case .caseErased(let case_) = event.body { erased += case_.records }
            return true
        }
        try store.forEachRecord(of: Streams.exchange) { _, opened in
            let event = try ExchangeEvent(serializedBytes: opened.content)
            if case .recipientKeyDestroyed(let key) = event.body { erased += key.records }
            return true
        }
        guard missing == erased else {
            throw NodeError(
                .corrupted,
                """
                \(missing) records of the journal have no payload, and erasures account for \(erased): content was \
                lost or taken away. Put back a backup
                """)
        }
    }

    private func rebuildCase(_ stream: UInt64, _ changes: inout Proposal) throws {
        var file = CaseFile()
        try store.forEachEvent(of: stream) { recorded in
            let before = file
            file.apply(recorded)
            CaseIndexing.index(
                recorded, stream: stream, before: before, after: file, isKnownToken: { _ in false }, into: &changes)
            return true
        }
    }

    private func rebuildStatistics() throws {
        var changes = Proposal(drafts: [])
        try store.forEachRecord(of: Streams.statistics) { _, opened in
            let report = try StatisticalReport(serializedBytes: opened.content)
            if let number = CaseIndexing.number(report.id) { changes.rows += CaseIndexing.rows(of: report, number) }
            if changes.rows.count >= Self.batchCount { try write(&changes) }
            return true
        }
        try write(&changes)
    }

    /// Writes what has come together, and goes on with nothing.
    private func write(_ changes: inout Proposal) throws {
        let batch = WriteBatch()
        for change in changes.rows {
            if let value = change.value {
                store.database.put(change.row.family, change.row.key, value, in: batch)
            } else {
                store.database.delete(change.row.family, change.row.key, in: batch)
            }
        }
        var postings = PostingRows()
        try postings.apply(changes.postings) { try store.database.get(.index, $0.bytes) }
        postings.write(store.database, in: batch)
        try store.database.write(batch)
        changes = Proposal(drafts: [])
    }
}
