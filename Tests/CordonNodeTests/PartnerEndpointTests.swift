import Casework
import Cryptography
import Exchange
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

/// What a partner may ask of a node, asked wrongly in every way there is.
@Suite(.timeLimit(.minutes(20))) struct PartnerEndpointTests {
    private typealias Query = [String: String]

    /// VN is asked, by LA. The three know each other's logs.
    private func withFederation(_ body: (Federation) async throws -> Void) async throws {
        var limits = ExchangeLimits()
        limits.pollSeconds = 1
        let federation = try await Federation(limits: limits)
        federation.connect()
        for other in ["la.customs", "kh.customs"] {
            try await federation.until("\(other) is mirrored") {
                federation["vn.customs"].mirrorSize(of: other) == (try? federation[other].exchangeSize())
            }
        }
        try await body(federation)
        await federation.stop()
    }

    private func ask(
        _ service: ExchangeService, _ method: PartnerRequest.Method, _ path: String, _ query: Query = [:],
        _ body: [UInt8] = [], from partner: String = "la.customs"
    ) async -> PartnerReply {
        await service.respond(to: PartnerRequest(method, path, query: query, body: body), from: partner)
    }

    /// What the metrics say of LA's requests.
    private func refused(_ service: ExchangeService) async throws -> Int {
        try #require(await service.partnerReports().first { $0.partner.prefix == "la.customs" }).refusedRequests
    }

    /// Numbers that are none, or too large for what they count.
    private static let strangeNumbers = [
        "", " ", "-1", "1e3", "0x10", "18446744073709551615", "18446744073709551616", "9223372036854775808", "１",
        "\0", String(repeating: "9", count: 10_000),
    ]
    private static let junk: [[UInt8]] = [
        [], [0], [0xFF], Array("nonsense\n".utf8), Array("old \n\n".utf8), [UInt8](repeating: 0x0A, count: 1 << 16),
        [UInt8](repeating: 0xFF, count: PartnerRequest.maximumBodyByteCount),
    ]

    @Test func pathsThatAreNotHere() async throws {
        try await withFederation { federation in
            let vn = federation["vn.customs"]
            let size = try vn.exchangeSize()
            let before = try await refused(vn)
            let paths = [
                "", "/", "//", "/..", "/log", "/log/", "/log/nothing", "/log/tile", "/log/tile/0", "/log/tile/0/0",
                "/log/tile/0/000", "/log/tile/entries/000", "/log/tile/entries/000.p", "/log/tile/entries/000.p/0",
                "/log/tile/entries/000.p/256", "/log/tile/entries/000.p/257", "/log/tile/entries/000.p/\(size + 1)",
                "/log/tile/entries/001.p/1", "/log/tile/1/000.p/1", "/log/tile/63/000.p/1", "/log/tile/64/000.p/1",
                "/log/tile/-1/000", "/log/tile/0/x018/x446/x744/x073/x709/x551/615.p/1",
                "/log/tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999", "/log/../node", "/log/%2e%2e/node",
                "/log/checkpoint/more", "/mirror", "/mirror/nothing", "/mirror/tile/0/000",
                "/deliveries/1", "/checkpoints/1", "/add-checkpoint/1", "/blobs", "/blobs/", "/blobs/nothing",
                "/blobs/\(String(repeating: "0", count: 63))", "/blobs/\(String(repeating: "0", count: 65))",
                "/blobs/\(String(repeating: "0", count: 64))", "/blobs/\(String(repeating: "A", count: 64))",
                "/blobs/\(String(repeating: "é", count: 64))", "/\0", "/\u{1F4A3}",
                String(repeating: "/log", count: 50_000),
                String(repeating: "x", count: 1 << 20),
            ]
            for path in paths {
                let reply = await ask(vn, .get, path)
                #expect(reply.status == 404 && reply.body.count < 100, "\(path.prefix(60)): \(reply.status)")
            }
            for path in [
                "/log/checkpoint", "/log/tile/entries/000.p/1", "/mirror/checkpoint", "/deliveries", "/blobs/00",
            ] {
                #expect(await ask(vn, .post, path, [:], [1]).status == 404, "\(path) takes nothing")
            }
            #expect(await ask(vn, .get, "/add-checkpoint").status == 404)
            #expect(try await refused(vn) == before + paths.count + 6)
        }
    }

    @Test func numbersThatAreNone() async throws {
        try await withFederation { federation in
            let vn = federation["vn.customs"]
            let blob = "/blobs/" + String(repeating: "0", count: 64)
            for number in Self.strangeNumbers {
                let name = "\(number.prefix(30))"
                // A poll that says nothing sensible is answered at once.
                #expect(
                    await ask(vn, .get, "/log/checkpoint", ["after": number, "wait": number]).status == 200, "\(name)")
                let deliveries = await ask(vn, .get, "/deliveries", ["after": number, "limit": number])
                #expect(deliveries.status == (UInt64(number) == nil ? 400 : 200), "\(name)")
                #expect(await ask(vn, .get, "/deliveries", ["after": "0", "limit": number]).status == 200, "\(name)")
                #expect(await ask(vn, .get, blob, ["offset": number]).status == 404, "\(name)")
            }
            #expect(await ask(vn, .get, "/deliveries").status == 400)
            // However long the partner would wait, the node holds it no longer than its limit.
            let size = try vn.exchangeSize()
            let started = ContinuousClock.now
            let held = await ask(vn, .get, "/log/checkpoint", ["after": "\(size)", "wait": "\(UInt64.max)"])
            #expect(held.status == 200 && ContinuousClock.now - started < .seconds(50))
        }
    }

    @Test func heldCheckpointsThatAreNone() async throws {
        try await withFederation { federation in
            let vn = federation["vn.customs"]
            let note = try federation["kh.customs"].node.checkpoint(.exchange).note
            let good = Gossip([.checkpoint(note)]).encoded
            var bad: [[UInt8]] = Array(Self.junk.dropFirst())
            bad.append(good + [1])
            bad.append(Array(good.dropLast()))
            bad.append([3] + good.dropFirst())
            bad.append([1, 0xFF, 0xFF, 0xFF, 0xFF] + good)
            bad.append(Array((0...Gossip.maximumItems).flatMap { _ in good }))
            for body in bad {
                let reply = await ask(vn, .post, "/checkpoints", [:], body)
                #expect(reply.status == 400 && reply.body.count < 100, "\(body.prefix(10))")
            }
            #expect(await ask(vn, .post, "/checkpoints").status == 200)
            #expect(await ask(vn, .get, "/checkpoints").status == 200)
            // Notes that nobody signed are heard, and change nothing.
            let stranger = try CheckpointSigner(origin: "kh.customs/exchange", key: .generate())
            for size in UInt64(1)...200 {
                let forged = stranger.sign(size: size, root: .sha256([1]))
                let reply = await ask(vn, .post, "/checkpoints", [:], Gossip([.checkpoint(forged)]).encoded)
                #expect(reply.status == 200 && reply.body.count <= Gossip.maximumByteCount)
            }
            #expect(vn.directory.partners["kh.customs"]?.state == .active)
        }
    }

    @Test func checkpointsThatAreNotCosigned() async throws {
        try await withFederation { federation in
            let vn = federation["vn.customs"]
            let la = federation["la.customs"].node
            let signer = try CheckpointSigner(origin: la.authority.keyName("journal"), key: la.keys.logs[.journal]!)
            func add(_ old: UInt64, _ note: SignedNote, proof: [Digest] = []) async -> PartnerReply {
                await ask(
                    vn, .post, "/add-checkpoint", [:], AddCheckpoint(oldSize: old, hashes: proof, note: note).encoded)
            }
            for body in Self.junk {
                #expect(await ask(vn, .post, "/add-checkpoint", [:], body).status == 400)
            }
            let note = try la.checkpoint(.journal).note
            let size = try la.checkpoint(.journal).size
            #expect(await add(size + 1, note).status == 400, "older than itself")
            for other in ["kh.customs", "vn.customs"] {
                let note = try federation[other].node.checkpoint(.journal).note
                #expect(await add(0, note).status == 404, "not its own log")
            }
            let stranger = try CheckpointSigner(origin: la.authority.keyName("journal"), key: .generate())
            #expect(await add(0, stranger.sign(size: 1, root: .sha256([1]))).status == 403)
            #expect(await add(0, note, proof: [.sha256([1])]).status == 422, "from nothing there is nothing to prove")
            let first = await add(0, note)
            #expect(first.status == 200 && first.body.starts(with: "— vn.customs/witness ".utf8))
            let conflict = await add(0, note)
            #expect(conflict.status == 409 && conflict.contentType == "text/x.tlog.size")
            #expect(conflict.body == Array("\(size)\n".utf8))
            #expect(await add(size, note, proof: [.sha256([1])]).status == 422)
            #expect(await add(size, signer.sign(size: size + 9, root: .sha256([1]))).status == 422, "not proven")
            #expect(await add(size, note).status == 200, "the first answer may have been lost")
            // Nothing of this says that the partner lied.
            #expect(vn.directory.partners["la.customs"]?.state == .active)
            // Two trees of one size do.
            #expect(await add(size, signer.sign(size: size, root: .sha256([1]))).status == 409)
            try await federation.until("LA is frozen") { vn.directory.partners["la.customs"]?.state == .frozen }
            #expect(await add(size, note).status == 403)
        }
    }

    @Test func whoIsNoActivePartnerGetsNothing() async throws {
        try await withFederation { federation in
            let vn = federation["vn.customs"]
            func statuses(_ from: String) async -> Set<Int> {
                var statuses: Set<Int> = []
                for path in ["/log/checkpoint", "/mirror/checkpoint", "/deliveries", "/checkpoints", "/nothing"] {
                    statuses.insert(await ask(vn, .get, path, ["after": "0"], from: from).status)
                }
                for path in ["/checkpoints", "/add-checkpoint"] {
                    statuses.insert(await ask(vn, .post, path, [:], [1], from: from).status)
                }
                return statuses
            }
            #expect(await statuses("xx.customs") == [403])
            #expect(await statuses("") == [403])
            let administrator = federation.node("vn.customs")["ad"]
            for state in [PartnerState.suspended, .revoked] {
                try await vn.setState(of: "la.customs", to: state, reason: "a test", by: administrator)
                #expect(await statuses("la.customs") == [403], "\(state)")
            }
            #expect(await statuses("kh.customs") == [200, 404, 400])
        }
    }

    /// What others show while a replica is busy is kept up to a bound.
    @Test func whatOthersShowIsBounded() async throws {
        let federation = try await Federation(["VN", "LA"])
        let vn = federation["vn.customs"]
        let sync = PartnerSync(
            vn, vn.directory.partners["la.customs"]!, LocalLine(to: federation["la.customs"], from: "vn.customs"))
        let note = try federation["la.customs"].node.checkpoint(.exchange).note
        for _ in 0..<10_000 { sync.tell(.observed(note, source: "kh.customs")) }
        #expect(sync.waitingObservations == PartnerSync.maximumObservations)
        sync.start()
        try await federation.until("they are through") { sync.waitingObservations == 0 }
        sync.tell(.observed(note, source: "kh.customs"))
        try await federation.until("and it is taken again") { sync.waitingObservations == 0 }
        await sync.stop()
        await federation.stop()
    }

    /// Everything is as LA says, but for what it delivers.
    private final class BadDeliveries: PartnerTransport {
        private let line: LocalLine
        init(_ line: LocalLine) { self.line = line }

        func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
            guard request.path == "/deliveries" else {
                return try await line.send(request, limit: limit, timeoutSeconds: timeoutSeconds)
            }
            let isFirst = request.query["after"] == "0"
            return PartnerReply(
                200, isFirst ? DeliveryPage.encode([Delivery(position: 1, entryIndex: 0, envelope: [])]) : [])
        }

        func stop() async {}
    }

    @Test func deliveriesThatCannotBeOpenedAreCounted() async throws {
        let federation = try await Federation(["VN", "LA"])
        let vn = federation["vn.customs"]
        let la = federation["la.customs"]
        vn.startSync { _ in BadDeliveries(LocalLine(to: la, from: "vn.customs")) }
        try await federation.until("one was refused") {
            vn.state.withLock { $0.counts["la.customs"]?.refused } == 1
        }
        try await federation.until("the round went on") { vn.state.withLock { $0.checked["la.customs"] } != nil }
        #expect(try vn.mirrors.cursor(1).position == 1)
        await federation.stop()
    }
}
