public import Cryptography
internal import Customs
public import TransparencyLog

/// On what terms authorities exchange (`Protocols/agreements.md`). The text is what people read and what all sign:
///
/// ```
/// cordon agreement v1
/// id: vn.customs/wildlife-2026
/// revision: 1
/// issued: 2026-03-01T08:30:00Z
/// title: Wildlife on the Mekong routes
/// instrument: bilateral-treaty
/// basis: Agreement on mutual administrative assistance of 12 May 2019, article 4
/// lead: <prefix>                       multilateral only
/// party: <prefix>                      2 to 64, ascending
/// purpose: <code>                      1 to 7, ascending
/// category: <code>                     `all` alone, or offences, ascending
/// notice: <kind>                       1 to 4, ascending
/// nominal: no
/// handling: H1                         the highest
/// tlp: amber                           the most restrictive
/// onward: with-consent
/// retention-days: 365
/// from: 2026-04-01T00:00:00Z
/// until: 2028-04-01T00:00:00Z
/// ```
public struct Agreement: Hashable, Sendable {
    public static let title = "cordon agreement v1"
    public static let maximumByteCount = 64 << 10
    public static let maximumParties = 64
    public static let allCategories = "all"

    public var id: String
    /// From 1. A later revision takes an earlier one's place, from its own beginning, once all have signed it.
    public var revision: UInt64
    public var issuedMilliseconds: UInt64
    public var title: String
    public var instrument: AgreementInstrument
    public var legalBasis: String
    /// Who admits and excludes members, and ends it; nil for one between two, which either may end.
    public var lead: String?
    public var parties: Set<String>
    public var purposes: Set<ExchangePurpose>
    /// Offences (`Vocabulary.offence`), or nothing but `all`.
    public var categories: Set<String>
    public var kinds: Set<CoveredKind>
    public var allowsNominal: Bool
    public var highestHandling: HandlingCode
    public var highestTLP: TrafficLight
    public var onward: OnwardTransfer
    /// For how long what was received may be kept.
    public var retentionDays: UInt64
    public var fromMilliseconds: UInt64
    /// The first moment at which it is no longer in force.
    public var untilMilliseconds: UInt64

    public init(
        id: String, revision: UInt64, issuedMilliseconds: UInt64, title: String, instrument: AgreementInstrument,
        legalBasis: String, lead: String?, parties: Set<String>, purposes: Set<ExchangePurpose>,
        categories: Set<String>, kinds: Set<CoveredKind>, allowsNominal: Bool, highestHandling: HandlingCode,
        highestTLP: TrafficLight, onward: OnwardTransfer, retentionDays: UInt64, fromMilliseconds: UInt64,
        untilMilliseconds: UInt64
    ) {
        self.id = id
        self.revision = revision
        self.issuedMilliseconds = issuedMilliseconds
        self.title = title
        self.instrument = instrument
        self.legalBasis = legalBasis
        self.lead = lead
        self.parties = parties
        self.purposes = purposes
        self.categories = categories
        self.kinds = kinds
        self.allowsNominal = allowsNominal
        self.highestHandling = highestHandling
        self.highestTLP = highestTLP
        self.onward = onward
        self.retentionDays = retentionDays
        self.fromMilliseconds = fromMilliseconds
        self.untilMilliseconds = untilMilliseconds
    }

    public var isMultilateral: Bool { lead != nil }

    /// SHA-256 of the text: what a joining member names the terms by.
    public var digest: Digest { Digest.sha256(Array(text.utf8)) }

    public func covers(category: String) -> Bool {
        categories.contains(Self.allCategories) || categories.contains(category)
    }

    /// Of fields that are not allowed it makes a text that `init(parsing:)` refuses.
    public var text: String {
        var writer = StatementWriter(title: Self.title)
        writer.line("id", id)
        writer.line("revision", "\(revision)")
        writer.line("issued", StatementValue.time(issuedMilliseconds))
        writer.line("title", title)
        writer.line("instrument", instrument.rawValue)
        writer.line("basis", legalBasis)
        writer.line("lead", lead)
        writer.lines("party", parties.inByteOrder)
        writer.lines("purpose", Set(purposes.map(\.rawValue)).inByteOrder)
        writer.lines("category", categories.inByteOrder)
        writer.lines("notice", Set(kinds.map(\.rawValue)).inByteOrder)
        writer.line("nominal", allowsNominal ? "yes" : "no")
        writer.line("handling", highestHandling.rawValue)
        writer.line("tlp", highestTLP.rawValue)
        writer.line("onward", onward.rawValue)
        writer.line("retention-days", "\(retentionDays)")
        writer.line("from", StatementValue.time(fromMilliseconds))
        writer.line("until", StatementValue.time(untilMilliseconds))
        return writer.text
    }

