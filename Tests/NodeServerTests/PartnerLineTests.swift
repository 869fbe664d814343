import CordonNode
import Cryptography
import Glibc
import Logging
import NodeServer
import ServiceLifecycle
import Synchronization
import Testing

/// Answers with what it was asked, to one partner.
private final class Echo: PartnerResponder {
    private let known: Mutex<[Digest: String]>
    let refused = Mutex<[String]>([])
    /// How many wait, and whether they are let go.
    let held = Mutex((count: 0, isOver: false))
    init(_ known: [Digest: String]) { self.known = Mutex(known) }

    func forget(_ pin: Digest) { known.withLock { $0[pin] = nil } }

    func partner(pin: Digest) -> String? { known.withLock { $0[pin] } }

    func countRefused(from partner: String) { refused.withLock { $0.append(partner) } }

    func respond(to request: PartnerRequest, from partner: String) async -> PartnerReply {
        if request.path == "/hold" {
            held.withLock { $0.count += 1 }
            while !held.withLock({ $0.isOver }) { try? await Task.sleep(for: .milliseconds(5)) }
        }
        let query = request.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        return PartnerReply(
            request.path == "/missing" ? 404 : 200,
            Array("\(partner) \(request.method.rawValue) \(request.path) \(query) ".utf8) + request.body)
    }

    func endPolls() {}
}

