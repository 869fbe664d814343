internal import Cryptography
internal import Synchronization

/// The journal in the node's own database: records and projections go into one synced write.
public final class EmbeddedJournal: Journal {
    public let database: Database

    private struct State {
        var sizes: [LogID: UInt64]
        var nextWaiter = 0
        var waiters: [Int: (log: LogID, size: UInt64, continuation: CheckedContinuation<Void, any Error>)] = [:]
    }
    /// Held for moments only, by anyone.
    private let state: Mutex<State>
    /// Held by the one append that is under way.
    private let appending = Mutex(())

    public init(_ database: Database) throws(StorageError) {
        self.database = database
        var sizes: [LogID: UInt64] = [:]
        for log in LogID.allCases {
            let last = try database.lastKey(.journal, from: [log.rawValue], upTo: [log.rawValue + 1])
            sizes[log] =
                try last.map { key throws(StorageError) in
                    guard key.count == 9, let index = UInt64(bigEndianBytes: key[1...]) else {
                        throw StorageError(.corrupted, "a journal row has a key of \(key.count) bytes")
                    }
                    return index + 1
                } ?? 0
        }
        state = Mutex(State(sizes: sizes))
    }

    /// The key of a record's row. Big-endian, so that rows stand in the order of the log.
    public static func key(_ log: LogID, _ index: UInt64) -> [UInt8] { [log.rawValue] + index.bigEndianBytes }

    public func size(of log: LogID) throws(StorageError) -> UInt64 {
        state.withLock { $0.sizes[log]! }
    }

    public func append(_ appends: [JournalAppend], projections: WriteBatch) throws(StorageError) {
        let failure: StorageError? = appending.withLock { _ in
            do throws(StorageError) {
                try appendAlone(appends, projections)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private func appendAlone(_ appends: [JournalAppend], _ batch: WriteBatch) throws(StorageError) {
        precondition(Set(appends.map(\.log)).count == appends.count, "one append for each log")
        for append in appends {
            let size = try size(of: append.log)
            guard size == append.expectedSize else {
                throw StorageError(
                    .conflict, "the \(append.log.name) log has \(size) records, not \(append.expectedSize)")
            }
        }
        for append in appends {
            var key = Self.key(append.log, append.expectedSize)
            key.withUnsafeMutableBytes { key in
                for (offset, record) in append.records.enumerated() {
                    let index = append.expectedSize + UInt64(offset)
                    key.storeBytes(of: index.bigEndian, toByteOffset: 1, as: UInt64.self)
                    record.withUnsafeBytes { database.put(.journal, UnsafeRawBufferPointer(key), $0, in: batch) }
                    guard !append.payloads.isEmpty else { continue }
                    append.payloads[offset].withUnsafeBytes {
                        database.put(.payloads, UnsafeRawBufferPointer(key), $0, in: batch)
                    }
                }
            }
            for index in append.erasing { database.delete(.payloads, Self.key(append.log, index), in: batch) }
        }
        // A crash before this line leaves nothing; one behind it, everything.
        try database.write(batch)

        let woken = state.withLock { state in
            for append in appends { state.sizes[append.log]! += UInt64(append.records.count) }
            let due = state.waiters.filter { state.sizes[$0.value.log]! > $0.value.size }
            for id in due.keys { state.waiters[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    public func read(
        _ log: LogID, from first: UInt64, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        var expected = first
        try database.forEach(.journal, from: Self.key(log, first), upTo: [log.rawValue + 1]) { key, record in
            guard key.count == 9, UInt64(bigEndianBytes: key[1...]) == expected else {
                throw StorageError(.corrupted, "record \(expected) of the \(log.name) log is missing")
            }
            defer { expected += 1 }
            return try body(expected, record)
        }
    }

    public func payload(_ log: LogID, _ index: UInt64) throws(StorageError) -> [UInt8]? {
        try database.get(.payloads, Self.key(log, index))
    }

    public func waitForSize(of log: LogID, over size: UInt64) async throws {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let ready: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.sizes[log]! > size { return .success(()) }
                    state.waiters[id] = (log, size, continuation)
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }
}
