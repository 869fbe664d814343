/// Which logs, witnesses and quorum make a checkpoint believable (C2SP tlog-policy).
public struct TrustPolicy: Sendable {
    public static let maximumByteCount = 256 << 10
    /// The specification recommends to support at least 32 of each.
    public static let maximumLogs = 256
    public static let maximumWitnesses = 256
    public static let maximumGroups = 256

    public struct LogLine: Hashable, Sendable {
        public let log: LogVerifier
        public let url: String?
    }

    public struct WitnessLine: Hashable, Sendable {
        public let name: String
        public let witness: WitnessVerifier
        public let url: String?
    }

    /// What has to cosign: a tree, since a name can be a member of one group only.
    indirect enum Quorum: Hashable, Sendable {
        case witness(WitnessVerifier)
        case group(threshold: Int, members: [Quorum])
    }

    public let logLines: [LogLine]
    public let witnessLines: [WitnessLine]
    /// Nil for `quorum none`.
    let quorum: Quorum?

    public var logs: [LogVerifier] { logLines.map(\.log) }
    public var witnesses: [WitnessVerifier] { witnessLines.map(\.witness) }

    /// One log, no witnesses: what a bare vkey says.
    public init(log: LogVerifier) { self.init(logs: [log]) }

    /// Any of these keys will do; no witnesses.
    public init(logs: [LogVerifier]) {
        logLines = logs.map { LogLine(log: $0, url: nil) }
        witnessLines = []
        quorum = nil
    }

    init(logLines: [LogLine], witnessLines: [WitnessLine], quorum: Quorum?) {
        self.logLines = logLines
        self.witnessLines = witnessLines
        self.quorum = quorum
    }

    /// Throws `.quorumNotMet`.
    public func requireQuorum(of cosigners: Set<WitnessVerifier>) throws(TransparencyLogError) {
        guard quorum?.isMet(by: cosigners) ?? true else {
            throw TransparencyLogError(
                .quorumNotMet, "cosigned by \(cosigners.count) known witnesses, which is not the policy's quorum")
        }
    }

    /// How many witnesses at least must be dishonest before two conflicting checkpoints can both meet the quorum: the
    /// fewest members that two quorums share. An honest witness never cosigns both. 0 when quorums need not overlap,
    /// so that honest witnesses, each shown another log, could serve both.
    public var witnessesNeededForSplitView: Int { quorum?.smallestOverlap ?? 0 }

    /// How many dishonest witnesses the policy tolerates: with so many, still no split view. Nil when it gives no
    /// protection even with none.
    public var toleratedDishonestWitnesses: Int? {
        witnessesNeededForSplitView > 0 ? witnessesNeededForSplitView - 1 : nil
    }

    /// How many witnesses may be unreachable, whichever they are, with the quorum still possible.
    public var toleratedUnreachableWitnesses: Int { quorum.map { $0.smallestBlockingSet - 1 } ?? witnesses.count }
}

extension TrustPolicy.Quorum {
    func isMet(by cosigners: Set<WitnessVerifier>) -> Bool {
        switch self {
        case .witness(let witness): cosigners.contains(witness)
        case .group(let threshold, let members): members.count { $0.isMet(by: cosigners) } >= threshold
        }
    }

    /// Two sets of k members out of n share at least 2k − n of them; the cheapest that many decide.
    var smallestOverlap: Int {
        switch self {
        case .witness: 1
        case .group(let threshold, let members):
            members.map(\.smallestOverlap).sorted().prefix(max(0, 2 * threshold - members.count)).reduce(0, +)
        }
    }

    /// A group of n with threshold k fails once n − k + 1 members fail; the cheapest that many decide.
    var smallestBlockingSet: Int {
        switch self {
        case .witness: 1
        case .group(let threshold, let members):
            members.map(\.smallestBlockingSet).sorted().prefix(members.count - threshold + 1).reduce(0, +)
        }
    }
}
