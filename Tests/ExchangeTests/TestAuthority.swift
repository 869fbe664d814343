import Cryptography
import Exchange
import TransparencyLog

let march: UInt64 = 1_772_323_200_000  // 2026-03-01T00:00:00Z
let day: UInt64 = 86_400_000

/// An authority whose keys come from its prefix: the same in every run.
struct TestAuthority {
    let prefix: String
    let signer: IdentitySigner
    var card: AuthorityCard

    init(_ prefix: String, country: String = "VN", identity: String = "identity") throws {
        self.prefix = prefix
        signer = try IdentitySigner(prefix: prefix, key: Self.key(prefix, identity))
        card = AuthorityCard(
            country: country, authority: "Customs of \(country)", prefix: prefix, revision: 1,
            issuedMilliseconds: march, identity: signer.verifier,
            release: try ReleaseVerifier(prefix: prefix, key: Self.key(prefix, "release").verifyingKey),
            exchange: try LogVerifier(origin: "\(prefix)/exchange", key: Self.key(prefix, "exchange").verifyingKey),
            journal: try LogVerifier(origin: "\(prefix)/journal", key: Self.key(prefix, "journal").verifyingKey),
            witness: try WitnessVerifier(name: "\(prefix)/witness", key: Self.key(prefix, "witness").verifyingKey),
            nodes: ["node.\(prefix).example:8443"], pins: [Digest.sha256(Array(prefix.utf8))])
    }

    static func key<Role>(_ prefix: String, _ label: String) throws -> SigningKey<Role> {
        let seed = Digest.sha256(Array("test key \(prefix) \(label)".utf8)).bytes
        return try SigningKey(seed: SecretBytes(count: 32) { $0.copyBytes(from: seed) })
    }

    var signedCard: SignedCard { get throws { try SignedCard(signing: card, by: signer) } }
    var keys: AuthorityKeys { get throws { AuthorityKeys(card: try signedCard) } }
    var identity: IdentityVerifier { signer.verifier }

    /// A vkey of another key in a use.
    func vkey(_ use: KeyUse, _ label: String) throws -> VerifierKey {
        let name = "\(prefix)/\(use.rawValue)"
        switch use {
        case .witness:
            return try WitnessVerifier(name: name, key: Self.key(prefix, label).verifyingKey).vkey
        default: return try LogVerifier(origin: name, key: Self.key(prefix, label).verifyingKey).vkey
        }
    }

    func begin(_ use: KeyUse, _ label: String, from: UInt64) throws -> KeyBegin {
        try KeyBegin(use, fromMilliseconds: from, vkey: vkey(use, label))
    }

    func epoch(_ number: UInt32, from: UInt64, days: UInt64 = 7) throws -> PublishedEpoch {
        let seed = Digest.sha256(Array("\(prefix) epoch \(number)".utf8)).bytes
        let key = (0..<PublishedEpoch.byteCount).map { seed[$0 % 32] }
        return try PublishedEpoch(
            number: number, fromMilliseconds: from, untilMilliseconds: from + days * day, publicKey: key)
    }

    func statement(
        _ number: UInt64, issued: UInt64 = march, begins: [KeyBegin] = [], ends: [KeyEnd] = [],
        epochs: [PublishedEpoch] = [], revocations: [KeyEnd] = []
    ) throws -> [UInt8] {
        let statement = KeysStatement(
            prefix: prefix, number: number, issuedMilliseconds: issued, begins: begins, ends: ends, epochs: epochs,
            revocations: revocations)
        return try SignedKeysStatement(signing: statement, by: signer).encoded
    }

    /// A note over any text, signed with the identity key.
    func sign(_ text: String) -> SignedNote {
        let key: SigningKey<IdentityRole> = try! Self.key(prefix, "identity")
        let vkey = identity.vkey
        return SignedNote(
            text: text,
            signatures: [NoteSignature(name: vkey.name, keyID: vkey.keyID, signature: key.sign(Array(text.utf8)))])
    }
}

func agreement(
    _ id: String = "vn.customs/wildlife", revision: UInt64 = 1, parties: Set<String> = ["vn.customs", "la.customs"],
    lead: String? = nil, issued: UInt64 = march, from: UInt64 = march, days: UInt64 = 365, nominal: Bool = false,
    purposes: Set<ExchangePurpose> = [.investigation, .prevention], categories: Set<String> = ["all"],
    kinds: Set<CoveredKind> = Set(CoveredKind.allCases), handling: HandlingCode = .h2, tlp: TrafficLight = .amber,
    onward: OnwardTransfer = .withConsent, retention: UInt64 = 365
) -> Agreement {
    Agreement(
        id: id, revision: revision, issuedMilliseconds: issued, title: "Wildlife on the Mekong routes",
        instrument: lead == nil ? .bilateralTreaty : .jointOperation,
        legalBasis: "Agreement on mutual administrative assistance, article 4", lead: lead, parties: parties,
        purposes: purposes, categories: categories, kinds: kinds, allowsNominal: nominal, highestHandling: handling,
        highestTLP: tlp, onward: onward, retentionDays: retention, fromMilliseconds: from,
        untilMilliseconds: from + days * day)
}

/// What a text becomes when one of its lines is dropped, doubled, moved or changed.
func mutations(of text: String) -> [(what: String, text: String)] {
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map {
        String(Substring($0))
    }
    func whole(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
    var all: [(String, String)] = []
    for index in lines.indices {
        func replaced(_ line: String) -> String {
            var copy = lines
            copy[index] = line
            return whole(copy)
        }
        let line = lines[index]
        all.append(("an empty line at \(index)", replaced("")))
        all.append(("a space behind line \(index)", replaced(line + " ")))
        all.append(("a space before line \(index)", replaced(" " + line)))
        all.append(("a carriage return behind line \(index)", replaced(line + "\r")))
        all.append(("a capital in line \(index)", replaced(line.prefix(1).uppercased() + line.dropFirst())))
        if let colon = line.firstIndex(of: ":"), index > 0 {
            all.append(("no value in line \(index)", replaced(String(line[...colon]) + " ")))
            all.append(
                ("another space in line \(index)", replaced(line[...colon] + " " + line[line.index(after: colon)...])))
            all.append(("another key in line \(index)", replaced("x" + line)))
            all.append(("a hidden mark in line \(index)", replaced(line + "\u{202E}")))
        }
        if index > 0, index + 1 < lines.count, lines[index].prefix(4) != lines[index + 1].prefix(4) {
            var swapped = lines
            swapped.swapAt(index, index + 1)
            all.append(("lines \(index) and the next swapped", whole(swapped)))
        }
    }
    all.append(("a line more", text + "more: of this\n"))
    all.append(("no newline at the end", String(text.dropLast())))
    all.append(("nothing", "\n"))
    return all
}
