internal import TransparencyLog

/// One agreement as it is known: its revisions, what was proposed, and what happened to it.
public struct AgreementRecord: Sendable {
    /// A revision, and the parties whose pinned keys have signed it.
    public struct Revision: Sendable {
        public internal(set) var signed: SignedAgreement
        public internal(set) var signers: Set<String>

        public var agreement: Agreement { signed.agreement }

        /// Of lines that we cannot verify, the first of each name stays: no later one can push it out.
        mutating func add(_ more: SignedAgreement, _ newSigners: Set<String>) {
            let verified = Set(newSigners.map { "\($0)/identity" })
            let known = Set(signed.note.signatures.map(\.name))
            signed = signed.merging(
                more.note.signatures.filter { verified.contains($0.name) || !known.contains($0.name) })
            signers.formUnion(newSigners)
        }
    }

    public let id: String
    /// Those that are accepted, 1 first.
    public internal(set) var revisions: [Revision] = []
    /// Texts of the next revision that wait for signatures.
    public internal(set) var proposals: [Revision] = []
    public internal(set) var changes: [SignedAgreementChange] = []

    init(id: String) { self.id = id }

    /// When it was, or will be, ended before its time: by a termination, or by its lead's leaving.
    public internal(set) var endedMilliseconds: UInt64?

    /// The terms that hold at a time: of the revisions that have begun, the last.
    public func revision(at milliseconds: UInt64) -> Revision? {
        guard milliseconds < endedMilliseconds ?? .max,
            let revision = revisions.last(where: { $0.agreement.fromMilliseconds <= milliseconds }),
            milliseconds < revision.agreement.untilMilliseconds
        else { return nil }
        return revision
    }

    /// Parties and joined members that have not left, whether or not we can verify their signatures.
    func listedMembers(at milliseconds: UInt64) -> Set<String> {
        var members = revisions.first?.agreement.parties ?? []
        for (party, isIn) in standings(at: milliseconds) {
            if isIn { members.insert(party) } else { members.remove(party) }
        }
        return members
    }

    /// What the latest change says of each party; of two at one time, the one that takes it out.
    private func standings(at milliseconds: UInt64) -> [String: Bool] {
        var latest: [String: (effective: UInt64, issued: UInt64, isIn: Bool)] = [:]
        for change in changes.map(\.change)
        where change.kind != .terminate && change.effectiveMilliseconds <= milliseconds {
            let new = (change.effectiveMilliseconds, change.issuedMilliseconds, change.kind == .join)
            guard let old = latest[change.party] else {
                latest[change.party] = new
                continue
            }
            let isLater = (new.0, new.1) > (old.effective, old.issued)
            let takesOut = (new.0, new.1) == (old.effective, old.issued) && !new.2
            if isLater || takesOut { latest[change.party] = new }
        }
        return latest.mapValues(\.isIn)
    }

    /// Members at a time that count: listed, and bound to the terms that hold by a signature we could verify, on the
    /// revision itself or on the change by which they joined it.
    public func members(at milliseconds: UInt64) -> Set<String> {
        guard let revision = revision(at: milliseconds) else { return [] }
        let joins = changes.map(\.change).filter { $0.kind == .join }
        // Asked for each notice: terms that nobody joined are not hashed.
        let digest = joins.isEmpty ? nil : revision.agreement.digest
        let joined = joins.filter { $0.terms == digest }.map(\.party)
        return listedMembers(at: milliseconds).intersection(revision.signers.union(joined))
    }
}

/// An agreement in force, and those who are bound by it.
public struct AgreementInForce: Hashable, Sendable {
    public let agreement: Agreement
    /// Name prefixes, our own among them.
    public let members: Set<String>
}

/// All agreements of an authority: a fold over signed notes, in the order in which they were taken. A party counts only
/// when its signature verifies with the identity key that is pinned for it at that time; after a card was confirmed,
/// notes that wait for its owner's signature are taken once more.
public struct AgreementBook: Sendable {
    public static let maximumAgreements = 10_000
    public static let maximumProposals = 16
    public static let maximumChanges = 1_000
    public static let maximumRevisions = 1_000

    public enum Outcome: Hashable, Sendable {
        /// These parties, whose keys are pinned, have not signed yet.
        case proposed(missing: Set<String>)
        /// The revision is accepted.
        case accepted
        /// Signatures were added to a revision that is accepted.
        case signaturesAdded
        case changed(AgreementChange.Kind)
        /// It was known, with all that it brings.
        case known
    }

    /// Our own name prefix.
    public let own: String
    public private(set) var records: [String: AgreementRecord] = [:]

    public init(own: String) { self.own = own }

