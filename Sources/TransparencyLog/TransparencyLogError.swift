/// What this module refuses. Equality is by code; the reason is for people.
public struct TransparencyLogError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case malformedNote
        case malformedVerifierKey
        /// A vkey of a type that the asked-for role does not use.
        case wrongKeyType
        case malformedCheckpoint
        /// A signature line names a known key, and its signature is not that key's.
        case badSignature
        /// No signature of any known key.
        case noKnownSignature
        /// Signed by a known key, but for a log of another name.
        case wrongOrigin
        case malformedTile
        case malformedBundle
        case malformedPath
        case malformedProof
        /// A well-formed proof that does not lead to the root.
        case proofMismatch
        case malformedPolicy
        case quorumNotMet
        /// An index or size outside the tree.
        case outOfRange
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
