internal import Cryptography
internal import TransparencyLog

extension Replica {
    enum Phase {
        case resting(until: UInt64)
        case polling
        /// Tiles of `target` are on their way, for the proof that it goes on from the head.
        case proving(target: SignedCheckpoint, tiles: PrefixTiles)
        case fetching(Fetch)
        /// A head without entries of its own is being stored.
        case adopting(id: UInt64, head: SignedCheckpoint)
        case closing(Closing)
        case frozen
    }

    /// The last part of a round: deliveries and held checkpoints, side by side.
    struct Closing {
        /// Whether there is no more to ask for in this round: the last page was empty, or went beyond the entries that
        /// are stored.
        var isDoneWithDeliveries = false
        var refusals = 0
    }

    mutating func beginRound() {
        // A log that does not serve what its witness was shown may show another history here: every other time, look.
        if let head = state.head, head.size > size, failures % 2 == 0 { return fetch(head, adopting: false) }
        phase = .polling
        pollStarted = now
        hasNews = false
        let wait = configuration.source == .authority && failures == 0 ? limits.pollSeconds : 0
        ask(.checkpoint(after: state.head?.size ?? 0, wait: wait), maximumByteCount: SignedNote.maximumByteCount)
    }

    mutating func roundFailed(_ failure: ReplicaFailure) {
        if isAsking({ $0 == .checkpoints }) { lastGossip = nil }
        cancelRequests()
        failures += 1
        phase = .resting(until: now + backoff.delay(failures: failures))
        actions.append(.failed(failure))
    }

    mutating func raise(_ alarm: ReplicaAlarm) {
        actions.append(.alarm(alarm))
        if case .fork = alarm { isConvicted = true }
        guard alarm.freezes else { return }
        cancelRequests()
        state.isFrozen = true
        phase = .frozen
        observed = []
    }

    // MARK: Judging a checkpoint

    mutating func polled(_ shown: SignedCheckpoint, after: UInt64) {
        guard case .polling = phase else { return }
        consider(shown, mayBeOld: configuration.source == .copy || shown.size >= after)
    }

    mutating func shown(_ note: SignedNote) {
        guard let shown = try? verified(note) else { return }
        switch phase {
        case .resting, .polling:
            cancelRequests()
            consider(shown, mayBeOld: true)
        default:
            keep(shown, "shown")
        }
    }

    /// `mayBeOld`: a smaller one than the head is no rollback, since the head has moved while it was under way, or
    /// since it comes from a copy.
    private mutating func consider(_ shown: SignedCheckpoint, mayBeOld: Bool) {
        guard let head = state.head else { return prove(shown) }
        if shown.size == head.size {
            guard shown.root == head.root else { return fork(head, shown) }
            return size < head.size ? fetch(head, adopting: false) : close()
        }
        guard shown.size < head.size else { return prove(shown) }
        guard mayBeOld else { return raise(.rollback(held: head, shown: shown)) }
        keep(shown, "shown")
        size < head.size ? fetch(head, adopting: false) : close()
    }

    mutating func fork(_ one: SignedCheckpoint, _ other: SignedCheckpoint) {
        guard let evidence = try? ForkEvidence(one, other) else { return }
        raise(.fork(evidence))
    }

    private mutating func prove(_ target: SignedCheckpoint) {
        do {
            try configuration.policy.requireQuorum(of: Set(target.cosignatures.keys))
        } catch {
            return roundFailed(.quorumNotMet)
        }
        guard let head = state.head, head.size > 0 else { return fetch(target, adopting: true) }
        phase = .proving(target: target, tiles: PrefixTiles(size: target.size))
        proveOn()
    }

    /// Asks for the tiles that the proof still needs, and checks it once they are there.
    mutating func proveOn() {
        guard case .proving(let target, let tiles) = phase, let head = state.head else { return }
        let missing = tiles.missing(for: head.size)
        guard missing.isEmpty else { return askForTiles(missing) }
        do {
            let prefix = try tiles.prefix(head.size, root: target.root)
            unproven = 0
            if prefix.root == head.root { return fetch(target, adopting: true) }
            raise(.fork(try ForkEvidence(older: head, newer: target, prefix: prefix)))
        } catch {
            unproven += 1
            if unproven >= limits.unprovenRounds { return raise(.unproven(held: head, shown: target)) }
            roundFailed(.notProven)
        }
    }

