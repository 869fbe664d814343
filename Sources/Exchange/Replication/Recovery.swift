public import TransparencyLog

/// Gets a node's own log back from a mirror: a replica of its own log, read from a copy, that goes on from whatever
/// the node still has to the checkpoint that its partners hold. Every entry is verified as a partner would.
public enum Recovery {
    /// `goal`: the largest checkpoint that the start gate heard of. The first events are `.shown(goal.note)` and
    /// `.tick`; the log is back once `.synced` says a size of at least the goal's, and then the start gate is asked
    /// again. After `.failed`, the goal is shown again, or another mirror is asked. An alarm of a fork means that what the node still had is
    /// not the beginning of what it signed.
    ///
    /// `keys`: all that the log was signed with, of one origin.
    public static func replica(
        of keys: [LogVerifier], from state: Replica.State, limits: ReplicaLimits = ReplicaLimits(), seed: UInt64
    ) -> Replica {
        let configuration = Replica.Configuration(
            origin: keys[0].origin, policy: TrustPolicy(logs: keys), source: .copy, takesDeliveries: false,
            gossips: false, limits: limits)
        return Replica(configuration, state: state, seed: seed)
    }
}
