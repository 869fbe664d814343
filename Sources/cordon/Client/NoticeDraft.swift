internal import ArgumentParser
internal import Customs
internal import Exchange
internal import Foundation
internal import Schema
internal import SwiftProtobuf

/// The conditions that a notice travels under.
struct ConditionOptions: ParsableArguments {
    @Option(help: "The agreement that it is sent under. Default: whichever allows it.")
    var agreement = ""
    @Option(help: "investigation, prevention, risk-management, prosecution …")
    var purpose = "investigation"
    @Option(help: "H0, or out of H1, H2 and H3: H1,H2")
    var handling = "H0"
    @Option(help: "clear, green, amber, amber-strict, red")
    var tlp = "amber"
    @Option(help: "When it expires and is erased: a day, a time, or a number of days such as 90d.")
    var expires = "90d"
    @Option(help: "When the conditions are looked at again.")
    var review: String?
    @Option(help: "The legal basis.")
    var legalBasis = ""
    @Option(help: "Evaluation of source and information, as the partner is told: B2")
    var conditionEvaluation = ""
    @Option(help: "What the partner may do besides reading: print, export, use-in-court; may be repeated.")
    var may: [String] = []
    @Option(help: "Whether it may be passed on: no, with-consent.")
    var onward = "no"
    @Option(help: "Other restrictions, in words; needed with H3.")
    var restrictions = ""

    func conditions() throws -> HandlingConditions {
        let may = Words.list(may)
        let known = ["print", "export", "use-in-court"]
        guard may.allSatisfy(known.contains) else {
            throw ClientFailure(.refused, "--may is one of: \(known.joined(separator: ", "))")
        }
        return try .with {
            $0.agreement = agreement
            $0.purpose = purpose
            $0.handling = Words.list([handling.uppercased()]).sorted()
            $0.tlp = tlp
            $0.expiresAt = try Self.expiry(expires)
            $0.reviewAt = try review.map { try Words.moment($0, "--review").text } ?? ""
            $0.legalBasis = legalBasis
            $0.evaluation = conditionEvaluation
            $0.mayPrint = may.contains("print")
            $0.mayExport = may.contains("export")
            $0.mayUseInCourt = may.contains("use-in-court")
            $0.onward = onward
            $0.restrictions = restrictions
        }
    }

    private static func expiry(_ text: String) throws -> String {
        if text.hasSuffix("d"), let days = UInt64(text.dropLast()), days <= 36_500 {
            let now = UInt64(Date().timeIntervalSince1970)
            return Moment(milliseconds: (now + days * 86_400) * 1000).text
        }
        return try Words.moment(text, "--expires").text
    }
}

