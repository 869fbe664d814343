internal import Cryptography

/// One signature line of a note: `— <name> base64(key id[4] ‖ signature)`.
public struct NoteSignature: Hashable, Sendable {
    public let name: String
    public let keyID: UInt32
    /// Without the key id.
    public let signature: [UInt8]

    public init(name: String, keyID: UInt32, signature: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.signature = signature
    }

    public var line: String { "— \(name) \(Base64.encode(keyID.bigEndianBytes + signature))\n" }

    /// Splits at bytes: to Swift, a space and an accent behind it are one character, and not a space.
    ///
    /// Throws `.malformedNote`.
    init(parsing line: Substring) throws(TransparencyLogError) {
        let refusal = TransparencyLogError(.malformedNote, "not a signature line")
        let parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
            Substring($0)
        }
        guard parts.count == 3, parts[0].utf8.elementsEqual("—".utf8), KeyName.isValid(parts[1]) else { throw refusal }
        guard let bytes = Base64.decode(parts[2]), bytes.count > 4 else { throw refusal }
        name = String(parts[1])
        keyID = UInt32(bigEndianBytes: bytes[..<4])!
        signature = Array(bytes[4...])
    }
}

/// A signed note (C2SP signed-note): text that ends in a newline, an empty line, signature lines. Reading one proves
/// nothing; `verify` does.
public struct SignedNote: Hashable, Sendable {
    /// Enough for 16 post-quantum signatures, which the specification asks for, and to spare.
    public static let maximumByteCount = 256 << 10
    public static let maximumSignatureCount = 100

    /// With its final newline.
    public let text: String
    public let signatures: [NoteSignature]

    public init(text: String, signatures: [NoteSignature]) {
        precondition(text.utf8.last == UInt8(ascii: "\n"), "the text of a note ends in a newline")
        self.text = text
        self.signatures = signatures
    }

    public var encoded: [UInt8] { Array((text + "\n" + signatures.map(\.line).joined()).utf8) }

    /// Throws `.malformedNote`. Accepts exactly what `encoded` writes.
    public init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
        func refuse(_ reason: String) -> TransparencyLogError { TransparencyLogError(.malformedNote, reason) }
        guard bytes.count <= Self.maximumByteCount else {
            throw refuse("a note has at most \(Self.maximumByteCount) bytes")
        }
        let newline = UInt8(ascii: "\n")
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == newline }) else { throw refuse("a control character") }
        guard let whole = String(validating: bytes, as: UTF8.self) else { throw refuse("not UTF-8") }
        guard bytes.last == newline else { throw refuse("no newline at the end") }
        // The last empty line separates: text that ends in a newline stands before it, signature lines behind.
        guard let separator = (1..<bytes.count).last(where: { bytes[$0] == newline && bytes[$0 - 1] == newline }) else {
            throw refuse("no empty line between text and signatures")
        }
        let split = whole.utf8.index(whole.utf8.startIndex, offsetBy: separator)
        text = String(whole[..<split])
        var lines = whole.utf8[whole.utf8.index(after: split)...]
            .split(separator: newline, omittingEmptySubsequences: false).map { Substring($0) }
        lines.removeLast()  // what stands behind the last newline: nothing
        guard !lines.isEmpty else { throw refuse("no signature") }
        guard lines.count <= Self.maximumSignatureCount else {
            throw refuse("more than \(Self.maximumSignatureCount) signatures")
        }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try NoteSignature(parsing: line)) }
        self.signatures = signatures
    }

    /// The same note with `more` signature lines behind its own, none twice.
    public func adding(_ more: [NoteSignature]) -> SignedNote {
        SignedNote(text: text, signatures: signatures + more.filter { !signatures.contains($0) })
    }

    /// What `known` keys have signed. Signatures of unknown keys are ignored, also when they share the name or the id
    /// (but not both) of a known one; a bad signature of a known key condemns the whole note.
    ///
    /// Throws `.badSignature`, or `.noKnownSignature` when nothing known has signed.
    public func verify(logs: [LogVerifier], witnesses: [WitnessVerifier] = []) throws(TransparencyLogError)
        -> VerifiedSignatures
    {
        var verified = VerifiedSignatures()
        for signature in signatures {
            if let log = logs.first(where: { $0.vkey.identifies(signature) }) {
                guard log.key.isValid(signature.signature, for: Array(text.utf8)) else { throw bad(signature) }
                if !verified.logs.contains(log) { verified.logs.append(log) }
            } else if let witness = witnesses.first(where: { $0.vkey.identifies(signature) }) {
                let cosignature = try Cosignature(signature)
                guard cosignature.isValid(for: text, by: witness) else { throw bad(signature) }
                if verified.cosignatures[witness].map({ $0 < cosignature.timestamp }) ?? true {
                    verified.cosignatures[witness] = cosignature.timestamp
                }
            }
        }
        guard !verified.logs.isEmpty || !verified.cosignatures.isEmpty else {
            throw TransparencyLogError(.noKnownSignature, "no signature of a known key")
        }
        return verified
    }

    private func bad(_ signature: NoteSignature) -> TransparencyLogError {
        TransparencyLogError(.badSignature, "the signature of \(signature.name) is bad")
    }
}

/// The known keys that have signed a note.
public struct VerifiedSignatures: Sendable {
    public fileprivate(set) var logs: [LogVerifier] = []
    /// The latest time at which each witness says it cosigned, in seconds since 1970-01-01T00:00Z.
    public fileprivate(set) var cosignatures: [WitnessVerifier: UInt64] = [:]
}

/// The name of a key: not empty, without Unicode white space and plus signs (C2SP signed-note, "Format").
public enum KeyName {
    public static func isValid(_ name: some StringProtocol) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace }
    }
}

extension String {
    /// Swift's `==` takes two spellings of one text (é, or e and an accent) for equal; names of keys are bytes.
    package func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
