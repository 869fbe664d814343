internal import Foundation
internal import Schema
internal import SwiftProtobuf

/// Changes of a case file: sent, and what came of them told.
enum ChangeOutput {
    /// Appends one event to a case. It is done once, however often the connection breaks.
    static func send(
        _ event: CaseEvent, to caseID: String, _ options: ChangeOptions, _ api: APIClient,
        told: (ChangeView) -> String
    ) async throws {
        var event = event
        event.happenedAt = try happened(options.happened)
        var request = APIClient.Request(
            method: "POST", path: "/cases/\(APIClient.escaped(caseID))/events", body: try event.jsonUTF8Bytes(),
            isRepeatable: true)
        if let version = options.ifVersion { request.headers.append(("If-Match", "\"\(version)\"")) }
        let answer = try await api.send(request, as: ChangeView.self)
        if api.printJSON(answer) { return }
        print(
            "\(told(answer.message)) Case \(Display.safe(answer.message.caseID)) is at version \(answer.message.version)."
        )
        try await printRest(of: answer.message, api)
    }

    static func happened(_ text: String?) throws -> String {
        guard let text else { return "" }
        guard let moment = MomentReading.read(text) else {
            throw ClientFailure(.refused, "--happened is \(MomentReading.help)")
        }
        return moment
    }

    /// Findings, and hits where they cannot be missed.
    static func printRest(of view: ChangeView, _ api: APIClient) async throws {
        for finding in view.findings { print("  \(Display.line(finding))") }
        guard !view.hits.isEmpty else { return }
        let names = try await OfficerNames(api)
        let strong = isatty(STDOUT_FILENO) == 1 ? ("\u{1B}[1m", "\u{1B}[0m") : ("", "")
        for hit in view.hits {
            print("\(strong.0)HIT  \(Display.safe("\(hit.scheme) \(hit.value)")) was met before\(strong.1)")
            print("     \(place(hit, names))")
        }
    }

    static func place(_ hit: Hit, _ names: OfficerNames) -> String {
        let office = hit.office.isEmpty ? "" : ", \(hit.office)"
        let officer = "officer \(names[hit.officer])\(office)"
        guard !hit.otherCaseID.isEmpty else { return Display.safe("in a case that is not for you: ask \(officer)") }
        return Display.safe("in \(hit.otherReportID), case \(hit.otherCaseID): \(officer)")
    }
}
