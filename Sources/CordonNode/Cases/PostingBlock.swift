internal import Cryptography
internal import Customs
internal import Storage

/// Where a term of a scheme that only narrows searches stands, among the `span` numbers of one block. Such terms are in
/// very many reports, so all of a block are one row:
///
/// ```
/// number mod span   2   ascending
/// day               4   of the seizure
/// ```
/// for each. Which case a number is in, the row of the object says.
struct PostingBlock: Sendable {
    static let span: UInt64 = 2048
    private static let entryByteCount = 6

    private(set) var bytes: [UInt8]

    /// The block that a number is in.
    static func of(_ number: UInt64) -> UInt64 { number / span }

    /// Behind the last number of a block.
    static func end(_ block: UInt64) -> UInt64 { (block &+ 1) &* span }

    init() { bytes = [] }

    /// Throws `.corrupted`.
    init(row: [UInt8]) throws {
        guard row.count % Self.entryByteCount == 0 else {
            throw NodeError(.corrupted, "a row of search terms is not readable: run `cordon rebuild`")
        }
        bytes = row
    }

    /// Of one term's own rows, newest first.
    init(_ entries: [(number: UInt64, day: UInt32)]) {
        bytes = []
        bytes.reserveCapacity(entries.count * Self.entryByteCount)
        for entry in entries.reversed() { bytes += Self.place(entry.number).bigEndianBytes + entry.day.bigEndianBytes }
    }

    var isEmpty: Bool { bytes.isEmpty }
    var count: Int { bytes.count / Self.entryByteCount }

    private static func place(_ number: UInt64) -> UInt16 { UInt16(number % span) }

    func place(at index: Int) -> UInt16 {
        let start = index * Self.entryByteCount
        return UInt16(bytes[start]) << 8 | UInt16(bytes[start + 1])
    }

    /// The day of a number; nil where the term does not stand there.
    func day(of number: UInt64) -> UInt32? {
        let index = firstIndex(from: Self.place(number))
        guard index < count, place(at: index) == Self.place(number) else { return nil }
        let start = index * Self.entryByteCount + 2
        return UInt32(bigEndianBytes: bytes[start..<start + 4])
    }

    private func firstIndex(from wanted: UInt16) -> Int {
        var (low, high) = (0, count)
        // Most of what comes is newer than all that is there.
        if let last = high > 0 ? place(at: high - 1) : nil, last < wanted { return high }
        while low < high {
            let middle = (low + high) / 2
            if place(at: middle) < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func apply(_ change: PostingChange) {
        let place = Self.place(change.number)
        let index = firstIndex(from: place)
        let start = index * Self.entryByteCount
        let isThere = index < count && self.place(at: index) == place
        let old = start..<(isThere ? start + Self.entryByteCount : start)
        bytes.replaceSubrange(old, with: change.day.map { place.bigEndianBytes + $0.bigEndianBytes } ?? [])
    }
}

/// A term comes to a number, with the day of the seizure, or, without one, goes from it.
struct PostingChange: Sendable {
    let number: UInt64
    let day: UInt32?
}

/// What changes in blocks of postings: by the key of their row, in the order it happens. The writer makes the rows of
/// it, since only that knows what else changes in them.
typealias PostingChanges = [RowBytes: [PostingChange]]

extension Proposal {
    /// A term comes to a report or a case's title, or, without a day, goes. `births` are those of the report's persons.
    mutating func setPosting(_ term: SearchTerm, _ posting: Posting, day: UInt32?, births: Births = Births()) {
        if term.scheme.matchRank != nil {
            let value = day.map { $0.bigEndianBytes + (term.scheme == .personName ? births.encoded : []) }
            rows.append(RowChange(.index, IndexRow.posting(term, posting), value))
        } else {
            postings[RowBytes(IndexRow.block(term, PostingBlock.of(posting.number))), default: []]
                .append(PostingChange(number: posting.number, day: day))
        }
    }
}

/// Rows of postings as they will stand behind a write that is in the making.
struct PostingRows {
    private var blocks: [RowBytes: PostingBlock] = [:]

    var count: Int { blocks.count }

    /// `stored` is a row as it was before the write.
    mutating func apply(_ changes: PostingChanges, stored: (RowBytes) throws -> [UInt8]?) throws {
        for (key, changes) in changes {
            var block =
                try blocks.removeValue(forKey: key) ?? stored(key).map(PostingBlock.init(row:)) ?? PostingBlock()
            for change in changes { block.apply(change) }
            blocks[key] = block
        }
    }

    func write(_ database: Database, in batch: WriteBatch) {
        for (key, block) in blocks.sorted(by: { $0.key.bytes.precedes($1.key.bytes) }) {
            if block.isEmpty {
                database.delete(.index, key.bytes, in: batch)
            } else {
                database.put(.index, key.bytes, block.bytes, in: batch)
            }
        }
    }
}
