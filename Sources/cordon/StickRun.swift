internal import CordonNode

/// The exchange by files, for a partner without a line: what `export --for` and `import` of a directory do. Both open
/// the node themselves, so it is stopped.
struct StickRun {
    static let discussion = """
        What a stick holds is sealed to the partner and signed; whoever finds it learns what the exchange log shows to \
        any partner, and nothing more. The node has to be stopped: the command opens its files itself.
        """

    let node: NodeOptions
    let directory: String
    let json: Bool

    private struct Written: Encodable {
        let partner: String
        let entries: UInt64
        let deliveries: Int
        let blobs: Int
    }

    func write(for partner: String) async throws {
        let written = try await withExchange(node) { exchange in
            try await Stick(exchange, directory: directory).write(for: partner)
        }
        if json {
            return try Terminal.printJSON(
                Written(
                    partner: partner, entries: written.entries, deliveries: written.deliveries, blobs: written.blobs))
        }
        print(
            "\(written.entries) entries, \(written.deliveries) new deliveries and \(written.blobs) new attachments for \(partner)"
        )
    }

    private struct Read: Encodable {
        let partner: String
        let entries: UInt64
        let deliveries: UInt64
        let blobs: Int
    }

    func read() async throws {
        let read = try await withExchange(node) { exchange in
            try await Stick(exchange, directory: directory).read()
        }
        if json {
            return try Terminal.printJSON(
                Read(partner: read.partner, entries: read.entries, deliveries: read.deliveries, blobs: read.blobs))
        }
        print(
            "\(read.partner): \(read.entries) entries held, \(read.deliveries) deliveries and \(read.blobs) attachments taken in"
        )
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
