public import CordonNode
internal import Cryptography
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
public import Logging
internal import NIOCore
internal import NIOSSL
public import ServiceLifecycle
internal import Synchronization

/// Where partners' nodes connect: HTTP/2 (or 1.1) over mutual TLS, each side's key pinned by its card.
public struct PartnerServer: Service {
    public struct Configuration: Sendable {
        public var host = "127.0.0.1"
        /// Default 8644. 0: whichever is free.
        public var port = 8644
        /// Requests under way at once, long polls included; beyond, 503. Default 512.
        public var maximumRequests = 512
        /// Of one partner, so that none takes all; beyond, 503. Default 64.
        public var maximumRequestsPerPartner = 64
        /// Default 256.
        public var maximumConnections = 256
        /// A connection on which nothing moves for so long is closed: longer than a long poll. Default 90 s.
        public var idleSeconds: Int64 = 90
        public init() {}
    }

    public static let base = "/partner/v1"

    private let responder: any PartnerResponder
    private let identity: TLSIdentity
    private let configuration: Configuration
    private let logger: Logger
    private let onReady: @Sendable (Int) async -> Void
    private let gate: PartnerGate

    public init(
        _ responder: any PartnerResponder, identity: TLSIdentity, _ configuration: Configuration, logger: Logger,
        onReady: @escaping @Sendable (Int) async -> Void
    ) {
        self.responder = responder
        self.identity = identity
        self.configuration = configuration
        self.logger = logger
        self.onReady = onReady
        gate = PartnerGate(configuration)
    }

    public func run() async throws {
        let responder = responder
        let tls = TLSChannelConfiguration(
            tlsConfiguration: identity.serverConfiguration(),
            customAsyncVerificationCallback: { chain in
                // A certificate is only the wrapping of a key: whose key it is decides.
                guard let leaf = chain.first, let pin = try? TLSIdentity.pin(of: leaf),
                    responder.partner(pin: pin) != nil
                else { return .failed }
                return .certificateVerified
            })
        let router = Router(context: PartnerContext.self)
        let gate = gate
        let logger = logger
        @Sendable func answer(_ request: Request, _ context: PartnerContext) async throws -> Response {
            guard let pin = await context.pin(), let partner = responder.partner(pin: pin) else {
                return Response(status: .forbidden)
            }
            guard gate.enter(partner) else {
                responder.countRefused(from: partner)
                return Response(status: .serviceUnavailable, headers: [.retryAfter: "2"])
            }
            defer { gate.leave(partner) }
            guard let method = PartnerRequest.Method(rawValue: request.method.rawValue),
                request.uri.path.hasPrefix(Self.base + "/")
            else {
                responder.countRefused(from: partner)
                return Response(status: .notFound)
            }
            var request = request
            guard let body = try? await request.collectBody(upTo: PartnerRequest.maximumBodyByteCount) else {
                responder.countRefused(from: partner)
                return Response(status: .contentTooLarge)
            }
            let query = Dictionary(
                request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { a, _ in a })
            let reply = await responder.respond(
                to: PartnerRequest(
                    method, String(request.uri.path.dropFirst(Self.base.count)), query: query,
                    body: [UInt8](buffer: body)),
                from: partner)
            logger.debug(
                "partner request", metadata: ["partner": "\(partner)", "status": "\(reply.status)"])
            return Response(
                status: .init(code: reply.status),
                headers: [.contentType: reply.contentType, .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(bytes: reply.body)))
        }
        router.get("/**", use: answer)
        router.post("/**", use: answer)
        var quiet = Logger(label: "partner")
        quiet.logLevel = .critical
        let port = configuration.port
        let onReady = onReady
        let application = Application(
            router: router,
            server: try .http2Upgrade(
                tlsChannelConfiguration: tls,
                configuration: .init(idleTimeout: .seconds(configuration.idleSeconds))),
            configuration: .init(
                address: .hostname(configuration.host, port: port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? port) }, logger: quiet)
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: {
            responder.endPolls()
        }
    }
}

/// Partners' requests under way, and how many there may be.
private final class PartnerGate: Sendable {
    private struct Counts {
        var total = 0
        var partners: [String: Int] = [:]
    }
    private let configuration: PartnerServer.Configuration
    /// Held for moments only.
    private let counts = Mutex(Counts())

    init(_ configuration: PartnerServer.Configuration) { self.configuration = configuration }

    func enter(_ partner: String) -> Bool {
        counts.withLock { counts in
            let own = counts.partners[partner] ?? 0
            guard counts.total < configuration.maximumRequests, own < configuration.maximumRequestsPerPartner else {
                return false
            }
            counts.total += 1
            counts.partners[partner] = own + 1
            return true
        }
    }

    func leave(_ partner: String) {
        counts.withLock { counts in
            counts.total -= 1
            counts.partners[partner]! -= 1
            if counts.partners[partner] == 0 { counts.partners[partner] = nil }
        }
    }
}

/// Who is at the other end of a connection.
struct PartnerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The pin of the key that the other end showed.
    func pin() async -> Digest? {
        // With HTTP/2 a request has a channel of its own, and TLS is its parent's.
        var current: (any Channel)? = channel
        while let channel = current {
            if let certificate = try? await channel.nioSSL_peerCertificate().get() {
                return try? TLSIdentity.pin(of: certificate)
            }
            current = channel.parent
        }
        return nil
    }
}
