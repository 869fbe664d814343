import Cryptography
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

/// The embedded journal with a fault in it.
final class FaultyJournal: Journal {
    enum Fault: Sendable { case before, after }
    private let journal: EmbeddedJournal
    private let state: Mutex<(left: Int, fault: Fault)>
    /// Makes every append wait, so that a queue builds up.
    let gate = NSCondition()
    private let isOpen = Mutex(true)

    init(_ journal: EmbeddedJournal, failing number: Int, _ fault: Fault) {
        self.journal = journal
        state = Mutex((number, fault))
    }

    func close() { isOpen.withLock { $0 = false } }
    func open() {
        isOpen.withLock { $0 = true }
        gate.lock()
        gate.broadcast()
        gate.unlock()
    }

    func size(of log: LogID) throws(StorageError) -> UInt64 { try journal.size(of: log) }
    func append(_ appends: [JournalAppend], projections: WriteBatch) throws(StorageError) {
        gate.lock()
        while !isOpen.withLock({ $0 }) { gate.wait() }
        gate.unlock()
        let fault: Fault? = state.withLock { state in
            state.left -= 1
            return state.left == 0 ? state.fault : nil
        }
        if fault == .before { throw StorageError(.unknownOutcome, "injected before the write") }
        try journal.append(appends, projections: projections)
        if fault == .after { throw StorageError(.unknownOutcome, "injected after the write") }
    }
    func read(_ log: LogID, from first: UInt64, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Bool) throws {
        try journal.read(log, from: first, body)
    }
    func payload(_ log: LogID, _ index: UInt64) throws(StorageError) -> [UInt8]? { try journal.payload(log, index) }
    func waitForSize(of log: LogID, over size: UInt64) async throws {
        try await journal.waitForSize(of: log, over: size)
    }
}

