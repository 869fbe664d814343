/// What a node refuses or reports. Equality is by code; the reason is for people and holds no content.
public struct NodeError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Not a node's directory.
        case notANode
        /// Something in the node's directory that the node did not put there.
        case foreignFile
        case notEmpty
        case badArgument
        /// A log has no checkpoint: it was never born.
        case logMissing
        /// The store contradicts itself or the log's signed checkpoint.
        case corrupted
        /// The store holds less than this node has acknowledged: it was truncated or put back from a backup.
        case behindWatermark
        /// The store and what this node has acknowledged are two different logs.
        case forked
        /// What a change was made from no longer holds. Nothing was written; read again.
        case changed
        /// The file that opens the keys of the case files is missing, or older than the database.
        case erasureKeyMissing
        /// Nobody who has to be asked answers.
        case unreachable
        /// The queue is full. Nothing was taken; try again later.
        case overloaded
        /// The node's logs have a writer already.
        case writerRunning
        /// The sequencer has stopped and takes nothing more.
        case stopped
        /// A commit failed in a way that leaves open whether it is durable.
        case unknownOutcome
        /// An export directory that holds another log, or one that this log does not extend.
        case foreignExport
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
