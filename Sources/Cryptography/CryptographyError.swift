/// What this module refuses. Equality is by code; the reason is for people and holds no secret.
public struct CryptographyError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Not the encoding of an acceptable public key.
        case badPublicKey
        /// The ciphertext was not made with this key, or was changed.
        case notAuthentic
        /// A key file that is not well-formed.
        case badKeyFile
        /// A key file made for another role, node or key-wrapping key.
        case wrongKeyFile
        /// Parameters out of range.
        case badParameters
        case outOfSecretMemory
        /// The library refused an operation that cannot fail with valid arguments.
        case libraryFailure
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
