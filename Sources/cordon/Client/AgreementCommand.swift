internal import ArgumentParser
internal import Customs
internal import Exchange
internal import Foundation
internal import Schema
internal import SwiftProtobuf

struct AgreementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agreement", abstract: "On what terms we exchange: proposed by one authority, signed by all.",
        subcommands: [
            AgreementPropose.self, AgreementAccept.self, AgreementRecordCommand.self, AgreementListCommand.self,
            AgreementShow.self, AgreementEnd.self, AgreementJoin.self, AgreementLeave.self, AgreementExclude.self,
        ])
}

/// Where the signed note goes that the others need.
struct NoteOutput: ParsableArguments {
    @Option(help: "The file to write the signed note to, for the others. Default: standard output.")
    var out: String?

    /// What it came to, on standard error where the note itself is printed.
    func write(_ answer: APIClient.Answer<AgreementOutcome>, _ api: APIClient) throws {
        let outcome = answer.message
        if let out { try NoteFile.write(Array(outcome.note.utf8), to: out) }
        if api.printJSON(answer) { return }
        let told = Self.told(outcome)
        guard let out, out != "-" else {
            Terminal.printError(told)
            if self.out == nil { Terminal.write(Array(outcome.note.utf8)) }
            return
        }
        print("\(told) The note is in \(out).")
    }

    private static func told(_ outcome: AgreementOutcome) -> String {
        let missing = outcome.missing.map(Display.safe).joined(separator: ", ")
        return switch outcome.outcome {
        case "proposed", "unsigned": "Signed by us; it waits for: \(missing)."
        case "accepted": "Signed by all: the agreement is accepted."
        case "signatures-added": "More signatures are kept with it."
        case "changed": "The change is taken."
        case "known": "It was known."
        default: Display.safe(outcome.outcome)
        }
    }
}

struct AgreementPropose: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose", abstract: "Propose an agreement, or a new revision of one.",
        discussion: """
            The note that this writes is handed to the other parties, who sign it with `cordon agreement accept`. One \
            between more than two has a --lead, who admits and excludes members. --from takes the terms as a file, as \
            Protocols/agreements.md has them, instead of options.

            Example: cordon agreement propose wildlife-2026 --with la.customs --title "Wildlife on the Mekong routes" \
            --basis "Agreement of 12 May 2019, article 4" --category wildlife --out wildlife.agreement

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "Its name, such as wildlife-2026; with our prefix in front, its id.")
    var name: String?
    @Option(name: .customLong("with"), help: "The other parties, by name prefix: la.customs,kh.customs")
    var parties: [String] = []
    @Option(help: "In one line, what it is for.")
    var title: String?
    @Option(help: "The legal basis: instrument and article.")
    var basis: String?
    @Option(
        help: "bilateral-treaty, regional-instrument, joint-operation. Default: the first, or the last with --lead.")
    var instrument: String?
    @Option(help: "Who leads it, by name prefix, where there are more than two parties.")
    var lead: String?
    @Option(help: "What may be exchanged for: investigation, prevention, risk-management …; may be repeated.")
    var purpose: [String] = ["investigation"]
    @Option(help: "Offences: wildlife, narcotics …; may be repeated. Default: all.")
    var category: [String] = ["all"]
    @Option(help: "Kinds of notices: alert, request, seizure, sighting; may be repeated. Default: all four.")
    var notice: [String] = CoveredKind.allCases.map(\.rawValue)
    @Flag(help: "Names of persons and companies may be sent.")
    var names = false
    @Option(help: "The highest handling code: H0 to H3.")
    var handling = "H2"
    @Option(help: "The most restrictive traffic light: clear, green, amber, amber-strict, red.")
    var tlp = "amber"
    @Option(help: "Whether what was received may be passed on: no, with-consent, yes.")
    var onward = "with-consent"
    @Option(help: "For how many days what was received may be kept.")
    var retentionDays: UInt64 = 365
    @Option(help: "When it begins: a day, or a time. Default: now.")
    var begins: String?
    @Option(help: "When it ends. Default: two years later.")
    var ends: String?
    @Option(help: "Of an agreement that is in force: the number of the new revision.")
    var revision: UInt64 = 1
    @Option(help: "A file with the terms; - for standard input.")
    var from: String?
    @OptionGroup var output: NoteOutput
    @OptionGroup(title: "The node") var client: ClientOptions

    func validate() throws {
        guard (from == nil) == (name != nil) else { throw ValidationError("Either a name and its terms, or --from.") }
        guard from != nil || !parties.isEmpty && title != nil && basis != nil else {
            throw ValidationError("An agreement has a name, --with, --title and --basis.")
        }
    }

    func run(_ api: APIClient) async throws {
        let text: String
        if let from {
            text = try NoteFile.text(from)
        } else {
            text = try terms(try await api.get("/card", as: CardView.self).message.prefix)
        }
        let answer = try await api.post(
            "/agreements", AgreementProposal.with { $0.text = text }, as: AgreementOutcome.self)
        try output.write(answer, api)
    }

    private func terms(_ own: String) throws -> String {
        let now = UInt64(Date().timeIntervalSince1970) * 1000
        let begin = try begins.map { try Self.time($0, "--begins") } ?? now
        let end = try ends.map { try Self.time($0, "--ends") } ?? begin + 2 * 365 * 86_400_000
        let name = name ?? ""
        let agreement = Agreement(
            id: name.contains("/") ? name : "\(own)/\(name)", revision: revision, issuedMilliseconds: now,
            title: title ?? "",
            instrument: try Words.code(
                instrument ?? (lead == nil ? "bilateral-treaty" : "joint-operation"), AgreementInstrument.self,
                "--instrument"),
            legalBasis: basis ?? "", lead: lead, parties: Set(Words.list(parties) + [own]),
            purposes: Set(try Words.codes(purpose, ExchangePurpose.self, "--purpose")),
            categories: Set(Words.list(category)), kinds: Set(try Words.codes(notice, CoveredKind.self, "--notice")),
            allowsNominal: names,
            highestHandling: try Words.code(handling.uppercased(), HandlingCode.self, "--handling"),
            highestTLP: try Words.code(tlp, TrafficLight.self, "--tlp"),
            onward: try Words.code(onward, OnwardTransfer.self, "--onward"), retentionDays: retentionDays,
            fromMilliseconds: begin, untilMilliseconds: end)
        do throws(TrustError) {
            _ = try Agreement(parsing: agreement.text)
        } catch {
            throw ClientFailure(.refused, "these are no terms of an agreement: \(error)\n\(agreement.text)")
        }
        return agreement.text
    }

    private static func time(_ text: String, _ option: String) throws -> UInt64 {
        try Words.moment(text, option).milliseconds / 1000 * 1000
    }
}

struct AgreementAccept: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Sign what another party has proposed; as the lead, that a member joins.",
        discussion: """
            Read the terms first: `cordon agreement show FILE`. The note with our signature goes back to the others.

            Example: cordon agreement accept wildlife.agreement --out wildlife-signed.agreement

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The file with the note; - for standard input.")
    var file: String
    @OptionGroup var output: NoteOutput
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let note = try AgreementNote.with { $0.note = try NoteFile.text(file) }
        try output.write(try await api.post("/agreements/accept", note, as: AgreementOutcome.self), api)
    }
}

