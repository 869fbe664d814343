public import TransparencyLog

/// Whether a node may sign: what it asks its partners at start, before it signs anything.
///
/// Every partner that answers `GET checkpoints` tells which checkpoints it holds of the node's own logs. One larger
/// than the node's own means that the node was restored from an old backup: it would sign a second history.
public struct StartGate: Sendable {
    public enum Decision: Sendable {
        case maySign
        /// Too few have answered yet.
        case waiting(answered: Int, required: Int)
        /// The node has signed further than it knows: the largest checkpoint of each log that is behind. An exchange
        /// log comes back from the mirrors (`Recovery`), a journal only from a newer backup.
        case behind([SignedCheckpoint])
        /// The node's own log has two histories. Nothing repairs that; it needs a new log.
        case forked(ForkEvidence)
    }

    /// One of the node's own logs.
    public struct OwnLog: Sendable {
        public let verifiers: [LogVerifier]
        public let checkpoint: SignedCheckpoint
        /// For a journal that was put back: the size that the exchange log has with the statement that says so. What a
        /// partner holds of this journal counts only where it holds the exchange log so far; else it has not heard.
        public let restartedAt: UInt64?

        public init(verifiers: [LogVerifier], checkpoint: SignedCheckpoint, restartedAt: UInt64? = nil) {
            self.verifiers = verifiers
            self.checkpoint = checkpoint
            self.restartedAt = restartedAt
        }
    }

    private let logs: [OwnLog]
    private let partners: Set<String>
    private let required: Int
    private var answered: Set<String> = []
    private var behind: [Int: SignedCheckpoint] = [:]
    private var evidence: ForkEvidence?

    /// `partners` are those that could have seen the logs, by any name; `required` is how many of them have to
    /// answer: at most all. Without partners, nobody can have been shown anything.
    public init(logs: [OwnLog], partners: Set<String>, required: Int) {
        self.logs = logs
        self.partners = partners
        self.required = min(max(required, 1), partners.count)
    }

    public var decision: Decision {
        if let evidence { return .forked(evidence) }
        if !behind.isEmpty { return .behind(behind.sorted { $0.key < $1.key }.map(\.value)) }
        return answered.count >= required
            ? .maySign : .waiting(answered: answered.count, required: required)
    }

    /// What a partner answered. Notes that the node's own keys did not sign say nothing.
    ///
    /// `compare` holds a checkpoint against the node's own tiles (`ForkEvidence.compare`, the second being the node's
    /// own checkpoint). Throws what it throws.
    public mutating func answered(
        by partner: String, _ gossip: Gossip,
        compare: (_ older: SignedCheckpoint, _ own: SignedCheckpoint) throws -> ForkEvidence?
    ) rethrows {
        guard partners.contains(partner) else { return }
        let notes = gossip.items.compactMap { if case .checkpoint(let note) = $0 { note } else { nil } }
        let reach = notes.flatMap { note in
            logs.filter { $0.restartedAt == nil }
                .compactMap { try? SignedCheckpoint(verifying: note, logs: $0.verifiers).size }
        }.max()
        for note in notes { try heard(note, reach: reach ?? 0, compare) }
        for case .evidence(let evidence) in gossip.items
        where logs.contains(where: { (try? evidence.verify(logs: $0.verifiers)) != nil }) {
            self.evidence = evidence
        }
        answered.insert(partner)
    }

    private mutating func heard(
        _ note: SignedNote, reach: UInt64, _ compare: (SignedCheckpoint, SignedCheckpoint) throws -> ForkEvidence?
    ) rethrows {
        for (index, log) in logs.enumerated() {
            guard let held = try? SignedCheckpoint(verifying: note, logs: log.verifiers),
                log.restartedAt.map({ reach >= $0 }) ?? true
            else { continue }
            if held.size > log.checkpoint.size {
                guard let other = behind[index] else {
                    behind[index] = held
                    continue
                }
                if other.size == held.size, other.root != held.root { evidence = try? ForkEvidence(other, held) }
                if held.size > other.size { behind[index] = held }
            } else if let fork = try compare(held, log.checkpoint) {
                evidence = fork
            }
        }
    }
}
