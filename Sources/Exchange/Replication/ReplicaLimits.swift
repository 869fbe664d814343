/// What one partner may cost. Sizes in bytes, times in milliseconds. The defaults bound a replica's memory to about
/// 40 MiB whatever the partner sends, and keep a line of 600 ms round trips and 2 % loss busy.
public struct ReplicaLimits: Sendable {
    /// How long the partner may hold a poll for a new checkpoint, in seconds. 1 to 300.
    public var pollSeconds: UInt64 = 50
    /// How long a request may go without progress before the driver gives it up.
    public var requestTimeout: UInt64 = 30_000
    /// Requests under way at once. 1 to 64.
    public var requestsInFlight = 8
    /// Bundles asked for or held before their batch is formed. At least `requestsInFlight`.
    public var bundlesAhead = 16
    /// An ordinary bundle: one that is larger is fetched again, by itself, up to the format's maximum of 16 MiB.
    public var bundleByteCount = 1 << 20
    /// Entries that are judged and persisted together; a batch ends with the bundle that reaches this number.
    public var batchEntryCount = 4096
    /// Bytes after which a batch ends early.
    public var batchByteCount = 4 << 20
    /// What a page of deliveries is asked to stay below.
    public var deliveryPageByteCount = 4 << 20
    /// The longest envelope.
    public var envelopeByteCount = Envelope.maximumByteCount
    /// Tries of one request before its round ends.
    public var attempts = 8
    /// Rounds in a row in which the log answers, but proves nothing, before that is an alarm.
    public var unprovenRounds = 8
    /// The first bound of a waiting time after a failure, which doubles up to `backoffCap`.
    public var backoffBase: UInt64 = 500
    public var backoffCap: UInt64 = 300_000
    /// The least time between two polls, for a server that does not hold them.
    public var pollInterval: UInt64 = 1_000
    /// The same behind a round that brought entries or deliveries: more may have come right behind them.
    public var newsInterval: UInt64 = 50
    /// How often held checkpoints are exchanged where nothing has changed.
    public var gossipInterval: UInt64 = 300_000
    /// Checkpoints of this log that others showed and that cannot be compared yet: one for each source.
    public var observedCheckpoints = 64

    public init() {}
}
