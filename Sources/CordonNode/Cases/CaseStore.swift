internal import Casework
internal import Cryptography
internal import Customs
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization

/// Reads case files out of the journal, and prepares what changes them. Blocks: keep it off the cooperative pool.
final class CaseStore: Sendable {
    let database: Database
    let logs: LogStore
    let keys: StreamKeys
    let country: String
    private let referenceKey: SymmetricKey
    /// The last number given to a case, report, exhibit or attachment.
    private let lastNumber: Atomic<UInt64>
    /// Tokens that are surely in the vocabulary. Bounded by starting over.
    private let knownTokens = Mutex<Set<String>>([])
    static let maximumKnownTokens = 200_000

    init(logs: LogStore, keys: StreamKeys, country: String, referenceKey: SymmetricKey) throws {
        self.logs = logs
        database = logs.database
        self.keys = keys
        self.country = country
        self.referenceKey = referenceKey
        let last = try database.lastKey(.index, from: [1], upTo: [2]).flatMap { UInt64(bigEndianBytes: $0.dropFirst()) }
        let erased = try database.get(.meta, Self.lastNumberKey).flatMap { UInt64(bigEndianBytes: $0) }
        lastNumber = Atomic(max(last ?? 0, erased ?? 0, Streams.firstObject))
    }

    /// The last number when a case was erased: those of erased cases are never given again.
    private static let lastNumberKey = Array("last number".utf8)

    var lastNumberRow: RowChange {
        RowChange(.meta, Self.lastNumberKey, lastNumber.load(ordering: .relaxed).bigEndianBytes)
    }

    /// A number that nothing has. One that ends up unused leaves a gap.
    func newNumber() -> UInt64 { lastNumber.add(1, ordering: .relaxed).newValue }

    /// Numbers that nothing has, in a row: what comes in together stands together in the index. Taken when the first of
    /// them is needed.
    func newNumbers(upTo count: Int) -> NewNumbers { NewNumbers(store: self, count: UInt64(max(count, 1))) }

    fileprivate func take(_ count: UInt64) -> Range<UInt64> {
        let (old, new) = lastNumber.add(count, ordering: .relaxed)
        return old + 1..<new + 1
    }

    /// How the journal's leaves call a stream.
    func reference(_ stream: UInt64) -> [UInt8] {
        Array(referenceKey.tag(stream.bigEndianBytes).prefix(JournalRecord.referenceByteCount))
    }

    // MARK: Reading

    /// A record with its content opened.
    struct Opened {
        let record: JournalRecord
        let content: [UInt8]
        let nominal: [UInt8]?
    }

    /// The records of a stream, in order. Throws `.corrupted` where one is not what the journal says.
    func forEachRecord(
        of stream: UInt64, from first: UInt64 = 0, at snapshot: Snapshot? = nil, _ body: (UInt64, Opened) throws -> Bool
    ) throws {
        guard let key = try keys.key(stream) else { return }
        // As it is now: of a case that is erased meanwhile, records would be missing.
        let snapshot = snapshot ?? database.snapshot()
        var sequences: [UInt64] = []
        try database.forEach(
            .events, from: LogStore.eventKey(stream, first), upTo: LogStore.eventKey(stream, .max), at: snapshot
        ) { key, value in
            let position = first + UInt64(sequences.count)
            guard key.count == 16, UInt64(bigEndianBytes: key[8...]) == position,
                let sequence = UInt64(bigEndianBytes: value), sequences.last.map({ $0 < sequence }) ?? true
            else { throw NodeError(.corrupted, "the list of a stream's events is not whole: run `cordon rebuild`") }
            sequences.append(sequence)
            return true
        }
        for (offset, sequence) in sequences.enumerated() {
            let position = first + UInt64(offset)
            guard try body(position, open(sequence, stream, position, key, at: snapshot)) else { return }
        }
    }

