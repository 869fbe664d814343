internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Interchange
internal import NIOHTTP1
internal import Schema
internal import SwiftProtobuf

struct ExportCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Export reports, as JSON Lines or CSV, with the reason recorded; or a stick for a partner.",
        discussion: """
            The reports of a case, of all that filters find, or with --all every one that you may see. Persons and \
            companies are left out, unless --names gives a request of yours that a supervisor approved (`cordon \
            request export-names`).

            jsonl has a whole report on each line; another node takes it in with `cordon import FILE`. csv has a row \
            for each line of goods, with what a spreadsheet might run made harmless; it has the first 3 legs of the \
            route, 3 conveyances, 2 documents, 2 persons and 2 companies, and counts the others in `not_shown`. \
            Another node takes it in with --mapping cordon-csv. Its columns are named in \
            Deployments/mappings/cordon-csv.json.

            With --output, the file appears once it is whole.

            With --for, something else is written: the exchange log and all that was released to a partner without a \
            line, into a directory that is carried there; `cordon import DIRECTORY` takes it in. Writing into the same \
            directory again adds what has come since. \(StickRun.discussion)

            Examples:
              cordon export --offence wildlife --from 2026-01-01 --reason "annual report" --output wildlife.jsonl
              cordon export --for la.customs /media/stick --dir /var/lib/cordon

            \(ClientFailure.exitCodes)
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable { case jsonl, csv }

    @Option(name: .customLong("case"), help: "The reports of this case.")
    var caseID: String?
    @OptionGroup(title: "Filters") var filters: FilterOptions
    @Flag(help: "Every report that you may see.")
    var all = false
    @Option(help: "What it is for; recorded.")
    var reason: String?
    @Option(name: .customLong("names"), help: "With names, on this approved request.")
    var request: String?
    @Option(help: "jsonl or csv")
    var format = Format.jsonl
    @Option(help: "The file to write; - for standard output.")
    var output = "-"
    @OptionGroup(title: "The node") var client: ClientOptions
    @Option(name: .customLong("for"), help: "The partner that a stick is for, such as la.customs.")
    var partner: String?
    @Argument(help: "With --for: the directory to write, a mounted stick, say.")
    var directory: String?
    @OptionGroup(title: "The node's files, for a stick") var node: NodeOptions

    func validate() throws {
        if partner != nil {
            guard directory != nil, caseID == nil, filters.isEmpty, !all, request == nil, output == "-" else {
                throw ValidationError("A stick: cordon export --for PARTNER DIRECTORY, and nothing about reports.")
            }
            return
        }
        guard directory == nil else {
            throw ValidationError("Which partner is the directory for? Name it with --for.")
        }
        guard reason != nil else { throw ValidationError("What is it for? Say so with --reason.") }
        guard [caseID != nil, !filters.isEmpty, all].count(where: { $0 }) == 1 else {
            throw ValidationError("What is to be exported? Either --case, or filters, or --all.")
        }
    }

    func run() async throws {
        guard let partner, let directory else { return try await client.withAPI { try await run($0) } }
        try await StickRun(node: node, directory: directory, json: client.json).write(for: partner)
    }

    func run(_ api: APIClient) async throws {
        let wanted = ExportRequest.with {
            $0.caseID = caseID ?? ""
            $0.requestID = request ?? ""
            $0.reason = reason ?? ""
            if caseID == nil { $0.query = filters.request }
        }
        let file = try ExportFile(output)
        var table = ExportTable()
        var reader = JSONLinesReader(limit: RecordReader.maximumLine)
        var count = 0
        if format == .csv { try file.write(ExportTable.header) }
        let call = APIClient.Request(method: "POST", path: "/exports", body: try wanted.jsonUTF8Bytes())
        var export: String?
        do {
            try await api.stream(call, head: { export = $1.first(name: "Cordon-Export") }) { bytes in
                guard format == .csv else {
                    count += bytes.count { $0 == UInt8(ascii: "\n") }
                    return try file.write(bytes)
                }
                try reader.feed(bytes) { try table.take($0) }
                try file.write(table.drain())
            }
            if format == .csv {
                try reader.finish { try table.take($0) }
                try file.write(table.drain())
                count = table.count
            }
            try file.finish()
        } catch {
            file.abandon()
            throw error
        }
        Terminal.printError("\(count) reports" + (request == nil ? ", without names" : ", with names"))
        if let export {
            let summary = try await api.get("/exports/\(APIClient.escaped(export))", as: ExportSummary.self).message
            if summary.withheld > 0 {
                Terminal.printError("\(summary.withheld) more came from partners who do not allow it, and stay here")
            }
        }
        if table.truncatedCount > 0 {
            Terminal.printError("\(table.truncatedCount) of them have more than the columns hold: see not_shown")
        }
    }
}

/// Reports as they become rows.
struct ExportTable {
    static var header: [UInt8] {
        var bytes: [UInt8] = []
        CSVWriter().append(ExportColumn.all.map(\.name), to: &bytes)
        return bytes
    }

    private let writer = CSVWriter()
    private var bytes: [UInt8] = []
    private(set) var count = 0
    private(set) var truncatedCount = 0

    mutating func take(_ line: JSONLine) throws {
        let value: JSONValue
        switch line.content {
        case .success(let content): value = content
        case .failure: throw ClientFailure(.refused, "the node sent something that is no report")
        }
        let report = try APIClient.decode(value.bytes, as: SeizureReport.self)
        let rows = ExportColumn.rows(of: report)
        for row in rows { writer.append(row, to: &bytes) }
        count += 1
        if rows[0].last?.isEmpty == false { truncatedCount += 1 }
    }

    mutating func drain() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }
}

/// Standard output, or a file that takes its name once it is whole. A crash leaves the temporary file behind.
final class ExportFile {
    private let path: String
    private let temporary: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        guard path != "-" else {
            temporary = ""
            descriptor = STDOUT_FILENO
            return
        }
        temporary = "\(path).\(UUID().uuidString.prefix(8)).part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> ClientFailure {
        ClientFailure(.refused, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }

    func write(_ bytes: [UInt8]) throws {
        if descriptor == STDOUT_FILENO { return Terminal.write(bytes) }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress!, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path) }
            sent += count
        }
    }

    func finish() throws {
        if descriptor == STDOUT_FILENO { return }
        guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else {
            throw Self.failure(path)
        }
    }

    func abandon() {
        if descriptor == STDOUT_FILENO { return }
        close(descriptor)
        unlink(temporary)
    }
}
