internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf

struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "What takes two officers: asked for by one, decided by another.",
        subcommands: [
            RequestListCommand.self, CaseErase.self, RequestExportNames.self, RequestApprove.self, RequestReject.self,
        ])
}

struct RequestListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List your requests, and those that you may decide.",
        discussion: "Example: cordon request list\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws { try await RequestText.list(api) }
}

struct CaseErase: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Ask for a case to be erased for good; a second supervisor approves.",
        discussion: """
            The case has to be closed, past its review date, and under no hold. Example: cordon request erase \
            VN-C-4F7Q2-10 --reason "kept long enough"

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The case's id.")
    var id: String
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await RequestText.make(
            .with {
                $0.kind = "erase-case"
                $0.caseID = id
                $0.reason = reason
            }, api)
    }
}

struct RequestExportNames: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-names", abstract: "Ask to export reports with names; a supervisor approves.",
        discussion: """
            Once it is approved: cordon export --names REQUEST. Example: cordon request export-names VN-C-4F7Q2-10 \
            --reason "letter rogatory 12/2026"

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The case's id. Default: all that you may see.")
    var id: String?
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await RequestText.make(
            .with {
                $0.kind = "export-nominal"
                $0.caseID = id ?? ""
                $0.reason = reason
            }, api)
    }
}

struct RequestApprove: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve another officer's request. Roles and erasures take effect at once.",
        discussion: "Example: cordon request approve VN-R-4F7Q2-10\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The request's id.")
    var id: String
    @Option(help: "Why.")
    var reason = ""
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws { try await RequestText.decide(id, approved: true, reason, api) }
}

struct RequestReject: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Reject another officer's request.",
        discussion: "Example: cordon request reject VN-R-4F7Q2-10 --reason \"too broad\"\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The request's id.")
    var id: String
    @Option(help: "Why.")
    var reason = ""
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws { try await RequestText.decide(id, approved: false, reason, api) }
}

enum RequestText {
    static func make(_ new: NewRequest, _ api: APIClient) async throws {
        let answer = try await api.post("/requests", new, as: RequestView.self)
        if api.printJSON(answer) { return }
        let id = Display.safe(answer.message.id)
        print("Request \(id) waits for a second officer: cordon request approve \(id)")
    }

    static func list(_ api: APIClient) async throws {
        let answer = try await api.get("/requests", as: RequestList.self)
        if api.printJSON(answer) { return }
        let names = try await OfficerNames(api)
        var table = Table("REQUEST", "STATE", "ASKED", "BY", "FOR", "DECIDED BY", "REASON")
        for request in answer.message.requests {
            let what =
                request.kind == "set-roles"
                ? "\(names[request.officer]): \(request.roles.isEmpty ? "no role" : request.roles.joined(separator: ","))"
                : "\(request.kind) \(request.caseID.isEmpty ? "all" : request.caseID)"
            table.add(
                request.id, request.state, Display.time(request.madeAt), names[request.proposer], what,
                names[request.decider], request.reason)
        }
        table.print(orElse: "There are no requests.")
    }

    static func decide(_ id: String, approved: Bool, _ reason: String, _ api: APIClient) async throws {
        let decision = Decision.with {
            $0.approved = approved
            $0.reason = reason
        }
        let answer = try await api.post(
            "/requests/\(APIClient.escaped(id))/decision", decision, as: RequestView.self)
        if api.printJSON(answer) { return }
        print("Request \(Display.safe(answer.message.id)) is \(Display.safe(answer.message.state)).")
    }
}
