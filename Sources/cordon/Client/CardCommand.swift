internal import ArgumentParser
internal import Exchange
internal import Foundation
internal import Schema
internal import Storage

struct CardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "The authority's card: what partners are given, to know its keys by.",
        subcommands: [CardShow.self, CardExport.self])
}

struct CardShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print our own card, or one in a file, with its fingerprint.",
        discussion: """
            The fingerprint is read aloud to the partner, over a telephone number that is known from before. The short \
            form goes into a QR code. A card in a file is read here, and no node is asked.

            Example: cordon card show la.card

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "A file with a partner's card; - for standard input. Default: our own.")
    var file: String?
    @OptionGroup var client: ClientOptions

    func run() async throws {
        guard let file else { return try await client.withAPI { try await run($0) } }
        do {
            CardText.print(try CardText.read(file).card)
        } catch let failure as ClientFailure {
            failure.report()
            throw failure.exitCode
        }
    }

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/card", as: CardView.self)
        if api.printJSON(answer) { return }
        CardText.print(try CardText.verified(Array(answer.message.card.utf8), "the node's card").card)
    }
}

struct CardExport: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write our own card into a file, to be handed to partners.",
        discussion: "Example: cordon card export vn.card\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The file to write; - for standard output.")
    var file: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/card", as: CardView.self)
        let card = try CardText.verified(Array(answer.message.card.utf8), "the node's card")
        try NoteFile.write(card.encoded, to: file)
        if api.json { return APIClient.printJSON(answer.bytes) }
        guard file != "-" else { return }
        print("\(file) holds the card of \(card.card.prefix), revision \(card.card.revision).")
        print("Its fingerprint, to be read to whoever gets it:\n  \(card.card.fingerprint)")
    }
}

enum CardText {
    static func read(_ file: String) throws -> SignedCard {
        try verified(try NoteFile.read(file), file == "-" ? "standard input" : file)
    }

    /// Its signature is its own; whose it is, only the fingerprint says.
    static func verified(_ bytes: [UInt8], _ what: String) throws -> SignedCard {
        do throws(TrustError) {
            return try SignedCard(verifying: bytes)
        } catch {
            throw ClientFailure(.refused, "\(what) is no good card: \(error)")
        }
    }

    static func print(_ card: AuthorityCard, indent: String = "") {
        let lines = [
            ("authority", card.authority), ("country", card.country), ("prefix", card.prefix),
            ("revision", "\(card.revision), issued \(Display.time(Terminal.time(card.issuedMilliseconds)))"),
            ("nodes", card.nodes.isEmpty ? "none: reached by files only" : card.nodes.joined(separator: ", ")),
        ]
        for (name, value) in lines {
            Swift.print(indent + name + String(repeating: " ", count: 13 - name.count) + Display.safe(value))
        }
        let groups = card.fingerprint.groups
        Swift.print("\(indent)fingerprint  \(groups[..<6].joined(separator: " "))")
        Swift.print("\(indent)             \(groups[6...].joined(separator: " "))")
        Swift.print("\(indent)short form   \(CardShortForm(card.identity))")
    }
}

/// Signed notes in files: cards, agreements.
enum NoteFile {
    static let maximumByteCount = 256 << 10

    static func read(_ path: String) throws -> [UInt8] {
        do {
            let bytes = try ClientInput.bytes(path)
            guard bytes.count <= maximumByteCount else {
                throw ClientFailure(.refused, "\(path) is too long for a signed note")
            }
            return bytes
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            throw ClientFailure(.refused, "\(path) cannot be read: \(error)")
        }
    }

    static func text(_ path: String) throws -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else {
            throw ClientFailure(.refused, "\(path) is not text in UTF-8")
        }
        return text
    }

    /// Anyone may read it: what is in it is meant for others.
    static func write(_ bytes: [UInt8], to path: String) throws {
        guard path != "-" else { return Terminal.write(bytes) }
        do {
            try LocalFiles().replace(path, with: bytes, mode: 0o644)
        } catch {
            throw ClientFailure(.refused, "\(path) cannot be written: \(error)")
        }
    }
}
