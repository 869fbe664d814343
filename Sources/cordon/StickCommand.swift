internal import ArgumentParser
internal import CordonNode

/// The exchange by files, for a partner without a line.
struct StickCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stick",
        abstract: "Exchange with a partner by files: write what is for it, take in what it wrote.",
        discussion: """
            What a stick holds is sealed to the partner and signed; whoever finds it learns what the exchange log shows \
            to any partner, and nothing more. Both commands need the node stopped, since they open it themselves.
            """,
        subcommands: [Write.self, Read.self])

    struct Write: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the exchange log, and everything released to one partner, into a directory.",
            discussion: "Writing into the same directory again adds what has come since.")
        @OptionGroup var node: NodeOptions
        @Option(name: .customLong("for"), help: "The partner's name prefix, such as la.customs.")
        var partner: String
        @Argument(help: "The directory: a mounted stick, say.")
        var directory: String
        @Flag(help: "Print JSON.")
        var json = false

        private struct Report: Encodable {
            let partner: String
            let entries: UInt64
            let deliveries: Int
            let blobs: Int
        }

        func run() async throws {
            let written = try await withExchange(node) { exchange in
                try await Stick(exchange, directory: directory).write(for: partner)
            }
            if json {
                try Terminal.printJSON(
                    Report(
                        partner: partner, entries: written.entries, deliveries: written.deliveries,
                        blobs: written.blobs))
            } else {
                print(
                    "\(written.entries) entries, \(written.deliveries) new deliveries and \(written.blobs) new attachments for \(partner)"
                )
            }
        }
    }

    struct Read: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take in what a partner wrote for this node.",
            discussion:
                "Everything is verified as if it came over the line. Reading the same stick again changes nothing.")
        @OptionGroup var node: NodeOptions
        @Argument(help: "The directory that the partner wrote.")
        var directory: String
        @Flag(help: "Print JSON.")
        var json = false

        private struct Report: Encodable {
            let partner: String
            let entries: UInt64
            let deliveries: UInt64
            let blobs: Int
        }

        func run() async throws {
            let read = try await withExchange(node) { exchange in
                try await Stick(exchange, directory: directory).read()
            }
            if json {
                try Terminal.printJSON(
                    Report(
                        partner: read.partner, entries: read.entries, deliveries: read.deliveries, blobs: read.blobs))
            } else {
                print(
                    "\(read.partner): \(read.entries) entries held, \(read.deliveries) deliveries and \(read.blobs) attachments taken in"
                )
            }
        }
    }
}

/// Opens a stopped node's exchange for one piece of work.
func withExchange<R: Sendable>(
    _ options: NodeOptions, _ body: (ExchangeService) async throws -> R
) async throws -> R {
    let node = try options.open()
    for log in LogChoice.allCases { try node.checkAcknowledged(log.id) }
    let sequencer = try node.startSequencer()
    do {
        let cases = try node.caseService(sequencer)
        try await cases.start()
        let exchange = try node.exchangeService(cases)
        let result = try await body(exchange)
        await exchange.stop()
        await cases.stop()
        return result
    } catch {
        await sequencer.stop()
        throw error
    }
}