@Suite(.timeLimit(.minutes(20))) struct PartnerLineTests {
    /// In seconds: other tests may keep every thread busy for minutes.
    private let patience = 600
    private let ours = try! SigningKey<TLSRole>.generate()
    private let theirs = try! SigningKey<TLSRole>.generate()

    private func withServer(
        _ responder: Echo, perPartner: Int = 64, _ body: (Int) async throws -> Void
    ) async throws {
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        var configuration = PartnerServer.Configuration()
        configuration.port = 0
        configuration.maximumRequestsPerPartner = perPartner
        let server = PartnerServer(
            responder, identity: try TLSIdentity(ours, name: "vn.customs"), configuration,
            logger: Logger(label: "test")
        ) { told.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var quiet = Logger(label: "test")
            quiet.logLevel = .critical
            let services = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: quiet))
            group.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            try await body(port)
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    private func transport(
        _ key: SigningKey<TLSRole>, port: Int, pin: Digest? = nil
    ) throws -> HTTPPartnerTransport {
        try #require(
            HTTPPartnerTransport(
                nodes: ["127.0.0.1:\(port)"], pins: [pin ?? ours.verifyingKey.pin],
                identity: try TLSIdentity(key, name: "la.customs")))
    }

    @Test func theNextAddressIsTriedWhereOneDoesNotAnswer() async throws {
        let identity = try TLSIdentity(theirs, name: "la.customs")
        #expect(HTTPPartnerTransport(nodes: [], pins: [ours.verifyingKey.pin], identity: identity) == nil)
        try await withServer(Echo([theirs.verifyingKey.pin: "la.customs"])) { port in
            let line = try #require(
                HTTPPartnerTransport(
                    nodes: ["127.0.0.1:1", "127.0.0.1:\(port)"], pins: [ours.verifyingKey.pin], identity: identity))
            await #expect(throws: PartnerTransportError(.unreachable, "")) {
                try await line.send(.init(.get, "/a"), limit: 1000, timeoutSeconds: patience)
            }
            #expect(try await line.send(.init(.post, "/a"), limit: 1000, timeoutSeconds: patience).status == 200)
            await line.stop()
        }
    }

    @Test func requestsThatFailTogetherSkipNoAddress() async throws {
        let identity = try TLSIdentity(theirs, name: "la.customs")
        try await withServer(Echo([theirs.verifyingKey.pin: "la.customs"])) { port in
            let line = try #require(
                HTTPPartnerTransport(
                    nodes: ["127.0.0.1:1", "127.0.0.1:\(port)"], pins: [ours.verifyingKey.pin], identity: identity))
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { _ = try? await line.send(.init(.get, "/a"), limit: 1000, timeoutSeconds: patience) }
                }
            }
            #expect(try await line.send(.init(.post, "/a"), limit: 1000, timeoutSeconds: patience).status == 200)
            await line.stop()
        }
    }

    @Test func thePinOfAKeyIsThatOfItsCertificate() throws {
        #expect(try TLSIdentity(ours, name: "vn.customs").pin == ours.verifyingKey.pin)
    }

    @Test func partnersAreKnownByTheirKeys() async throws {
        let echo = Echo([theirs.verifyingKey.pin: "la.customs"])
        try await withServer(echo) { port in
            let line = try transport(theirs, port: port)
            let reply = try await line.send(
                .init(.post, "/a/b", query: ["x": "1 2"], body: Array("body".utf8)), limit: 1000,
                timeoutSeconds: patience)
            #expect(String(decoding: reply.body, as: UTF8.self) == "la.customs POST /a/b x=1 2 body")
            #expect(try await line.send(.init(.get, "/missing"), limit: 1000, timeoutSeconds: patience).status == 404)
            await #expect(throws: PartnerTransportError(.tooLarge, "")) {
                try await line.send(.init(.get, "/long"), limit: 5, timeoutSeconds: patience)
            }
            // Revoked while the line is open: nothing more is answered on it.
            echo.forget(theirs.verifyingKey.pin)
            #expect(try await line.send(.init(.get, "/again"), limit: 1000, timeoutSeconds: patience).status == 403)
            await line.stop()
        }
    }

    @Test func whatIsTooLargeIsRefusedAndCounted() async throws {
        let echo = Echo([theirs.verifyingKey.pin: "la.customs"])
        try await withServer(echo) { port in
            let line = try transport(theirs, port: port)
            func status(_ count: Int) async throws -> Int {
                let request = PartnerRequest(.post, "/a", body: [UInt8](repeating: 1, count: count))
                return try await line.send(request, limit: 2 << 20, timeoutSeconds: patience).status
            }
            #expect(try await status(PartnerRequest.maximumBodyByteCount) == 200)
            #expect(echo.refused.withLock { $0 } == [])
            #expect(try await status(PartnerRequest.maximumBodyByteCount + 1) == 413)
            #expect(echo.refused.withLock { $0 } == ["la.customs"])
            await line.stop()
        }
    }

    @Test func aPartnerThatHoldsManyRequestsLeavesTheOthersTheirs() async throws {
        let third = try SigningKey<TLSRole>.generate()
        let echo = Echo([theirs.verifyingKey.pin: "la.customs", third.verifyingKey.pin: "kh.customs"])
        try await withServer(echo, perPartner: 2) { port in
            let (line, other) = (try transport(theirs, port: port), try transport(third, port: port))
            @Sendable func status(_ line: HTTPPartnerTransport, _ path: String) async throws -> Int {
                try await line.send(.init(.get, path), limit: 1000, timeoutSeconds: patience).status
            }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 { group.addTask { try await status(line, "/hold") } }
                while echo.held.withLock({ $0.count }) < 2 { try await Task.sleep(for: .milliseconds(5)) }
                #expect(try await status(line, "/a") == 503)
                #expect(echo.refused.withLock { $0 } == ["la.customs"])
                #expect(try await status(other, "/a") == 200)
                echo.held.withLock { $0.isOver = true }
                for try await held in group { #expect(held == 200) }
            }
            #expect(try await status(line, "/a") == 200)
            await line.stop()
            await other.stop()
        }
    }

    @Test func strangersGetNoLine() async throws {
        let echo = Echo([theirs.verifyingKey.pin: "la.customs"])
        try await withServer(echo) { port in
            let stranger = try transport(try .generate(), port: port)
            await #expect(throws: PartnerTransportError(.unreachable, "")) {
                try await stranger.send(.init(.get, "/a"), limit: 1000, timeoutSeconds: patience)
            }
            await stranger.stop()
        }
    }

    @Test func aServerWithAnotherKeyIsNotTalkedTo() async throws {
        let echo = Echo([theirs.verifyingKey.pin: "la.customs"])
        try await withServer(echo) { port in
            let other = try SigningKey<TLSRole>.generate().verifyingKey.pin
            let line = try transport(theirs, port: port, pin: other)
            await #expect(throws: PartnerTransportError(.wrongKey, "")) {
                try await line.send(.init(.get, "/a"), limit: 1000, timeoutSeconds: patience)
            }
            await line.stop()
        }
    }

    /// The machine takes the connection, and nobody ever says a word on it.
    @Test func whoeverTakesAConnectionAndSaysNothingIsGivenUpInTime() async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isListening)
        let line = try transport(theirs, port: Int(UInt16(bigEndian: address.sin_port)))
        await #expect(throws: PartnerTransportError(.timedOut, "")) {
            try await line.send(.init(.get, "/a"), limit: 1000, timeoutSeconds: 1)
        }
        await line.stop()
    }
}
