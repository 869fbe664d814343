internal import ArgumentParser
internal import Customs
internal import Schema
internal import SwiftProtobuf

/// What every answer has: which notice it is about, and who gets it.
struct AnswerOptions: ParsableArguments {
    @Argument(help: "The id of the case that the notice is in.")
    var caseID: String
    @Option(help: "The notice that it is about: its number, or its entry's id. Default: the one that made the case.")
    var about = "0"
    @Option(name: .customLong("to"), help: "Default: who sent that notice; of our own, who got it.")
    var recipients: [String] = []
    @Option(help: "Default: made from that notice's.")
    var subject = ""
    @OptionGroup(title: "The draft") var sending: DraftSending

    func send(_ notice: Notice, attachments: [String] = [], _ api: APIClient) async throws {
        var notice = notice
        notice.subject = subject
        let answer = NewAnswer.with {
            $0.about = about
            $0.notice = notice
            $0.recipients = Words.list(recipients)
            $0.attachments = attachments
        }
        try await sending.send("/cases/\(APIClient.escaped(caseID))/answers", answer, api)
    }
}

/// A command that drafts one.
protocol AnswerCommand: ClientCommand {
    var answer: AnswerOptions { get }
    func notice(_ api: APIClient) async throws -> Notice
}

extension AnswerCommand {
    func run(_ api: APIClient) async throws { try await answer.send(try await notice(api), api) }

    static func help(_ name: String, _ abstract: String, _ example: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: abstract,
            discussion: """
                A draft, released like any other notice. Example: cordon notice \(name) VN-C-4F7Q2-10 \(example)

                \(ClientFailure.exitCodes)
                """)
    }
}

struct NoticeReply: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "reply", abstract: "Answer a request, in words, with reports, or both.",
        discussion: """
            Under the conditions of the request, unless options say otherwise in a notice of your own. Example: cordon \
            notice reply VN-C-4F7Q2-10 --text "The consignee is known here." --report VN-S-7M2KX-42

            \(ClientFailure.exitCodes)
            """)

    @OptionGroup var answer: AnswerOptions
    @Option(help: "The answer; - for standard input.")
    var text = ""
    @Option(help: "A report of ours that goes with it, without its names; may be repeated.")
    var report: [String] = []
    @Flag(help: "With the names of the reports.")
    var withNames = false
    @Flag(help: "More is to come.")
    var partial = false
    @Option(
        name: .customLong("attach"), help: "An attachment of the case that goes with it, by its id; may be repeated.")
    var attachments: [String] = []
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        var reports: [SeizureReport] = []
        for id in report {
            var found = try await api.get("/seizures/\(APIClient.escaped(id))", as: ReportView.self).message.report
            found.clearProvenance()
            if !withNames { found.clearNominal() }
            reports.append(found)
        }
        let text = text == "-" ? String(decoding: try ClientInput.bytes("-"), as: UTF8.self) : text
        let notice = Notice.with {
            $0.reply = .with {
                $0.text = text
                $0.partial = partial
                $0.reports = reports
            }
        }
        try await answer.send(notice, attachments: attachments, api)
    }
}

struct NoticeRefuse: AnswerCommand {
    static let configuration = help(
        "refuse", "Refuse a request.", "--ground ongoing-proceedings --reason \"sub judice\"")

    @OptionGroup var answer: AnswerOptions
    @Option(
        help: """
            sovereignty, security, public-policy, professional-secrecy, proportionality, reciprocity, \
            ongoing-proceedings, not-competent, no-legal-basis, not-found, other
            """)
    var ground: String
    @Option(help: "In words.")
    var reason = ""
    @OptionGroup(title: "The node") var client: ClientOptions

    func notice(_ api: APIClient) -> Notice {
        .with {
            $0.refusal.ground = ground
            $0.refusal.reason = reason
        }
    }
}

struct NoticePostpone: AnswerCommand {
    static let configuration = help(
        "postpone", "Ask for more time for a request.", "--until 2026-09-01 --reason \"the laboratory needs it\"")

    @OptionGroup var answer: AnswerOptions
    @Option(help: "The new deadline: a day, or a time.")
    var until: String
    @Option(help: "Why.")
    var reason: String
    @OptionGroup(title: "The node") var client: ClientOptions

    func notice(_ api: APIClient) throws -> Notice {
        try .with {
            $0.postponement.until = try Words.moment(until, "--until").text
            $0.postponement.reason = reason
        }
    }
}