    // MARK: Folding

    /// Takes a signed agreement or change. `identities` holds the pinned identity of every confirmed partner, and our
    /// own, by name prefix. Nothing changes when it throws: `.malformedNote`, `.malformedStatement`, `.badValue`,
    /// `.strangeSignature`, `.badSignature`, `.missingSignature`, `.wrongSubject`, `.outOfOrder`, `.conflict`,
    /// `.unknownAgreement`, `.tooMany`.
    public mutating func apply(
        _ bytes: [UInt8], identities: [String: IdentityVerifier]
    ) throws(TrustError) -> Outcome {
        let note = try SignedNote.statement(bytes, upTo: SignedAgreement.maximumByteCount)
        if note.text.utf8.starts(with: "\(AgreementChange.title)\n".utf8) {
            return try apply(SignedAgreementChange(note), identities)
        }
        return try apply(SignedAgreement(note), identities)
    }

    private mutating func apply(
        _ signed: SignedAgreement, _ identities: [String: IdentityVerifier]
    ) throws(TrustError) -> Outcome {
        let agreement = signed.agreement
        // One that is led may be joined later, so that it is of interest before.
        guard agreement.parties.contains(own) || agreement.isMultilateral else {
            throw TrustError(.wrongSubject, "an agreement between two others")
        }
        let signers = try signed.note.signers(among: agreement.parties, identities)
        guard !signers.isEmpty else { throw TrustError(.missingSignature, "no party that is known has signed") }
        var record = records[agreement.id] ?? AgreementRecord(id: agreement.id)
        let accepted = UInt64(record.revisions.count)
        if agreement.revision <= accepted {
            let outcome = try record.merge(signed, signers)
            records[agreement.id] = record
            return outcome
        }
        guard agreement.revision == accepted + 1 else {
            throw TrustError(.outOfOrder, "the next revision of this agreement is \(accepted + 1)")
        }
        try record.checkSuccession(agreement, signers.union(record.proposal(signed)?.signers ?? []))
        let proposal = try record.propose(signed, signers, own: own)
        let missing = missingSigners(proposal, identities)
        if missing.isEmpty {
            record.revisions.append(proposal)
            record.proposals = []
        }
        guard records[agreement.id] != nil || records.count < Self.maximumAgreements else {
            throw TrustError(.tooMany, "at most \(Self.maximumAgreements) agreements")
        }
        records[agreement.id] = record
        return missing.isEmpty ? .accepted : .proposed(missing: missing)
    }

    /// We ourselves where we are a party, the lead, and every party whose key is pinned; of two, both.
    private func missingSigners(
        _ proposal: AgreementRecord.Revision, _ identities: [String: IdentityVerifier]
    ) -> Set<String> {
        let agreement = proposal.agreement
        var needed = agreement.parties.filter { identities[$0] != nil }
        guard let lead = agreement.lead else { return agreement.parties.subtracting(proposal.signers) }
        needed.insert(lead)
        if agreement.parties.contains(own) { needed.insert(own) }
        let missing = needed.subtracting(proposal.signers)
        // With nobody else's signature verified there is nobody to exchange with.
        let isAlone = proposal.signers.subtracting([own]).isEmpty
        return missing.isEmpty && isAlone ? agreement.parties.subtracting([own]) : missing
    }

    private mutating func apply(
        _ signed: SignedAgreementChange, _ identities: [String: IdentityVerifier]
    ) throws(TrustError) -> Outcome {
        let change = signed.change
        guard var record = records[change.agreementID], let last = record.revisions.last?.agreement else {
            throw TrustError(.unknownAgreement, "no accepted agreement of this name is known")
        }
        let needed = change.signers(lead: last.lead)
        try signed.note.requireSignatures(of: needed)
        let signers = try signed.note.signers(among: needed, identities)
        guard signers == needed else {
            throw TrustError(.missingSignature, "not signed by all who must sign it, with keys that are known")
        }
        if record.changes.contains(where: { $0.digest == signed.digest }) { return .known }
        try record.check(change)
        guard record.changes.count < Self.maximumChanges else {
            throw TrustError(.tooMany, "at most \(Self.maximumChanges) changes of one agreement")
        }
        record.changes.append(signed)
        if change.kind == .terminate || (change.kind == .leave && change.party == last.lead) {
            record.endedMilliseconds = min(record.endedMilliseconds ?? .max, change.effectiveMilliseconds)
        }
        records[change.agreementID] = record
        return .changed(change.kind)
    }

    // MARK: Asking

    /// Those that bind us and at least one other, by id.
    public func agreements(inForceAt milliseconds: UInt64) -> [AgreementInForce] {
        records.keys.sorted().compactMap { agreement($0, inForceAt: milliseconds) }
    }