    /// Throws `.malformedStatement` or `.badValue` with the line. Accepts exactly what `text` writes of a good one.
    public init(parsing text: String) throws(TrustError) {
        var reader = try StatementReader(text, title: Self.title, upTo: Self.maximumByteCount)
        id = try reader.one("id", "the proposer's prefix, a slash and a name") { AgreementID.isValid($0) ? $0 : nil }
        revision = try reader.one("revision", "a number from 1", StatementValue.number(1...(1 << 32)))
        issuedMilliseconds = try reader.one("issued", StatementValue.timeForm, StatementValue.time)
        title = try reader.one("title", "a line of text", StatementValue.text(upTo: 200))
        instrument = try reader.one("instrument", "a kind of instrument") { AgreementInstrument(rawValue: $0) }
        legalBasis = try reader.one("basis", "a line of text", StatementValue.text(upTo: 500))
        lead = try reader.optional("lead", "a name prefix") { AuthorityPrefix.isValid($0) ? $0 : nil }
        let parties = try reader.set(
            "party", 2...Self.maximumParties, "a name prefix", where: AuthorityPrefix.isValid)
        guard lead != nil || parties.count == 2 else { throw reader.refusal("between more than two, one leads") }
        guard lead.map(parties.contains) ?? true, AgreementID.proposer(of: id).map(parties.contains) ?? false else {
            throw reader.refusal("who proposes and who leads are parties")
        }
        self.parties = Set(parties)
        purposes = try reader.codes("purpose", ExchangePurpose.self)
        let categories = try reader.set("category", 1...Vocabulary.offence.count, "`all` or an offence") {
            $0 == Self.allCategories || Vocabulary.offence.contains($0)
        }
        guard categories.count == 1 || !categories.contains(Self.allCategories) else {
            throw reader.refusal("`all` stands alone")
        }
        self.categories = Set(categories)
        kinds = try reader.codes("notice", CoveredKind.self)
        allowsNominal = try reader.one("nominal", "yes or no", StatementValue.yes)
        highestHandling = try reader.one("handling", "H0 to H3") { HandlingCode(rawValue: $0) }
        highestTLP = try reader.one("tlp", "a traffic light") { TrafficLight(rawValue: $0) }
        onward = try reader.one("onward", "no, with-consent or yes") { OnwardTransfer(rawValue: $0) }
        retentionDays = try reader.one("retention-days", "1 to 36500", StatementValue.number(1...36_500))
        let from = try reader.one("from", StatementValue.timeForm, StatementValue.time)
        fromMilliseconds = from
        untilMilliseconds = try reader.one("until", "\(StatementValue.timeForm), after its beginning") { text in
            StatementValue.time(text).flatMap { from < $0 ? $0 : nil }
        }
        try reader.end()
    }
}

extension Set<String> {
    var inByteOrder: [String] { sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
}

extension StatementReader {
    /// A set of codes, at least one.
    mutating func codes<Code: RawRepresentable<String> & CaseIterable & Hashable>(
        _ key: String, _ type: Code.Type
    ) throws(TrustError) -> Set<Code> {
        let texts = try set(key, 1...Code.allCases.count, "one of the codes of `\(key)`") { Code(rawValue: $0) != nil }
        return Set(texts.compactMap(Code.init))
    }
}

/// An agreement with signatures of some of its parties, in ascending order of their names, each once. Reading one
/// proves nothing; `AgreementBook` does.
public struct SignedAgreement: Hashable, Sendable {
    public static let maximumByteCount = 64 << 10

    public let agreement: Agreement
    public let note: SignedNote

    public var encoded: [UInt8] { note.encoded }

    /// Throws `.malformedStatement` or `.badValue` when it is not a good one, `.wrongSubject` when the signer is not
    /// its party.
    public init(proposing agreement: Agreement, by signer: IdentitySigner) throws(TrustError) {
        let text = agreement.text
        guard try Agreement(parsing: text) == agreement else { throw TrustError(.badValue, "times are whole seconds") }
        guard agreement.parties.contains(signer.prefix) else {
            throw TrustError(.wrongSubject, "an agreement is signed by its parties")
        }
        self.agreement = agreement
        note = SignedNote(text: text, signatures: [signer.signature(of: text)])
    }

    /// Throws `.malformedNote`, `.malformedStatement`, `.badValue`, `.strangeSignature`. Accepts exactly what `encoded`
    /// writes.
    public init(parsing bytes: [UInt8]) throws(TrustError) {
        try self.init(SignedNote.statement(bytes, upTo: Self.maximumByteCount))
    }

    init(_ note: SignedNote) throws(TrustError) {
        self.note = note
        agreement = try Agreement(parsing: note.text)
        try note.requireSignatures(of: agreement.parties)
    }

    private init(_ agreement: Agreement, _ note: SignedNote) {
        self.agreement = agreement
        self.note = note
    }

    /// The same with `signer`'s signature. Throws `.wrongSubject` when the signer is not its party.
    public func accepted(by signer: IdentitySigner) throws(TrustError) -> SignedAgreement {
        guard agreement.parties.contains(signer.prefix) else {
            throw TrustError(.wrongSubject, "an agreement is signed by its parties")
        }
        return merging([signer.signature(of: note.text)])
    }

    /// Where one party has two signatures, the one in `more` stays.
    func merging(_ more: [NoteSignature]) -> SignedAgreement {
        let names = Set(more.map(\.name))
        let all = note.signatures.filter { !names.contains($0.name) } + more
        let sorted = all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return SignedAgreement(agreement, SignedNote(text: note.text, signatures: sorted))
    }
}

extension SignedNote {
    /// Throws `.strangeSignature` unless every signature is called after one of `parties`, each once, ascending.
    func requireSignatures(of parties: Set<String>) throws(TrustError) {
        let names = signatures.map(\.name)
        let known = Set(parties.map { "\($0)/\(IdentityRole.name)" })
        for (index, name) in names.enumerated() {
            guard known.contains(name), signatures[index].signature.count == 64,
                index == 0 || names[index - 1].utf8.lexicographicallyPrecedes(name.utf8)
            else {
                throw TrustError(.strangeSignature, "signatures are those of parties, in order, each once")
            }
        }
    }

    /// Those of `parties` whose pinned key has signed. Throws `.badSignature` on one that only claims to be a pinned key's.
    func signers(
        among parties: Set<String>, _ identities: [String: IdentityVerifier]
    ) throws(TrustError) -> Set<String> {
        var signers: Set<String> = []
        for party in parties.inByteOrder {
            if let identity = identities[party], try identity.hasSigned(self) { signers.insert(party) }
        }
        return signers
    }
}
