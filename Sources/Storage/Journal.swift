/// A log of the node, by the number that keys and rows carry.
public enum LogID: UInt8, CaseIterable, Sendable {
    /// Public to partners and auditors: one entry for each release.
    case exchange = 1
    /// Private to the node: one record for each state change.
    case journal = 2

    public var name: String { "\(self)" }
}

/// Records to append to one log.
public struct JournalAppend: Sendable {
    public let log: LogID
    /// The size the log must have: one more than the last index, 0 when it is empty.
    public let expectedSize: UInt64
    public let records: [[UInt8]]
    /// One for each record, or none at all. A payload stands beside its record and can be erased.
    public let payloads: [[UInt8]]
    /// Indexes of earlier records whose payloads go in the same step.
    public let erasing: [UInt64]

    public init(
        log: LogID, expectedSize: UInt64, records: [[UInt8]], payloads: [[UInt8]] = [], erasing: [UInt64] = []
    ) {
        precondition(payloads.isEmpty || payloads.count == records.count)
        self.log = log
        self.expectedSize = expectedSize
        self.records = records
        self.payloads = payloads
        self.erasing = erasing
    }
}

/// The ordered, durable records of the node's logs. Everything else that a node holds is derived from them.
///
/// The contract, for every implementation:
///
/// - A record is a string of bytes at an index of its log. Indexes start at 0 and have no gaps. A record never changes.
/// - `append` is atomic over all the logs it names and linearizable: it writes all records or none, and only when
///   every log has its expected size (compare-and-swap). When it returns, records survive the loss of power, and
///   of whatever else the implementation promises to survive (a machine, for a replicated one).
/// - A payload is as durable as the record it belongs to, until it is erased; then it is gone for good.
/// - `append` throws `.conflict` when a size differs: nothing was written, now or later. Any other error leaves open
///   whether the records are durable. The caller must then stop, reopen, and read: it may not retry, since a retry
///   could append twice.
/// - `projections` are local rows derived from the records. An embedded implementation commits them with the records;
///   a replicated one commits the records first and the rows after, so a reader of the rows must be able to catch up
///   from the records when it opens. Rows never run ahead of records.
/// - `read` sees every record whose append has returned. It may see one earlier, but only once that is durable.
/// - One process appends at a time. A replicated implementation enforces this with the compare-and-swap alone.
public protocol Journal: Sendable {
    /// The number of records in `log`.
    func size(of log: LogID) throws(StorageError) -> UInt64

    /// Throws `.conflict` or `.unknownOutcome`.
    func append(_ appends: [JournalAppend], projections: WriteBatch) throws(StorageError)

    /// Lends the records of `log` from `first` on, in order, until `body` returns false or there are no more.
    func read(_ log: LogID, from first: UInt64, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Bool) throws

    /// The payload of a record; nil where it has none, or none any more.
    func payload(_ log: LogID, _ index: UInt64) throws(StorageError) -> [UInt8]?

    /// Returns once `log` has more than `size` records; at once if it has. Throws `CancellationError`.
    func waitForSize(of log: LogID, over size: UInt64) async throws
}

extension Journal {
    /// The records of `log` from `first` on, and those that come, until the task is cancelled.
    public func follow(_ log: LogID, from first: UInt64) -> JournalFollower<Self> {
        JournalFollower(journal: self, log: log, next: first)
    }
}

/// Hands out a log's records as they become durable, a batch at a time.
public struct JournalFollower<J: Journal>: AsyncSequence, AsyncIteratorProtocol {
    public typealias Element = (index: UInt64, record: [UInt8])

    /// Bounds what is read ahead of the consumer.
    static var maximumBatchCount: Int { 256 }

    private let journal: J
    private let log: LogID
    private var next: UInt64
    private var batch: ArraySlice<[UInt8]> = []

    init(journal: J, log: LogID, next: UInt64) {
        self.journal = journal
        self.log = log
        self.next = next
    }

    public func makeAsyncIterator() -> Self { self }

    public mutating func next() async throws -> Element? {
        while batch.isEmpty {
            try await journal.waitForSize(of: log, over: next)
            var records: [[UInt8]] = []
            try journal.read(log, from: next) { _, record in
                records.append([UInt8](record))
                return records.count < Self.maximumBatchCount
            }
            batch = records[...]
        }
        defer { next += 1 }
        return (next, batch.removeFirst())
    }
}
