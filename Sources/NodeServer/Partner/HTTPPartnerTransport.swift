internal import AsyncHTTPClient
public import CordonNode
public import Cryptography
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// Reaches one partner's node over mutual TLS, and nobody else: whoever answers must have the key that the card pins.
public final class HTTPPartnerTransport: PartnerTransport {
    /// For a connection to be made, and for the partner to show its key: 15 s each, or the request's own if it has less.
    private static let connectSeconds = 15

    private struct Address {
        let host: String
        let port: Int
    }
    private let addresses: [Address]
    private let pins: Set<Digest>
    private let identity: TLSIdentity
    private struct State {
        var client: HTTPClient?
        /// The address in use. The next one takes its place when it cannot be reached.
        var place = 0
    }
    private let state = Mutex(State())

    /// `nodes`: hosts with ports, as a card names them, the preferred one first; nil where none can be used.
    public init?(nodes: [String], pins: [Digest], identity: TLSIdentity) {
        addresses = nodes.compactMap { node in
            guard let colon = node.lastIndex(of: ":"), let port = Int(node[node.index(after: colon)...]) else {
                return nil
            }
            return Address(host: String(node[..<colon]), port: port)
        }
        self.pins = Set(pins)
        self.identity = identity
        if addresses.isEmpty || pins.isEmpty { return nil }
    }

    /// Whoever lets go of it without stopping it loses nothing: the client ends by itself.
    deinit {
        if let client = state.withLock({ $0.client }) { Task { try? await client.shutdown() } }
    }

    public func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
        let place = state.withLock { $0.place }
        let address = addresses[place]
        let client: HTTPClient
        do {
            client = try await self.client(address, timeoutSeconds: timeoutSeconds)
        } catch {
            leave(place, nil)
            throw error
        }
        var url = URLComponents()
        url.scheme = "https"
        url.host = address.host
        url.port = address.port
        url.path = PartnerServer.base + request.path
        if !request.query.isEmpty {
            url.queryItems = request.query.sorted { $0.key < $1.key }.map {
                URLQueryItem(name: $0.key, value: $0.value)
            }
        }
        var outgoing = HTTPClientRequest(url: url.string ?? "")
        outgoing.method = request.method == .get ? .GET : .POST
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        do {
            let response = try await client.execute(outgoing, timeout: .seconds(Int64(timeoutSeconds)))
            let body = try await response.body.collect(upTo: limit)
            return PartnerReply(
                Int(response.status.code), [UInt8](buffer: body),
                contentType: response.headers.first(name: "content-type") ?? "")
        } catch is NIOTooManyBytesError {
            throw PartnerTransportError(.tooLarge, "the partner's answer has more than \(limit) bytes")
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            // A connection whose other end is gone may stay open for a long time: the next request makes a new one.
            leave(place, client)
            throw PartnerTransportError(.timedOut, "the partner did not answer within \(timeoutSeconds) s")
        } catch {
            leave(place, client)
            throw PartnerTransportError(.unreachable, "the partner's node cannot be reached")
        }
    }

    public func stop() async {
        let client = state.withLock { state in
            defer { state.client = nil }
            return state.client
        }
        try? await client?.shutdown()
    }

    /// After a failure the next request looks at the partner's certificate anew, at the next address; once, however many
    /// requests fail at this one.
    private func leave(_ place: Int, _ failed: HTTPClient?) {
        let isMine = state.withLock { state in
            guard state.place == place, state.client === failed else { return false }
            state.client = nil
            state.place = (place + 1) % addresses.count
            return true
        }
        if isMine, let failed { Task { try? await failed.shutdown() } }
    }

    private func client(_ address: Address, timeoutSeconds: Int) async throws -> HTTPClient {
        if let client = state.withLock({ $0.client }) { return client }
        let certificate = try await pinnedCertificate(address, timeoutSeconds: timeoutSeconds)
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: identity.clientConfiguration(trusting: certificate))
        configuration.timeout = .init(connect: .seconds(Int64(Self.connectSeconds)))
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.connectionPool = .init(idleTimeout: .seconds(120), concurrentHTTP1ConnectionsPerHostSoftLimit: 4)
        let made = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let kept = state.withLock { state -> HTTPClient in
            if let client = state.client { return client }
            state.client = made
            return made
        }
        if kept !== made { try? await made.shutdown() }
        return kept
    }

    /// The certificate that the partner shows, if its key is the pinned one. Throws `.wrongKey`, `.unreachable`,
    /// `.timedOut`.
    private func pinnedCertificate(_ address: Address, timeoutSeconds: Int) async throws -> NIOSSLCertificate {
        let seconds = min(timeoutSeconds, Self.connectSeconds)
        let context = try NIOSSLContext(configuration: identity.clientConfiguration(trusting: nil))
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: NIOSSLCertificate.self)
        let pins = pins
        let expected = PartnerTransportError(.wrongKey, "whoever answers does not have the key that the card names")
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(Int64(seconds)))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = try NIOSSLClientHandler(
                            context: context, serverHostname: nil,
                            customVerificationCallback: { chain, verified in
                                guard let leaf = chain.first, let found = try? TLSIdentity.pin(of: leaf),
                                    pins.contains(found)
                                else {
                                    promise.fail(expected)
                                    return verified.succeed(.failed)
                                }
                                promise.succeed(leaf)
                                verified.succeed(.certificateVerified)
                            })
                        try channel.pipeline.syncOperations.addHandler(handler)
                        try channel.pipeline.syncOperations.addHandler(HandshakeEnd(promise))
                    }
                }.connect(host: address.host, port: address.port).get()
            // Whoever lets us connect may still never say who it is.
            let end = channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
                promise.fail(PartnerTransportError(.timedOut, "the partner did not show a key within \(seconds) s"))
            }
            defer {
                end.cancel()
                channel.close(promise: nil)
            }
            return try await promise.futureResult.get()
        } catch let error as PartnerTransportError {
            throw error
        } catch {
            let unreachable = PartnerTransportError(.unreachable, "the partner's node cannot be reached")
            promise.fail(unreachable)
            throw unreachable
        }
    }
}

/// Ends the wait for a certificate where the connection ends before there was one.
private final class HandshakeEnd: ChannelInboundHandler {
    typealias InboundIn = Any
    private let promise: EventLoopPromise<NIOSSLCertificate>

    init(_ promise: EventLoopPromise<NIOSSLCertificate>) { self.promise = promise }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(PartnerTransportError(.unreachable, "the partner closed the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(PartnerTransportError(.unreachable, "no TLS connection to the partner"))
        context.close(promise: nil)
    }
}