@Suite(.timeLimit(.minutes(20))) struct SequencerTests {
    @Test func manyCallersGetEachAnIndexOfTheirOwn() async throws {
        let test = try TestNode()
        let node = try test.open()
        let sequencer = try node.startSequencer()
        let indexes = try await withThrowingTaskGroup(of: [(UInt64, [UInt8])].self) { group in
            for caller in 0..<100 {
                group.addTask {
                    var mine: [(UInt64, [UInt8])] = []
                    for number in 0..<20 {
                        let log: LogID = caller % 10 == 0 ? .journal : .exchange
                        let batch = entries(caller * 1000 + number..<caller * 1000 + number + 1 + caller % 3)
                        let done = try await sequencer.append(batch, to: log)
                        #expect(done.indexes.count == batch.count)
                        let covering = try Checkpoint(parsing: done.commit.checkpoints[log]!.text)
                        #expect(covering.size >= done.indexes.upperBound)
                        if log == .exchange { mine += zip(done.indexes, batch) }
                    }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(sequencer.commitCount < 2000, "commits are shared")
        await sequencer.stop()
        let size = try node.checkpoint(.exchange).size
        #expect(Set(indexes.map(\.0)) == Set(0..<size))
        for (index, entry) in indexes { #expect(try node.store.entry(.exchange, index) == entry) }
        #expect(try findings(node, .exchange).isEmpty && findings(node, .journal).isEmpty)
    }

    @Test func stoppingFinishesWhatWaits() async throws {
        let test = try TestNode()
        let node = try test.open()
        let sequencer = try node.startSequencer()
        async let first = sequencer.append(entries(0..<1000), to: .exchange)
        _ = try await first
        async let stopped: Void = sequencer.stop()
        await stopped
        await #expect(throws: NodeError(.stopped, "")) { try await sequencer.append(entries(0..<1), to: .exchange) }
        await sequencer.stop()
    }

    /// A process that ends while the writer's thread still holds the database is aborted by RocksDB.
    @Test func stoppingLetsGoOfTheDatabase() async throws {
        for _ in 0..<50 {
            let test = try TestNode()
            var node: Node? = try test.open()
            weak let database = node!.store.database
            let sequencer = try node!.startSequencer()
            _ = try await sequencer.append(entries(0..<3), to: .exchange)
            node = nil
            #expect(database != nil)
            await sequencer.stop()
            #expect(database == nil)
        }
    }

    @Test func badEntriesAreRefused() async throws {
        let test = try TestNode()
        let sequencer = try test.open().startSequencer()
        for bad in [[], [[]], [[1], []], [[UInt8](repeating: 0, count: 65_536)]] as [[[UInt8]]] {
            await #expect(throws: NodeError(.badArgument, "")) { try await sequencer.append(bad, to: .exchange) }
        }
        _ = try await sequencer.append([[UInt8](repeating: 0, count: 65_535)], to: .exchange)
        await sequencer.stop()
    }

    @Test func aFullQueueIsADefinedError() async throws {
        let test = try TestNode()
        let node = try test.open()
        let holder = Mutex<FaultyJournal?>(nil)
        var limits = SequencerLimits()
        limits.queuedEntries = 10
        limits.queuedBytes = 1000
        let sequencer = try node.startSequencer(limits: limits) { journal in
            let faulty = FaultyJournal(journal, failing: .max, .before)
            holder.withLock { $0 = faulty }
            return faulty
        }
        let journal = holder.withLock { $0! }
        journal.close()
        let (refusals, refused) = AsyncStream.makeStream(of: Void.self)
        let waiting = Task {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        do {
                            _ = try await sequencer.append(entries(index..<index + 1), to: .exchange)
                            return true
                        } catch let error as NodeError where error.code == .overloaded {
                            refused.yield()
                            return false
                        }
                    }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
        }
        for await _ in refusals { break }
        journal.open()
        let outcomes = try await waiting.value
        let taken = outcomes.filter { $0 }.count
        #expect(taken >= 10 && taken < 40)
        // An over-large submission is taken when the queue is empty, and refused when it is not.
        _ = try await sequencer.append(entries(0..<500), to: .exchange)
        await sequencer.stop()
        #expect(try node.checkpoint(.exchange).size == UInt64(taken) + 500)
    }

    @Test func timeNeverGoesBackwards() async throws {
        let test = try TestNode()
        let now = Mutex<UInt64>(2_000_000_000_000)
        let clock = NodeClock { now.withLock { $0 } }
        func run(_ times: [UInt64]) async throws -> [UInt64] {
            let sequencer = try test.open().startSequencer(clock: clock)
            var seen: [UInt64] = []
            for time in times {
                now.withLock { $0 = time }
                seen.append(try await sequencer.append(entries(0..<1), to: .exchange).commit.timeMilliseconds)
            }
            await sequencer.stop()
            return seen
        }
        #expect(
            try await run([2_000_000_000_000, 1_999_999_999_999, 2_000_000_000_005, 5])
                == [2_000_000_000_000, 2_000_000_000_000, 2_000_000_000_005, 2_000_000_000_005])
        #expect(try await run([1, 2_000_000_000_006]) == [2_000_000_000_005, 2_000_000_000_006], "also when reopened")
    }

    // MARK: Failures

    /// Each commit fails once having persisted and once not: what was acknowledged is there, what was not is there
    /// wholly or not at all, and the node goes on after reopening.
    @Test(arguments: [FaultyJournal.Fault.before, .after])
    func aFailedCommitStopsTheLog(fault: FaultyJournal.Fault) async throws {
        for failing in 1...4 {
            let test = try TestNode()
            var acknowledged: UInt64 = 0
            do {
                let sequencer = try test.open().startSequencer { FaultyJournal($0, failing: failing, fault) }
                for number in 1...4 {
                    let batch = entries(Int(acknowledged)..<Int(acknowledged) + 200)
                    if number < failing {
                        acknowledged = try await sequencer.append(batch, to: .exchange).indexes.upperBound
                    } else if number == failing {
                        await #expect(throws: NodeError(.unknownOutcome, "")) {
                            try await sequencer.append(batch, to: .exchange)
                        }
                        #expect(try Checkpoint(parsing: sequencer.published(.exchange).text).size == acknowledged)
                    } else {
                        await #expect(throws: NodeError(.stopped, "")) {
                            try await sequencer.append(batch, to: .exchange)
                        }
                    }
                }
                await sequencer.stop()
            }
            let node = try test.open()
            #expect(try findings(node).isEmpty)
            let size = try node.checkpoint(.exchange).size
            #expect(size == acknowledged + (fault == .after ? 200 : 0))
            for index in 0..<size { #expect(try node.store.entry(.exchange, index) == Array("entry \(index)".utf8)) }
            try await append(node, entries(Int(size)..<Int(size) + 100))
            #expect(try findings(node).isEmpty && node.checkpoint(.exchange).size == size + 100)
        }
    }

    /// Somebody else wrote to the journal behind the sequencer's back.
    @Test func anotherWriterIsNoticed() async throws {
        let test = try TestNode()
        let node = try test.open()
        let holder = Mutex<EmbeddedJournal?>(nil)
        let sequencer = try node.startSequencer { journal in
            holder.withLock { $0 = journal }
            return journal
        }
        try holder.withLock { $0! }.append(
            [.init(log: .exchange, expectedSize: 0, records: [[1]])], projections: WriteBatch())
        await #expect(throws: NodeError(.unknownOutcome, "")) {
            try await sequencer.append(entries(0..<1), to: .exchange)
        }
        await sequencer.stop()
        #expect(code { _ = try node.startSequencer() } == .corrupted)
        #expect(try findings(node).isEmpty == false)
    }

    /// Two writers would each have their own idea of what comes next.
    @Test func thereIsOneWriter() async throws {
        let test = try TestNode()
        let node = try test.open()
        let first = try node.startSequencer()
        #expect(code { _ = try node.startSequencer() } == .writerRunning)
        _ = try await first.append(entries(0..<3), to: .exchange)
        await first.stop()
        let second = try node.startSequencer()
        #expect(try await second.append(entries(3..<4), to: .exchange).indexes == 3..<4)
        await second.stop()
    }

    @Test func oversizedSubmissionsAreRefused() async throws {
        let test = try TestNode()
        var limits = SequencerLimits()
        limits.submissionEntries = 10
        limits.submissionBytes = 100
        let sequencer = try test.open().startSequencer(limits: limits)
        for bad in [entries(0..<11), [[UInt8](repeating: 1, count: 101)]] {
            await #expect(throws: NodeError(.badArgument, "")) { try await sequencer.append(bad, to: .exchange) }
        }
        await sequencer.stop()
    }

    /// Looking at a log while it grows finds nothing wrong with it.
    @Test func checksDoNotAlarmWhileTheWriterRuns() async throws {
        let test = try TestNode()
        let node = try test.open()
        let sequencer = try node.startSequencer()
        let writing = Task {
            for number in 0..<300 { _ = try await sequencer.append(entries(number..<number + 1), to: .exchange) }
        }
        for _ in 0..<100 {
            #expect(code { try node.checkAcknowledged(.exchange) } == nil)
            #expect(try findings(node).isEmpty)
            await Task.yield()
        }
        try await writing.value
        await sequencer.stop()
    }

    @Test func theCheckpointIsReadBack() async throws {
        let test = try TestNode()
        let node = try test.open()
        let sequencer = try node.startSequencer()
        _ = try await sequencer.append(entries(0..<3), to: .exchange)
        let key = LogStore.checkpointKey(.exchange)
        let stored = try node.store.checkpointBytes(.exchange)
        let batch = WriteBatch()
        node.store.database.put(.meta, key, stored.dropLast() + [0x0A, 0x0A], in: batch)
        try node.store.database.write(batch)
        await #expect(throws: NodeError(.unknownOutcome, "")) {
            try await sequencer.append(entries(3..<4), to: .exchange)
        }
        await sequencer.stop()
        #expect(code { _ = try node.startSequencer() } == .corrupted)
    }

    @Test func aLogIsBornByCreateOnly() async throws {
        let test = try TestNode()
        let node = try test.open()
        let batch = WriteBatch()
        node.store.database.delete(.meta, LogStore.checkpointKey(.exchange), in: batch)
        try node.store.database.write(batch)
        #expect(code { _ = try node.startSequencer() } == .logMissing)
    }

    @Test func aDatabasePutBackFromABackupSignsNothing() async throws {
        let test = try TestNode()
        let database = test.path + "/db"
        try await append(test.open(), entries(0..<300))
        try FileManager.default.copyItem(atPath: database, toPath: test.directory["old"])
        try await append(test.open(), entries(300..<310))
        try FileManager.default.removeItem(atPath: database)
        try FileManager.default.copyItem(atPath: test.directory["old"], toPath: database)
        #expect(code { _ = try test.open().startSequencer() } == .behindWatermark)
        #expect(try findings(test.open()).first?.contains("acknowledged 310") == true)
        let export = test.directory["export"]
        #expect(code { _ = try StaticExport(test.open(), log: .exchange, to: export).run() } == .behindWatermark)
        #expect(try test.open().checkpoint(.exchange).size == 300, "it can still be looked at")
    }

    /// The same number of entries, and others: a fork in the making.
    @Test func anotherHistoryIsNoticed() async throws {
        let test = try TestNode()
        let database = test.path + "/db"
        try await append(test.open(), entries(0..<300))
        try FileManager.default.copyItem(atPath: database, toPath: test.directory["old"])
        let watermark = try bytes(of: test.path + "/watermark")
        try await append(test.open(), entries(300..<310))
        let acknowledged = try bytes(of: test.path + "/watermark")
        try FileManager.default.removeItem(atPath: database)
        try FileManager.default.copyItem(atPath: test.directory["old"], toPath: database)
        try write(watermark, to: test.path + "/watermark")
        try await append(test.open(), entries(400..<420))
        try write(acknowledged, to: test.path + "/watermark")
        #expect(code { _ = try test.open().startSequencer() } == .forked)
    }

    @Test func aDamagedWatermarkIsRefused() async throws {
        let test = try TestNode()
        try await append(test.open(), entries(0..<10))
        let good = try bytes(of: test.path + "/watermark")
        for position in [0, 5, 20, 50, 75] {
            var changed = good
            changed[position] ^= 1
            try write(changed, to: test.path + "/watermark")
            #expect(code { _ = try test.open().startSequencer() } == .corrupted, "byte \(position)")
            #expect(try bytes(of: test.path + "/watermark") == changed)
        }
        // Once a person has decided that the database is the newest, it is made anew.
        try FileManager.default.removeItem(atPath: test.path + "/watermark")
        let sequencer = try test.open().startSequencer()
        await sequencer.stop()
        #expect(try bytes(of: test.path + "/watermark") == good)
    }

    // MARK: Damage

    @Test func fsckFindsEveryKindOfDamage() async throws {
        let test = try TestNode()
        let node = try test.open()
        try await append(node, entries(0..<600))
        let database = node.store.database
        #expect(try findings(node).isEmpty)
        func with(_ change: (WriteBatch) -> Void, _ undo: (WriteBatch) -> Void) throws -> [String] {
            let batch = WriteBatch()
            change(batch)
            try database.write(batch)
            defer {
                let batch = WriteBatch()
                undo(batch)
                try! database.write(batch)
            }
            return try findings(node)
        }
        let record = EmbeddedJournal.key(.exchange, 300)
        let entry = try database.get(.journal, record)!
        let changed = try with({ database.put(.journal, record, [1], in: $0) }) {
            database.put(.journal, record, entry, in: $0)
        }
        #expect(changed.count == 2 && changed[0].contains("tile/0/001"))
        let missing = try with({ database.delete(.journal, record, in: $0) }) {
            database.put(.journal, record, entry, in: $0)
        }
        #expect(missing.count == 1 && missing[0].contains("record 300"))
        let lastKey = EmbeddedJournal.key(.exchange, 599)
        let lastEntry = try database.get(.journal, lastKey)!
        let cut = try with({ database.delete(.journal, lastKey, in: $0) }) {
            database.put(.journal, lastKey, lastEntry, in: $0)
        }
        #expect(cut.count == 1 && cut[0].contains("record 599"))
        let tileKey = LogStore(database).rows(.exchange).tileKey(level: 0, index: 1)
        let tile = try database.get(.tiles, tileKey)!
        let noTile = try with({ database.delete(.tiles, tileKey, in: $0) }) {
            database.put(.tiles, tileKey, tile, in: $0)
        }
        #expect(noTile == ["tile/0/001 is missing"])
        let extra = EmbeddedJournal.key(.exchange, 600)
        let behind = try with({ database.put(.journal, extra, [1], in: $0) }) {
            database.delete(.journal, extra, in: $0)
        }
        #expect(behind.count == 1)
        let checkpointKey = LogStore.checkpointKey(.exchange)
        let checkpoint = try database.get(.meta, checkpointKey)!
        let unsigned = try with({ database.put(.meta, checkpointKey, Array("x\n".utf8), in: $0) }) {
            database.put(.meta, checkpointKey, checkpoint, in: $0)
        }
        #expect(unsigned.count == 1)
        #expect(try findings(node).isEmpty)
    }
}
