internal import ArgumentParser
internal import Foundation
internal import Schema
internal import SwiftProtobuf

struct NoticeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice", abstract: "What goes to partners and comes from them, each in a case.",
        discussion: """
            A notice is drafted in a case, looked over with `explain`, released by a release officer or supervisor, \
            and sealed to those who may have it. One that came has a case of its own; answers to it are drafted there. \
            Notices of a case go by their numbers; 0 is the one that made the case.
            """,
        subcommands: [
            NoticeDraft.self, NoticeListCommand.self, NoticeShow.self, NoticeFetch.self, NoticeExplain.self,
            NoticeApprove.self,
            NoticeRelease.self, NoticeWithdraw.self, NoticeRecallCommand.self, NoticeReply.self, NoticeRefuse.self,
            NoticePostpone.self, NoticeClarify.self, NoticeFeedbackCommand.self, NoticeSighting.self,
            NoticeConsent.self, NoticeHandling.self,
        ])
}

struct NoticeListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List notices, of one case or of all that you may see, newest first.",
        discussion: "Example: cordon notice list --received\n\n\(ClientFailure.exitCodes)")

    enum Which: String, EnumerableFlag {
        case drafts, sent, received
    }

    @Argument(help: "The case's id. Default: all.")
    var caseID: String?
    @Flag(help: "Only these, of all cases.")
    var which: Which?
    @Option(help: "Notices on a page, 100 at most.")
    var limit: UInt32 = 50
    @Option(help: "Where the page before ended.")
    var cursor: String?
    @Flag(help: "Every page, to the end.")
    var all = false
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard caseID == nil || which == nil else { throw ValidationError("A case's list is whole.") }
    }

    func run(_ api: APIClient) async throws {
        var table = Table("CASE", "NO", "KIND", "STATE", "AT", "FROM OR TO", "STANDING", "SUBJECT")
        var query: [(name: String, value: String)] = []
        if let which { query.append(("which", which.rawValue)) }
        var next = cursor ?? ""
        repeat {
            let answer: APIClient.Answer<NoticeSummaryList>
            if let caseID {
                answer = try await api.get("/cases/\(APIClient.escaped(caseID))/notices", as: NoticeSummaryList.self)
            } else {
                let page = [("limit", all ? "100" : String(limit))] + (next.isEmpty ? [] : [("cursor", next)])
                answer = try await api.get("/notices", query + page, as: NoticeSummaryList.self)
            }
            next = answer.message.next
            if api.printJSON(answer) { continue }
            for notice in answer.message.notices {
                table.add(
                    notice.caseID, String(notice.number), notice.kind, notice.state, Display.time(notice.at),
                    notice.sender.isEmpty ? notice.recipients.joined(separator: ",") : notice.sender,
                    NoticeText.standing(notice), notice.subject)
            }
        } while all && !next.isEmpty
        if api.json { return }
        table.print(orElse: "There are no notices.")
        if !next.isEmpty { Terminal.printError("There may be more: --cursor \(Display.safe(next)), or --all") }
    }
}

/// Which notice, of which case.
struct NoticeOptions: ParsableArguments {
    @Argument(help: "The case's id.")
    var caseID: String
    @Argument(help: "The notice's number within the case, or its entry's id. Default: the one that made the case.")
    var notice = "0"

    var path: String { "/cases/\(APIClient.escaped(caseID))/notices/\(APIClient.escaped(notice))" }
}

/// Which draft, of which case.
struct DraftOptions: ParsableArguments {
    @Argument(help: "The case's id.")
    var caseID: String
    @Argument(help: "The notice's number within the case.")
    var number: UInt32

    var path: String { "/cases/\(APIClient.escaped(caseID))/notices/\(number)" }
}

