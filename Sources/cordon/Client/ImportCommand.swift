internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Interchange
internal import Schema
internal import Storage
internal import UnixSignals

struct ImportCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import reports from a table of another system; or a stick that a partner wrote.",
        discussion: """
            A mapping says how rows become reports (Protocols/mapping.md): a file, or the name of one that is shipped, \
            such as lemis-wildlife. They are looked for in $CORDON_MAPPINGS, in `mappings` beside this program, in \
            ../share/cordon/mappings from there, and in Deployments/mappings. Without --mapping, the file holds what \
            `cordon export` wrote in JSON Lines; for its CSV, --mapping cordon-csv. Such reports keep the source and \
            key that they had.

            Running it again is safe: what the node has already is known by its source and key. That is also how an \
            import goes on that was broken off. A report comes in whole or not at all. Each row has one outcome:
              imported  the first row of a report that is new
              merged    a further row of such a report
              known     of a report that the node has, just like this
              differs   of a report that the node has with other content
              skipped   the mapping's filters leave it out
              refused   the mapping or the node refused it; --report says why

            A directory is a stick: what a partner without a line wrote for this node with `cordon export --for`. \
            Everything in it is verified as if it came over the line, and taking it in again changes nothing. \
            \(StickRun.discussion)

            Examples:
              cordon import seizures.csv --mapping lemis-wildlife --dry-run --report rows.jsonl
              cordon import /media/stick --dir /var/lib/cordon

            Exit codes: 0 done, and nothing was refused or differs; 1 the input could not be read to its end, or \
            another failure; 2 done, but rows were refused or differ; 64 wrong usage; 69 the server cannot be reached; \
            77 not signed in, or not allowed; 130 interrupted.
            """)

    @Argument(help: "The file; - for standard input. Or a directory: a stick.")
    var file: String
    @Option(help: "A file with a mapping, or a mapping's name.")
    var mapping: String?
    @Flag(help: "Change nothing: only say what would become of each row.")
    var dryRun = false
    @Option(name: .customLong("case"), help: "The case they all go into. Default: each into one of its own.")
    var caseID: String?
    @Flag(help: "New cases are for you and those you grant access alone.")
    var needToKnow = false
    @Option(help: "A file to write, with a line of JSON for each row of the input.")
    var report: String?
    @OptionGroup(title: "The node") var client: ClientOptions
    @OptionGroup(title: "The node's files, for a stick") var node: NodeOptions

    func run() async throws {
        guard Files.isDirectory(file) else { return try await client.withAPI { try await run($0) } }
        guard mapping == nil, caseID == nil, report == nil, !dryRun, !needToKnow else {
            throw ValidationError("\(file) is a directory: a stick has no mapping, case or report.")
        }
        try await StickRun(node: node, directory: file, json: client.json).read()
    }

    func run(_ api: APIClient) async throws {
        let name = mapping.flatMap { MappingFinder.reportNames.contains($0) ? nil : $0 }
        let reader = RecordReader(try name.map { try MappingFinder.find($0) })
        let (input, size) = try open()
        // Who cannot sign in, or reach the node at all, is told so at once instead of after ten attempts.
        _ = try await api.get("/session", as: OfficerView.self)
        let interrupt = Interrupt()
        let watching = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint) {
                if interrupt.set() { _exit(130) }
                Terminal.printError("\nStopping once what is under way is done; Ctrl-C again to stop at once.")
            }
        }
        let sender = ImportSender(api: api, caseID: caseID ?? "", needToKnow: needToKnow, dryRun: dryRun)
        let run = ImportRun(reader, sender, interrupt, report: try openReport())
        await run.run(input, byteCount: size)
        watching.cancel()
        try tell(run, reader.filterDescriptions, wasInterrupted: interrupt.isSet && run.failure == nil)
    }

    private func open() throws -> (FileHandle, UInt64?) {
        if file == "-" { return (.standardInput, nil) }
        guard let handle = FileHandle(forReadingAtPath: file), !Files.isDirectory(file) else {
            throw ClientFailure(.refused, "\(file) cannot be read")
        }
        return (handle, Files.size(file).map { UInt64($0) })
    }

    private func openReport() throws -> FileHandle? {
        guard let report else { return nil }
        guard FileManager.default.createFile(atPath: report, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: report)
        else { throw ClientFailure(.refused, "\(report) cannot be written") }
        return handle
    }

    // MARK: What it came to

    private func tell(_ run: ImportRun, _ filters: [String], wasInterrupted: Bool) throws {
        let tally = run.tally
        if client.json {
            print(json(run, filters).pretty)
        } else {
            let outcomes = RowVerdict.Outcome.allCases.map { "\(tally[$0]) \($0.rawValue)" }
            let unsent = tally.unsent > 0 ? " + \(tally.unsent) not sent" : ""
            print("\(tally.rows) rows = \(outcomes.joined(separator: " + "))\(unsent)")
            for (filter, count) in zip(filters, tally.skippedBy) where count > 0 {
                print("  \(count) skipped, since they do not meet: \(Display.safe(filter))")
            }
            print(
                dryRun
                    ? "\(tally[.imported]) reports would be imported; nothing was changed"
                    : "\(tally[.imported]) reports imported")
        }
        for verdict in run.refusals {
            let field = verdict.field.isEmpty || verdict.reason.contains(verdict.field) ? "" : "\(verdict.field): "
            Terminal.printError(
                "line \(verdict.lines[0]): \(verdict.outcome.rawValue): \(Display.safe(field + verdict.reason))")
        }
        if let failure = run.failure as? ClientFailure {
            throw ClientFailure(
                failure.kind, failure.reason + "; to go on, run the same command again", status: failure.status,
                findings: failure.findings)
        }
        if let failure = run.failure { throw ClientFailure(.refused, "the import broke off: \(failure)") }
        if let error = run.stoppedBy {
            throw ClientFailure(.refused, "the input cannot be read on; all before is imported: \(error)")
        }
        if wasInterrupted {
            Terminal.printError("Interrupted. To go on, run the same command again: what is here is recognised.")
            throw ExitCode(130)
        }
        guard tally[.refused] + tally[.differs] == 0 else {
            if report == nil { Terminal.printError("--report FILE says what became of each row.") }
            throw ExitCode(2)
        }
    }

    private func json(_ run: ImportRun, _ filters: [String]) -> JSONValue {
        let tally = run.tally
        var object: JSONObject = ["dryRun": .bool(dryRun), "rows": .integer(tally.rows)]
        for outcome in RowVerdict.Outcome.allCases { object[outcome.rawValue] = .integer(tally[outcome]) }
        object["unsent"] = .integer(tally.unsent)
        object["reports"] = .integer(tally[.imported])
        object["skippedBy"] = .array(
            zip(filters, tally.skippedBy).map { .object(["filter": .string($0), "rows": .integer($1)]) })
        if let error = run.stoppedBy { object["stoppedBy"] = .string(error.description) }
        return .object(object)
    }
}