    /// The last records of a stream, newest first.
    func forEachRecordBackwards(of stream: UInt64, before end: UInt64?, _ body: (UInt64, Opened) throws -> Bool) throws
    {
        guard let key = try keys.key(stream) else { return }
        var position = try min(end ?? .max, logs.streamSize(stream))
        while position > 0 {
            position -= 1
            guard let row = try database.get(.events, LogStore.eventKey(stream, position)),
                let sequence = UInt64(bigEndianBytes: row)
            else { throw NodeError(.corrupted, "an event of a stream is missing") }
            guard try body(position, open(sequence, stream, position, key, at: nil)) else { return }
        }
    }

    private func open(
        _ sequence: UInt64, _ stream: UInt64, _ position: UInt64, _ key: StreamKey, at snapshot: Snapshot?
    ) throws -> Opened {
        let row = EmbeddedJournal.key(.journal, sequence)
        guard let leaf = try database.get(.journal, row, at: snapshot),
            let payload = try database.get(.payloads, row, at: snapshot)
        else { throw NodeError(.corrupted, "record \(sequence) of the journal, or its payload, is missing") }
        let record = try JournalRecord(parsing: leaf)
        guard record.sequence == sequence, record.stream == reference(stream) else {
            throw NodeError(.corrupted, "record \(sequence) of the journal belongs elsewhere")
        }
        let (content, nominal) = try Payload.open(payload, of: record, stream: stream, place: position, key)
        return Opened(record: record, content: content, nominal: nominal)
    }

    /// A case as it stands. A case that does not exist, or was erased, has no events.
    func caseFile(_ stream: UInt64, at snapshot: Snapshot? = nil) throws -> CaseFile {
        var file = CaseFile()
        try forEachEvent(of: stream, at: snapshot) {
            file.apply($0)
            return true
        }
        return file
    }

    func forEachEvent(of stream: UInt64, at snapshot: Snapshot? = nil, _ body: (RecordedEvent) throws -> Bool) throws {
        try forEachRecord(of: stream, at: snapshot) { _, opened in
            for event in try Self.events(opened) where try !body(event) { return false }
            return true
        }
    }

    private static func events(_ opened: Opened) throws -> [RecordedEvent] {
        let record = opened.record
        return try CaseRecord(kind: record.kind, content: opened.content, nominal: opened.nominal)
            .events(of: record.sequence).enumerated().map { place, event in
                RecordedEvent(
                    sequence: record.sequence, timeMilliseconds: record.timeMilliseconds,
                    officer: CaseRecord.actor(of: event, recordedBy: record.actor), event: event, place: place)
            }
    }

    /// The stream of the case that an object is in.
    func stream(of number: UInt64, at snapshot: Snapshot? = nil) throws -> UInt64? {
        let row = try database.get(.index, IndexRow.object(number), at: snapshot)
        // Figures stand in one of the node's own streams, which is no case.
        return row.flatMap { UInt64(bigEndianBytes: $0.prefix(8)) }.flatMap { $0 > Streams.firstObject ? $0 : nil }
    }

    /// The standing of many reports, without reading their cases.
    func standings(of postings: [Posting]) throws -> Standings {
        let numbers = Set(postings.map(\.number)).sorted()
        var standings = Standings()
        for (number, row) in zip(numbers, try database.get(.index, numbers.map(IndexRow.object))) {
            standings.reports[number] = row.flatMap(Standing.init(row:))
        }
        let closed = Set(standings.reports.values.lazy.filter(\.isNeedToKnow).map(\.stream)).sorted()
        for (stream, row) in zip(closed, try database.get(.index, closed.map(IndexRow.visibility))) {
            standings.readers[stream] = row.map(IndexRow.officers) ?? []
        }
        return standings
    }

    /// Whether `officer` may know of the case, without reading it.
    func isVisible(_ stream: UInt64, to officer: UInt64, at snapshot: Snapshot? = nil) throws -> Bool {
        guard let row = try database.get(.index, IndexRow.visibility(stream), at: snapshot) else {
            // Of a case that was erased, nobody is to know any more.
            return try database.get(.index, IndexRow.object(stream), at: snapshot) != nil
        }
        return IndexRow.officers(row).contains(officer)
    }