struct NoticeShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a notice: what it says, its conditions, and what came about it.",
        discussion: """
            That you looked is recorded, and the first time the partner that sent it is told. What was recalled or has \
            expired is not shown. Example: cordon notice show VN-C-4F7Q2-10

            \(ClientFailure.exitCodes)
            """)

    @OptionGroup var place: NoticeOptions
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get(place.path, as: NoticeView.self)
        if api.printJSON(answer) { return }
        let view = answer.message
        let names = try await OfficerNames(api)
        NoticeText.printHead(view.summary, names)
        if view.hasConditions || view.notice.hasConditions {
            print("\nconditions")
            print(try Outline.text(of: view.hasConditions ? view.conditions : view.notice.conditions))
            for reason in view.refused { print("  NOT ALLOWED  \(Display.safe(reason.sentence))") }
            for consent in view.consents {
                let until = consent.until.isEmpty ? "" : " until \(Display.time(consent.until))"
                print(Display.safe("  CONSENT  \(consent.action) \(consent.recipients.joined(separator: ","))\(until)"))
            }
        }
        print("\ncontent")
        var content = view.notice
        content.clearConditions()
        (content.id, content.sender, content.recipients, content.subject) = (Data(), "", [], "")
        (content.references, content.createdAt) = ([], "")
        print(try Outline.text(of: content))
        var table = Table("AT", "FROM", "WHAT", "RESULT", "CASE")
        for reference in view.references {
            table.add(
                Display.time(reference.at), reference.partner, reference.kind,
                reference.result.isEmpty ? "-" : reference.result, reference.caseID.isEmpty ? "-" : reference.caseID)
        }
        if !table.isEmpty {
            print("")
            table.print(orElse: "")
        }
    }
}

struct NoticeFetch: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch an attachment of a partner's notice.",
        discussion: """
            `cordon notice show` lists them. It comes sealed, is verified, and becomes an attachment of the case: `cordon \
            attachment get` writes it to a file, where the notice's conditions allow that. Where the line breaks, the \
            same command goes on from there. Example: cordon notice fetch LA-C-4F7Q2-10 1

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The id of the case that the notice made.")
    var caseID: String
    @Argument(help: "Which attachment, from 1.")
    var place = 1
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.send(
            APIClient.Request(
                method: "POST", path: "/cases/\(APIClient.escaped(caseID))/notice-attachments/\(place)"),
            as: AttachmentView.self)
        if api.printJSON(answer) { return }
        let view = answer.message
        print(Display.safe("Fetched \(view.fileName), \(view.size) bytes: attachment \(view.id)."))
    }
}

struct NoticeExplain: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Print who would get a notice, who not, and why; nothing is sent.",
        discussion: """
            As if you approved of it. Of one that was released: how it was decided then. Example: cordon notice \
            explain VN-C-4F7Q2-10 1

            \(ClientFailure.exitCodes)
            """)

    @OptionGroup var draft: DraftOptions
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get(draft.path + "/explain", as: ExplanationView.self)
        if api.printJSON(answer) { return }
        NoticeText.print(answer.message)
    }
}

struct NoticeApprove: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Say, as a second officer, that a draft may go.",
        discussion: "Example: cordon notice approve VN-C-4F7Q2-10 1\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var draft: DraftOptions
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.send(
            APIClient.Request(method: "POST", path: draft.path + "/approve"), as: ChangeView.self)
        if api.printJSON(answer) { return }
        print("Approved. Case \(Display.safe(answer.message.caseID)) is at version \(answer.message.version).")
    }
}

struct NoticeRelease: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Release a draft to those who may have it.",
        discussion: """
            Whoever releases it counts as a second officer. Where it is refused, nothing is sent, the reasons are \
            printed, and the exit code is 1. Example: cordon notice release VN-C-4F7Q2-10 1

            \(ClientFailure.exitCodes)
            """)

    @OptionGroup var draft: DraftOptions
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws { try await NoticeText.release(draft.path, api) }
}

struct NoticeWithdraw: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Give up a draft.",
        discussion: "Example: cordon notice withdraw VN-C-4F7Q2-10 1\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var draft: DraftOptions
    @Option(help: "Why; kept in the history.")
    var reason = ""
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.post(
            draft.path + "/withdraw", NoticeWithdrawal.with { $0.reason = reason }, as: ChangeView.self)
        if api.printJSON(answer) { return }
        print("Withdrawn. Case \(Display.safe(answer.message.caseID)) is at version \(answer.message.version).")
    }
}

struct NoticeRecallCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "recall", abstract: "Take a released notice back, from all who got it.",
        discussion: """
            Their nodes refuse it from then on; with --erase they erase it, and say so. Example: cordon notice recall \
            VN-C-4F7Q2-10 1 --reason "the source took it back" --erase

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The case's id.")
    var caseID: String
    @Argument(help: "The notice's number within the case, or its entry's id.")
    var notice: String
    @Option(help: "Why; the partners are told.")
    var reason: String
    @Flag(help: "Not only no more use: erase it.")
    var erase = false
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let recall = NewRecall.with {
            $0.reason = reason
            $0.erase = erase
        }
        let path = "/cases/\(APIClient.escaped(caseID))/notices/\(APIClient.escaped(notice))/recall"
        let answer = try await api.post(path, recall, as: ReleaseView.self)
        try NoticeText.tell(answer, "Recalled", api)
    }
}

