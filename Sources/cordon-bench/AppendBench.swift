internal import CordonNode
internal import Foundation
internal import Storage
internal import Synchronization

/// Durable append, one checkpoint signed for each commit: with encryption, without, and beside plain RocksDB.
struct AppendBench {
    /// Submissions under way at once, of one entry each.
    static let inFlight = 1024

    let directory: String
    let rounds: Int
    let entries: Int

    /// The three take turns in short slices on databases that stay open, in an order that rotates, so that a drift of
    /// the machine or its disk favours none of them.
    func run(_ table: inout FigureTable) async throws {
        let corpus = Corpus()
        let encrypted = try MeasuredLog(at: make("encrypted"), encrypted: true)
        let unencrypted = try MeasuredLog(at: make("unencrypted"), encrypted: false)
        var options = Database.Options()
        options.create = true
        let rocksDB = try Database(path: make("rocksdb") + "/db", keyring: nil, options: options)
        var rows: UInt64 = 0
        var batch = Self.inFlight / 2
        var rates: [(encrypted: Double, unencrypted: Double, rocksDB: Double)] = []
        var batches: [Double] = []
        for round in 0...rounds {
            CordonBench.say("append: round \(round) of \(rounds)")
            var rate = (encrypted: 0.0, unencrypted: 0.0, rocksDB: 0.0)
            for turn in 0..<3 {
                switch (turn + round) % 3 {
                case 0:
                    let commits = encrypted.sequencer.commitCount
                    rate.encrypted = try await sequencer(encrypted, corpus)
                    batch = max(1, entries / max(1, encrypted.sequencer.commitCount - commits))
                case 1: rate.unencrypted = try await sequencer(unencrypted, corpus)
                default: rate.rocksDB = try await plainRocksDB(rocksDB, batch: batch, &rows, corpus)
                }
            }
            guard round > 0 else { continue }  // the first warms up
            rates.append(rate)
            batches.append(Double(batch))
        }
        await encrypted.sequencer.stop()
        await unencrypted.sequencer.stop()
        table.add(
            "durable append, 300 B", unit: "entries/s", pairs: rates.map { ($0.encrypted, $0.rocksDB) },
            limitName: "plain RocksDB, unencrypted, synced batches of \(Int(median(batches)))", atLeast: 0.6)
        table.add(
            "append, encrypted at rest", unit: "entries/s", pairs: rates.map { ($0.encrypted, $0.unencrypted) },
            limitName: "the same without encryption", atLeast: 0.85)
    }

    private func make(_ name: String) throws -> String {
        try LocalFiles().createDirectory("\(directory)/\(name)", mode: 0o700)
        return "\(directory)/\(name)"
    }

    /// Entries a second through the sequencer.
    private func sequencer(_ log: MeasuredLog, _ corpus: Corpus) async throws -> Double {
        let work = Work(entries)
        let time = try await seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.inFlight {
                    group.addTask {
                        while let index = work.next() {
                            _ = try await log.sequencer.append([corpus[index]], to: .exchange)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        return Double(entries) / time
    }

    /// Entries a second that RocksDB alone takes, of the same bytes under the same keys.
    private func plainRocksDB(
        _ database: Database, batch size: Int, _ rows: inout UInt64, _ corpus: Corpus
    ) async throws -> Double {
        let end = rows + UInt64(entries)
        let time = try await seconds {
            while rows < end {
                let batch = WriteBatch()
                for _ in 0..<min(size, Int(end - rows)) {
                    database.put(.journal, EmbeddedJournal.key(.exchange, rows), corpus[Int(rows)], in: batch)
                    rows += 1
                }
                try database.write(batch)
            }
        }
        return Double(entries) / time
    }
}

/// Hands out the numbers below a bound to many tasks.
final class Work: Sendable {
    private let state: Mutex<Int>
    private let end: Int

    init(_ end: Int) {
        self.end = end
        state = Mutex(0)
    }

    func next() -> Int? {
        state.withLock { next in
            guard next < end else { return nil }
            next += 1
            return next - 1
        }
    }
}
