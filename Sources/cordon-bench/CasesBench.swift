internal import Casework
internal import CordonNode
internal import Cryptography
internal import Customs
internal import Foundation
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization

/// Case files at scale: a store of many reports, filled by import, then logged to and searched as officers do.
struct CasesBench {
    static let batchCount = 1_000
    static let batchesAtATime = 6

    let directory: String
    let reports: Int

    private var path: String { directory + "/cases" }

    func run(_ table: inout FigureTable) async throws {
        let unlock = Unlock.keyFile(try .generate())
        try Node.create(at: path, authority: Authority(country: "VN", name: "Bench"), unlock: unlock)
        defer { try? LocalFiles().remove(path) }
        var bytes = 0
        try await withNode(unlock) { service, officer in
            CordonBench.say("cases: importing \(reports) reports")
            let before = processorSeconds()
            let taken = try await seconds { try await fill(service, officer, 0..<reports) }
            let rate = Double(reports) / taken
            table.note(
                "processor time of that, all threads", "us/report",
                (processorSeconds() - before) * 1e6 / Double(reports))
            bytes = directorySize(path + "/db") / reports
            table.add(
                "bulk import, durable and matched", unit: "reports/s",
                pairs: [(rate, 5_000)], limitName: "the target; the store takes \(bytes) B a report", atLeast: 1)
        }
        try await plainWrites(&table, rowBytes: bytes)
        let clean = try await openingTime(unlock)
        table.add("start to ready, stopped cleanly", unit: "s", measured: clean, atMost: 5, limitName: "the target")
        try await withNode(unlock) { service, officer in
            try await lookups(service, officer, &table)
            try await logging(service, officer, &table)
        }
        table.add(
            "memory, at its highest", unit: "MB", measured: peakMemory(), atMost: 1_000,
            limitName: "the target, for the process with the generator")
        let killed = try await killedOpeningTime(unlock)
        table.add("start to ready, after SIGKILL", unit: "s", measured: killed, atMost: 30, limitName: "the target")
    }

    private func withNode(
        _ unlock: Unlock, _ body: (CaseService, Credentials) async throws -> Void
    ) async throws {
        let node = try Node(opening: path, unlock: unlock)
        let sequencer = try node.startSequencer()
        let service = try node.caseService(sequencer)
        try await service.start()
        try await body(service, try await officer(service))
        await service.stop()
    }

    private func officer(_ service: CaseService) async throws -> Credentials {
        if let officer = service.administration.directory.officer(login: "bench") {
            return Credentials(officer: officer)
        }
        var password = Array("bench password".utf8)
        return Credentials(
            officer: try await service.administration.addOfficer(
                login: "bench", name: "Bench", office: "Hai Phong", roles: [.investigator],
                password: SecretBytes(moving: &password), founding: true, by: 0))
    }

