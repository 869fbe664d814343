/// What replication refuses. Equality is by code; the reason is for people and holds no content.
public struct ReplicationError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Not a page of deliveries, or one that does not go on where the last one ended.
        case malformedDeliveries
        /// Not an exchange of held checkpoints.
        case malformedGossip
        /// Not an add-checkpoint request, or not an answer to one.
        case malformedAddCheckpoint
        case malformedEvidence
        /// Well-formed evidence that convicts nobody.
        case notAFork
    }

    public let code: Code
    public let reason: String

    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }
    public var description: String { reason }
}
