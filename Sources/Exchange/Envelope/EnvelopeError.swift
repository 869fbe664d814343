/// Why an envelope is not sealed, or not opened (`Protocols/envelopes.md`). The codes of opening stand in the order of
/// the checks. Equality is by code; the reason is for people and quotes nothing of the content.
public struct EnvelopeError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        // Sealing.
        case noRecipients
        case tooManyRecipients
        /// Two recipients with one key.
        case duplicateRecipient
        case badRecipientName
        case documentTooLarge

        /// An entry of another kind.
        case notANotice
        // 1. Signature, and the signer's status at that time.
        case unknownSigner
        case badSignature
        case signerNotYet
        case signerEnded
        case signerRevoked
        // 2. Inclusion and cosignatures.
        case notIncluded
        case notCosigned
        // 3. Digests and sizes.
        case wrongSize
        case wrongStanzas
        case wrongBody
        // 4. Own stanza.
        case notForUs
        // 5. Key commitment.
        case wrongContentKey
        // 6. Body.
        case bodyNotAuthentic
        case malformedContent
        case badPadding
        // 7. Inner fields equal outer fields, and we are a recipient.
        case otherSigner
        case otherEntry
        case otherOrigin
        case tooFewStanzas
        case notListed
        // 8. Commitments.
        case wrongDocument
        case wrongRecipients
        // 9.
        case duplicateEntry
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
