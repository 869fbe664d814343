internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Interchange
internal import Schema
internal import Storage
internal import SwiftProtobuf

struct SeizureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seizure", abstract: "Log seizures, read and correct their reports.",
        subcommands: [SeizureLog.self, SeizureShow.self, SeizureCorrect.self])
}

struct SeizureLog: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Log a seizure: by ten questions, by options, or from a file.",
        discussion: """
            Without options, on a terminal, ten questions are asked. With options, as in the example, nothing is asked. \
            --from FILE takes a whole report as JSON (a SeizureReport of Protocols/schema; - is standard input).

            What the node already knows of the same container, vehicle, telephone or person is printed as HIT, with \
            the case, the officer and the office to ask.

            Example: cordon seizure log --what "cigarettes" --quantity 120000 --unit H87 --hs 240220 --locode VNHPH \
            --offence tobacco --direction import --container "CSQU 305438-3" --person "Nguyen Van An"

            \(ClientFailure.exitCodes)
            """)

    @OptionGroup(title: "The seizure") var fields: SeizureFields
    @Option(name: .customLong("from"), help: "A file with the report as JSON; - for standard input.")
    var file: String?
    @Option(name: .customLong("case"), help: "The case it belongs to. Default: a new one.")
    var caseID: String?
    @Flag(help: "The new case is for you and those you grant access alone.")
    var needToKnow = false
    @Option(help: "Only if the case is still at this version.")
    var ifVersion: UInt64?
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        if let file {
            guard fields.isEmpty else { throw ValidationError("Either --from, or the seizure in options.") }
            return try await log(ClientInput.message(file, as: SeizureReport.self), into: caseID, api)
        }
        guard fields.isEmpty else { return try await log(fields.report(), into: caseID, api) }
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("Nothing says what was seized: see cordon seizure log --help.")
        }
        try await interview(api)
    }

    /// Goes through the form until the node takes it, or the officer gives up. What was typed is not lost meanwhile.
    private func interview(_ api: APIClient) async throws {
        var form = SeizureForm()
        while form.ask() {
            guard SeizureForm.confirm("Log it [Y/n]?") else { break }
            var filled = fields
            form.fill(&filled)
            let target = form.answers["case"].flatMap { $0.isEmpty ? nil : $0 } ?? caseID
            do {
                return try await log(filled.report(), into: target, api)
            } catch let failure as ClientFailure {
                failure.report()
                let question = "Go through it again (Enter keeps an answer, - takes it back) [Y/n]?"
                guard SeizureForm.confirm(question) else { break }
            }
        }
        throw ClientFailure(.refused, "nothing was logged")
    }

    private func log(_ report: SeizureReport, into caseID: String?, _ api: APIClient) async throws {
        var request = APIClient.Request(
            method: "POST", path: "/seizures", body: try report.jsonUTF8Bytes(), isRepeatable: true)
        if let caseID { request.query.append(("case", caseID)) }
        if needToKnow { request.query.append(("needToKnow", "true")) }
        if let version = ifVersion { request.headers.append(("If-Match", "\"\(version)\"")) }
        let answer = try await api.send(request, as: ChangeView.self)
        if api.printJSON(answer) { return }
        let view = answer.message
        let id = view.events.compactMap { event -> String? in
            if case .seizureLogged(let logged) = event.body { logged.report.id } else { nil }
        }.first
        print("Logged \(Display.safe(id ?? "-")) in case \(Display.safe(view.caseID))")
        if view.replayed { print("It had been logged by the first attempt, before the connection broke.") }
        try await ChangeOutput.printRest(of: view, api)
    }
}

struct SeizureShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a report.",
        discussion: "Example: cordon seizure show VN-S-4F7Q2-10\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The report's id.")
    var id: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/seizures/\(APIClient.escaped(id))", as: ReportView.self)
        if api.printJSON(answer) { return }
        let view = answer.message
        let names = try await OfficerNames(api)
        print("\(Display.safe(view.report.id)) in case \(Display.safe(view.caseID))")
        print("logged \(Display.time(view.loggedAt)) by \(Display.safe(names[view.loggedBy]))")
        if view.corrections > 0 { print("corrected \(view.corrections) times") }
        print(try Outline.text(of: view.report))
    }
}

/// A message as lines of names and values, indented by what they belong to.
enum Outline {
    static func text(of message: some Message, indent: Int = 2) throws -> String {
        var lines: [String] = []
        append(try JSONValue(parsing: message.jsonUTF8Bytes()), "", indent, &lines)
        return lines.joined(separator: "\n")
    }

    private static func append(_ value: JSONValue, _ name: String, _ indent: Int, _ lines: inout [String]) {
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .object(let object):
            if !name.isEmpty { lines.append(margin + name) }
            for (member, value) in zip(object.names, object.values) {
                append(value, words(member), name.isEmpty ? indent : indent + 2, &lines)
            }
        case .array(let elements) where elements.allSatisfy({ $0.string != nil }):
            lines.append("\(margin)\(name): \(Display.safe(elements.compactMap(\.string).joined(separator: ", ")))")
        case .array(let elements):
            for (place, element) in elements.enumerated() { append(element, "\(name) \(place + 1)", indent, &lines) }
        case .string(let text): lines.append("\(margin)\(name): \(Display.safe(text))")
        default: lines.append("\(margin)\(name): \(String(decoding: value.bytes, as: UTF8.self))")
        }
    }

    /// `seizedAt` is `seized at`.
    private static func words(_ name: String) -> String {
        Display.safe(name.map { $0.isUppercase ? " \($0.lowercased())" : String($0) }.joined())
    }
}

/// Files that a command is given.
enum ClientInput {
    static let maximumByteCount = 32 << 20

    static func bytes(_ path: String) throws -> [UInt8] {
        guard path == "-" else { return try Files.read(path, limit: maximumByteCount) }
        let bytes = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
        guard bytes.count <= maximumByteCount else { throw CommandFailure("Standard input is too long.") }
        return bytes
    }

    static func json(_ path: String) throws -> JSONValue {
        let content = try bytes(path)
        do throws(InterchangeError) {
            return try JSONValue(parsing: content, limit: maximumByteCount)
        } catch {
            throw ClientFailure(.refused, "\(path == "-" ? "standard input" : path) is not JSON: \(error)")
        }
    }

    static func message<M: Message>(_ path: String, as type: M.Type) throws -> M {
        let tree = try json(path)
        do {
            return try M(jsonUTF8Bytes: tree.bytes)
        } catch {
            throw ClientFailure(.refused, "\(path) does not have the fields of a \(M.protoMessageName): \(error)")
        }
    }
}