struct NoticeClarify: AnswerCommand {
    static let configuration = help(
        "clarify", "Ask back about a request; or answer who asked back.", "--question \"Which consignee?\"")

    @OptionGroup(title: "About") var answer: AnswerOptions
    @Option(help: "What is to be known, of who asked us.")
    var question = ""
    @Option(name: .customLong("answer"), help: "What we say to who asked back.")
    var text = ""
    @OptionGroup(title: "The node") var client: ClientOptions

    func validate() throws {
        guard question.isEmpty != text.isEmpty else { throw ValidationError("Either --question, or --answer.") }
    }

    func notice(_ api: APIClient) -> Notice {
        .with {
            $0.clarification.question = question
            $0.clarification.answer = text
        }
    }
}

struct NoticeFeedbackCommand: AnswerCommand {
    static let configuration = help("feedback", "Say what a notice was good for.", "led-to-seizure --closes")

    @OptionGroup var answer: AnswerOptions
    @Argument(help: "useful, not-useful, led-to-seizure")
    var verdict: String
    @Option(help: "In words.")
    var text = ""
    @Flag(help: "It closes the request that it is about.")
    var closes = false
    @OptionGroup(title: "The node") var client: ClientOptions

    func notice(_ api: APIClient) -> Notice {
        .with {
            $0.feedback.verdict = verdict
            $0.feedback.text = text
            $0.feedback.closes = closes
        }
    }
}

struct NoticeSighting: AnswerCommand {
    static let configuration = help(
        "sighting", "Say that what a notice told of was met.", "--seen now --locode VNHPH --text \"at gate 4\"")

    @OptionGroup var answer: AnswerOptions
    @Option(help: "When: \(MomentReading.help).")
    var seen: String
    @Option(help: "Where, in words.")
    var place: String?
    @Option(help: "Where, as a UN/LOCODE: VNHPH")
    var locode: String?
    @Option(help: "What was seen.")
    var text = ""
    @OptionGroup(title: "The node") var client: ClientOptions

    func notice(_ api: APIClient) throws -> Notice {
        try .with {
            $0.sighting.seenAt = try Words.moment(seen, "--seen").text
            $0.sighting.text = text
            if let place { $0.sighting.place.name = place }
            if let locode { $0.sighting.place.locode = locode }
        }
    }
}

struct NoticeConsent: AnswerCommand {
    static let configuration = help(
        "consent", "Ask a notice's sender for a consent; or grant or deny one for our own.",
        "--ask export --reason \"…\"")

    @OptionGroup var answer: AnswerOptions
    @Option(help: "Ask for it: print, export, use-in-court, release-onward, attach-to-case")
    var ask: String?
    @Option(help: "Grant it.")
    var grant: String?
    @Option(help: "Deny it.")
    var deny: String?
    @Option(help: "With release-onward: to whom it may be passed on.")
    var onwardTo: [String] = []
    @Option(help: "Of a grant: until when.")
    var until: String?
    @Option(help: "Of a grant: under which restrictions.")
    var restrictions = ""
    @Option(help: "Why.")
    var reason = ""
    @OptionGroup(title: "The node") var client: ClientOptions

    func validate() throws {
        guard [ask, grant, deny].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("One of --ask, --grant and --deny.")
        }
    }

    func notice(_ api: APIClient) throws -> Notice {
        var notice = Notice()
        if let ask {
            notice.consentRequest.action = ask
            notice.consentRequest.recipients = Words.list(onwardTo)
            notice.consentRequest.reason = reason
        } else if let grant {
            notice.consentGrant.action = grant
            notice.consentGrant.recipients = Words.list(onwardTo)
            notice.consentGrant.until = try until.map { try Words.moment($0, "--until").text } ?? ""
            notice.consentGrant.restrictions = restrictions
        } else {
            notice.consentDenial.action = deny ?? ""
            notice.consentDenial.reason = reason
        }
        return notice
    }
}

struct NoticeHandling: AnswerCommand {
    static let configuration = help(
        "handling", "Change the conditions of a notice of ours: all of them, as they are from now on.",
        "--about 1 --handling H1 --tlp green --expires 2027-01-01")

    @OptionGroup var answer: AnswerOptions
    @Option(help: "Why.")
    var reason = ""
    @OptionGroup(title: "Conditions") var conditions: ConditionOptions
    @OptionGroup(title: "The node") var client: ClientOptions

    func notice(_ api: APIClient) throws -> Notice {
        try .with {
            $0.handlingChange.conditions = try conditions.conditions()
            $0.handlingChange.reason = reason
        }
    }
}
