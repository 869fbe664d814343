internal import Casework
internal import Cryptography
internal import Exchange
internal import Storage
internal import Synchronization
internal import TransparencyLog

extension ExchangeService {
    /// Whether the node may sign entries: what its partners said of its own logs at the start.
    enum Gate: Sendable {
        case open
        /// Partners have to say what they cosigned last, and none has yet.
        case waiting
        /// This node is behind what it signed, or its log has two histories: nothing more is signed.
        case closed(String)
    }

    var isGateOpen: Bool { gate.withLock { if case .open = $0 { true } else { false } } }

    /// Throws `.overloaded` or `.conflict`.
    func requireOpenGate() throws(CaseError) {
        switch gate.withLock({ $0 }) {
        case .open: return
        case .waiting:
            throw CaseError(
                .overloaded,
                "no partner has said yet which checkpoint of this node it cosigned last: try again when one is reached")
        case .closed(let reason): throw CaseError(.conflict, reason)
        }
    }

    /// Asks partners what they hold of our logs, before anything is signed. Until one of them has answered, nothing is
    /// released; where one holds more than we do, nothing is from then on.
    func passGate(_ transports: [String: any PartnerTransport]) async throws {
        guard !transports.isEmpty else { return gate.withLock { $0 = .open } }
        gate.withLock { $0 = .waiting }
        while !Task.isCancelled {
            var start = try startGate(Set(transports.keys))
            for (prefix, gossip) in await Gossip.ask(transports) {
                try start.answered(by: prefix, gossip) { try store.logs.compare($0, $1) }
            }
            guard settle(start) else { return }
            try await Task.sleep(for: .seconds(5))
        }
    }

    /// The logs as they are now, to be held against what these partners answer.
    func startGate(_ partners: Set<String>) throws -> StartGate {
        StartGate(logs: try StartGate.ownLogs(of: node, store, directory), partners: partners, required: 1)
    }

    /// Opens or closes the gate. Whether partners are to be asked again.
    @discardableResult
    func settle(_ start: StartGate) -> Bool {
        let (gate, asksAgain): (Gate, Bool) =
            switch start.decision {
            case .maySign: (.open, false)
            case .waiting: (.waiting, true)
            case .behind(let held):
                // A partner may not have read yet that the journal was put back.
                (.closed(Self.isBehind(held)), held.allSatisfy { $0.origin != origin })
            case .forked:
                (.closed("this node's log has two histories, and a partner can prove it: nothing is signed"), false)
            }
        self.gate.withLock { $0 = gate }
        return asksAgain
    }

    private static func isBehind(_ held: [SignedCheckpoint]) -> String {
        """
        partners hold more of this node's logs than it does \
        (\(held.map { "\($0.origin) at \($0.size)" }.joined(separator: ", "))): it was put back from a backup. \
        Nothing is signed; stop the node and get its log back with `cordon recover`
        """
    }

    // MARK: Cosignatures

    /// Has partners cosign our logs: the exchange log as soon as it grows, the journal once in a while.
    /// Returns whether all have.
    @discardableResult
    func gatherCosignatures(of log: LogID) async -> Bool {
        let running = syncs.withLock { Array($0.running.values) }
        return await withTaskGroup(of: Bool.self) { group in
            for sync in running { group.addTask { await sync.cosign(log) } }
            return await group.reduce(true) { $0 && $1 }
        }
    }

