internal import ArgumentParser
internal import Exchange
internal import Foundation
internal import Schema
internal import SwiftProtobuf

struct PartnerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partner", abstract: "Authorities that we exchange with.",
        subcommands: [
            PartnerAdd.self, PartnerListCommand.self, PartnerStatus.self, PartnerSuspend.self, PartnerResume.self,
            PartnerRevoke.self, PartnerEvidence.self,
        ])
}

struct PartnerAdd: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Take a partner's card, once its fingerprint was compared with the partner.",
        discussion: """
            Read the fingerprint to the partner over a telephone number that is known from before, not over the line \
            that the card came by. A newer card of a known partner is taken the same way; one with another identity \
            key only with --replace, and that too is asked of the partner.

            Example: cordon partner add la.card

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The file with the card; - for standard input.")
    var file: String
    @Option(help: "The fingerprint as it was compared: 60 digits. Then nothing is asked.")
    var fingerprint: String?
    @Flag(help: "The partner has a new identity key, and has confirmed that.")
    var replace = false
    @Option(help: "Kept with it.")
    var reason = ""
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let signed = try CardText.read(file)
        let card = signed.card
        if !api.json { CardText.print(card) }
        if let fingerprint {
            guard card.fingerprint.matches(fingerprint) else {
                throw ClientFailure(.refused, "this is not the fingerprint of the card: do not take it")
            }
        } else {
            try confirm(card)
        }
        let new = NewPartner.with {
            $0.card = String(decoding: signed.encoded, as: UTF8.self)
            $0.fingerprint = card.fingerprint.description
            $0.replaces = replace
            $0.reason = reason
        }
        let answer = try await api.post("/partners", new, as: CardView.self)
        if api.printJSON(answer) { return }
        print("\(Display.safe(answer.message.prefix)) is a partner, with card revision \(answer.message.revision).")
    }

    private func confirm(_ card: AuthorityCard) throws {
        guard file != "-" else {
            throw ClientFailure(.refused, "with the card on standard input, --fingerprint says what was compared")
        }
        let question = """
            Have you read this fingerprint to \(Display.safe(card.authority)), and is it theirs? Type the last five \
            digits to confirm: 
            """
        FileHandle.standardError.write(Data(question.utf8))
        guard let typed = readLine(), typed.filter({ !$0.isWhitespace }) == card.fingerprint.groups.last else {
            throw ClientFailure(.refused, "not confirmed: nothing was done")
        }
    }
}

struct PartnerListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List partners.",
        discussion: "Example: cordon partner list\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/partners", as: PartnerList.self)
        if api.printJSON(answer) { return }
        var table = Table("PARTNER", "COUNTRY", "STATE", "SINCE", "LAST SYNC", "AUTHORITY")
        for partner in answer.message.partners {
            table.add(
                partner.card.prefix, partner.card.country, partner.state, Display.time(partner.since),
                partner.figures.lastSync.isEmpty ? "not yet" : Display.time(partner.figures.lastSync),
                partner.card.authority)
        }
        table.print(orElse: "There are no partners yet: cordon partner add CARD")
    }
}

struct PartnerStatus: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Print partnerships in numbers: logs, cosignatures, notices, requests.",
        discussion: "Example: cordon partner status la.customs\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The partner's name prefix. Default: all.")
    var partner: String?
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        guard let partner else { return try await table(api) }
        let answer = try await api.get("/partners/\(APIClient.escaped(partner))", as: PartnerView.self)
        if api.printJSON(answer) { return }
        let view = answer.message
        let figures = view.figures
        let card = view.card
        print(Display.safe("\(card.prefix) (\(card.country)): \(card.authority)"))
        var lines = [("state", "\(view.state) since \(Display.time(view.since))")]
        if !view.reason.isEmpty { lines.append(("because", view.reason)) }
        if view.evidence {
            lines.append(("evidence", "its log has two histories: cordon partner evidence \(view.card.prefix)"))
        }
        lines += [
            ("card", "revision \(view.card.revision), issued \(Display.time(view.card.issuedAt))"),
            ("nodes", view.card.nodes.isEmpty ? "none" : view.card.nodes.joined(separator: ", ")),
            (
                "keys until",
                view.keysUntil.isEmpty ? "none known: nothing can be sealed to it" : Display.time(view.keysUntil)
            ),
            (
                "last sync",
                figures.lastSync.isEmpty ? "not yet" : "\(Display.time(figures.lastSync)), \(figures.lag) behind"
            ),
        ]
        if figures.failures > 0 {
            lines.append(("failures", "\(figures.failures) in a row; the last: \(figures.lastFailure)"))
        }
        lines += [
            ("sent", "\(figures.sent), receipts outstanding for \(figures.receiptsOutstanding)"),
            ("received", "\(figures.received), opened \(figures.opened), refused \(figures.refused)"),
            ("requests", "\(figures.requestsOpen) open, \(figures.requestsOverdue) overdue"),
            ("hits", "\(figures.hits) of what it sent met something here"),
            (
                "feedback",
                "\(figures.useful) useful, \(figures.notUseful) not, \(figures.ledToSeizure) led to a seizure"
            ),
            ("erasures", "\(figures.conditionsKept) stated in time, \(figures.conditionsMissed) missed"),
        ]
        for (name, value) in lines {
            print("  \(name)\(String(repeating: " ", count: 12 - name.count))\(Display.safe(value))")
        }
        var logs = Table("LOG", "HELD", "STORED", "COSIGNED OURS TO", "ROOT")
        for log in view.logs {
            logs.add(
                log.log, String(log.size), log.log == "exchange" ? String(log.stored) : "-", String(log.cosigned),
                log.root.isEmpty ? "-" : log.root)
        }
        print("")
        logs.print(orElse: "")
    }

    private func table(_ api: APIClient) async throws {
        let answer = try await api.get("/partners", as: PartnerList.self)
        if api.printJSON(answer) { return }
        var table = Table(
            "PARTNER", "STATE", "LAST SYNC", "LAG", "SENT", "UNCONFIRMED", "RECEIVED", "OPENED", "OPEN", "OVERDUE",
            "HITS")
        for partner in answer.message.partners {
            let figures = partner.figures
            table.add(
                partner.card.prefix, partner.state,
                figures.lastSync.isEmpty ? "not yet" : Display.time(figures.lastSync),
                String(figures.lag), String(figures.sent), String(figures.receiptsOutstanding),
                String(figures.received), String(figures.opened), String(figures.requestsOpen),
                String(figures.requestsOverdue), String(figures.hits))
        }
        table.print(orElse: "There are no partners yet: cordon partner add CARD")
    }
}

/// A command that changes how we stand towards a partner.
protocol PartnerStateCommand: ClientCommand {
    static var state: String { get }
    var partner: String { get }
    var reason: String { get }
}

extension PartnerStateCommand {
    func run(_ api: APIClient) async throws {
        let change = PartnerStateChange.with {
            $0.state = Self.state
            $0.reason = reason
        }
        let path = "/partners/\(APIClient.escaped(partner))"
        _ = try await api.send(
            APIClient.Request(method: "POST", path: path + "/state", body: try change.jsonUTF8Bytes()))
        let answer = try await api.get(path, as: PartnerView.self)
        if api.printJSON(answer) { return }
        print("\(Display.safe(answer.message.card.prefix)) is \(Display.safe(answer.message.state)).")
    }

    static func help(_ name: String, _ abstract: String, _ discussion: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: abstract,
            discussion: """
                \(discussion)

                Example: cordon partner \(name) la.customs --reason "by agreement of 12 March"

                \(ClientFailure.exitCodes)
                """)
    }
}

struct PartnerSuspend: PartnerStateCommand {
    static let configuration = help(
        "suspend", "Stop the exchange with a partner for now.", "At once: nothing is sent, and nothing is taken in.")
    static let state = PartnerState.suspended.rawValue

    @Argument(help: "The partner's name prefix.")
    var partner: String
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var client: ClientOptions
}

struct PartnerResume: PartnerStateCommand {
    static let configuration = help(
        "resume", "Take the exchange with a suspended or frozen partner up again.",
        "For a frozen one: once somebody has looked at the evidence.")
    static let state = PartnerState.active.rawValue

    @Argument(help: "The partner's name prefix.")
    var partner: String
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var client: ClientOptions
}

struct PartnerRevoke: PartnerStateCommand {
    static let configuration = help(
        "revoke", "End the exchange with a partner, for good.",
        "At once, and not to be undone: nothing more is sealed to it, delivered to it, or taken from it.")
    static let state = PartnerState.revoked.rawValue

    @Argument(help: "The partner's name prefix.")
    var partner: String
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var client: ClientOptions
}

struct PartnerEvidence: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "Print the proof that a partner's log has two histories.",
        discussion: """
            It convinces whoever knows the partner's log key, with no word of ours. Without a proof it exits with 1.

            Example: cordon partner evidence la.customs > la.evidence

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The partner's name prefix.")
    var partner: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws { try await Self.print(partner, api) }

    static func print(_ partner: String, _ api: APIClient) async throws {
        let path = "/partners/\(APIClient.escaped(partner))/evidence"
        Terminal.write(try await api.send(APIClient.Request(method: "GET", path: path)).bytes)
    }
}
