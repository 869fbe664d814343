internal import ArgumentParser
internal import Foundation
internal import Storage

/// Measures what the project promises, each figure beside the limit that the machine sets to it in the same run.
@main
struct CordonBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon-bench",
        abstract: "Measure the node and the verifier, each figure beside its physical limit in the same run.",
        discussion: """
            A figure is the median of --rounds rounds, in which it and its limit take turns. Run a release build on \
            an idle machine: make bench.
            """)

    enum Section: String, CaseIterable, ExpressibleByArgument {
        case append
        case latency
        case verify
        case cases
        case release
        case mirror
        case receive
        case line
    }

    @Option(help: "What to measure. Default: everything.")
    var only: [Section] = []

    @Option(help: "How often each figure and its limit take turns.")
    var rounds = 15

    @Option(help: "Entries appended in a round.")
    var entries = 60_000

    @Option(help: "Entries in the log that is verified.")
    var verifyEntries = 1_000_000

    @Option(help: "Seizure reports in the store that is searched.")
    var reports = 1_000_000

    @Option(help: "Entries in the log that a new mirror catches up with; 1,000,000 for the record.")
    var catchUpEntries = 100_000

    @Option(help: "Notices that are received and opened.")
    var notices = 5_000

    @Option(help: "How long two connected nodes are left idle, in seconds.")
    var idleSeconds = 60

    @Option(help: .hidden)
    var fill: String?

    @Option(help: .hidden)
    var fillKey: String?

    @Option(help: "How long entries are offered for the latency figure, in seconds.")
    var seconds = 15

    @Option(help: "Where to work: a directory on the disk to be measured.")
    var scratch: String = FileManager.default.currentDirectoryPath + "/.build/bench"

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard rounds >= 1, entries >= 1000, verifyEntries >= 1000, reports >= 1000, (1...600).contains(seconds),
            catchUpEntries >= 1000, notices >= 100, (1...600).contains(idleSeconds)
        else {
            throw ValidationError("At least 1 round, 1,000 entries, 100 notices; 1 to 600 seconds.")
        }
    }

    func run() async throws {
        if let fill, let fillKey {
            let directory = String(fill.dropLast("/cases".count))
            return try await CasesBench(directory: directory, reports: reports).fillForever(keyPath: fillKey)
        }
        let sections = only.isEmpty ? Section.allCases : only
        let work = "\(scratch)/\(ProcessInfo.processInfo.processIdentifier)"
        let files = LocalFiles()
        try files.createDirectory(work, mode: 0o700)
        defer { try? files.remove(work) }
        var table = FigureTable()
        if sections.contains(.append) {
            try await AppendBench(directory: work, rounds: rounds, entries: entries).run(&table)
        }
        if sections.contains(.latency) { try await LatencyBench(directory: work, seconds: seconds).run(&table) }
        if sections.contains(.verify) {
            try await VerifyBench(directory: work, rounds: min(rounds, 7), entries: verifyEntries).run(&table)
        }
        if sections.contains(.cases) { try await CasesBench(directory: work, reports: reports).run(&table) }
        let exchange = ExchangeBench(
            directory: work, entries: catchUpEntries, notices: notices, idleSeconds: idleSeconds)
        if sections.contains(.release) { try await exchange.release(&table) }
        if sections.contains(.mirror) { try await exchange.catchUp(&table) }
        if sections.contains(.receive) { try await exchange.open(&table) }
        if sections.contains(.line) { try await exchange.connected(&table) }
        if json { try table.printJSON() } else { table.printText() }
        guard table.allMet else { throw ExitCode.failure }
    }

    /// Says on standard error what is being done, since it takes a while.
    static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
