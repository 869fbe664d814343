public import Cryptography
public import TransparencyLog

/// The names that go by an authority's *name prefix*. `Protocols/cards.md`, "Names".
public enum AuthorityPrefix {
    public static let maximumByteCount = 200

    /// Letters a to z, digits, `.`, `-` and `/`, the first and last a letter or digit: read aloud, and compared byte by
    /// byte, it is the same.
    public static func isValid(_ prefix: String) -> Bool {
        func isLetterOrDigit(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
        guard (1...maximumByteCount).contains(prefix.utf8.count), isLetterOrDigit(prefix.utf8.first!),
            isLetterOrDigit(prefix.utf8.last!)
        else { return false }
        return prefix.utf8.allSatisfy { isLetterOrDigit($0) || [0x2D, 0x2E, 0x2F].contains($0) }
    }

    /// The origin of the authority's exchange log.
    public static func exchange(_ prefix: String) -> String { "\(prefix)/exchange" }
    /// The origin of its journal.
    public static func journal(_ prefix: String) -> String { "\(prefix)/journal" }
}

/// A public key that signs notes or entries in one role, under its name: a vkey of type 0x01.
public struct AuthorityVerifier<Role: KeyRole>: Hashable, Sendable {
    public let vkey: VerifierKey
    public let key: VerifyingKey<Role>

    /// Throws `.badValue` unless `vkey` is of type 0x01 and a good key.
    public init(_ vkey: VerifierKey) throws(TrustError) {
        guard vkey.type == VerifierKey.ed25519Type else {
            throw TrustError(.badValue, "the \(Role.name) key is of type \(VerifierKey.ed25519Type)")
        }
        do {
            key = try VerifyingKey(vkey.publicKey)
        } catch {
            throw TrustError(.badValue, error.reason)
        }
        self.vkey = vkey
    }

    /// The key called `<prefix>/<role>`. Throws `.badValue` when `prefix` is not one.
    public init(prefix: String, key: VerifyingKey<Role>) throws(TrustError) {
        guard AuthorityPrefix.isValid(prefix),
            let vkey = try? VerifierKey(
                name: "\(prefix)/\(Role.name)", type: VerifierKey.ed25519Type, publicKey: key.bytes)
        else { throw TrustError(.badValue, "not a name prefix") }
        self.vkey = vkey
        self.key = key
    }
}

public typealias IdentityVerifier = AuthorityVerifier<IdentityRole>
public typealias ReleaseVerifier = AuthorityVerifier<ReleaseRole>

extension AuthorityVerifier where Role == IdentityRole {
    /// Without `/identity`.
    public var prefix: String { String(vkey.name.dropLast(IdentityRole.name.count + 1)) }

    func isNamed(by signature: NoteSignature) -> Bool {
        vkey.keyID == signature.keyID && vkey.name.utf8.elementsEqual(signature.name.utf8)
    }

    /// Whether one of the note's signatures is this key's. Throws `.badSignature` on one that only claims to be.
    func hasSigned(_ note: SignedNote) throws(TrustError) -> Bool {
        var found = false
        for signature in note.signatures where isNamed(by: signature) {
            guard key.isValid(signature.signature, for: Array(note.text.utf8)) else {
                throw TrustError(.badSignature, "the signature of \(signature.name) is bad")
            }
            found = true
        }
        return found
    }

    /// Of a note that this key alone signs, once. Throws `.badSignature`, `.missingSignature`, `.strangeSignature`.
    func verifyAlone(_ note: SignedNote) throws(TrustError) {
        guard try hasSigned(note) else {
            throw TrustError(.missingSignature, "not signed by \(vkey.name), or by another key of that name")
        }
        guard note.signatures.count == 1 else { throw TrustError(.strangeSignature, "more than one signature") }
    }
}

/// Signs cards, keys statements and agreements with the identity key.
public struct IdentitySigner: Sendable {
    public let verifier: IdentityVerifier
    private let key: SigningKey<IdentityRole>

    /// Throws `.badValue` when `prefix` is not a name prefix.
    public init(prefix: String, key: SigningKey<IdentityRole>) throws(TrustError) {
        verifier = try IdentityVerifier(prefix: prefix, key: key.verifyingKey)
        self.key = key
    }

    public var prefix: String { verifier.prefix }

    /// Only texts of statements come here: each begins with a title that no other kind of statement has.
    func signature(of text: String) -> NoteSignature {
        NoteSignature(name: verifier.vkey.name, keyID: verifier.vkey.keyID, signature: key.sign(Array(text.utf8)))
    }
}

extension SignedNote {
    /// `init(parsing:)` with errors of this module, up to `limit` bytes.
    static func statement(_ bytes: [UInt8], upTo limit: Int) throws(TrustError) -> SignedNote {
        guard bytes.count <= limit else { throw TrustError(.malformedNote, "this has at most \(limit) bytes") }
        do {
            return try SignedNote(parsing: bytes)
        } catch {
            throw TrustError(.malformedNote, error.reason)
        }
    }
}