enum NoticeText {
    static func standing(_ notice: NoticeSummary) -> String {
        let requests = notice.requests.map { request in
            let due = request.deadline.isEmpty ? "" : ", due \(Display.time(request.deadline))"
            return "\(request.stage)\(request.overdue ? ", OVERDUE" : due)"
        }
        if !requests.isEmpty { return requests.joined(separator: "; ") }
        return notice.standing.isEmpty ? "-" : notice.standing
    }

    static func printHead(_ notice: NoticeSummary, _ names: OfficerNames) {
        Swift.print(
            "\(notice.kind) \(notice.number) of case \(Display.safe(notice.caseID)): \(Display.safe(notice.subject))")
        var lines = [("state", "\(notice.state) \(Display.time(notice.at))")]
        if !notice.sender.isEmpty { lines.append(("from", notice.sender)) }
        if !notice.recipients.isEmpty { lines.append(("to", notice.recipients.joined(separator: ", "))) }
        if notice.draftedBy != 0 { lines.append(("drafted by", names[notice.draftedBy])) }
        if !notice.approvals.isEmpty {
            lines.append(("approved by", notice.approvals.map { names[$0] }.joined(separator: ", ")))
        }
        if !notice.entryID.isEmpty { lines.append(("entry", "\(notice.entryIndex), \(notice.entryID)")) }
        if !notice.standing.isEmpty { lines.append(("standing", notice.standing)) }
        for request in notice.requests {
            var text = "\(request.partner), who \(request.party == "asking" ? "is asked" : "asks"): \(request.stage)"
            if !request.ground.isEmpty { text += " (\(request.ground))" }
            if !request.deadline.isEmpty { text += ", due \(Display.time(request.deadline))" }
            if request.overdue { text += ", OVERDUE" }
            if !request.feedback.isEmpty { text += ", \(request.feedback)" }
            lines.append(("request", text))
        }
        for (name, value) in lines {
            Swift.print("  \(name)\(String(repeating: " ", count: 13 - name.count))\(Display.safe(value))")
        }
    }

    /// Who gets it, who not, and why.
    static func print(_ view: ExplanationView) {
        let sentences = Dictionary(view.reasons.map { ($0.code, $0.sentence) }) { first, _ in first }
        Swift.print(view.released ? "It goes." : "It does not go.")
        for code in view.decision.refusals { Swift.print("  \(Display.safe(sentences[code] ?? code))") }
        for finding in view.findings { Swift.print("  \(Display.line(finding))") }
        var table = Table("PARTNER", "ASKED FOR", "GETS IT", "AGREEMENT", "WHY NOT")
        for partner in view.decision.partners {
            let gets = view.decision.recipients.contains(partner.partner)
            let why =
                partner.reasons.map { sentences[$0] ?? $0 } + (partner.withoutNames ? ["It may go without names."] : [])
            table.add(
                partner.partner, partner.requested ? "yes" : "no", gets ? "yes" : "no",
                partner.agreement.isEmpty ? "-" : partner.agreement, why.joined(separator: " "))
        }
        table.print(orElse: "No partner is known.")
    }

    static func release(_ path: String, _ api: APIClient) async throws {
        let answer = try await api.send(
            APIClient.Request(method: "POST", path: path + "/release"), as: ReleaseView.self)
        try tell(answer, "Released", api)
    }

    static func tell(_ answer: APIClient.Answer<ReleaseView>, _ done: String, _ api: APIClient) throws {
        let view = answer.message
        if !api.printJSON(answer), !view.entryID.isEmpty {
            let recipients = view.explanation.decision.recipients.joined(separator: ", ")
            Swift.print(Display.safe("\(done) to \(recipients), as entry \(view.entryIndex) (\(view.entryID))."))
            if view.explanation.decision.partners.contains(where: { $0.requested && !$0.reasons.isEmpty }) {
                print(view.explanation)
            }
        }
        guard view.entryID.isEmpty else { return }
        if !api.json { print(view.explanation) }
        throw ClientFailure(.refused, "notice \(view.number) of case \(view.caseID) is not released")
    }
}
