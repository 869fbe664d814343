internal import ArgumentParser
internal import CordonNode
internal import Exchange
internal import NodeServer
internal import Storage

/// Gets the node's own log back from the mirrors that partners keep.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Get the exchange log back from partners' mirrors, after a backup was put back.",
        discussion: """
            A node that starts from an old copy signs nothing: partners hold more of its log than it does, and a second \
            history would be a fork. Put the backup and the newest erasure-key in place, run `cordon recover`, then \
            `cordon serve`. What is derived is made again first, where that is due.

            Every entry that comes back is verified as a partner would, and proven to be in a checkpoint that this node \
            signed. Partners that the backup does not know yet are named with --card. Notices that were released since \
            the backup are in the log again, but not in the case files: their recipients have them.

            The journal has no mirrors. Records behind the backup are in a newer backup or nowhere; when they are lost, \
            --give-up-journal says so: the node publishes where its journal was put back to, and partners witness it \
            from there on. Without that the node goes on refusing to sign.
            """)

    @OptionGroup var options: NodeOptions
    @Option(name: .customLong("card"), help: "The card of a partner that mirrors this node; may be repeated.")
    var cards: [String] = []
    @Flag(help: "Give up records of the journal that partners have cosigned and that this copy does not have.")
    var giveUpJournal = false
    @Flag(help: "Print JSON.")
    var json = false

    private struct Report: Encodable {
        let entriesBefore: UInt64
        let entries: UInt64
        let mirror: String?
        let answered: [String]
        let silent: [String]
        let journalRecords: UInt64
        let journalCosigned: UInt64
    }

    func run() async throws {
        let cards = try cards.map { file in
            do {
                return try SignedCard(verifying: Files.read(file, limit: AuthorityCard.maximumByteCount))
            } catch let error as TrustError {
                throw ValidationError("\(file) is no good card: \(error.reason)")
            }
        }
        let node = try options.open()
        if try node.needsRebuild {
            let progress = Terminal.Progress("Reading record")
            _ = try node.rebuild { progress.update($0, $1) }
        }
        let identity = try TLSIdentity(node.keys.tls, name: node.authority.namePrefix)
        let progress = Terminal.Progress("Entry")
        let result = try await node.recoverLog(
            cards: cards, givesUpJournal: giveUpJournal, progress: { progress.update($0, $1) }
        ) { partner in
            HTTPPartnerTransport(nodes: partner.card.card.nodes, pins: partner.card.card.pins, identity: identity)
        }
        if json {
            return try Terminal.printJSON(
                Report(
                    entriesBefore: result.before, entries: result.size, mirror: result.source,
                    answered: result.answered, silent: result.silent, journalRecords: result.journal,
                    journalCosigned: result.journalCosigned))
        }
        if let source = result.source {
            print(
                "The exchange log is back: \(result.size - result.before) entries from \(source), \(result.size) in all."
            )
        } else {
            print("No entry of the exchange log is missing: \(result.size) are here, and nobody holds more.")
        }
        if result.journalCosigned > result.journal {
            print(
                """
                The journal goes on from its \(result.journal) records; \(result.journalCosigned) had been cosigned. \
                The node tells its partners at its next start.
                """)
        }
        if !result.silent.isEmpty {
            Terminal.printError("Not asked, since they do not answer: \(result.silent.joined(separator: ", ")).")
        }
    }
}
