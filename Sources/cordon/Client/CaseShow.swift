internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf

struct CaseShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a case file.",
        discussion: """
            That you looked is recorded, with the reason. Example: cordon case show VN-C-4F7Q2-10 --reason "new tip"

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The case's id.")
    var id: String
    @Option(help: "Why you look, in Latin letters.")
    var reason: String?
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        var request = APIClient.Request(method: "GET", path: "/cases/\(APIClient.escaped(id))")
        if let reason {
            guard reason.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
                throw ValidationError("--reason of `case show` is in Latin letters without accents.")
            }
            request.headers.append(("Cordon-Reason", reason))
        }
        let answer = try await api.send(request, as: CaseView.self)
        if api.printJSON(answer) { return }
        let names = try await OfficerNames(api)
        Self.printHead(answer.message, names)
        Self.printParts(answer.message, names)
        for hit in answer.message.hits {
            print("\nHIT  \(Display.safe("\(hit.scheme) \(hit.value)")) of \(Display.safe(hit.reportID))")
            print("     \(ChangeOutput.place(hit, names))")
        }
    }

    private static func printHead(_ view: CaseView, _ names: OfficerNames) {
        print("\(Display.safe(view.id))  \(Display.safe(view.title))")
        let state = view.closedAt.isEmpty ? "open" : "closed \(Display.time(view.closedAt)): \(view.outcome)"
        var lines = [
            ("state", state), ("opened", Display.time(view.openedAt)),
            ("owner", names[view.owner] + (view.office.isEmpty ? "" : ", \(view.office)")),
            ("kept", "\(view.retentionClass), review on \(view.reviewDate)"),
            ("version", "\(view.version), changed \(Display.time(view.changedAt))"),
        ]
        if view.needToKnow { lines.append(("for", "need to know alone")) }
        if !view.granted.isEmpty { lines.append(("granted", view.granted.map { names[$0] }.joined(separator: ", "))) }
        if !view.hold.isEmpty { lines.append(("legal hold", view.hold)) }
        for (name, value) in lines {
            print("  \(name)\(String(repeating: " ", count: 12 - name.count))\(Display.safe(value))")
        }
    }

    private static func printParts(_ view: CaseView, _ names: OfficerNames) {
        var reports = Table("REPORT", "SEIZED", "WHERE", "LOGGED BY", "WHAT")
        for report in view.reports {
            reports.add(
                report.report.id, Display.time(report.report.seizedAt), ReportText.place(report.report),
                names[report.loggedBy], ReportText.goods(report.report))
        }
        section(reports)
        var exhibits = Table("EXHIBIT", "SEAL", "HELD BY", "STATE", "WHAT")
        for exhibit in view.exhibits {
            exhibits.add(
                exhibit.exhibit.id, exhibit.sealNumber, names[exhibit.custodian], state(exhibit, names),
                exhibit.exhibit.description_p)
        }
        section(exhibits)
        var tasks = Table("TASK", "FOR", "DUE", "STATE", "WHAT")
        for task in view.tasks {
            tasks.add(
                String(task.task.number), names[task.task.assignee], task.task.due.isEmpty ? "-" : task.task.due,
                task.done ? "done" : "open", task.task.text)
        }
        section(tasks)
        var links = Table("LINK", "FROM", "RELATION", "TO", "CONFIDENCE", "WHY")
        for link in view.links where !link.removed {
            links.add(
                String(link.link.number), link.link.from.isEmpty ? "the case" : link.link.from, link.link.relation,
                link.link.to, link.link.confidence, link.reason)
        }
        section(links)
        var attachments = Table("ATTACHMENT", "SIZE", "BY", "NAME")
        for attachment in view.attachments {
            attachments.add(
                attachment.id, String(attachment.size), names[attachment.by], attachment.fileName)
        }
        section(attachments)
        for note in view.notes {
            let evaluation = note.note.evaluation.isEmpty ? "" : ", \(note.note.evaluation)"
            print("\nNOTE  \(Display.time(note.at)) \(Display.safe(names[note.by] + evaluation))")
            print(Display.block(note.note.text, indent: 2))
        }
    }

    static func state(_ exhibit: ExhibitView, _ names: OfficerNames) -> String {
        if !exhibit.disposed.isEmpty { return exhibit.disposed }
        return exhibit.offeredTo == 0 ? "held" : "handed to \(names[exhibit.offeredTo]), not yet accepted"
    }

    private static func section(_ table: Table) {
        guard !table.isEmpty else { return }
        print("\n" + table.lines(indent: 0).joined(separator: "\n"))
    }
}

struct CaseCustody: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "custody", abstract: "Print an exhibit's chain of custody.",
        discussion: "Example: cordon case custody VN-E-4F7Q2-10\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The exhibit's id.")
    var exhibit: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/exhibits/\(APIClient.escaped(exhibit))", as: ExhibitView.self)
        if api.printJSON(answer) { return }
        let names = try await OfficerNames(api)
        let view = answer.message
        print("\(Display.safe(view.exhibit.id)) of case \(Display.safe(view.caseID))")
        print(Display.safe(view.exhibit.description_p))
        print("held by \(Display.safe(names[view.custodian])): \(Display.safe(CaseShow.state(view, names)))\n")
        var table = Table("AT", "STEP", "BY", "FROM", "TO", "SEAL", "LOCATION", "REASON")
        for step in view.chain {
            table.add(
                Display.time(step.happenedAt.isEmpty ? step.at : step.happenedAt), step.step, names[step.by],
                names[step.from], names[step.to], step.sealNumber, step.location.isEmpty ? "-" : step.location,
                step.reason)
        }
        table.print(orElse: "")
    }
}
