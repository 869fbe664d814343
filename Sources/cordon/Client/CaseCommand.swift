internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf

struct CaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case",
        abstract: "Case files: read them, add to them, say who may see them.",
        subcommands: [CaseList_.self, CaseOpen.self, CaseShow.self, CaseHistory.self, CaseCustody.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Add to a case",
                subcommands: [CaseNote.self, CaseLink_.self, CaseUnlink.self, CaseTask_.self, CaseTaskDone.self]),
            CommandGroup(
                name: "Who may see it",
                subcommands: [CaseGrant.self, CaseWithdraw.self, CaseNeedToKnow.self, CaseOwner.self]),
            CommandGroup(
                name: "How long it stays",
                subcommands: [
                    CaseClose.self, CaseReopen.self, CaseHold.self, CaseLiftHold.self, CaseRetention.self,
                    CaseErase.self,
                ]),
        ])
}

struct CaseList_: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the cases that you may see, newest first.",
        discussion: "Example: cordon case list --limit 50\n\n\(ClientFailure.exitCodes)")

    @Option(help: "Cases on a page, 100 at most.")
    var limit: UInt32 = 20
    @Option(help: "Where the page before ended.")
    var cursor: String?
    @Flag(help: "Every page, to the end.")
    var all = false
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        var table = Table("CASE", "OPENED", "STATE", "OWNER", "OFFICE", "REPORTS", "TITLE")
        let names = api.json ? nil : try await OfficerNames(api)
        var next = cursor ?? ""
        repeat {
            let query = [("limit", all ? "100" : String(limit))] + (next.isEmpty ? [] : [("cursor", next)])
            let answer = try await api.get("/cases", query.map { (name: $0, value: $1) }, as: CaseList.self)
            next = answer.message.next
            if api.printJSON(answer) { continue }
            for summary in answer.message.cases {
                table.add(
                    summary.id, Display.time(summary.openedAt),
                    (summary.open ? "open" : "closed") + (summary.needToKnow ? ", need to know" : ""),
                    names?[summary.owner] ?? "-", summary.office, String(summary.reports), summary.title)
            }
        } while all && !next.isEmpty
        if api.json { return }
        table.print(orElse: "There is no case that you may see.")
        if !next.isEmpty { Terminal.printError("There is more: --cursor \(Display.safe(next)), or --all") }
    }
}

struct CaseOpen: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open a case.",
        discussion: """
            A seizure opens a case of its own; this is for one that begins with something else. You become its owner.

            Example: cordon case open "Ivory by way of Hai Phong" --retention long

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "What it is called in lists. No names.")
    var title: String
    @Flag(help: "Only you and those you grant access may know of it.")
    var needToKnow = false
    @Option(help: "How long it is kept: short (1 year), standard (5), long (10), permanent.")
    var retention: String?
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let opened = CaseOpened.with {
            $0.title = title
            $0.needToKnow = needToKnow
            $0.retentionClass = retention ?? ""
        }
        let answer = try await api.send(
            .init(method: "POST", path: "/cases", body: try opened.jsonUTF8Bytes(), isRepeatable: true),
            as: ChangeView.self)
        if api.printJSON(answer) { return }
        print("Opened \(Display.safe(answer.message.caseID))")
    }
}

struct CaseHistory: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Print all that happened to a case, in the order it was recorded.",
        discussion: "Example: cordon case history VN-C-4F7Q2-10\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The case's id.")
    var id: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/cases/\(APIClient.escaped(id))/history", as: History.self)
        if api.printJSON(answer) { return }
        let names = try await OfficerNames(api)
        var table = Table("RECORD", "AT", "OFFICER", "WHAT", "REASON")
        for entry in answer.message.entries {
            table.add(
                String(entry.sequence), Display.time(entry.at), entry.officer == 0 ? "the node" : names[entry.officer],
                EventText.describe(entry.event, names), entry.event.reason)
        }
        table.print(orElse: "Nothing has happened yet.")
    }
}

/// An event in a cell of a table.
enum EventText {
    static func describe(_ event: CaseEvent, _ names: OfficerNames) -> String {
        switch event.body {
        case .opened: "opened"
        case .seizureLogged(let logged): "seizure \(logged.report.id)"
        case .reportCorrected(let correction):
            "corrected \(correction.reportID): \(correction.changed.joined(separator: ", "))"
        case .linkAdded(let link): "link \(link.number): \(link.relation) \(link.to)"
        case .linkRemoved(let link): "link \(link.number) removed"
        case .exhibitSealed(let exhibit): "exhibit \(exhibit.id) sealed: \(exhibit.sealNumber)"
        case .custodyOffered(let offer): "\(offer.exhibitID) handed to \(names[offer.to])"
        case .custodyAnswered(let answer): "\(answer.exhibitID) \(answer.accepted ? "accepted" : "declined")"
        case .exhibitDisposed(let disposal): "\(disposal.exhibitID) \(disposal.method)"
        case .noteAdded: "note"
        case .attachmentAdded(let attachment): "attachment \(attachment.id) \(attachment.fileName)"
        case .taskAdded(let task): "task \(task.number) for \(names[task.assignee])"
        case .taskDone(let task): "task \(task.number) done"
        case .accessChanged(let change):
            "access \(change.granted ? "granted to" : "withdrawn from") \(names[change.officer])"
        case .needToKnowSet(let set): "need to know: \(set.needToKnow ? "on" : "off")"
        case .closed: "closed"
        case .reopened: "reopened"
        case .holdChanged(let change): change.held ? "hold by \(change.authority)" : "hold lifted"
        case .retentionSet(let set): "kept \(set.class), until \(set.reviewDate)"
        case .hitsFound(let found): "\(found.hits.count) hits"
        case .ownerChanged(let change): "owner: \(names[change.owner])"
        case .noticeDrafted(let draft): "notice \(draft.number) drafted: \(draft.kind)"
        case .noticeApproved(let notice): "notice \(notice.number) approved"
        case .noticeWithdrawn(let notice): "notice \(notice.number) withdrawn"
        case .noticeReleased(let notice):
            "\(notice.kind) released to \(notice.recipients.joined(separator: ", ")), entry \(notice.entryIndex)"
        case .noticeRefused(let notice): "notice \(notice.number) may not be released"
        case .noticeReceived(let notice): "\(notice.kind) received from \(notice.sender)"
        case .noticeReferenced(let reference):
            "\(reference.kind) from \(reference.partner)\(reference.result.isEmpty ? "" : ": \(reference.result)")"
        case nil: "something this program does not know"
        }
    }
}
