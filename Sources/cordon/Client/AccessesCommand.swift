internal import ArgumentParser
internal import Schema

struct AccessesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "accesses", abstract: "List who looked at what, newest first. For auditors.",
        discussion: """
            Every read, search, download and export is there, also those of other auditors. Example: cordon accesses \
            --case VN-C-4F7Q2-10 --limit 200

            \(ClientFailure.exitCodes)
            """)

    @Option(name: .customLong("case"), help: "Only of this case.")
    var caseID: String?
    @Option(help: "Only by this officer: login or number.")
    var officer: String?
    @Option(help: "How many, 1,000 at most.")
    var limit: UInt32 = 100
    @Option(help: "Where the page before ended.")
    var cursor: String?
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let names = try await OfficerNames(api)
        var query = [(name: "limit", value: String(limit))]
        if let caseID { query.append(("case", caseID)) }
        if let officer { query.append(("officer", String(try names.number(officer)))) }
        if let cursor { query.append(("cursor", cursor)) }
        let answer = try await api.get("/accesses", query, as: AccessList.self)
        if api.printJSON(answer) { return }
        var table = Table("AT", "OFFICER", "DID", "CASE", "RECORD", "COUNT", "LOOKED FOR, OR WHY")
        for access in answer.message.accesses {
            table.add(
                Display.time(access.at), names[access.officer], access.action, access.caseID, access.recordID,
                access.count == 0 ? "" : String(access.count),
                [access.query, access.reason].filter { !$0.isEmpty }.joined(separator: "; "))
        }
        table.print(orElse: "Nobody has looked at anything.")
        if !answer.message.next.isEmpty { print("More: --cursor \(answer.message.next)") }
    }
}
