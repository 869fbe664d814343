public import TransparencyLog

/// The latest checkpoint that a node holds of each log, and what of it a partner is told.
///
/// A partner learns of the logs that it follows itself. Journals are told to their own authority only: without their
/// entries, two of their checkpoints of different sizes could not be compared anyway.
public struct HeldCheckpoints: Sendable {
    public struct Log: Sendable {
        public let head: SignedCheckpoint
        /// Whether it is an exchange log; otherwise a journal.
        public let isExchangeLog: Bool
        /// Others that were seen signed (`Replica.unstored`): for the log's own authority.
        public let unstored: [SignedCheckpoint]
        public let evidence: [ForkEvidence]

        public init(
            head: SignedCheckpoint, isExchangeLog: Bool, unstored: [SignedCheckpoint] = [],
            evidence: [ForkEvidence] = []
        ) {
            self.head = head
            self.isExchangeLog = isExchangeLog
            self.unstored = unstored
            self.evidence = evidence
        }
    }

    private let logs: [Log]
    private let witnessName: String

    /// `witnessName`: the key name of the node's witness, whose cosignatures are passed on.
    public init(_ logs: [Log], witnessName: String) {
        self.logs = logs
        self.witnessName = witnessName
    }

    /// What is posted to the partner whose logs have these origins: its own logs, and every exchange log.
    public func offer(to partnerOrigins: [String]) -> Gossip { tell(partnerOrigins) { _ in true } }

    /// The answer to what the partner posted: its own logs, and the exchange logs that it named.
    public func answer(to gossip: Gossip, from partnerOrigins: [String]) -> Gossip {
        let named = gossip.items.map(\.claimedOrigin)
        return tell(partnerOrigins) { Self.contains(named, $0) }
    }

    private func tell(_ partnerOrigins: [String], exchangeLogs isTold: (String) -> Bool) -> Gossip {
        var items: [Gossip.Item] = []
        for log in logs {
            let isPartners = Self.contains(partnerOrigins, log.head.origin)
            guard isPartners || log.isExchangeLog && isTold(log.head.origin) else { continue }
            for signed in isPartners ? [log.head] + log.unstored : [log.head] {
                items.append(.checkpoint(signed.note.signed(byOnly: [log.head.origin, witnessName])))
            }
            items += log.evidence.map(Gossip.Item.evidence)
        }
        return Gossip(items)
    }

    private static func contains(_ origins: [String], _ origin: String) -> Bool {
        origins.contains { $0.isSameOrigin(as: origin) }
    }
}

extension Gossip.Item {
    /// The log that it says it is about. Nothing is verified.
    public var claimedOrigin: String {
        switch self {
        case .checkpoint(let note): note.claimedOrigin
        case .evidence(let evidence): evidence.first.claimedOrigin
        }
    }
}
