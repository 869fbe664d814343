internal import ArgumentParser
internal import Casework
internal import CordonNode
internal import Cryptography
internal import Exchange
internal import Glibc
internal import Logging
internal import NodeServer
internal import ServiceLifecycle
internal import Storage
internal import UnixSignals

/// Runs the node.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the node: unlock it, check its logs, and listen.",
        discussion: """
            Officers reach the node at --listen; `cordon login` signs in there. Metrics (Prometheus), /health and \
            /ready are on a port of their own, for this machine only. Ctrl-C or SIGTERM finishes what is under way and \
            stops cleanly; nothing that was acknowledged is ever lost, also when it does not come to that.

            Partners' nodes connect at --partner-listen, with the keys that their cards pin. The node's own card names \
            the addresses of --partner-address, where partners reach it from outside. Without --partner-listen the node \
            reaches out to partners, and nobody reaches it.

            Before the first start, add the first officers: `cordon officer found`.
            """)

    @OptionGroup var options: NodeOptions
    @Option(help: "Address and port for officers. Anything but a loopback address needs a certificate.")
    var listen = "127.0.0.1:8642"
    @Option(help: "Port for metrics and health, on 127.0.0.1; `none` for none.")
    var metricsPort = "8643"
    @Option(help: "A PEM file with the server's certificate, and those between it and a root.")
    var tlsCertificate: String?
    @Option(help: "A PEM file with the certificate's private key.")
    var tlsKey: String?
    @Option(help: "Address and port for partners' nodes.")
    var partnerListen: String?
    @Option(
        help:
            "A host and port where partners reach this node, for its card; may be repeated. Default: --partner-listen.")
    var partnerAddress: [String] = []
    @Option(help: "What is logged to standard error, at least: trace, debug, info, notice, warning, error.")
    var logLevel = "info"

    func run() async throws {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("--log-level is one of: trace, debug, info, notice, warning, error.")
        }
        let configuration = try serverConfiguration()
        let partners = try partnerConfiguration()
        let node = try options.open()
        for log in LogID.allCases { try node.checkAcknowledged(log) }
        let sequencer = try node.startSequencer()
        do {
            let service = try node.caseService(sequencer)
            try await service.start()
            var logger = Logger(label: "cordon") { _ in LineLogHandler() }
            logger.logLevel = level
            if service.administration.directory.officers.isEmpty {
                logger.warning("there are no officers yet: stop the node and run `cordon officer found`")
            }
            let exchange = try node.exchangeService(service)
            try await exchange.tend()
            // Without a line it exchanges by files; its card then names no address.
            if partners == nil { try await exchange.issueCard(nodes: partnerAddress) }
            let identity = try TLSIdentity(node.keys.tls, name: exchange.own)
            try await serve(service, exchange, identity, configuration, partners, logger)
            await service.stop()
        } catch {
            await sequencer.stop()
            throw error
        }
        // All that was acknowledged is synced. Threads of the libraries may still be letting go of the database: the
        // process ends without pulling it, and what is static, from under them.
        fflush(nil)
        _exit(0)
    }

    private func serve(
        _ service: CaseService, _ exchange: ExchangeService, _ identity: TLSIdentity,
        _ configuration: NodeServerConfiguration, _ partners: PartnerServer.Configuration?, _ logger: Logger
    ) async throws {
        let scheme = configuration.tlsCertificate == nil ? "http" : "https"
        let officers = try NodeServer(service, exchange: exchange, configuration, logger: logger) { port, metricsPort in
            let address = "\(scheme)://\(configuration.host):\(port)"
            print("Ready at \(address)" + (metricsPort.map { ", metrics at http://127.0.0.1:\($0)/metrics" } ?? ""))
            ServiceManager.notify("READY=1\nSTATUS=Listening at \(address)")
        }
        var services: [any Service] = [ExchangeRunner(exchange: exchange, identity: identity)]
        if let partners {
            let named = partnerAddress
            let server = PartnerServer(exchange, identity: identity, partners, logger: logger) { port in
                let listening = "\(partners.host):\(port)"
                do {
                    try await exchange.issueCard(nodes: named.isEmpty ? [listening] : named)
                } catch {
                    logger.error("the card could not be issued", metadata: ["reason": "\(error)"])
                }
                print("Partners at \(listening)")
            }
            services.append(server)
        }
        services.append(officers)
        var quiet = Logger(label: "lifecycle")
        quiet.logLevel = .error
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: quiet))
        try await group.run()
        logger.info("stopped")
    }

    private func partnerConfiguration() throws -> PartnerServer.Configuration? {
        guard let partnerListen else { return nil }
        guard let colon = partnerListen.lastIndex(of: ":"),
            let port = UInt16(partnerListen[partnerListen.index(after: colon)...])
        else { throw ValidationError("--partner-listen is an address and a port, such as 0.0.0.0:8644.") }
        var configuration = PartnerServer.Configuration()
        configuration.host = String(partnerListen[..<colon])
        configuration.port = Int(port)
        return configuration
    }

    private func serverConfiguration() throws -> NodeServerConfiguration {
        var configuration = NodeServerConfiguration()
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw ValidationError("--listen is an address and a port, such as 127.0.0.1:8642.")
        }
        configuration.host = String(listen[..<colon])
        configuration.port = Int(port)
        if metricsPort == "none" {
            configuration.metricsPort = nil
        } else if let port = UInt16(metricsPort) {
            configuration.metricsPort = Int(port)
        } else {
            throw ValidationError("--metrics-port is a port, or none.")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together.")
        }
        configuration.tlsCertificate = tlsCertificate
        configuration.tlsKey = tlsKey
        return configuration
    }
}

/// Syncs with partners for as long as the node runs.
private struct ExchangeRunner: Service {
    let exchange: ExchangeService
    let identity: TLSIdentity

    func run() async throws {
        let identity = identity
        exchange.startSync { partner in
            HTTPPartnerTransport(nodes: partner.card.card.nodes, pins: partner.card.card.pins, identity: identity)
        }
        let exchange = exchange
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown { await exchange.run() }
        } onGracefulShutdown: {
            ServiceManager.notify("STOPPING=1")
        }
        await exchange.stop()
    }
}

/// One line on standard error for each event, as key=value pairs: for a service manager's journal.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
        Terminal.printError(
            "time=\(Terminal.time(NodeClock.system.nowMilliseconds())) level=\(event.level) event=\(Self.quoted("\(event.message)"))\(pairs)"
        )
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=")
        }
        guard !isPlain || text.isEmpty else { return text }
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            default: scalar.value < 0x20 ? " " : String(scalar)
            }
        }.joined()
        return "\"\(escaped)\""
    }
}