    mutating func askForTiles(_ paths: [TilePath]) {
        for path in paths where !isAsking({ $0 == .tile(path) }) {
            ask(.tile(path), maximumByteCount: Tile.fullByteCount)
        }
    }

    mutating func tileArrived(_ path: TilePath, _ hashes: [Digest]) {
        switch phase {
        case .proving(let target, var tiles):
            tiles.add(path, hashes)
            phase = .proving(target: target, tiles: tiles)
            proveOn()
        case .fetching(var fetch):
            fetch.tiles.add(path, hashes)
            phase = .fetching(fetch)
            proveBatch()
        default: break
        }
    }

    // MARK: The head and the witness

    mutating func headMoved(_ head: SignedCheckpoint) {
        // Whether what is being stored came before or after the new head shows in the answer to it.
        guard !isPersisting else {
            movedHead = head
            return
        }
        if let old = state.head, head.size <= old.size { return keep(head, "witness") }
        let unadopted: SignedCheckpoint? =
            switch phase {
            case .proving(let target, _): target
            case .fetching(let fetch) where fetch.adopting: fetch.target
            default: nil
            }
        state.head = head
        if let unadopted {
            // Proven against a head that is not the last one any more.
            cancelRequests()
            phase = .resting(until: now)
            keep(unadopted, "unadopted")
        } else if case .polling = phase {
            // The answer would bring what is known already.
            cancelRequests()
            phase = .resting(until: now)
        }
    }

    private var isPersisting: Bool {
        switch phase {
        case .adopting: true
        case .fetching(let fetch): fetch.batch?.persistID != nil
        default: false
        }
    }

    mutating func takeMovedHead() {
        guard let head = movedHead else { return }
        movedHead = nil
        if let old = state.head, head.size <= old.size { return keep(head, "witness") }
        state.head = head
    }

    mutating func superseded(_ id: UInt64, _ head: SignedCheckpoint) {
        let target: SignedCheckpoint
        switch phase {
        case .fetching(let fetch) where fetch.batch?.persistID == id: target = fetch.target
        case .adopting(id, let adopted): target = adopted
        default: return
        }
        cancelRequests()
        movedHead = nil
        state.head = head
        phase = .resting(until: now)
        keep(target, "superseded")
    }

    // MARK: What others hold

    mutating func observe(_ note: SignedNote, _ source: String) {
        guard note.text != state.head?.note.text, let signed = try? verifiedHeld(note) else { return }
        keep(signed, source)
    }

    /// Kept until the entries reach it, a few for each source.
    mutating func keep(_ signed: SignedCheckpoint, _ source: String) {
        guard signed.size > 0 else { return }
        if let head = state.head, head.size == signed.size {
            if head.root != signed.root { fork(head, signed) }
            return
        }
        if let other = observed.first(where: { $0.signed.size == signed.size })?.signed {
            if other.root != signed.root { fork(other, signed) }
            return
        }
        let own = observed.indices.filter { observed[$0].source == source }
        if own.count >= Self.observedFromOneSource || observed.count >= limits.observedCheckpoints {
            // The largest may be one that the log never reaches.
            guard let largest = own.max(by: { observed[$0].signed.size < observed[$1].signed.size }),
                observed[largest].signed.size > signed.size
            else { return }
            observed.remove(at: largest)
        }
        observed.append((source, signed))
    }

    private static var observedFromOneSource: Int { 4 }

    /// Without waiting for anything: the entries will not grow.
    mutating func compareFrozen(_ note: SignedNote) {
        guard let complete = state.complete, note.text != complete.note.text, let signed = try? verifiedHeld(note),
            signed.size > 0
        else { return }
        compare(signed, complete)
    }