    /// As many batches at a time, of as many reports, as `cordon import` sends.
    private func fill(_ service: CaseService, _ officer: Credentials, _ range: Range<Int>) async throws {
        let next = Counter(range.lowerBound)
        let total = reports
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.batchesAtATime {
                group.addTask {
                    while true {
                        let start = next.take(Self.batchCount)
                        guard start < range.upperBound else { return }
                        let batch = (start..<min(start + Self.batchCount, range.upperBound)).map {
                            ImportRecord.seizure(ReportCorpus.report($0, of: total))
                        }
                        let outcomes = try await service.importBatch(batch, dryRun: false, by: officer)
                        guard outcomes.allSatisfy({ $0.kind == .imported }) else {
                            throw StorageError(.inputOutput, "a made report was not imported")
                        }
                        if start % 50_000 < Self.batchCount { CordonBench.say("  \(start)") }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private final class Counter: Sendable {
        private let value: Atomic<Int>
        init(_ start: Int) { value = Atomic(start) }
        func take(_ count: Int) -> Int { value.add(count, ordering: .relaxed).oldValue }
    }

    /// What RocksDB alone does with the same bytes in batches of the same size: the limit of an import.
    private func plainWrites(_ table: inout FigureTable, rowBytes: Int) async throws {
        let count = min(reports, 50_000)
        let corpus = Corpus(count: 1024, byteCount: max(rowBytes, 100))
        var options = Database.Options()
        options.create = true
        let keyring = try Keyring(nodeID: randomBytes(count: SealedKey.nodeIDByteCount), nowMilliseconds: 0)
        let database = try Database(path: directory + "/plain", keyring: keyring, options: options)
        defer { try? LocalFiles().remove(directory + "/plain") }
        let taken = try await seconds {
            for start in stride(from: 0, to: count, by: Self.batchCount) {
                let batch = WriteBatch()
                for index in start..<start + Self.batchCount {
                    database.put(.payloads, UInt64(index).bigEndianBytes, corpus[index], in: batch)
                }
                try database.write(batch)
            }
        }
        table.note(
            "encrypted RocksDB, one row of \(rowBytes) B a report, batches of \(Self.batchCount)", "reports/s",
            Double(count) / taken)
        var gets: [Double] = []
        for _ in 0..<5_000 {
            let index = Int.random(in: 0..<count)
            gets.append(try await seconds { _ = try database.get(.payloads, UInt64(index).bigEndianBytes) } * 1000)
        }
        table.note("encrypted RocksDB, one get of such a row, p99", "ms", percentile(gets, 0.99))
    }

    private func lookups(
        _ service: CaseService, _ credentials: Credentials, _ table: inout FigureTable
    ) async throws {
        func measure(_ rounds: Int, _ query: (Int) -> SearchRequest) async throws -> [Double] {
            var times: [Double] = []
            for _ in 0..<rounds {
                let asked = query(Int.random(in: 0..<reports))
                times.append(
                    try await seconds {
                        _ = try service.searchWithoutRecord(asked, officer: credentials.officer)
                    } * 1000)
            }
            return times
        }
        CordonBench.say("cases: looking up")
        _ = try await measure(200) { number in .with { $0.text = ReportCorpus.container(number) } }
        let exact = try await measure(2_000) { number in
            .with {
                $0.text = ReportCorpus.container(number)
                $0.scheme = "container"
            }
        }
        table.add(
            "exact lookup of a container, p99", unit: "ms", measured: percentile(exact, 0.99), atMost: 2,
            limitName: "the target, in the process, with the report read; p50 \(short(percentile(exact, 0.5))) ms")
        let names = try await measure(1_000) { number in .with { $0.text = ReportCorpus.personName(number) } }
        table.add(
            "search for a name, p99", unit: "ms", measured: percentile(names, 0.99), atMost: 50,
            limitName: "the target; p50 \(short(percentile(names, 0.5))) ms")
        let misspelt = try await measure(500) { number in
            .with {
                var name = Array(ReportCorpus.personName(number))
                name.remove(at: name.count / 2)
                $0.text = String(name)
            }
        }
        table.add(
            "search for a misspelt name, p99", unit: "ms", measured: percentile(misspelt, 0.99), atMost: 50,
            limitName: "the target; p50 \(short(percentile(misspelt, 0.5))) ms")
    }

    private func logging(
        _ service: CaseService, _ credentials: Credentials, _ table: inout FigureTable
    ) async throws {
        CordonBench.say("cases: logging")
        var times: [Double] = []
        for number in 0..<1_000 {
            var report = ReportCorpus.report(reports + number, of: reports)
            report.clearProvenance()
            // Half of them meet someone.
            if number % 2 == 0 { report.conveyances[0].containerNumber = ReportCorpus.container(number * 31 % reports) }
            let event = CaseEvent.with { $0.seizureLogged.report = report }
            times.append(
                try await seconds {
                    _ = try await service.open(.with { $0.title = "Logged" }, with: [event], by: credentials)
                } * 1000)
        }
        table.add(
            "logging a seizure with matching, p99", unit: "ms", measured: percentile(times, 0.99), atMost: 25,
            limitName: "the target; p50 \(short(percentile(times, 0.5))) ms")
    }

    // MARK: Starting

    private func openingTime(_ unlock: Unlock) async throws -> Double {
        try await seconds { try await withNode(unlock) { _, _ in } }
    }

    /// Another process fills the store until it is killed.
    private func killedOpeningTime(_ unlock: Unlock) async throws -> Double {
        guard case .keyFile(let key) = unlock else { preconditionFailure() }
        let keyPath = directory + "/bench.key"
        let bytes = key.secret.withUnsafeBytes { [UInt8]($0) }
        try LocalFiles().replace(keyPath, with: bytes, mode: 0o600)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["--fill", path, "--fill-key", keyPath, "--reports", String(reports)]
        try process.run()
        try await Task.sleep(for: .seconds(8))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return try await openingTime(unlock)
    }

    /// What the killed process does: imports until it is no more.
    func fillForever(keyPath: String) async throws {
        var bytes = try Files.readSecret(keyPath, limit: 32)
        let unlock = Unlock.keyFile(try SymmetricKey(SecretBytes(moving: &bytes)))
        try await withNode(unlock) { service, officer in
            try await fill(service, officer, reports + 10_000..<reports + 2_000_000)
        }
    }

    private func short(_ value: Double) -> String { String((value * 100).rounded() / 100) }

    private func directorySize(_ path: String) -> Int {
        ((try? Files.list(path)) ?? []).reduce(0) { $0 + Int(Files.size(path + "/" + $1) ?? 0) }
    }

    /// VmHWM of this process, in megabytes.
    private func peakMemory() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return Double(line.split(separator: " ").dropFirst().first ?? "0").map { $0 / 1000 } ?? 0
    }
}
