import Cryptography
import TestSupport
import Testing

@testable import Storage

@Suite struct JournalTests {
    let directory: TemporaryDirectory
    let keyring: Keyring
    let database: Database
    let journal: EmbeddedJournal

    init() throws {
        directory = try TemporaryDirectory()
        keyring = try makeKeyring()
        database = try makeDatabase(directory["db"], keyring)
        journal = try EmbeddedJournal(database)
    }

    private func records(_ log: LogID, from first: UInt64) throws -> [[UInt8]] {
        var records: [[UInt8]] = []
        try journal.read(log, from: first) { index, record in
            #expect(index == first + UInt64(records.count))
            records.append([UInt8](record))
            return true
        }
        return records
    }

    @Test func appendIsCompareAndSwap() throws {
        try journal.append([.init(log: .exchange, expectedSize: 0, records: [[1], [2]])], projections: WriteBatch())
        #expect(try journal.size(of: .exchange) == 2 && journal.size(of: .journal) == 0)
        let projections = WriteBatch()
        database.put(.meta, [1], [1], in: projections)
        #expect(throws: StorageError(.conflict, "")) {
            try journal.append([.init(log: .exchange, expectedSize: 1, records: [[3]])], projections: projections)
        }
        #expect(try database.get(.meta, [1]) == nil, "nothing is written")
        // Both or none, also over two logs.
        #expect(throws: StorageError(.conflict, "")) {
            try journal.append(
                [
                    .init(log: .journal, expectedSize: 0, records: [[9]]),
                    .init(log: .exchange, expectedSize: 0, records: [[9]]),
                ], projections: WriteBatch())
        }
        #expect(try journal.size(of: .journal) == 0)
        try journal.append(
            [
                .init(log: .journal, expectedSize: 0, records: [[9]]),
                .init(log: .exchange, expectedSize: 2, records: [[3]]),
            ], projections: projections)
        #expect(try records(.exchange, from: 0) == [[1], [2], [3]])
        #expect(try records(.exchange, from: 2) == [[3]] && records(.exchange, from: 3) == [])
        #expect(try records(.journal, from: 0) == [[9]])
        #expect(try database.get(.meta, [1]) == [1], "projections go with the records")
        #expect(try EmbeddedJournal(database).size(of: .exchange) == 3, "as reopened")
    }

    @Test func missingRecordsAreNoticed() throws {
        try journal.append(
            [.init(log: .exchange, expectedSize: 0, records: [[1], [2], [3]])], projections: WriteBatch())
        let batch = WriteBatch()
        database.delete(.journal, EmbeddedJournal.key(.exchange, 1), in: batch)
        try database.write(batch)
        #expect(throws: StorageError(.corrupted, "")) { try records(.exchange, from: 0) }
    }

    @Test func following() async throws {
        let journal = journal
        try journal.append([.init(log: .exchange, expectedSize: 0, records: [[0]])], projections: WriteBatch())
        let follower = Task {
            var seen: [UInt8] = []
            for try await (index, record) in journal.follow(.exchange, from: 0) {
                #expect(index == UInt64(seen.count))
                seen.append(record[0])
                if seen.count == 100 { break }
            }
            return seen
        }
        for index in 1..<100 {
            try journal.append(
                [.init(log: .exchange, expectedSize: UInt64(index), records: [[UInt8(index)]])],
                projections: WriteBatch())
            if index % 10 == 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
        #expect(try await follower.value == Array(0..<100))
    }

    @Test func followersCanBeCancelled() async throws {
        let journal = journal
        let follower = Task { try await journal.waitForSize(of: .exchange, over: 5) }
        try await Task.sleep(for: .milliseconds(20))
        follower.cancel()
        await #expect(throws: CancellationError.self) { try await follower.value }
        await #expect(throws: CancellationError.self) {
            try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await journal.waitForSize(of: .exchange, over: 5)
            }.value
        }
    }
}
