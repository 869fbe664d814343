internal import Casework
public import CordonNode
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
public import Logging
internal import NIOCore
internal import NIOSSL
internal import Schema
public import ServiceLifecycle
internal import Synchronization

/// What the server listens on, and its bounds. Nothing in it is secret but the content of the key file.
public struct NodeServerConfiguration: Sendable {
    public static let version = "0.2.0"

    /// The officers' API. Default 127.0.0.1.
    public var host = "127.0.0.1"
    /// Default 8642. 0: whichever is free.
    public var port = 8642
    /// Metrics and health, always on 127.0.0.1. Default 8643; nil: none; 0: whichever is free.
    public var metricsPort: Int? = 8643
    /// PEM files. Needed wherever `host` is not a loopback address.
    public var tlsCertificate: String?
    public var tlsKey: String?
    /// Requests under way at once; beyond, 503. Default 256.
    public var maximumRequests = 256
    /// Connections at once; beyond, they wait to be accepted. Default 1,024.
    public var maximumConnections = 1_024
    /// A connection on which nothing moves for so long is closed. Default 30 s.
    public var idleSeconds: Int64 = 30

    public init() {}

    public var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
}

public struct NodeServerError: Error, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable { case tlsNeeded, badCertificate }
    public let code: Code
    public let reason: String
    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }
    public var description: String { reason }
}

/// The node's HTTP side: the officers' API, and metrics and health on a port of their own.
public struct NodeServer: Service {
    private let service: CaseService
    private let exchange: ExchangeService?
    private let configuration: NodeServerConfiguration
    private let logger: Logger
    private let metrics = Metrics()
    private let gate: RequestGate
    /// Called with the ports once both listen.
    private let onReady: @Sendable (_ port: Int, _ metricsPort: Int?) async -> Void

    /// Without `exchange`, what concerns partners is answered as not there.
    ///
    /// Throws `.tlsNeeded`, `.badCertificate`.
    public init(
        _ service: CaseService, exchange: ExchangeService? = nil, _ configuration: NodeServerConfiguration,
        logger: Logger,
        onReady: @escaping @Sendable (_ port: Int, _ metricsPort: Int?) async -> Void = { _, _ in }
    ) throws(NodeServerError) {
        self.service = service
        self.exchange = exchange
        self.configuration = configuration
        self.logger = logger
        self.onReady = onReady
        gate = RequestGate(limit: configuration.maximumRequests)
        guard configuration.isLoopback || configuration.tlsCertificate != nil && configuration.tlsKey != nil else {
            throw NodeServerError(
                code: .tlsNeeded,
                reason: """
                    \(configuration.host) is not a loopback address, so officers' passwords would cross the network in \
                    the clear: name a certificate with --tls-certificate and --tls-key
                    """)
        }
    }

