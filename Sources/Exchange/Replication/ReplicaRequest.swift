public import TransparencyLog

/// One request of a replica. A driver answers each exactly once, with `.received` or `.failed`, unless it was
/// cancelled.
public struct ReplicaRequest: Hashable, Sendable {
    public enum Resource: Hashable, Sendable {
        /// The partner's checkpoint, held back for up to `wait` seconds while its size is `after`. A source that
        /// holds nothing back answers at once.
        case checkpoint(after: UInt64, wait: UInt64)
        /// A tile or bundle below the log's prefix.
        case tile(TilePath)
        /// Deliveries behind position `after`, in pages of about `limit` bytes.
        case deliveries(after: UInt64, limit: Int)
        /// The exchange of held checkpoints; the driver makes the body (`HeldCheckpoints.offer`).
        case checkpoints

        var isDeliveries: Bool { if case .deliveries = self { true } else { false } }
    }

    public let id: UInt64
    public let resource: Resource
    /// The driver stops reading here and reports `.tooLarge`.
    public let maximumByteCount: Int
    /// Milliseconds without progress after which the driver reports `.timedOut`.
    public let timeout: UInt64

    /// The path below the partner's base address, with its query.
    public var path: String {
        switch resource {
        case .checkpoint(let after, let wait): "log/checkpoint?after=\(after)&wait=\(wait)"
        case .tile(let path): "log/\(path.string)"
        case .deliveries(let after, let limit): "deliveries?after=\(after)&limit=\(limit)"
        case .checkpoints: "checkpoints"
        }
    }
}

public enum RequestFailure: Hashable, Sendable {
    /// No connection, or one that broke.
    case unreachable
    case timedOut
    /// An answer with a status other than 200.
    case status(Int)
    /// More than `maximumByteCount`.
    case tooLarge
}
