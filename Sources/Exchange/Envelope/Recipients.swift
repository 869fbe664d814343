public import Cryptography
internal import EntryCodec
internal import TransparencyLog

/// To whom an envelope is sealed: an authority, by its key of one epoch.
public struct EpochRecipient: Sendable {
    /// The authority's name prefix.
    public let authority: String
    public let epoch: UInt32
    public let key: RecipientPublicKey

    public var keyID: RecipientKeyID { key.id }

    public init(authority: String, epoch: UInt32, key: RecipientPublicKey) {
        self.authority = authority
        self.epoch = epoch
        self.key = key
    }
}

/// A private key of ours, to open with.
public struct OpeningKey: Sendable {
    /// Our name prefix, as others list us.
    public let authority: String
    public let epoch: UInt32
    public let key: RecipientKey

    public init(authority: String, epoch: UInt32, key: RecipientKey) {
        self.authority = authority
        self.epoch = epoch
        self.key = key
    }

    var listed: ListedRecipient { ListedRecipient(authority: authority, keyID: key.publicKey.id, epoch: epoch) }
}

/// A recipient as the content of an envelope lists it.
public struct ListedRecipient: Equatable, Sendable {
    public static let maximumNameByteCount = 200

    public let authority: String
    public let keyID: RecipientKeyID
    public let epoch: UInt32

    public init(authority: String, keyID: RecipientKeyID, epoch: UInt32) {
        self.authority = authority
        self.keyID = keyID
        self.epoch = epoch
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.keyID == b.keyID && a.epoch == b.epoch && a.authority.hasSameBytes(as: b.authority)
    }

    /// A name prefix (`Protocols/keys.md`).
    static func isName(_ name: String) -> Bool {
        (1...maximumNameByteCount).contains(name.utf8.count) && KeyName.isValid(name) && name.utf8.last != 0x2F
    }
}

extension [ListedRecipient] {
    /// `SHA-256(salt ‖ key id[8] ‖ epoch[4] ‖ …)`, over the list in the order of key ids.
    func commitment(salt: [UInt8]) -> Digest {
        Digest.sha256(reduce(into: salt) { $0 += $1.keyID.bytes + $1.epoch.bigEndianBytes })
    }
}
