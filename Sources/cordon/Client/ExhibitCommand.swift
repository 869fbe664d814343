internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf

struct ExhibitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exhibit",
        abstract: "Evidence: sealed, handed over by two, disposed of. `cordon case custody` prints the chain.",
        subcommands: [
            ExhibitSeal.self, ExhibitHandOver.self, ExhibitAccept.self, ExhibitDecline.self, ExhibitDispose.self,
        ])
}

struct ExhibitSeal: CaseChange {
    static let configuration = CommandConfiguration(
        commandName: "seal", abstract: "Seal an exhibit and take it into your custody.",
        discussion: """
            Example: cordon exhibit seal VN-C-4F7Q2-10 "3 blocks, 1.2 kg" --seal A004711 --report VN-S-4F7Q2-10 --line 1

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The case's id.")
    var id: String
    @Argument(help: "What it is.")
    var what: String
    @Option(help: "The number of the seal.")
    var seal: String
    @Option(help: "The report it was seized with.")
    var report: String?
    @Option(help: "The line of goods in that report.")
    var line: UInt32?
    @Option(help: "How much.")
    var quantity: String?
    @Option(help: "The unit of --quantity.")
    var unit: String?
    @Option(help: "Where it is kept.")
    var location: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Sealed." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        .with {
            $0.exhibitSealed.description_p = what
            $0.exhibitSealed.sealNumber = seal
            $0.exhibitSealed.reportID = report ?? ""
            $0.exhibitSealed.line = line ?? 0
            $0.exhibitSealed.location = location ?? ""
            if quantity != nil || unit != nil {
                $0.exhibitSealed.quantity.amount = quantity ?? ""
                $0.exhibitSealed.quantity.unit = unit ?? ""
            }
        }
    }

    func told(_ view: ChangeView) -> String {
        for case .exhibitSealed(let sealed)? in view.events.map(\.body) {
            return "Sealed exhibit \(Display.safe(sealed.id)); it is in your custody."
        }
        return done
    }
}

/// A step of an exhibit's custody: the exhibit says which case it is in.
protocol CustodyStep: ClientCommand {
    var exhibit: String { get }
    var change: ChangeOptions { get }
    var done: String { get }
    func event(_ api: APIClient) async throws -> CaseEvent
}

extension CustodyStep {
    func run(_ api: APIClient) async throws {
        let view = try await api.get("/exhibits/\(APIClient.escaped(exhibit))", as: ExhibitView.self).message
        try await ChangeOutput.send(event(api), to: view.caseID, change, api) { _ in done }
    }

    static func help(_ name: String, _ abstract: String, _ example: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: abstract,
            discussion: "Example: cordon exhibit \(name) VN-E-4F7Q2-10 \(example)\n\n\(ClientFailure.exitCodes)")
    }
}

struct ExhibitHandOver: CustodyStep {
    static let configuration = help(
        "hand-over", "Hand an exhibit of yours to another officer, who has to accept it.",
        #"--to le.van --reason "to the laboratory""#)

    @Argument(help: "The exhibit's id.")
    var exhibit: String
    @Option(name: .customLong("to"), help: "Login of the officer.")
    var officer: String
    @Option(help: "Why.")
    var reason: String
    @Option(help: "The number of the seal, if it is another one now.")
    var seal: String?
    @Option(help: "Where it will be.")
    var location: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Handed over; it stays in your custody until it is accepted." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        let number = try await OfficerNames(api).number(officer)
        return .with {
            $0.reason = reason
            $0.custodyOffered.exhibitID = exhibit
            $0.custodyOffered.to = number
            $0.custodyOffered.sealNumber = seal ?? ""
            $0.custodyOffered.location = location ?? ""
        }
    }
}

struct ExhibitAccept: CustodyStep {
    static let configuration = help("accept", "Take over an exhibit that is handed to you.", "--seal A004711")

    @Argument(help: "The exhibit's id.")
    var exhibit: String
    @Option(help: "The number of the seal as you find it.")
    var seal: String
    @Option(help: "What you find; needed where the seal is another one.")
    var remarks: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Accepted: it is in your custody." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        .with {
            $0.custodyAnswered.exhibitID = exhibit
            $0.custodyAnswered.accepted = true
            $0.custodyAnswered.sealNumber = seal
            $0.custodyAnswered.remarks = remarks ?? ""
        }
    }
}

struct ExhibitDecline: CustodyStep {
    static let configuration = help(
        "decline", "Refuse an exhibit that is handed to you, or take back the hand-over of one of yours.",
        #"--remarks "the bag is open""#)

    @Argument(help: "The exhibit's id.")
    var exhibit: String
    @Option(help: "Why.")
    var remarks: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Declined." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        .with {
            $0.custodyAnswered.exhibitID = exhibit
            $0.custodyAnswered.accepted = false
            $0.custodyAnswered.remarks = remarks ?? ""
        }
    }
}

struct ExhibitDispose: CustodyStep {
    static let configuration = help(
        "dispose", "Record what became of an exhibit in the end.",
        #"--method destroyed --witness "Le Van" --reason "order 12/2026""#)

    @Argument(help: "The exhibit's id.")
    var exhibit: String
    @Option(help: "destroyed, returned, sold, donated, laboratory, transferred, forfeited")
    var method: String
    @Option(help: "Who was there.")
    var witness: String
    @Option(help: "Number of the record or order.")
    var reference: String?
    @Option(help: "Why.")
    var reason: String
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Recorded." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        .with {
            $0.reason = reason
            $0.exhibitDisposed.exhibitID = exhibit
            $0.exhibitDisposed.method = method
            $0.exhibitDisposed.witness = witness
            $0.exhibitDisposed.reference = reference ?? ""
        }
    }
}
