internal import Cryptography
internal import Exchange
internal import Glibc
internal import Storage
internal import Synchronization
internal import TransparencyLog

extension ExchangeService {
    static func uptimeMilliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// The keys that checkpoints of a partner's log may be signed with which it shows now.
    func logVerifiers(of partner: Partner, _ log: LogID = .exchange) -> [LogVerifier] {
        (keys(of: partner.prefix) ?? AuthorityKeys(card: partner.card)).logKeys(log.keyUse, notEndedAt: now)
    }

    /// Those that some checkpoint of it was signed with: for evidence, and for what others hold.
    func everyLogVerifier(of partner: Partner, _ log: LogID = .exchange) -> [LogVerifier] {
        (keys(of: partner.prefix) ?? AuthorityKeys(card: partner.card)).everyLogKey(log.keyUse)
    }

    /// Those that what is stored here may be signed with: it was verified by the keys that counted when it came.
    func storedLogVerifiers(of partner: Partner, _ log: LogID = .exchange) -> [LogVerifier] {
        let known = (keys(of: partner.prefix) ?? AuthorityKeys(card: partner.card))
            .everyLogKey(log.keyUse, includingRevoked: true)
        let earlier = partner.earlierCards.map { log == .exchange ? $0.card.exchange : $0.card.journal }
        return known + earlier.filter { !known.contains($0) }
    }

    // MARK: Starting and stopping

    /// `connect` makes the way to a partner; nil where it has no address. From here on every active partner is synced
    /// with, those that come later too.
    public func startSync(connecting connect: @escaping @Sendable (Partner) throws -> (any PartnerTransport)?) {
        syncs.withLock { $0.connect = connect }
        for prefix in directory.partners.keys.sorted() { startSync(with: prefix) }
    }

    func startSync(with prefix: String) {
        guard let partner = directory.partners[prefix], partner.state == .active else { return }
        let (old, sync) = syncs.withLock { syncs -> (PartnerSync?, PartnerSync?) in
            guard let transport = try? syncs.connect?(partner) else { return (nil, nil) }
            let old = syncs.running[prefix]
            let sync = PartnerSync(self, partner, transport)
            syncs.running[prefix] = sync
            return (old, sync)
        }
        guard let sync else { return }
        Task {
            await old?.stop()
            sync.start()
        }
    }

    func stopSync(with prefix: String) async {
        await syncs.withLock { $0.running.removeValue(forKey: prefix) }?.stop()
    }

    public func stopSync() async {
        let running = syncs.withLock { syncs in
            defer { syncs.running = [:] }
            syncs.connect = nil
            return syncs.running.values
        }
        for sync in running { await sync.stop() }
        arrivals.raise()
    }

    func tell(_ prefix: String, _ event: Replica.Event) { syncs.withLock { $0.running[prefix] }?.tell(event) }

    // MARK: What replicas report

    /// A round has ended: nothing that the source has is missing here.
    func synced(_ partner: Partner, from source: Replica.Source) async {
        let (now, prefix) = (now, partner.prefix)
        // A copy says nothing of what its authority has signed since, a revocation for one.
        var seen: UInt64? = now
        if source == .copy {
            seen = (try? await readers.run { [mirrors] in try mirrors.lastEntryTime(partner.number) }) ?? nil
        }
        let known = state.withLock { state in
            state.counts[prefix, default: PartnerCounts()].lastSync = now
            state.counts[prefix]!.failures = 0
            let known = max(state.checked[prefix] ?? 0, min(seen ?? 0, now))
            state.checked[prefix] = known
            return known
        }
        let stored = storedChecks.withLock { $0[prefix] ?? 0 }
        guard known >= stored + Self.checkInterval || known > stored && source == .copy else { return }
        let isStored = try? await readers.run { [mirrors] in
            try mirrors.setSeenToEnd(partner.number, at: known)
            return true
        }
        if isStored == true { storedChecks.withLock { $0[prefix] = known } }
    }

    /// How old what is stored of it may be, in milliseconds.
    private static let checkInterval: UInt64 = 3_600_000

    func failed(_ prefix: String, _ reason: String) {
        state.withLock { state in
            state.counts[prefix, default: PartnerCounts()].failures += 1
            state.counts[prefix]!.lastFailure = reason
        }
    }

    func alarm(_ alarm: ReplicaAlarm, about partner: Partner) async {
        let (reason, evidence): (String, [UInt8]) =
            switch alarm {
            case .fork(let evidence): ("its log has two histories", evidence.encoded)
            case .rollback(let held, let shown):
                ("it shows an older log than it did", held.note.encoded + shown.note.encoded)
            case .unproven(let held, let shown):
                ("it does not prove that its log goes on from what was held", held.note.encoded + shown.note.encoded)
            case .badEntry(let index, let code, let checkpoint):
                ("entry \(index) of its log breaks a rule: \(code)", checkpoint.note.encoded)
            case .withheld: ("it does not serve what its checkpoint says", [])
            case .badDelivery(let position, let code): ("delivery \(position) is not what its entry says: \(code)", [])
            }
        failed(partner.prefix, reason)
        guard alarm.freezes else { return }
        let mirrors = mirrors
        try? await readers.run { try mirrors.setFrozen(partner.number, true) }
        // In a task of its own: stopping the sync waits for the very loop that this comes from.
        Task {
            try? await setState(of: partner.prefix, to: .frozen, reason: reason, evidence: evidence, actor: 0)
        }
    }

    // MARK: Held checkpoints

    /// Everything this node holds of logs, for the exchange of held checkpoints.
    private func heldCheckpoints() throws -> HeldCheckpoints {
        var logs: [HeldCheckpoints.Log] = []
        for log in LogID.allCases {
            logs.append(.init(head: try node.checkpoint(log), isExchangeLog: log == .exchange))
        }
        for partner in directory.partners.values where partner.state != .revoked {
            for log in LogID.allCases {
                guard let head = try mirrors.head(partner.number, log, storedLogVerifiers(of: partner, log)) else {
                    continue
                }
                let evidence = log == .exchange ? try? ForkEvidence(parsing: partner.evidence) : nil
                logs.append(
                    .init(head: head, isExchangeLog: log == .exchange, evidence: evidence.map { [$0] } ?? []))
            }
        }
        return HeldCheckpoints(logs, witnessName: node.authority.keyName("witness"))
    }

    private static func origins(_ partner: Partner) -> [String] {
        [AuthorityPrefix.exchange(partner.prefix), AuthorityPrefix.journal(partner.prefix)]
    }

    func held(for partner: Partner) async throws -> Gossip {
        try await readers.run { [self] in try heldCheckpoints().offer(to: Self.origins(partner)) }
    }

    func answer(to gossip: Gossip, from partner: Partner) async throws -> Gossip {
        try await readers.run { [self] in try heldCheckpoints().answer(to: gossip, from: Self.origins(partner)) }
    }

    /// What a partner holds: each note goes to the replica of its log.
    func heard(_ gossip: Gossip, from partner: Partner) async {
        for item in gossip.items {
            guard let (about, log) = directory.partner(origin: item.claimedOrigin), log == "exchange" else { continue }
            switch item {
            case .checkpoint(let note): tell(about.prefix, .observed(note, source: partner.prefix))
            case .evidence(let evidence): tell(about.prefix, .evidence(evidence))
            }
        }
    }
}