struct NoticeDraft: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft", abstract: "Draft a notice in a case: a seizure, a request or an alert.",
        discussion: """
            A seizure is a report of the case, without its names unless --with-names says so. A request or an alert \
            takes its vehicles, containers, persons and goods from the same options as `cordon seizure log`. --from \
            takes any notice as JSON (Protocols/schema, message Notice).

            Examples:
              cordon notice draft VN-C-4F7Q2-10 --report VN-S-7M2KX-42 --to la.customs,kh.customs --handling H1
              cordon notice draft VN-C-4F7Q2-10 --request --to la.customs --urgency 3d --facts "Declared as timber" \
            --question "Who is the consignee?" --container CSQU3054383

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The case's id.")
    var caseID: String
    @Option(name: .customLong("to"), help: "The recipients, by name prefix: la.customs,kh.customs")
    var recipients: [String] = []
    @Option(help: "A seizure: the report's id.")
    var report: String?
    @Flag(help: "A request for mutual assistance.")
    var request = false
    @Flag(help: "An alert: something or somebody to look out for.")
    var alert = false
    @Option(help: "A file with the notice as JSON; - for standard input.")
    var from: String?
    @Option(help: "In one line, what it is about. Default: made from what it says.")
    var subject = ""
    @Option(help: "The language that it is written in: en, vi, lo …")
    var language = ""
    @Flag(help: "With the names of the report.")
    var withNames = false
    @Flag(help: "Release it to those who may have it, where others may not.")
    var skipRefused = false
    @Option(
        name: .customLong("attach"), help: "An attachment of the case that goes with it, by its id; may be repeated.")
    var attachments: [String] = []
    @Option(help: "The draft whose place it takes.")
    var number: UInt32 = 0
    @Option(help: "Of a seizure: what else the partner should know.")
    var remarks = ""

    @Option(help: "Of a request or an alert: what is known.")
    var facts = ""
    @Option(help: "Of a request: what is asked, one question each; may be repeated.")
    var question: [String] = []
    @Option(help: "Of a request: the instrument relied on. Default: the agreement's id.")
    var instrument: String?
    @Option(help: "Of a request: enquiries that were already made.")
    var enquiries = ""
    @Option(help: "Of a request: 8h, 3d, 7d, 90d")
    var urgency = "7d"
    @Option(help: "Of an alert: inform, observe, inspect, detain")
    var action = "inform"
    @Option(help: "Of an alert: until when it holds.")
    var validUntil: String?

    @OptionGroup(title: "What a request or an alert is about") var fields: SeizureFields
    @OptionGroup(title: "Conditions") var conditions: ConditionOptions
    @OptionGroup(title: "The draft") var sending: DraftSending
    @OptionGroup(title: "The node") var client: ClientOptions

    func validate() throws {
        let kinds = [report != nil, request, alert, from != nil].count { $0 }
        guard kinds == 1 else { throw ValidationError("One of --report, --request, --alert and --from.") }
        guard !recipients.isEmpty else { throw ValidationError("--to says who is to get it.") }
        guard !request || !question.isEmpty else { throw ValidationError("A request has a --question.") }
        guard request || alert || fields.isEmpty else {
            throw ValidationError("Containers, persons and goods belong to --request or --alert.")
        }
    }

    func run(_ api: APIClient) async throws {
        let new = NewNotice.with {
            $0.recipients = Words.list(recipients)
            $0.number = number
            $0.withNames = withNames
            $0.skipRefused = skipRefused
            $0.attachments = attachments
        }
        var filled = new
        filled.notice = try await notice(api)
        try await sending.send("/cases/\(APIClient.escaped(caseID))/notices", filled, api)
    }

    private func notice(_ api: APIClient) async throws -> Notice {
        if let from {
            var notice = try ClientInput.message(from, as: Notice.self)
            if notice.kind?.coverage != nil, !notice.hasConditions { notice.conditions = try conditions.conditions() }
            if !subject.isEmpty { notice.subject = subject }
            return notice
        }
        var notice = try Notice.with {
            $0.subject = subject
            $0.language = language
            $0.conditions = try conditions.conditions()
        }
        if let report {
            notice.seizure.report.id = report
            notice.seizure.remarks = remarks
            if subject.isEmpty {
                let view = try await api.get("/seizures/\(APIClient.escaped(report))", as: ReportView.self)
                notice.subject = Self.subject("Seizure: \(ReportText.goods(view.message.report))")
            }
        } else if request {
            notice.request = try assistance()
            if subject.isEmpty { notice.subject = Self.subject("Request: \(question[0])") }
        } else {
            notice.alert = try lookout()
            if subject.isEmpty { notice.subject = Self.subject("Alert: \(facts)") }
        }
        return notice
    }

    private static func subject(_ text: String) -> String {
        var subject = ""
        for character in text where subject.utf8.count + character.utf8.count <= 180 {
            subject.append(character.isNewline ? " " : character)
        }
        return subject
    }

    /// A line of goods only where something was said of goods.
    private var hasGoods: Bool {
        [fields.what, fields.hs, fields.species, fields.brand, fields.quantity, fields.declaredAs].contains {
            $0 != nil
        }
    }

    private func assistance() throws -> AssistanceRequest {
        let about = try fields.report()
        return .with {
            $0.instrument = instrument ?? (conditions.agreement.isEmpty ? conditions.legalBasis : conditions.agreement)
            $0.facts = facts
            $0.offences = about.offences
            $0.questions = question
            $0.enquiries = enquiries
            $0.urgency = urgency
            $0.conveyances = about.conveyances
            $0.documents = about.documents
            if hasGoods { $0.goods = about.goods }
            if about.hasNominal { $0.nominal = about.nominal }
        }
    }

    private func lookout() throws -> AlertNotice {
        let about = try fields.report()
        return try .with {
            $0.facts = facts
            $0.offences = about.offences
            $0.action = action
            $0.validUntil = try validUntil.map { try Words.moment($0, "--valid-until").text } ?? ""
            $0.conveyances = about.conveyances
            $0.documents = about.documents
            if hasGoods { $0.goods = about.goods }
            if about.hasNominal { $0.nominal = about.nominal }
        }
    }
}

/// How a draft is sent to the node, and what comes next.
struct DraftSending: ParsableArguments {
    @Flag(help: "Release it at once, where you may.")
    var release = false
    @Option(help: "Only if the case is still at this version; `cordon case show` prints it.")
    var ifVersion: UInt64?

    func send(_ path: String, _ new: some Message, _ api: APIClient) async throws {
        var request = APIClient.Request(
            method: "POST", path: path, body: try new.jsonUTF8Bytes(), isRepeatable: true)
        if let version = ifVersion { request.headers.append(("If-Match", "\"\(version)\"")) }
        let answer = try await api.send(request, as: ChangeView.self)
        let view = answer.message
        let draft = view.events.compactMap { event -> NoticeDrafted? in
            if case .noticeDrafted(let drafted) = event.body { drafted } else { nil }
        }.last
        let number = draft?.number ?? 0
        if release, number > 0 {
            let path = "/cases/\(APIClient.escaped(view.caseID))/notices/\(number)"
            return try await NoticeText.release(path, api)
        }
        if api.printJSON(answer) { return }
        let place = Display.safe("\(view.caseID) \(number)")
        print("Drafted notice \(number) of case \(Display.safe(view.caseID)).")
        try await ChangeOutput.printRest(of: view, api)
        print("Who would get it: cordon notice explain \(place)\nTo release it:    cordon notice release \(place)")
    }
}
