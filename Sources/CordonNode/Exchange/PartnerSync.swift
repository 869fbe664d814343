internal import Cryptography
internal import Exchange
internal import Synchronization
internal import TransparencyLog

/// Keeps up with one partner: drives its replica over a transport, and stores what comes of it.
///
/// One task handles the replica's events, one after the other; requests, judging and storing run beside it and post
/// what they come to. What a partner costs is bounded by the replica's limits.
final class PartnerSync: Sendable {
    let prefix: String
    let partner: Partner
    let service: ExchangeService
    let transport: any PartnerTransport
    private let source: Replica.Source
    /// Hears how each round has ended.
    private let onRound: @Sendable (Round) -> Void

    enum Round: Sendable {
        case synced(size: UInt64)
        case failed(String)
    }

    private let events: AsyncStream<Replica.Event>
    private let post: AsyncStream<Replica.Event>.Continuation
    private let task = Mutex<Task<Void, Never>?>(nil)
    private let requests = Mutex<[UInt64: Task<Void, Never>]>([:])
    /// Checkpoints and evidence that the loop has not come to. A partner may show any number of them while the loop
    /// waits for the disk; those beyond the bound are shown again with its next sync.
    private let observations = Atomic(0)
    static let maximumObservations = 64
    var waitingObservations: Int { observations.load(ordering: .relaxed) }

    init(
        _ service: ExchangeService, _ partner: Partner, _ transport: any PartnerTransport,
        source: Replica.Source = .authority, onRound: @escaping @Sendable (Round) -> Void = { _ in }
    ) {
        self.service = service
        self.source = source
        self.onRound = onRound
        self.partner = partner
        self.transport = transport
        prefix = partner.prefix
        (events, post) = AsyncStream.makeStream()
    }

    func start() {
        task.withLock { task in
            guard task == nil else { return }
            task = Task { await run() }
        }
    }

    func stop() async {
        post.finish()
        let running = task.withLock { $0 }
        running?.cancel()
        await running?.value
        for request in requests.withLock({ $0.values }) { request.cancel() }
        await transport.stop()
    }

    /// From the witness, or from what other partners hold.
    func tell(_ event: Replica.Event) {
        if event.isObservation {
            guard observations.add(1, ordering: .relaxed).newValue <= Self.maximumObservations else {
                observations.subtract(1, ordering: .relaxed)
                return
            }
        }
        post.yield(event)
    }

    // MARK: The loop

    private func run() async {
        guard var replica = try? await load() else { return }
        var timer: Task<Void, Never>?
        post.yield(.tick)
        for await event in events {
            guard !Task.isCancelled else { break }
            if event.isObservation { observations.subtract(1, ordering: .relaxed) }
            for action in replica.handle(event, now: ExchangeService.uptimeMilliseconds()) { await perform(action) }
            timer?.cancel()
            if let wakeUp = replica.wakeUp {
                let now = ExchangeService.uptimeMilliseconds()
                timer = Task { [post] in
                    try? await Task.sleep(for: .milliseconds(Int64(wakeUp > now ? wakeUp - now : 0)))
                    if !Task.isCancelled { post.yield(.tick) }
                }
            }
        }
        timer?.cancel()
    }

    private func load() async throws -> Replica {
        let (service, partner, source) = (service, partner, source)
        return try await service.readers.run {
            let logs = try service.logVerifiers(of: partner)
            let configuration = Replica.Configuration(
                origin: AuthorityPrefix.exchange(partner.prefix), policy: TrustPolicy(log: logs[0]), source: source,
                gossips: source == .authority)
            return Replica(
                configuration, state: try service.mirrors.state(partner.number, logs),
                seed: UInt64(bigEndianBytes: randomBytes(count: 8))!)
        }
    }