struct AgreementRecordCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Take an agreement, or a change of one, that others have signed.",
        discussion: "Example: cordon agreement record wildlife-signed.agreement\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The file with the note; - for standard input.")
    var file: String
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let note = try AgreementNote.with { $0.note = try NoteFile.text(file) }
        let answer = try await api.post("/agreements/record", note, as: AgreementOutcome.self)
        if api.printJSON(answer) { return }
        let missing = answer.message.missing.map(Display.safe).joined(separator: ", ")
        switch answer.message.outcome {
        case "proposed": print("Recorded; it still waits for: \(missing).")
        case "accepted": print("Recorded: signed by all, the agreement is accepted.")
        default: print("Recorded: \(Display.safe(answer.message.outcome)).")
        }
    }
}

struct AgreementListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List agreements and proposals.",
        discussion: "Example: cordon agreement list\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/agreements", as: AgreementList.self)
        if api.printJSON(answer) { return }
        var table = Table("AGREEMENT", "REV", "STATE", "UNTIL", "WITH NAMES", "MEMBERS", "TITLE")
        for agreement in answer.message.agreements {
            let members = agreement.state == "proposed" ? agreement.parties : agreement.members
            table.add(
                agreement.id, String(agreement.revision), agreement.state,
                Display.time(agreement.endedAt.isEmpty ? agreement.until : agreement.endedAt),
                agreement.nominal ? "yes" : "no", members.joined(separator: ","), agreement.title)
        }
        table.print(orElse: "There are no agreements: cordon agreement propose")
    }
}