    public func run() async throws {
        let ports = PortBoard(expected: configuration.metricsPort == nil ? 1 : 2, onReady)
        let officers = application(
            officerRouter(), host: configuration.host, port: configuration.port, server: try serverBuilder()
        ) { await ports.set(officers: $0) }
        guard let metricsPort = configuration.metricsPort else { return try await officers.run() }
        let local = application(localRouter(), host: "127.0.0.1", port: metricsPort, server: .http1()) {
            await ports.set(metrics: $0)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await officers.run() }
            group.addTask { try await local.run() }
            try await group.waitForAll()
        }
    }

    private func serverBuilder() throws -> HTTPServerBuilder {
        let http = HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(configuration.idleSeconds)))
        guard let certificate = configuration.tlsCertificate, let key = configuration.tlsKey else { return http }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            tls.minimumTLSVersion = .tlsv13
            return try .tls(http, tlsConfiguration: tls)
        } catch {
            throw NodeServerError(
                code: .badCertificate, reason: "the certificate \(certificate) or its key cannot be used: \(error)")
        }
    }

    private func application<Context: RequestContext>(
        _ router: Router<Context>, host: String, port: Int, server: HTTPServerBuilder,
        _ onRunning: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol where Context.Source == ApplicationRequestContextSource {
        var quiet = Logger(label: "http")
        quiet.logLevel = .error  // the middleware logs; the framework would log addresses with queries in them
        return Application(
            router: router, server: server,
            configuration: .init(
                address: .hostname(host, port: port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: quiet)
    }

    // MARK: Routers

    private func officerRouter() -> Router<OfficerContext> {
        let router = Router(context: OfficerContext.self)
        router.add(middleware: EdgeMiddleware(service: service, metrics: metrics, gate: gate, logger: logger))
        for route in OfficerRoute.all {
            guard let method = HTTPRequest.Method(route.method) else { preconditionFailure("a route's method") }
            let (service, exchange) = (service, exchange)
            router.on(RouterPath(OfficerRoute.prefix + route.path), method: method) { request, context in
                let answer = try await route.handler(
                    Call(request: request, context: context, service: service, exchange: exchange))
                return Response(status: answer.status, headers: answer.headers, body: answer.body)
            }
        }
        return router
    }

    private func localRouter() -> Router<BasicRequestContext> {
        let router = Router()
        let (service, exchange, metrics) = (service, exchange, metrics)
        router.get("/metrics") { _, _ in
            let checkpoints = try service.checkpoints()
            let partners = try await exchange?.partnerReports() ?? []
            let text = metrics.text(
                [
                    ("cordon_journal_records", "Records in the journal.", checkpoints.journal.size),
                    ("cordon_exchange_entries", "Entries in the exchange log.", checkpoints.exchange.size),
                ], partners: partners, now: service.administration.now)
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        router.get("/health") { _, _ in Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ok\n"))) }
        router.get("/ready") { _, _ in
            guard service.isRunning else { return Response(status: .serviceUnavailable) }
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ready\n")))
        }
        return router
    }
}

/// Waits until all listeners have told their port.
private actor PortBoard {
    private var officers: Int?
    private var metrics: Int?
    private var left: Int
    private let onReady: @Sendable (Int, Int?) async -> Void

    init(expected: Int, _ onReady: @escaping @Sendable (Int, Int?) async -> Void) {
        left = expected
        self.onReady = onReady
    }

    func set(officers port: Int) async {
        officers = port
        await count()
    }

    func set(metrics port: Int) async {
        metrics = port
        await count()
    }

    private func count() async {
        left -= 1
        if left == 0 { await onReady(officers!, metrics) }
    }
}

/// Requests under way, and how many there may be.
final class RequestGate: Sendable {
    private let limit: Int
    private let count = Atomic(0)

    init(limit: Int) { self.limit = limit }

    func enter() -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}

/// What every request to the officers' API goes through: the gate, who is asking, the error mapping, one line of log
/// without any content, metrics.
struct EdgeMiddleware: RouterMiddleware {
    typealias Context = OfficerContext

    let service: CaseService
    let metrics: Metrics
    let gate: RequestGate
    let logger: Logger

    func handle(
        _ request: Request, context: OfficerContext,
        next: @concurrent (Request, OfficerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        metrics.begin()
        var context = context
        var response: Response
        do {
            guard gate.enter() else {
                throw CaseError(.overloaded, "the node has too many requests at once: try again")
            }
            defer { gate.leave() }
            try authenticate(request, &context)
            response = try await next(request, context)
        } catch {
            let problem = ProblemError(error)
            if problem.status == .internalServerError {
                logger.error(
                    "request failed", metadata: ["error": "\(type(of: error))", "reason": "\(Self.safe(error))"])
            }
            response = try problem.response(from: request, context: context)
        }
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        let seconds = (ContinuousClock.now - start).seconds
        let path = context.endpointPath ?? "none"
        metrics.end(method: request.method.rawValue, path: path, status: response.status.code, seconds: seconds)
        logger.info(
            "request",
            metadata: [
                "method": "\(request.method.rawValue)", "route": "\(path)", "status": "\(response.status.code)",
                "officer": "\(context.credentials?.officer.number ?? 0)",
                "milliseconds": "\(Int(seconds * 1000))",
            ])
        return response
    }

    /// A known route asks for a session before it says anything else; an unknown one, too, so that nobody can tell the
    /// two apart without one.
    private func authenticate(_ request: Request, _ context: inout OfficerContext) throws {
        let isOpen = OfficerRoute.all.contains {
            $0.access == .anyone && $0.method == request.method.rawValue
                && OfficerRoute.prefix + $0.path == request.uri.path
        }
        guard !isOpen else { return }
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") else {
            throw CaseError(.unauthenticated, "sign in first: POST \(OfficerRoute.prefix)/session")
        }
        context.credentials = try service.administration.authenticate(String(header.dropFirst(7)))
    }

    /// Errors of our own layers hold no content (their types promise it); of others nothing is said but the type.
    private static func safe(_ error: any Error) -> String {
        (error as? NodeError)?.reason ?? "not one of the node's own"
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
