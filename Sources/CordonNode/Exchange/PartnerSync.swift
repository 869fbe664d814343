internal import Cryptography
internal import Exchange
internal import Synchronization
internal import TransparencyLog

/// Keeps up with one partner: drives its replica over a transport, and stores what comes of it.
///
/// One task handles the replica's events, one after the other; requests and judging run beside it and post what they
/// come to. What a partner costs is bounded by the replica's limits. Where something of ours fails, the disk say, the
/// replica is made again from what is stored, after a while; where the partner's log is signed with other keys, at once.
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
        /// Something of ours.
        case notStored
    }

    private enum Posted: Sendable {
        case event(Replica.Event)
        /// To what the replica of a generation asked for; no later one wants it.
        case answer(Replica.Event, generation: UInt64)
        /// An answer that will not come, since it could not be worked out here.
        case lost(any Error, generation: UInt64)
    }
    private let events: AsyncStream<Posted>
    private let post: AsyncStream<Posted>.Continuation
    private let task = Mutex<Task<Void, Never>?>(nil)
    private struct RequestID: Hashable {
        let generation: UInt64
        let id: UInt64
    }
    private let requests = Mutex<[RequestID: Task<Void, Never>]>([:])
    /// The last page of deliveries: each is taken in behind the one before it.
    private let inbox = Mutex<Task<ExchangeService.TakenIn, any Error>?>(nil)
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
        post.yield(.event(event))
    }

    // MARK: The loop

    private func run() async {
        var pause = Self.firstPause
        var generation: UInt64 = 0
        while !Task.isCancelled {
            do {
                var (replica, keys) = try await load()
                let ending = try await follow(&replica, generation, keys) { pause = Self.firstPause }
                await giveUp()
                guard ending == .otherKeys else { return }
                generation += 1
            } catch {
                // Of ours: what the partner does is the replica's business.
                await giveUp()
                generation += 1
                service.failed(prefix, "what came could not be taken in here: it is tried again")
                onRound(.notStored)
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(60))
            }
        }
    }

    private static let firstPause = Duration.milliseconds(500)

    /// What the replica has under way. Deliveries that are being taken in come to their end: the next replica goes on
    /// from there.
    private func giveUp() async {
        let running = requests.withLock { requests in
            defer { requests = [:] }
            return Array(requests.values)
        }
        for request in running { request.cancel() }
        _ = await inbox.withLock { $0 }?.result
        inbox.withLock { $0 = nil }
    }

    private enum Ending {
        /// There are no more events.
        case stopped
        /// Other keys count for the log than those that the replica was made with.
        case otherKeys
    }

    /// Until the events end, or something fails here. `onSynced`: after each whole round.
    private func follow(
        _ replica: inout Replica, _ generation: UInt64, _ keys: [LogVerifier], onSynced: () -> Void
    ) async throws -> Ending {
        var timer: Task<Void, Never>?
        defer { timer?.cancel() }
        post.yield(.event(.tick))
        for await posted in events {
            guard !Task.isCancelled else { break }
            guard let event = try event(in: posted, generation) else { continue }
            var mayHaveOtherKeys = false
            for action in replica.handle(event, now: ExchangeService.uptimeMilliseconds()) {
                if case .synced = action { onSynced() }
                try await perform(action, generation)
                // An entry may have changed them, or the time.
                switch action {
                case .persist, .synced, .failed: mayHaveOtherKeys = true
                default: break
                }
            }
            if mayHaveOtherKeys, service.logVerifiers(of: partner) != keys { return .otherKeys }
            timer?.cancel()
            if let wakeUp = replica.wakeUp {
                let now = ExchangeService.uptimeMilliseconds()
                timer = Task { [post] in
                    try? await Task.sleep(for: .milliseconds(Int64(wakeUp > now ? wakeUp - now : 0)))
                    if !Task.isCancelled { post.yield(.event(.tick)) }
                }
            }
        }
        return .stopped
    }

    /// Nil where it was for an earlier replica.
    private func event(in posted: Posted, _ generation: UInt64) throws -> Replica.Event? {
        switch posted {
        case .event(let event):
            if event.isObservation { observations.subtract(1, ordering: .relaxed) }
            return event
        case .answer(let event, generation): return event
        case .lost(let error, generation): throw error
        case .answer, .lost: return nil
        }
    }

    /// The replica as it is stored, and the keys that it takes checkpoints by.
    private func load() async throws -> (Replica, [LogVerifier]) {
        let (service, partner, source) = (service, partner, source)
        return try await service.readers.run {
            let logs = service.logVerifiers(of: partner)
            var limits = ReplicaLimits()
            // A file that is not there does not come by itself.
            if source == .copy { limits.attempts = 1 }
            let configuration = Replica.Configuration(
                origin: AuthorityPrefix.exchange(partner.prefix), policy: TrustPolicy(logs: logs),
                everyLogKey: service.everyLogVerifier(of: partner), source: source, gossips: source == .authority,
                limits: limits)
            let state = try service.mirrors.state(partner.number, service.storedLogVerifiers(of: partner))
            let replica = Replica(configuration, state: state, seed: UInt64(bigEndianBytes: randomBytes(count: 8))!)
            return (replica, logs)
        }
    }

    private func perform(_ action: Replica.Action, _ generation: UInt64) async throws {
        switch action {
        case .request(let request): send(request, generation)
        case .cancel(let id):
            requests.withLock { $0.removeValue(forKey: RequestID(generation: generation, id: id)) }?.cancel()
        case .judge(let batch, let state):
            let judge = LogEntryJudge(card: partner.card, origin: AuthorityPrefix.exchange(partner.prefix))
            Task { [service, partner, post] in
                do {
                    let verdict = try await service.judging.run {
                        let verdict = judge.judge(batch, state: state)
                        if case .good = verdict {
                            service.verified.insert(batch.entries.map { MerkleHash.leaf($0) }, of: partner.number)
                        }
                        return verdict
                    }
                    post.yield(.answer(.judged(verdict), generation: generation))
                } catch {
                    post.yield(.lost(error, generation: generation))
                }
            }
        case .persist(let step): try await persist(step, generation)
        case .deliver(let deliveries, let after): takeIn(deliveries, after: after.position, generation)
        case .compare(let older, let newer): await compare(older, newer)
        case .gossip(let gossip): await service.heard(gossip, from: partner)
        case .alarm(let alarm):
            await service.alarm(alarm, about: partner)
            onRound(.failed("\(alarm.code)"))
        case .synced(let size):
            await service.synced(partner, from: source)
            onRound(.synced(size: size))
        case .failed(let failure):
            service.failed(prefix, "\(failure)")
            onRound(.failed("\(failure)"))
        }
    }

    private func send(_ request: ReplicaRequest, _ generation: UInt64) {
        let id = RequestID(generation: generation, id: request.id)
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
            requests.withLock { $0[id] = nil }
            post.yield(.answer(event, generation: generation))
        }
        requests.withLock { $0[id] = task }
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

    private func takeIn(_ deliveries: [Delivery], after: UInt64, _ generation: UInt64) {
        inbox.withLock { inbox in
            let forerunner = inbox
            inbox = Task { [service, partner, post] in
                do {
                    return try await service.takeIn(deliveries, after: after, behind: forerunner, from: partner) {
                        post.yield(.answer($0, generation: generation))
                    }
                } catch {
                    post.yield(.lost(error, generation: generation))
                    throw error
                }
            }
        }
    }

    private func persist(_ step: Replica.Persist, _ generation: UInt64) async throws {
        let (service, partner) = (service, partner)
        let held = try await service.readers.run {
            let held = try service.mirrors.persist(
                step, of: partner.number, service.storedLogVerifiers(of: partner))
            if held == nil { try service.refreshKeys(of: partner) }
            return held
        }
        let answer = held.map { Replica.Event.superseded(id: step.id, head: $0) } ?? .persisted(id: step.id)
        post.yield(.answer(answer, generation: generation))
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
        post.yield(.event(.evidence(evidence)))
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
