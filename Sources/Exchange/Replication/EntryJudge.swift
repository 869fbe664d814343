/// Consecutive entries of a log, whose place in the tree is proven.
public struct EntryBatch: Sendable {
    public let firstIndex: UInt64
    public let entries: [[UInt8]]

    public init(firstIndex: UInt64, entries: [[UInt8]]) {
        self.firstIndex = firstIndex
        self.entries = entries
    }

    public var endIndex: UInt64 { firstIndex + UInt64(entries.count) }
}

/// What a judge says of a batch.
public enum EntryVerdict: Hashable, Sendable {
    /// All are good; the judge's state behind the last of them.
    case good(state: [UInt8])
    /// This entry breaks a rule, known by a code.
    case bad(index: UInt64, code: String)
}

/// Decides whether entries are what the log's authority may append: their form, their signatures, the keys in force
/// at that place.
///
/// A judge is a fold: its state comes from the entries before, is opaque to the replica, and is stored with the
/// batch it belongs to. Within a batch a judge may use all processors.
public protocol EntryJudge: Sendable {
    /// The state before the first entry.
    var initialState: [UInt8] { get }

    func judge(_ batch: EntryBatch, state: [UInt8]) -> EntryVerdict
}
