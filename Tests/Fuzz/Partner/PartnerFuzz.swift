import Cryptography
import Dispatch
import Exchange
import Foundation
import Schema
import Storage
import SwiftProtobuf
import Synchronization
import TransparencyLog

@testable import CordonNode

// A partner's requests to a real node, one a run: its method, path and query in the first line, the body behind it. Any
// may be refused; none may end the node, make it answer without a bound, or be answered with a failure of its own.

/// A node with one partner, whose keys the fuzzer has: they are the same in every run, so that the seeds stay good.
final class FuzzedNode: Sendable {
    static let partner = "la.customs.example"
    static let log = try! CheckpointSigner(origin: "\(partner)/exchange", key: key(1))
    static let journal = try! CheckpointSigner(origin: "\(partner)/journal", key: key(2))
    let exchange: ExchangeService

    static func key<Role>(_ number: UInt8) -> SigningKey<Role> {
        try! SigningKey(seed: SecretBytes(count: 32) { $0[0] = number })
    }

    init() async throws {
        let path = NSTemporaryDirectory() + "cordon-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
        let unlock = Unlock.keyFile(try .generate())
        try Node.create(at: path, authority: Authority(country: "VN", name: "Fuzzed"), unlock: unlock)
        let node = try Node(opening: path, unlock: unlock)
        let cases = try node.caseService(node.startSequencer())
        try await cases.start()
        var limits = ExchangeLimits()
        limits.pollSeconds = 0
        exchange = try node.exchangeService(cases, limits: limits)
        try await exchange.tend()
        let identity = try IdentitySigner(prefix: Self.partner, key: Self.key(3))
        let release: SigningKey<ReleaseRole> = Self.key(4)
        let witness: SigningKey<WitnessRole> = Self.key(5)
        let card = try SignedCard(
            signing: AuthorityCard(
                country: "LA", authority: "Fuzzer", prefix: Self.partner, revision: 1,
                issuedMilliseconds: 1_772_353_800_000, identity: identity.verifier,
                release: ReleaseVerifier(prefix: Self.partner, key: release.verifyingKey),
                exchange: Self.log.verifier, journal: Self.journal.verifier,
                witness: WitnessVerifier(name: "\(Self.partner)/witness", key: witness.verifyingKey), nodes: [],
                pins: []),
            by: identity)
        try await exchange.record(by: 0) { _, _ in
            var addition = ExchangeService.Addition()
            addition.events = [.with { $0.partnerConfirmed.card = Data(card.encoded) }]
            return addition
        }
        // It holds a checkpoint of the partner's, so that there is something to be compared with.
        let first = AddCheckpoint(oldSize: 0, hashes: [], note: Self.journal.sign(size: 1, root: .sha256([1])))
        _ = await exchange.respond(
            to: PartnerRequest(.post, "/add-checkpoint", body: first.encoded), from: Self.partner)
    }

    /// Of the first line and what is behind it.
    static func request(_ bytes: [UInt8]) -> PartnerRequest {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        var line = String(decoding: bytes[..<end], as: UTF8.self)[...]
        let method: PartnerRequest.Method = line.hasPrefix("POST ") ? .post : .get
        line = line.drop { $0 != " " }.dropFirst()
        let parts = line.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var query: [String: String] = [:]
        for pair in parts.dropFirst().joined().split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(sides[0])] = sides.count > 1 ? String(sides[1]) : ""
        }
        return PartnerRequest(
            method, parts.first.map(String.init) ?? "", query: query, body: Array(bytes.dropFirst(end + 1)))
    }

    func check(_ bytes: [UInt8]) async {
        // Two histories freeze the partner, and frozen it would be refused everything.
        if exchange.directory.partners[Self.partner]?.state == .frozen {
            try! await exchange.setState(of: Self.partner, to: .active, reason: "go on", evidence: [], actor: 0)
        }
        let before = refused
        let reply = await exchange.respond(to: Self.request(bytes), from: Self.partner)
        // A journal that contradicts itself may have been put back: its exchange log says so, once it is here to its end.
        let text = String(decoding: bytes, as: UTF8.self)
        let mayBeLater = text.hasPrefix("POST /add-checkpoint") && text.contains("\n\(Self.partner)/journal\n")
        precondition(
            [200, 400, 403, 404, 409, 422].contains(reply.status) || mayBeLater && reply.status == 503,
            "answered with \(reply.status)")
        let limit = reply.status == 200 ? 8 << 20 : 4096
        precondition(reply.body.count <= limit, "an answer of \(reply.body.count) bytes")
        let isRefused = reply.status >= 400 && reply.status != 409
        precondition(refused == before + (isRefused ? 1 : 0), "an answer of \(reply.status) that is not counted")
        let state = exchange.directory.partners[Self.partner]?.state
        precondition(state == .active || state == .frozen)
    }

    private var refused: Int { exchange.state.withLock { $0.counts[Self.partner]?.refusedRequests ?? 0 } }

    /// One good request to every endpoint, and some that are nearly good.
    static var seeds: [[UInt8]] {
        func seed(_ line: String, _ body: [UInt8] = []) -> [UInt8] { Array((line + "\n").utf8) + body }
        func add(_ old: UInt64, _ note: SignedNote, _ hashes: [Digest] = []) -> [UInt8] {
            seed("POST /add-checkpoint", AddCheckpoint(oldSize: old, hashes: hashes, note: note).encoded)
        }
        let zeros = String(repeating: "0", count: 64)
        let held = Gossip([.checkpoint(log.sign(size: 3, root: .sha256([3])))])
        return [
            seed("GET /log/checkpoint"), seed("GET /log/checkpoint?after=1&wait=50"),
            seed("GET /log/tile/entries/000.p/1"), seed("GET /log/tile/0/000.p/1"), seed("GET /mirror/checkpoint"),
            seed("GET /mirror/tile/0/000"), seed("GET /deliveries?after=0&limit=4194304"),
            seed("GET /blobs/\(zeros)?offset=0"), seed("GET /checkpoints"), seed("POST /checkpoints", held.encoded),
            add(0, log.sign(size: 1, root: .sha256([1]))),
            add(1, log.sign(size: 2, root: .sha256([2])), [.sha256([1])]),
            add(1, journal.sign(size: 1, root: .sha256([1]))), add(1, journal.sign(size: 1, root: .sha256([2]))),
            seed("POST /checkpoints"), seed("POST /add-checkpoint", Array("old 0\n\n".utf8)),
        ]
    }
}

/// Set once, before the first run.
private nonisolated(unsafe) var fuzzed: FuzzedNode?

private func wait(_ body: @escaping @Sendable () async -> Void) {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        await body()
        done.signal()
    }
    done.wait()
}

@_cdecl("LLVMFuzzerInitialize")
public func start(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    if let path = ProcessInfo.processInfo.environment["CORDON_FUZZ_SEEDS"] {
        for (number, seed) in FuzzedNode.seeds.enumerated() {
            try! Data(seed).write(to: URL(fileURLWithPath: "\(path)/\(number)"))
        }
    }
    wait { fuzzed = try! await FuzzedNode() }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    let node = fuzzed!
    wait { await node.check(bytes) }
    return 0
}
