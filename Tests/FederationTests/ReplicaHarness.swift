import Cryptography
import Exchange
import TransparencyLog

/// A replica of authority 2's log against a server in memory; everything is done at once.
final class ReplicaHarness {
    static let authority = Authority.all[2]

    var log = TileLog()
    var deliveries: [Delivery] = []
    var deliveriesInPage = Int.max
    var replica: Replica
    var now: UInt64 = 0
    /// Instead of the server's answer; nil lets the server answer.
    var override: (ReplicaRequest) -> Replica.Event? = { _ in nil }
    /// Instead of storing; nil lets it be stored.
    var overridePersist: (Replica.Persist) -> Replica.Event? = { _ in nil }
    var verdict: (EntryBatch) -> EntryVerdict = { .good(state: $0.endIndex.bigEndianBytes) }

    private(set) var stored = TileLog()
    private(set) var requests: [ReplicaRequest] = []
    private(set) var persists: [Replica.Persist] = []
    private(set) var alarms: [ReplicaAlarm] = []
    private(set) var failures: [ReplicaFailure] = []
    private(set) var compared: [SignedCheckpoint] = []
    private(set) var taken: [Delivery] = []
    /// Pages of deliveries, with the position that each follows on.
    private(set) var pages: [(positions: [UInt64], after: UInt64)] = []
    /// Whether pages are taken in at once; otherwise the test answers.
    var takesIn = true
    private(set) var rounds = 0

    init(
        entries: Int = 0, source: Replica.Source = .authority, policy: TrustPolicy? = nil,
        limits: ReplicaLimits = ReplicaLimits()
    ) {
        let configuration = Replica.Configuration(
            origin: Self.authority.origin, policy: policy ?? TrustPolicy(log: Self.authority.log.verifier),
            source: source, gossips: false, limits: limits)
        replica = Replica(configuration, state: Replica.State(judge: UInt64(0).bigEndianBytes), seed: 1)
        grow(to: entries)
    }

    func grow(to size: Int, _ text: String = "entry") {
        while log.entries.count < size { log.append(Array("\(text) \(log.entries.count)".utf8)) }
    }

    var note: SignedNote { Self.authority.log.sign(size: log.size, root: log.root) }
    var checkpoint: SignedCheckpoint { try! SignedCheckpoint(verifying: note, logs: [Self.authority.log.verifier]) }

    /// Until a round is through, or failed, or frozen.
    func round() {
        let before = rounds + failures.count
        var queue: [Replica.Event] = [.tick]
        while rounds + failures.count == before, !replica.isFrozen {
            if queue.isEmpty {
                guard let wake = replica.wakeUp else { return }
                now = max(now, wake)
                queue = [.tick]
            }
            queue += handle(queue.removeFirst())
        }
    }

    /// These events, and what comes of them without time passing.
    func run(_ events: [Replica.Event]) {
        var queue = events
        while !queue.isEmpty { queue += handle(queue.removeFirst()) }
    }

    /// To the next time that something is due.
    func pass() {
        guard let wake = replica.wakeUp else { return }
        now = max(now, wake)
        run([.tick])
    }

    @discardableResult
    func handle(_ event: Replica.Event) -> [Replica.Event] {
        replica.handle(event, now: now).compactMap(perform)
    }

    private func perform(_ action: Replica.Action) -> Replica.Event? {
        switch action {
        case .request(let request):
            requests.append(request)
            return override(request) ?? serve(request)
        case .judge(let batch, let state):
            precondition(state == batch.firstIndex.bigEndianBytes)
            return .judged(verdict(batch))
        case .persist(let step):
            persists.append(step)
            if let event = overridePersist(step) { return event }
            stored.append(step.batch.entries, tiles: step.tiles)
            return .persisted(id: step.id)
        case .deliver(let deliveries, let after):
            pages.append((deliveries.map(\.position), after.position))
            guard takesIn else { break }
            taken += deliveries
            let last = deliveries.last!
            return .delivered(DeliveryCursor(position: last.position, entryIndex: last.entryIndex))
        case .compare(let older, let newer):
            compared.append(older)
            var reader = stored.reader(size: newer.size)
            return (try? ForkEvidence.compare(older: older, newer: newer, reader: &reader)).flatMap { $0 }
                .map { .evidence($0) }
        case .alarm(let alarm): alarms.append(alarm)
        case .synced: rounds += 1
        case .failed(let failure): failures.append(failure)
        case .cancel, .gossip: break
        }
        return nil
    }

    func serve(_ request: ReplicaRequest) -> Replica.Event {
        let body: [UInt8]?
        switch request.resource {
        case .checkpoint: body = note.encoded
        case .tile(let path): body = log.resource(path)
        case .deliveries(let after, _):
            body = DeliveryPage.encode(deliveries.filter { $0.position > after }.prefix(deliveriesInPage))
        case .checkpoints: body = []
        }
        guard let body else { return .failed(id: request.id, .status(404)) }
        return body.count > request.maximumByteCount
            ? .failed(id: request.id, .tooLarge) : .received(id: request.id, bytes: body)
    }

    /// A log that begins like this one, up to `size`.
    func fork(at size: UInt64, to end: Int) -> TileLog {
        let kept = log
        defer { log = kept }
        log.truncate(to: size)
        grow(to: end, "other")
        return log
    }
}

extension ReplicaRequest {
    var isBundle: Bool { if case .tile(let path) = resource { path.level == nil } else { false } }
    var isHashTile: Bool { if case .tile(let path) = resource { path.level != nil } else { false } }
}