    private func perform(_ action: Replica.Action) async {
        switch action {
        case .request(let request): send(request)
        case .cancel(let id): requests.withLock { $0.removeValue(forKey: id) }?.cancel()
        case .judge(let batch, let state):
            let judge = LogEntryJudge(card: partner.card, origin: AuthorityPrefix.exchange(partner.prefix))
            Task { [service, post] in
                let verdict = try? await service.judging.run { judge.judge(batch, state: state) }
                post.yield(.judged(verdict ?? .bad(index: batch.firstIndex, code: "not-judged")))
            }
        case .persist(let step): await persist(step)
        case .deliver(let deliveries): await deliver(deliveries)
        case .compare(let older, let newer): await compare(older, newer)
        case .gossip(let gossip): await service.heard(gossip, from: partner)
        case .alarm(let alarm):
            await service.alarm(alarm, about: partner)
            onRound(.failed("\(alarm.code)"))
        case .synced(let size):
            service.synced(prefix, size)
            onRound(.synced(size: size))
        case .failed(let failure):
            service.failed(prefix, "\(failure)")
            onRound(.failed("\(failure)"))
        }
    }

    private func send(_ request: ReplicaRequest) {
        let task = Task { [self] in
            let event: Replica.Event
            do {
                let message = try await message(for: request)
                let reply = try await transport.send(
                    message, limit: request.maximumByteCount, timeoutSeconds: Int(request.timeout / 1000) + 1)
                event =
                    reply.status == 200
                    ? .received(id: request.id, bytes: reply.body) : .failed(id: request.id, .status(reply.status))
            } catch let error as PartnerTransportError {
                event = .failed(id: request.id, error.failure)
            } catch {
                event = .failed(id: request.id, .unreachable)
            }
            requests.withLock { $0[request.id] = nil }
            post.yield(event)
        }
        requests.withLock { $0[request.id] = task }
    }

    private func message(for request: ReplicaRequest) async throws -> PartnerRequest {
        if case .checkpoints = request.resource {
            return PartnerRequest(.post, "/checkpoints", body: try await service.held(for: partner).encoded)
        }
        let parts = request.path.split(separator: "?", maxSplits: 1)
        var query: [String: String] = [:]
        for pair in parts.dropFirst().joined().split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            query[String(sides[0])] = sides.count > 1 ? String(sides[1]) : ""
        }
        return PartnerRequest(.get, "/" + parts[0], query: query)
    }

    // MARK: Storing

    private func persist(_ step: Replica.Persist) async {
        let (service, partner) = (service, partner)
        do {
            let held = try await service.readers.run {
                let held = try service.mirrors.persist(step, of: partner.number, service.logVerifiers(of: partner))
                if held == nil { try service.refreshKeys(of: partner) }
                return held
            }
            post.yield(held.map { .superseded(id: step.id, head: $0) } ?? .persisted(id: step.id))
        } catch {
            // The disk: nothing more can be done here until the node is started again.
            service.failed(prefix, "what came could not be stored")
            post.finish()
        }
    }

    private func deliver(_ deliveries: [Delivery]) async {
        do {
            post.yield(try await service.takeIn(deliveries, from: partner))
        } catch {
            service.failed(prefix, "what came could not be taken in")
            post.finish()
        }
    }

    private func compare(_ older: SignedCheckpoint, _ newer: SignedCheckpoint) async {
        let (service, partner) = (service, partner)
        let evidence = try? await service.readers.run {
            var reader = service.mirrors.rows(partner.number).reader(size: newer.size)
            return try ForkEvidence.compare(older: older, newer: newer, reader: &reader)
        }
        guard let evidence = evidence ?? nil else { return }
        // Our own finding is not shown again, so the bound is not asked.
        observations.add(1, ordering: .relaxed)
        post.yield(.evidence(evidence))
    }
}

extension Replica.Event {
    /// Whether it is about what the log shows to others.
    fileprivate var isObservation: Bool {
        switch self {
        case .observed, .evidence: true
        default: false
        }
    }
}

extension PartnerTransportError {
    /// As a replica hears of it.
    var failure: RequestFailure {
        switch code {
        case .unreachable, .wrongKey: .unreachable
        case .timedOut: .timedOut
        case .tooLarge: .tooLarge
        }
    }
}

extension ReplicaAlarm {
    /// In a word.
    var code: String {
        switch self {
        case .fork: "fork"
        case .rollback: "rollback"
        case .unproven: "unproven"
        case .badEntry: "bad-entry"
        case .withheld: "withheld"
        case .badDelivery: "bad-delivery"
        }
    }
}
