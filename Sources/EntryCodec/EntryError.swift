/// Why an entry is refused (`Protocols/entries.md`). Equality is by code; the reason is for people and quotes nothing
/// of the entry.
public struct EntryError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// More than 65,535 bytes.
        case tooLong
        /// Ends inside a field.
        case truncated
        case unknownVersion
        case unknownSuite
        case unknownKind
        /// Not a power of two from 1 to 256.
        case badStanzaCount
        /// Not a padded size, or over the limit.
        case badBodySize
        /// More than 16, or two to one entry.
        case badReferences
        /// Empty, or more than 60,000 bytes.
        case badStatement
        /// Bytes behind the signature.
        case surplus
        /// Empty, or more than 255 bytes.
        case badOrigin
        /// Signed, it says, by another key than the one it is checked with.
        case wrongSigner
        case badSignature
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