    private mutating func compare(_ signed: SignedCheckpoint, _ complete: SignedCheckpoint) {
        if signed.size < complete.size {
            actions.append(.compare(older: signed, newer: complete))
        } else if signed.size == complete.size, signed.root != complete.root {
            fork(signed, complete)
        }
    }

    mutating func accuse(_ evidence: ForkEvidence) {
        guard let (first, _) = try? evidence.verify(logs: configuration.everyLogKey),
            first.origin.isSameOrigin(as: configuration.origin)
        else { return }
        raise(.fork(evidence))
    }

    // MARK: The end of a round

    mutating func close() {
        phase = .closing(Closing())
        compareObserved()
        guard !isFrozen else { return }
        if configuration.takesDeliveries { askForDeliveries() }
        let isDue = lastGossip.map { now - $0 >= limits.gossipInterval } ?? true
        if configuration.gossips, isDue {
            // What changes from here on is for the next time.
            lastGossip = now
            ask(.checkpoints, maximumByteCount: Gossip.maximumByteCount)
        }
        closeOn()
    }

    /// What others showed, as far as the stored entries reach.
    private mutating func compareObserved() {
        guard let complete = state.complete else { return }
        let reached = observed.filter { $0.signed.size <= complete.size }
        observed.removeAll { $0.signed.size <= complete.size }
        for (_, signed) in reached where !isFrozen { compare(signed, complete) }
    }

    mutating func gossipArrived(_ gossip: Gossip) {
        actions.append(.gossip(gossip))
        closeOn()
    }

    /// Asks for the page behind those handed over, as long as there may be one and the driver has less than two.
    private mutating func askForDeliveries(delay: UInt64? = nil) {
        guard case .closing(let closing) = phase, !closing.isDoneWithDeliveries,
            handedOver.count < Self.pagesHandedOver, !isAsking(\.isDeliveries)
        else { return }
        let bytes = limits.deliveryPageByteCount
        ask(
            .deliveries(after: lastHandedOver.position, limit: bytes),
            maximumByteCount: max(bytes, limits.envelopeByteCount + DeliveryPage.headerByteCount), delay: delay)
    }

    /// One is recorded while the next is opened.
    private static let pagesHandedOver = 2

    mutating func deliveriesArrived(_ page: [Delivery]) {
        guard case .closing(var closing) = phase else { return }
        // What belongs to entries that are not stored yet comes again in the next round.
        let stored = Array(page.prefix { $0.entryIndex < size })
        if let last = stored.last {
            actions.append(.deliver(stored, after: lastHandedOver))
            handedOver.append(DeliveryCursor(position: last.position, entryIndex: last.entryIndex))
        }
        closing.isDoneWithDeliveries = stored.count < page.count || page.isEmpty
        phase = .closing(closing)
        askForDeliveries()
        closeOn()
    }

    mutating func delivered(_ cursor: DeliveryCursor) {
        guard cursor.position > state.cursor.position else { return }
        state.cursor = cursor
        hasNews = true
        handedOver.removeAll { $0.position <= cursor.position }
        askForDeliveries()
        closeOn()
    }

    mutating func deliveryRefused(_ position: UInt64, _ code: String) {
        guard position > state.cursor.position, position <= lastHandedOver.position else { return }
        // The driver takes in nothing behind it either.
        handedOver = []
        cancelRequests(\.isDeliveries)
        guard case .closing(var closing) = phase else { return }
        closing.refusals += 1
        closing.isDoneWithDeliveries = closing.refusals >= limits.attempts
        phase = .closing(closing)
        if closing.isDoneWithDeliveries { raise(.badDelivery(position: position, code: code)) }
        askForDeliveries(delay: backoff.delay(failures: closing.refusals))
        closeOn()
    }

    private mutating func closeOn() {
        guard case .closing = phase, handedOver.isEmpty, requests.isEmpty else { return }
        failures = 0
        actions.append(.synced(size: size))
        let pause = hasNews ? limits.newsInterval : limits.pollInterval
        phase = .resting(until: max(now, pollStarted + pause))
    }
}
