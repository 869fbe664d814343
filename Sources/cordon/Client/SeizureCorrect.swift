internal import ArgumentParser
internal import Interchange
internal import Schema
internal import SwiftProtobuf

struct SeizureCorrect: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct",
        abstract: "Correct a report. What it said before stays in the case's history.",
        discussion: """
            --set POINTER=VALUE puts a value where a JSON Pointer (RFC 6901) says; - behind a list is a new place at \
            its end, an empty value takes the field away, and a value that begins with [ or { is read as JSON. \
            `cordon seizure show ID --json` prints the pointers' names. --patch FILE is a JSON merge patch (RFC 7396) \
            instead. If somebody else changes the case meanwhile, nothing is done, and the answer says so.

            Example: cordon seizure correct VN-S-4F7Q2-10 --reason "weighed again" --set /goods/0/quantity/amount=130

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The report's id.")
    var id: String
    @Option(help: "Why it is corrected; kept in the history.")
    var reason: String
    @Option(name: .customLong("set"), help: "What is put where; may be repeated.")
    var sets: [String] = []
    @Option(help: "A file with a merge patch; - for standard input.")
    var patch: String?
    @Option(help: "Only if the case is still at this version.")
    var ifVersion: UInt64?
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard sets.isEmpty != (patch == nil) else { throw ValidationError("Either --set, or --patch.") }
    }

    func run(_ api: APIClient) async throws {
        let path = "/seizures/\(APIClient.escaped(id))"
        let current = try await api.get(path, as: ReportView.self)
        var members = JSONObject()
        if let patch {
            guard let object = try ClientInput.json(patch).object else {
                throw ClientFailure(.refused, "a merge patch is an object")
            }
            members = object
        } else {
            let report = try JSONValue(parsing: current.message.report.jsonUTF8Bytes())
            var corrected = report
            for text in sets { try ReportPatch.set(text, in: &corrected) }
            guard let difference = ReportPatch.difference(from: report, to: corrected)?.object else {
                throw ClientFailure(.refused, "the report reads like this already")
            }
            members = difference
        }
        members["reason"] = .string(reason)
        var request = APIClient.Request(method: "PATCH", path: path, body: JSONValue.object(members).bytes)
        if let version = ifVersion ?? current.version { request.headers.append(("If-Match", "\"\(version)\"")) }
        let answer = try await api.send(request, as: ChangeView.self)
        if api.printJSON(answer) { return }
        let changed = answer.message.events.flatMap { event -> [String] in
            if case .reportCorrected(let corrected) = event.body { corrected.changed } else { [] }
        }
        let places = Display.safe(changed.joined(separator: ", "))
        print(
            "Corrected \(places). Case \(Display.safe(answer.message.caseID)) is at version \(answer.message.version).")
        try await ChangeOutput.printRest(of: answer.message, api)
    }
}

/// What is to be changed of a report, as a merge patch.
enum ReportPatch {
    /// One `POINTER=VALUE`.
    static func set(_ text: String, in report: inout JSONValue) throws {
        guard text.hasPrefix("/"), let sign = text.firstIndex(of: "=") else {
            throw ValidationError("--set is like /goods/0/quantity/amount=130.")
        }
        let raw = String(text[text.index(after: sign)...])
        let value: JSONValue?
        if raw.hasPrefix("[") || raw.hasPrefix("{") {
            guard let parsed = try? JSONValue(parsing: Array(raw.utf8)) else {
                throw ValidationError("What follows \(text[..<sign])= begins like JSON, and is none.")
            }
            value = parsed
        } else {
            value = raw.isEmpty ? nil : .string(raw)
        }
        let tokens = text[..<sign].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let steps = tokens.map { $0.replacing("~1", with: "/").replacing("~0", with: "~") }
        guard let result = try put(value, steps[...], in: report, String(text[..<sign])) else {
            throw ValidationError("A report cannot be taken away.")
        }
        report = result
    }

    /// The value with something put into it, or taken out; nil where nothing is left in its place.
    private static func put(
        _ value: JSONValue?, _ steps: ArraySlice<Substring>, in target: JSONValue?, _ pointer: String
    ) throws -> JSONValue? {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        // A step of digits, or `-`, goes into a list, unless an object is there.
        if target?.object == nil, step == "-" || Int(step) != nil {
            var elements = target?.array ?? []
            guard let place = step == "-" ? elements.count : Int(step), (0...elements.count).contains(place) else {
                throw ValidationError("\(pointer) goes beyond the list, which has \(elements.count) elements.")
            }
            let old = place < elements.count ? elements[place] : nil
            switch try put(value, rest, in: old, pointer) {
            case let new? where place < elements.count: elements[place] = new
            case let new?: elements.append(new)
            case nil where place < elements.count: elements.remove(at: place)
            case nil: break
            }
            return .array(elements)
        }
        guard target == nil || target?.object != nil else {
            throw ValidationError("\(pointer) goes into something that is neither a list nor an object.")
        }
        var object = target?.object ?? JSONObject()
        object[String(step)] = try put(value, rest, in: object[String(step)], pointer)
        return .object(object)
    }

    /// RFC 7396: a list is sent whole, what is gone is null. Nil where both are the same.
    static func difference(from old: JSONValue, to new: JSONValue) -> JSONValue? {
        guard old != new else { return nil }
        guard let before = old.object, let after = new.object else { return new }
        var patch = JSONObject()
        for (name, value) in zip(after.names, after.values) {
            patch[name] = before[name].map { difference(from: $0, to: value) } ?? value
        }
        for name in before.names where after[name] == nil { patch[name] = .null }
        return .object(patch)
    }
}
