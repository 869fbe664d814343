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

    /// Names are filled up to `nameByteCount`.
    init(partners count: Int, nameByteCount: Int = 0) throws {
        release = try SigningKey(seed: Self.seed(1))
        partners = try (0..<count).map {
            let name = "p\($0).customs.example"
            let filler = String(repeating: "x", count: max(0, nameByteCount - name.utf8.count))
            return OpeningKey(authority: filler + name, epoch: 7, key: try RecipientKey(seed: Self.seed(100 + $0)))
        }
        stranger = OpeningKey(authority: "x.customs.example", epoch: 7, key: try RecipientKey(seed: Self.seed(99)))
        directory = Directory()
        directory.announce(release.verifyingKey, .active)
    }

    /// The same, with the first of its partners alone.
    func with(partners count: Int) -> Federation { Federation(of: self, partners: Array(partners.prefix(count))) }

    private init(of federation: Federation, partners: [OpeningKey]) {
        release = federation.release
        self.partners = partners
        stranger = federation.stranger
        directory = federation.directory
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
    /// By origin of the log.
    private var signers: [String: [Digest: Signer]] = [:]

    mutating func announce(
        _ key: VerifyingKey<ReleaseRole>, _ status: Signer.Status, origin: String = Federation.origin
    ) {
        signers[origin, default: [:]][key.signerID] = Signer(key: key, status: status)
    }

    func signer(_ id: Digest, origin: String, timeMilliseconds: UInt64) -> Signer? { signers[origin]?[id] }
}

extension OpeningKey {
    var recipient: EpochRecipient { EpochRecipient(authority: authority, epoch: epoch, key: key.publicKey) }
}
