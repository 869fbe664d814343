internal import CordonNode
internal import Exchange
internal import Foundation
internal import Glibc
internal import Logging
internal import NodeServer
internal import Schema
internal import ServiceLifecycle
internal import Storage
internal import SwiftProtobuf

extension ExchangeBench {
    static let latencyCount = 150

    /// Two nodes with their real line, mutual TLS over loopback: how soon a notice is there, and what they cost idle.
    func connected(_ table: inout FigureTable) async throws {
        CordonBench.say("exchange: two nodes, connected over loopback")
        let paths = [directory + "/here", directory + "/there"]
        defer { for path in paths { try? LocalFiles().remove(path) } }
        let here = try await BenchNode(at: paths[0], country: "VN")
        let there = try await BenchNode(at: paths[1], country: "LA")
        let lines = try [LiveLine(here), LiveLine(there)]
        for line in lines { try await line.listen() }
        try await here.trust(there.exchange.directory.ownCard!)
        try await there.trust(here.exchange.directory.ownCard!)
        let agreement = try await agree(here, there)
        for line in lines { line.connect() }
        try await there.wait(atMost: 60, for: "each other's keys") {
            [(here, there), (there, here)].allSatisfy { $0.exchange.keys(of: $1.prefix)?.epochs.isEmpty == false }
        }
        try await Task.sleep(for: .seconds(2))
        let latencies = try await latencies(here, there, agreement)
        table.note("released notice found at the partner, p50", "s", percentile(latencies, 0.5))
        table.add(
            "released notice found at the partner, p99", unit: "s", measured: percentile(latencies, 0.99), atMost: 1,
            limitName: "the target, over HTTP/2 and mutual TLS on loopback")
        try await idle(&table)
        for line in lines { await line.stop() }
        await here.stop()
        await there.stop()
    }

    private func agree(_ here: BenchNode, _ there: BenchNode) async throws -> String {
        let identity = try IdentitySigner(prefix: there.prefix, key: there.node.keys.identity)
        let id = try await here.agree(with: [identity])
        for note in here.exchange.directory.agreementNotes { try await there.exchange.recordAgreement(note, by: 0) }
        return id
    }

    /// Seconds from the release's return to the first search at the partner that finds it. Releases come at random,
    /// about one a second.
    private func latencies(_ here: BenchNode, _ there: BenchNode, _ agreement: String) async throws -> [Double] {
        var latencies: [Double] = []
        for number in 0..<Self.latencyCount {
            let caseID = try await here.draft(
                ReportCorpus.report(number, of: 1000), to: [there.prefix], under: agreement)
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<1500)))
            let seal = "VN\(1_000_000 + number)"
            try await here.release(in: caseID)
            latencies.append(
                try await seconds {
                    try await there.wait(atMost: 60, every: 2, for: "the notice") {
                        try there.hasReport(withSeal: seal)
                    }
                })
        }
        return latencies
    }

    private func idle(_ table: inout FigureTable) async throws {
        CordonBench.say("exchange: both idle for \(idleSeconds) s")
        try await Task.sleep(for: .seconds(5))
        var traffic = LoopbackTraffic()
        traffic.look()
        let start = processorSeconds()
        for _ in 0..<idleSeconds {
            try await Task.sleep(for: .seconds(1))
            traffic.look()
        }
        let used = processorSeconds() - start
        table.add(
            "two idle nodes, connected", unit: "% of a core", measured: used / Double(idleSeconds) * 100, atMost: 1,
            limitName: "the target, for both together")
        table.add(
            "two idle nodes, traffic", unit: "kB/min",
            measured: Double(traffic.byteCount) / 1000 * 60 / Double(idleSeconds), atMost: 10,
            limitName: "the target: all that TCP carries between them, TLS included")
    }
}

/// What `cordon serve` does for the exchange.
private final class LiveLine: Sendable {
    private let node: BenchNode
    private let identity: TLSIdentity
    private let services: ServiceGroup
    private let ports: AsyncStream<Int>
    private let running: Task<Void, any Error>
    private let work: Task<Void, Never>

    init(_ node: BenchNode) throws {
        self.node = node
        let identity = try TLSIdentity(node.node.keys.tls, name: node.prefix)
        self.identity = identity
        var configuration = PartnerServer.Configuration()
        configuration.port = 0
        var quiet = Logger(label: "bench")
        quiet.logLevel = .critical
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        self.ports = ports
        let server = PartnerServer(node.exchange, identity: identity, configuration, logger: quiet) { told.yield($0) }
        let services = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: quiet))
        self.services = services
        running = Task { try await services.run() }
        let exchange = node.exchange
        work = Task { await exchange.run() }
    }

    /// Waits for the port, and puts it on the card.
    func listen() async throws {
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else { throw StorageError(.inputOutput, "the server did not start") }
        try await node.exchange.issueCard(nodes: ["127.0.0.1:\(port)"])
    }

    func connect() {
        let identity = identity
        node.exchange.startSync { partner in
            HTTPPartnerTransport(nodes: partner.card.card.nodes, pins: partner.card.card.pins, identity: identity)
        }
    }

    func stop() async {
        work.cancel()
        await node.exchange.stopSync()
        await services.triggerGracefulShutdown()
        _ = try? await running.value
        await work.value
    }
}

/// Bytes that this process's TCP connections to itself have carried: each end counts what it received.
private struct LoopbackTraffic {
    /// `tcpi_bytes_received`, in Linux's `struct tcp_info`.
    private static let offset = 128
    private var counts: [String: (first: UInt64, last: UInt64)] = [:]
    private var isFirst = true

    var byteCount: UInt64 { counts.values.reduce(0) { $0 + $1.last - $1.first } }

    /// A connection that has come since the first look counts whole.
    mutating func look() {
        for name in (try? Files.list("/proc/self/fd")) ?? [] {
            guard let descriptor = Int32(name), let bytes = Self.received(descriptor),
                let socket = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            else { continue }
            counts[socket, default: (isFirst ? bytes : 0, bytes)].last = bytes
        }
        isFirst = false
    }

    private static func received(_ descriptor: Int32) -> UInt64? {
        var information = [UInt8](repeating: 0, count: 256)
        var length = socklen_t(information.count)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &information, &length) == 0,
            Int(length) >= offset + 8
        else { return nil }
        return information.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }
}