    // MARK: Preparing

    /// A case's events that were decided together, sealed as one record, with what they change in the index.
    ///
    /// `file` is moved on by them. `time` stands in for the commit's own, which the index does not depend on. `anywhere`: the events go wherever the stream ends, since nobody decided on what was there. `encoded`: the same events, where that is at hand.
    ///
    /// Throws `.tooLarge`.
    func draft(
        _ events: [CaseEvent], encoded: [EncodedEvent]? = nil, by officer: UInt64, stream: UInt64,
        _ file: inout CaseFile, key: StreamKey, time: UInt64, anywhere: Bool = false, terms: Set<SearchTerm>? = nil,
        into proposal: inout Proposal
    ) throws(CaseError) {
        let encoded = if let encoded { encoded } else { try events.map(EncodedEvent.init) }
        let reference = reference(stream)
        for group in CaseRecord.groups(encoded) {
            let record = CaseRecord(encoded[group])
            let position = anywhere ? nil : file.version
            let payload = Payload(kind: record.kind, actor: officer, stream: stream, position: position)
                .seal(record.content, nominal: record.nominal, key)
            proposal.drafts.append(
                RecordDraft(
                    kind: record.kind, actor: officer, stream: stream, position: position, reference: reference,
                    payload: payload, lastSeenEnd: file.version))
            for (place, event) in events[group].enumerated() {
                let before = file
                let recorded = RecordedEvent(
                    sequence: 0, timeMilliseconds: time, officer: CaseRecord.actor(of: event, recordedBy: officer),
                    event: event, place: place)
                file.apply(recorded)
                CaseIndexing.index(
                    recorded, stream: stream, before: before, after: file, terms: terms, isKnownToken: isKnownToken,
                    into: &proposal)
            }
        }
    }

    /// A record of one of the node's own streams, which have no decided position unless one is given.
    func draft(
        _ kind: JournalRecord.Kind, _ message: some Message, by actor: UInt64, stream: UInt64, position: UInt64? = nil
    ) throws -> RecordDraft {
        guard let key = try keys.key(stream) else { throw NodeError(.corrupted, "a stream's key is missing") }
        let payload = Payload(kind: kind, actor: actor, stream: stream, position: position)
            .seal(try message.serializedBytes(), nominal: nil, key)
        return RecordDraft(
            kind: kind, actor: actor, stream: stream, position: position, reference: reference(stream),
            payload: payload)
    }

    private func isKnownToken(_ token: String) -> Bool {
        if knownTokens.withLock({ $0.contains(token) }) { return true }
        guard (try? database.get(.index, IndexRow.token(token))) ?? nil != nil else { return false }
        knownTokens.withLock { known in
            if known.count >= Self.maximumKnownTokens { known.removeAll(keepingCapacity: true) }
            known.insert(token)
        }
        return true
    }

    /// After an erasure, tokens may be gone from the vocabulary.
    func forgetTokens() { knownTokens.withLock { $0 = [] } }
}

/// Who logged reports, who owns their cases, and who may know of them.
struct Standings {
    fileprivate var reports: [UInt64: Standing] = [:]
    /// Of cases that are need-to-know.
    fileprivate var readers: [UInt64: [UInt64]] = [:]

    /// Nil where the report was erased.
    func standing(of number: UInt64) -> Standing? { reports[number] }

    func isVisible(_ stream: UInt64, to officer: UInt64) -> Bool { readers[stream]?.contains(officer) ?? true }
}

/// See `CaseStore.newNumbers`.
struct NewNumbers {
    fileprivate let store: CaseStore
    fileprivate let count: UInt64
    private var left: Range<UInt64> = 0..<0

    fileprivate init(store: CaseStore, count: UInt64) {
        self.store = store
        self.count = count
    }

    mutating func next() -> UInt64 {
        if left.isEmpty { left = store.take(count) }
        return left.removeFirst()
    }
}
