internal import Glibc
public import Storage

/// A row of a projection: put, or deleted where there is no value.
public struct RowChange: Sendable {
    public let row: RowKey
    public let value: [UInt8]?

    public init(_ family: ColumnFamily, _ key: [UInt8], _ value: [UInt8]?) {
        row = RowKey(family, key)
        self.value = value
    }
}

public struct RowKey: Hashable, Sendable {
    public let family: ColumnFamily
    public let key: [UInt8]

    public init(_ family: ColumnFamily, _ key: [UInt8]) {
        self.family = family
        self.key = key
    }

    public static func == (a: RowKey, b: RowKey) -> Bool { a.family == b.family && RowBytes(a.key) == RowBytes(b.key) }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(family)
        RowBytes(key).hash(into: &hasher)
    }

    /// Of the index, only sources and idempotency keys: the writer remembers within a commit what it has put there, and
    /// terms are far too many for that.
    var mayBePremise: Bool {
        switch family {
        case .keys, .events: true
        case .index: key.first == 3 || key.first == 4
        case .exchange: true
        default: false
        }
    }
}

/// A record of the journal before it has a sequence and a time.
public struct RecordDraft: Sendable {
    public let kind: JournalRecord.Kind
    public let actor: UInt64
    public let stream: UInt64
    /// Its place in the stream: the number of records before it. Nil: wherever the stream ends.
    public let position: UInt64?
    /// Where the stream ended when the draft was made: without a position, that is looked at first.
    public let lastSeenEnd: UInt64?
    /// The stream's blinded reference.
    public let reference: [UInt8]
    /// As it is sealed.
    public let payload: [UInt8]

    public init(
        kind: JournalRecord.Kind, actor: UInt64, stream: UInt64, position: UInt64?, reference: [UInt8],
        payload: [UInt8], lastSeenEnd: UInt64? = nil
    ) {
        self.kind = kind
        self.actor = actor
        self.stream = stream
        self.position = position
        self.lastSeenEnd = lastSeenEnd
        self.reference = reference
        self.payload = payload
    }
}

/// What one decision changes, all of it or nothing.
///
/// It was made from what its maker read; the writer takes it only if that still holds: each stream has as many records
/// as the first draft's position says, and each row in `premises` has the value given there (nil: it is absent).
/// Otherwise `.changed`: nothing was written, read again and decide again.
public struct Proposal: Sendable {
    public var drafts: [RecordDraft]
    public var rows: [RowChange]
    public var premises: [RowChange]
    /// Terms that come and go, whose rows hold more than is decided on here.
    var postings: PostingChanges = [:]
    /// What its maker looked for in the index: the acknowledgement tells what has come since.
    var looks: TermLooks?
    /// Indexes of journal records whose payloads go.
    public var erasing: [UInt64]
    /// Entries for the exchange log, which was `size` long when they were made: only if it still is.
    public var release: (size: UInt64, entries: [[UInt8]])?

    public init(drafts: [RecordDraft], rows: [RowChange] = [], premises: [RowChange] = [], erasing: [UInt64] = []) {
        self.drafts = drafts
        self.rows = rows
        self.premises = premises
        self.erasing = erasing
    }

    /// Puts rows in the order of their keys, which is cheaper to write. Those of one key keep theirs: the last one counts.
    mutating func sortRows() {
        rows.sort { $0.row.key.precedes($1.row.key) }
    }

    /// Adds another, to be committed with it.
    mutating func append(_ other: Proposal) {
        drafts += other.drafts
        rows += other.rows
        premises += other.premises
        postings.merge(other.postings) { $0 + $1 }
        erasing += other.erasing
    }

    /// Bytes that it adds to a commit, about.
    var byteCount: Int {
        var count = drafts.count * JournalRecord.byteCount + (release?.entries.reduce(0) { $0 + $1.count } ?? 0)
        // By their places: to lend one out of an array costs more than to add it up.
        for place in drafts.indices { count += drafts[place].payload.count }
        for place in rows.indices { count += rows[place].row.key.count + (rows[place].value?.count ?? 0) }
        for (key, changes) in postings { count += key.bytes.count + changes.count * 8 }
        return count
    }
}

/// A key to look up by: hashed and compared as a whole, which arrays are not.
struct RowBytes: Hashable, Sendable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func == (a: RowBytes, b: RowBytes) -> Bool {
        a.bytes.withUnsafeBytes { a in
            b.bytes.withUnsafeBytes { b in
                a.count == b.count && (a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0)
            }
        }
    }

    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension [UInt8] {
    /// The order of rows.
    func precedes(_ other: [UInt8]) -> Bool {
        withUnsafeBytes { a in
            other.withUnsafeBytes { b in
                let order =
                    a.isEmpty || b.isEmpty ? 0 : memcmp(a.baseAddress!, b.baseAddress!, Swift.min(a.count, b.count))
                return order == 0 ? a.count < b.count : order < 0
            }
        }
    }
}
