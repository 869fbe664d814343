public import Cryptography
public import TransparencyLog

/// What happens to an agreement and its members besides new revisions (`Protocols/agreements.md`, "Changes"):
///
/// ```
/// cordon agreement change v1
/// agreement: vn.customs/wildlife-2026
/// change: join
/// party: kh.customs
/// terms: <SHA-256 of the agreement's text, hex>      joining only
/// issued: 2026-06-01T00:00:00Z
/// effective: 2026-06-01T00:00:00Z
/// reason: <a line of text>                           where there is one
/// ```
public struct AgreementChange: Hashable, Sendable {
    public static let title = "cordon agreement change v1"
    public static let maximumByteCount = 4 << 10

    public enum Kind: String, Sendable, CaseIterable {
        /// `party` becomes a member: it and the lead sign.
        case join
        /// `party` leaves: it signs. When the lead leaves, the agreement ends.
        case leave
        /// `party` is excluded: the lead signs.
        case exclude
        /// It ends: `party` signs, either of two, or the lead.
        case terminate
    }

    public var agreementID: String
    public var kind: Kind
    public var party: String
    /// The digest of the revision that a joining member agrees to.
    public var terms: Digest?
    public var issuedMilliseconds: UInt64
    /// Not before it was issued.
    public var effectiveMilliseconds: UInt64
    public var reason: String?

    public init(
        agreementID: String, kind: Kind, party: String, terms: Digest? = nil, issuedMilliseconds: UInt64,
        effectiveMilliseconds: UInt64, reason: String? = nil
    ) {
        self.agreementID = agreementID
        self.kind = kind
        self.party = party
        self.terms = terms
        self.issuedMilliseconds = issuedMilliseconds
        self.effectiveMilliseconds = effectiveMilliseconds
        self.reason = reason
    }

    /// Who must sign it, of an agreement led by `lead`.
    func signers(lead: String?) -> Set<String> {
        switch kind {
        case .join: Set([party] + (lead.map { [$0] } ?? []))
        case .leave, .terminate: [party]
        case .exclude: Set(lead.map { [$0] } ?? [])
        }
    }

    var text: String {
        var writer = StatementWriter(title: Self.title)
        writer.line("agreement", agreementID)
        writer.line("change", kind.rawValue)
        writer.line("party", party)
        writer.line("terms", terms?.hex)
        writer.line("issued", StatementValue.time(issuedMilliseconds))
        writer.line("effective", StatementValue.time(effectiveMilliseconds))
        writer.line("reason", reason)
        return writer.text
    }

    /// Throws `.malformedStatement` or `.badValue` with the line. Accepts exactly what `text` writes of a good one.
    init(parsing text: String) throws(TrustError) {
        var reader = try StatementReader(text, title: Self.title, upTo: Self.maximumByteCount)
        agreementID = try reader.one("agreement", "an agreement's id") { AgreementID.isValid($0) ? $0 : nil }
        let kind = try reader.one("change", "join, leave, exclude or terminate") { Kind(rawValue: $0) }
        self.kind = kind
        party = try reader.one("party", "a name prefix") { AuthorityPrefix.isValid($0) ? $0 : nil }
        terms =
            kind == .join
            ? try reader.one("terms", "the SHA-256 of the agreement's text", StatementValue.digest) : nil
        let issued = try reader.one("issued", StatementValue.timeForm, StatementValue.time)
        issuedMilliseconds = issued
        effectiveMilliseconds = try reader.one("effective", "\(StatementValue.timeForm), not before `issued`") { text in
            StatementValue.time(text).flatMap { issued <= $0 ? $0 : nil }
        }
        reason = try reader.optional("reason", "a line of text", StatementValue.text(upTo: 500))
        try reader.end()
    }
}

/// A change with signatures, in ascending order of names, each once. Reading one proves nothing; `AgreementBook` does.
public struct SignedAgreementChange: Hashable, Sendable {
    public let change: AgreementChange
    public let note: SignedNote

    public var encoded: [UInt8] { note.encoded }
    var digest: Digest { Digest.sha256(Array(note.text.utf8)) }

    /// Throws `.malformedStatement` or `.badValue` when it is not a good one.
    public init(signing change: AgreementChange, by signer: IdentitySigner) throws(TrustError) {
        let text = change.text
        guard try AgreementChange(parsing: text) == change else {
            throw TrustError(.badValue, "times are whole seconds, and terms are for joining")
        }
        self.change = change
        note = SignedNote(text: text, signatures: [signer.signature(of: text)])
    }

    /// Throws `.malformedNote`, `.malformedStatement`, `.badValue`, `.strangeSignature`.
    public init(parsing bytes: [UInt8]) throws(TrustError) {
        try self.init(SignedNote.statement(bytes, upTo: AgreementChange.maximumByteCount))
    }

    init(_ note: SignedNote) throws(TrustError) {
        change = try AgreementChange(parsing: note.text)
        self.note = note
        let names = note.signatures.map(\.name)
        let areInOrder = zip(names, names.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard names.count <= 2, areInOrder else {
            throw TrustError(.strangeSignature, "one or two signatures, in order")
        }
    }

    private init(_ change: AgreementChange, _ note: SignedNote) {
        self.change = change
        self.note = note
    }

    /// The same with `signer`'s signature too: the lead's, to a member that joins.
    public func signed(by signer: IdentitySigner) -> SignedAgreementChange {
        let more = signer.signature(of: note.text)
        let all = note.signatures.filter { $0.name != more.name } + [more]
        let sorted = all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return SignedAgreementChange(change, SignedNote(text: note.text, signatures: sorted))
    }
}
