import Cryptography
import EntryCodec
import TransparencyLog

@testable import Exchange

/// An authority that releases, partners that open, and one that is no recipient. Keys come from fixed seeds.
struct Federation: Sendable {
    static let origin = "vn.customs.example/exchange"
    static let time: UInt64 = 1_800_000_000_000

    let release: SigningKey<ReleaseRole>
    let partners: [OpeningKey]
    let stranger: OpeningKey
    var directory: Directory

    var sealer: EnvelopeSealer { EnvelopeSealer(origin: Self.origin, key: release) }
    var recipients: [EpochRecipient] { partners.map { $0.recipient } }

    init(partners count: Int) throws {
        release = try SigningKey(seed: Self.seed(1))
        partners = try (0..<count).map {
            OpeningKey(authority: "p\($0).customs.example", epoch: 7, key: try RecipientKey(seed: Self.seed(100 + $0)))
        }
        stranger = OpeningKey(authority: "x.customs.example", epoch: 7, key: try RecipientKey(seed: Self.seed(99)))
        directory = Directory(signers: [release.verifyingKey.signerID: Signer(key: release.verifyingKey, status: .active)])
    }

    static func seed(_ number: Int) throws -> SecretBytes {
        try SecretBytes(count: 32) { $0.copyBytes(from: Digest.sha256(Array("seed \(number)".utf8)).bytes) }
    }

    func seal(_ document: [UInt8] = Array("a release".utf8)) throws -> EnvelopeSealer.Sealed {
        try sealer.seal(document, for: recipients, timeMilliseconds: Self.time)
    }

    /// As a partner whose mirror holds the entry.
    @discardableResult
    func open(
        _ sealed: EnvelopeSealer.Sealed, as keys: [OpeningKey], origin: String = Self.origin, isDuplicate: Bool = false
    ) throws -> OpenedEnvelope {
        try open(sealed.envelope.encoded, sealed.entry, as: keys, origin: origin, isDuplicate: isDuplicate)
    }

    @discardableResult
    func open(
        _ envelope: [UInt8], _ entry: LogEntry, as keys: [OpeningKey], origin: String = Self.origin,
        isDuplicate: Bool = false
    ) throws -> OpenedEnvelope {
        try EnvelopeOpener(keys: keys, signers: directory).open(
            envelope, of: entry, origin: origin, evidence: .mirrored(origin: origin, leafHash: entry.leafHash),
            isDuplicate: { _ in isDuplicate }, admit: { _ in })
    }
}

struct Directory: SignerDirectory {
    var signers: [Digest: Signer]
    var origin = Federation.origin

    func signer(_ id: Digest, origin: String, timeMilliseconds: UInt64) -> Signer? {
        origin == self.origin ? signers[id] : nil
    }
}

extension OpeningKey {
    var recipient: EpochRecipient { EpochRecipient(authority: authority, epoch: epoch, key: key.publicKey) }
}