    /// Nil when it is not known, not in force, or does not bind us.
    public func agreement(_ id: String, inForceAt milliseconds: UInt64) -> AgreementInForce? {
        guard let record = records[id], let revision = record.revision(at: milliseconds) else { return nil }
        let members = record.members(at: milliseconds)
        guard members.contains(own), members.count > 1 else { return nil }
        return AgreementInForce(agreement: revision.agreement, members: members)
    }
}

extension AgreementRecord {
    /// A revision that is accepted, once more: perhaps with signatures that can be verified only now.
    fileprivate mutating func merge(
        _ signed: SignedAgreement, _ signers: Set<String>
    ) throws(TrustError) -> AgreementBook.Outcome {
        let place = Int(signed.agreement.revision) - 1
        guard revisions[place].signed.note.text.utf8.elementsEqual(signed.note.text.utf8) else {
            throw TrustError(.conflict, "another text of this revision was accepted")
        }
        guard !signers.isSubset(of: revisions[place].signers) else { return .known }
        revisions[place].add(signed, signers)
        return .signaturesAdded
    }

    /// Whether `agreement` may be the next revision.
    fileprivate func checkSuccession(_ agreement: Agreement, _ signers: Set<String>) throws(TrustError) {
        guard revisions.count < AgreementBook.maximumRevisions else {
            throw TrustError(.tooMany, "at most \(AgreementBook.maximumRevisions) revisions of one agreement")
        }
        guard let last = revisions.last?.agreement else {
            guard AgreementID.proposer(of: id).map(signers.contains) ?? false else {
                throw TrustError(.missingSignature, "an agreement is signed by who proposes it first")
            }
            return
        }
        guard endedMilliseconds == nil else { throw TrustError(.conflict, "this agreement was ended") }
        guard agreement.isMultilateral == last.isMultilateral else {
            throw TrustError(.conflict, "an agreement of two stays one, and one that is led stays led")
        }
        guard agreement.issuedMilliseconds >= last.issuedMilliseconds,
            agreement.fromMilliseconds >= last.fromMilliseconds
        else { throw TrustError(.conflict, "a revision is not older than the one before") }
        guard agreement.parties == listedMembers(at: agreement.issuedMilliseconds) else {
            throw TrustError(.conflict, "the parties of a revision are the members at its date")
        }
    }

    /// The same text, where it is among the proposals.
    fileprivate func proposal(_ signed: SignedAgreement) -> Revision? {
        proposals.first { $0.signed.note.text.utf8.elementsEqual(signed.note.text.utf8) }
    }

    fileprivate mutating func propose(
        _ signed: SignedAgreement, _ signers: Set<String>, own: String
    ) throws(TrustError) -> Revision {
        let known = proposals.firstIndex { $0.signed.note.text.utf8.elementsEqual(signed.note.text.utf8) }
        if let known {
            proposals[known].add(signed, signers)
            return proposals[known]
        }
        if proposals.count >= AgreementBook.maximumProposals {
            // Those that we have signed stay: nobody can push them out.
            guard let oldest = proposals.firstIndex(where: { !$0.signers.contains(own) }) else {
                throw TrustError(.tooMany, "at most \(AgreementBook.maximumProposals) proposals of one revision")
            }
            proposals.remove(at: oldest)
        }
        proposals.append(Revision(signed: signed, signers: signers))
        return proposals.last!
    }

    /// Whether the change, signed by all who must, fits the agreement.
    fileprivate func check(_ change: AgreementChange) throws(TrustError) {
        let last = revisions.last!.agreement
        let isMember = listedMembers(at: change.effectiveMilliseconds).contains(change.party)
        switch change.kind {
        case .terminate:
            guard last.lead.map({ $0 == change.party }) ?? last.parties.contains(change.party) else {
                throw TrustError(.conflict, "an agreement is ended by either of two, or by its lead")
            }
        case .join:
            guard last.isMultilateral, !isMember else { throw TrustError(.conflict, "a member does not join again") }
            guard change.terms == last.digest else { throw TrustError(.conflict, "joined on terms that do not hold") }
        case .leave:
            guard last.isMultilateral, isMember else { throw TrustError(.conflict, "only a member leaves") }
        case .exclude:
            guard last.isMultilateral, isMember, last.lead != change.party else {
                throw TrustError(.conflict, "only a member is excluded, and not the lead")
            }
        }
        guard endedMilliseconds.map({ change.effectiveMilliseconds < $0 }) ?? true else {
            throw TrustError(.conflict, "this agreement was ended")
        }
    }
}