struct AgreementShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print an agreement's terms, or those of a note in a file.",
        discussion: """
            A file is read here, and no node is asked: what it says is what its signers sign.

            Example: cordon agreement show vn.customs/wildlife-2026

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The agreement's id, or a file with a note.")
    var agreement: String
    @Flag(help: "Print the signed note.")
    var note = false
    @OptionGroup var client: ClientOptions

    func run() async throws {
        guard FileManager.default.fileExists(atPath: agreement) else {
            return try await client.withAPI { try await run($0) }
        }
        do {
            print(Display.block(try NoteFile.text(agreement), indent: 0))
        } catch let failure as ClientFailure {
            failure.report()
            throw failure.exitCode
        }
    }

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/agreements", as: AgreementList.self)
        let found = answer.message.agreements.filter { $0.id == agreement }
        guard !found.isEmpty else { throw ClientFailure(.refused, "no such agreement is known: cordon agreement list") }
        if api.json { return APIClient.printJSON(try AgreementList.with { $0.agreements = found }.jsonUTF8Bytes()) }
        if note { return Terminal.write(found.flatMap { Array($0.note.utf8) }) }
        for view in found { try show(view) }
    }

    private func show(_ view: AgreementView) throws {
        var terms = view
        terms.note = ""
        terms.changes = []
        print(try Outline.text(of: terms, indent: 0))
        for change in view.changes {
            let reason = change.reason.isEmpty ? "" : ": \(change.reason)"
            print(Display.safe("\(Display.time(change.effective))  \(change.change) \(change.party)\(reason)"))
        }
    }
}

/// A change of an agreement that we sign.
protocol AgreementChangeCommand: ClientCommand {
    static var kind: AgreementChange.Kind { get }
    var agreement: String { get }
    var party: String { get }
    var terms: ChangeTerms { get }
    var output: NoteOutput { get }
}

struct ChangeTerms: ParsableArguments {
    @Option(help: "From when on. Default: now.")
    var effective: String?
    @Option(help: "Why.")
    var reason = ""
}

extension AgreementChangeCommand {
    var party: String { "" }

    func run(_ api: APIClient) async throws {
        let change = try NewAgreementChange.with {
            $0.agreement = agreement
            $0.change = Self.kind.rawValue
            $0.party = party
            $0.effective = try terms.effective.map { try Words.moment($0, "--effective").text } ?? ""
            $0.reason = terms.reason
        }
        try output.write(try await api.post("/agreements/change", change, as: AgreementOutcome.self), api)
    }

    static func help(_ name: String, _ abstract: String, _ discussion: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: abstract,
            discussion: """
                \(discussion)

                Example: cordon agreement \(name) vn.customs/wildlife-2026 --out \(name).agreement

                \(ClientFailure.exitCodes)
                """)
    }
}

struct AgreementEnd: AgreementChangeCommand {
    static let configuration = help(
        "end", "End an agreement before its time.",
        "Either of two may, or the lead. The note is for the others to record.")
    static let kind = AgreementChange.Kind.terminate

    @Argument(help: "The agreement's id.")
    var agreement: String
    @OptionGroup var terms: ChangeTerms
    @OptionGroup var output: NoteOutput
    @OptionGroup(title: "The node") var client: ClientOptions
}

struct AgreementJoin: AgreementChangeCommand {
    static let configuration = help(
        "join", "Ask to join an agreement that is led, on the terms that hold.",
        """
        Record the agreement first. The note goes to the lead, who accepts it, and comes back; then all members \
        record it.
        """)
    static let kind = AgreementChange.Kind.join

    @Argument(help: "The agreement's id.")
    var agreement: String
    @OptionGroup var terms: ChangeTerms
    @OptionGroup var output: NoteOutput
    @OptionGroup(title: "The node") var client: ClientOptions
}

struct AgreementLeave: AgreementChangeCommand {
    static let configuration = help(
        "leave", "Leave an agreement that is led.",
        "When its lead leaves, it ends. The note is for the others to record.")
    static let kind = AgreementChange.Kind.leave

    @Argument(help: "The agreement's id.")
    var agreement: String
    @OptionGroup var terms: ChangeTerms
    @OptionGroup var output: NoteOutput
    @OptionGroup(title: "The node") var client: ClientOptions
}

struct AgreementExclude: AgreementChangeCommand {
    static let configuration = CommandConfiguration(
        commandName: "exclude", abstract: "Exclude a member of an agreement that we lead.",
        discussion: """
            The note is for the others to record. Example: cordon agreement exclude vn.customs/mekong la.customs \
            --reason "conditions were not kept" --out exclusion.agreement

            \(ClientFailure.exitCodes)
            """)
    static let kind = AgreementChange.Kind.exclude

    @Argument(help: "The agreement's id.")
    var agreement: String
    @Argument(help: "The member, by name prefix.")
    var party: String
    @OptionGroup var terms: ChangeTerms
    @OptionGroup var output: NoteOutput
    @OptionGroup(title: "The node") var client: ClientOptions
}