    /// Runs until it is cancelled: keys, expiries, cosignatures.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    try? await tend()
                    try? await eraseExpired()
                    try? await Task.sleep(for: .seconds(60))
                }
            }
            group.addTask { [self] in
                var pause: UInt64 = 1
                while !Task.isCancelled {
                    let last = try? exchangeSize()
                    // Who could not be reached is asked again, less and less often.
                    pause = await gatherCosignatures(of: .exchange) ? 300 : min(pause * 2, 300)
                    await arrivals.wait(seconds: pause) { (try? exchangeSize()) != last }
                    if (try? exchangeSize()) != last { pause = 1 }
                    // What is released in one go is cosigned in one go.
                    try? await Task.sleep(for: .milliseconds(50))
                }
            }
            group.addTask { [self] in
                var last: UInt64?
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(30))
                    let size = try? node.checkpoint(.journal).size
                    guard size != last else { continue }
                    last = await gatherCosignatures(of: .journal) ? size : nil
                }
            }
            group.addTask { [self] in
                let transports = gateTransports()
                try? await passGate(transports)
                try? await tend()
                for transport in transports.values { await transport.stop() }
                // What came in while nothing could be signed.
                for partner in directory.partners.values { await discharge(to: partner) }
            }
        }
    }

    private func gateTransports() -> [String: any PartnerTransport] {
        let connect = syncs.withLock { $0.connect }
        var transports: [String: any PartnerTransport] = [:]
        for partner in directory.partners.values where partner.state == .active {
            if let transport = try? connect?(partner) { transports[partner.prefix] = transport }
        }
        return transports
    }
}

extension PartnerSync {
    /// Has the partner cosign the last checkpoint of one of our logs. False where it did not answer, so that it is to be
    /// asked again.
    func cosign(_ log: LogID) async -> Bool {
        do {
            let service = service
            let (number, prefix) = (partner.number, partner.prefix)
            let (checkpoint, keys) = try await service.readers.run {
                (try service.node.checkpoint(log), service.keys(of: prefix)?.witnessKeys(at: service.now) ?? [])
            }
            let known = try await service.readers.run { try service.mirrors.cosigned(number, log) }
            guard checkpoint.size > 0, known?.size != checkpoint.size, !keys.isEmpty else {
                return true
            }
            var client = WitnessClient(witnesses: keys, cosignedSize: known?.size ?? 0)
            for _ in 0..<WitnessClient.maximumRequests {
                let request = try client.request(for: checkpoint) { size1, size2 in
                    var reader = service.store.logs.reader(log, size: size2)
                    return try reader.consistencyProof(size1: size1, size2: size2)
                }
                let reply = try await transport.send(
                    PartnerRequest(.post, "/add-checkpoint", body: request.encoded),
                    limit: WitnessClient.maximumResponseByteCount, timeoutSeconds: 15)
                switch client.answered(status: reply.status, body: reply.body, to: request, for: checkpoint) {
                case .cosigned(let lines):
                    let bytes = lines.flatMap { Array($0.line.utf8) }
                    try await service.readers.run {
                        try service.mirrors.setCosigned(number, log, size: checkpoint.size, lines: bytes)
                    }
                    return true
                case .again: continue
                case .ahead(let size):
                    // It may not have read yet that the journal was put back.
                    if log == .journal, service.directory.journalRestart != nil { return false }
                    // Ours may have grown since the request: only what is ahead of all we have is an alarm.
                    guard try service.node.checkpoint(log).size < size else { continue }
                    service.gate.withLock {
                        $0 = .closed(
                            "a partner has cosigned more of this node's logs than it has: get the log back with `cordon recover`"
                        )
                    }
                    return true
                case .contradicted: return true
                case .refused: return reply.status < 500
                }
            }
            return false
        } catch {
            return false
        }
    }
}

extension Gossip {
    /// What partners hold, all asked at once; those that say nothing within 10 s are left out.
    static func ask(_ transports: [String: any PartnerTransport]) async -> [(prefix: String, gossip: Gossip)] {
        await withTaskGroup(of: (prefix: String, gossip: Gossip)?.self) { group in
            for (prefix, transport) in transports {
                group.addTask {
                    let reply = try? await transport.send(
                        PartnerRequest(.get, "/checkpoints"), limit: maximumByteCount, timeoutSeconds: 10)
                    guard let reply, reply.status == 200 else { return nil }
                    return (try? Gossip(parsing: reply.body)).map { (prefix, $0) }
                }
            }
            return await group.reduce(into: []) { heard, answer in
                if let answer { heard.append(answer) }
            }.sorted { $0.prefix < $1.prefix }
        }
    }
}
