internal import Casework
public import Cryptography
public import Exchange
public import Storage
internal import Synchronization
internal import TransparencyLog

/// How things stand with one partner.
public struct PartnerReport: Sendable {
    /// One of its logs, and what it did for ours of the same name.
    public struct Log: Sendable {
        public let id: LogID
        /// Of the checkpoint that is held; 0 where there is none.
        public let size: UInt64
        public let root: Digest?
        /// Entries that are stored here.
        public let stored: UInt64
        /// Up to where it has cosigned our log; 0 where it has not.
        public let cosigned: UInt64
        /// The lines of its signatures.
        public let cosignature: [UInt8]
    }

    public let partner: Partner
    public let logs: [Log]
    /// The end of the last epoch that it has published keys for; nil where there is none.
    public let keysUntil: UInt64?
    /// What happened with it; `lastSync` and `lag` say how its log stands.
    public let figures: PartnerFigures
    /// When its log was last seen to its end, since the node was started; 0 for never.
    public let lastSync: UInt64
    /// Entries of its log that are known to exist and not stored.
    public let lag: UInt64
    /// Attempts to sync that failed since the last that did not.
    public let failures: Int
    public let lastFailure: String
    /// Deliveries that were refused since the node was started.
    public let refused: Int
    /// Its requests that were answered with an error since the node was started.
    public let refusedRequests: Int
}

/// An agreement as it is known here.
public struct AgreementReport: Sendable {
    public enum State: String, Sendable, CaseIterable {
        /// Signatures are missing.
        case proposed
        /// Its time has not come.
        case agreed
        case inForce = "in-force"
        /// Its time is over, or it was ended.
        case ended
    }
    public let state: State
    public let revision: AgreementRecord.Revision
    public let members: Set<String>
    public let endedMilliseconds: UInt64?
    public let changes: [SignedAgreementChange]
}

extension ExchangeService {
    /// Our own card. Throws `.notFound` where none was issued yet.
    public func card(by credentials: Credentials) throws -> SignedCard {
        try credentials.require(.readPartners)
        guard let card = directory.ownCard else {
            throw CaseError(.notFound, "the node has not issued a card yet: it does when it begins to exchange")
        }
        return card
    }

    /// By prefix.
    public func partners(by credentials: Credentials) async throws -> [PartnerReport] {
        try credentials.require(.readPartners)
        return try await partnerReports()
    }

    public func partner(_ prefix: String, by credentials: Credentials) async throws -> PartnerReport {
        try credentials.require(.readPartners)
        guard let partner = directory.partners[prefix] else { throw Self.noSuchPartner }
        return try await readers.run { [self] in try report(on: partner) }
    }

    /// The portable proof that a partner's log has two histories. Throws `.notFound` where there is none.
    public func evidence(against prefix: String, by credentials: Credentials) throws -> [UInt8] {
        try credentials.require(.readPartners)
        guard let partner = directory.partners[prefix] else { throw Self.noSuchPartner }
        guard !partner.evidence.isEmpty else {
            throw CaseError(
                .notFound, "there is no proof against this partner: its log has one history, as far as seen")
        }
        return partner.evidence
    }

    static let noSuchPartner = CaseError(.notFound, "there is no such partner")

    /// For whoever watches the node: nobody's rights are asked.
    public func partnerReports() async throws -> [PartnerReport] {
        let partners = directory.partners.values.sorted { $0.prefix < $1.prefix }
        return try await readers.run { [self] in try partners.map { try report(on: $0) } }
    }

    private func report(on partner: Partner) throws -> PartnerReport {
        let logs = try LogID.allCases.map { log in
            let head = try mirrors.head(partner.number, log, storedLogVerifiers(of: partner, log))
            let given = try mirrors.cosigned(partner.number, log)
            return PartnerReport.Log(
                id: log, size: head?.size ?? 0, root: head?.root,
                stored: log == .exchange ? try mirrors.size(partner.number) : 0, cosigned: given?.size ?? 0,
                cosignature: given?.lines ?? [])
        }
        let counts = state.withLock { $0.counts[partner.prefix] } ?? PartnerCounts()
        let exchange = logs.first { $0.id == .exchange }
        return PartnerReport(
            partner: partner, logs: logs, keysUntil: keys(of: partner.prefix)?.epochs.map(\.untilMilliseconds).max(),
            figures: figures(of: partner.prefix), lastSync: counts.lastSync,
            lag: (exchange?.size ?? 0) - min(exchange?.size ?? 0, exchange?.stored ?? 0), failures: counts.failures,
            lastFailure: counts.lastFailure, refused: counts.refused,
            refusedRequests: counts.refusedRequests)
    }

    // MARK: Agreements

    /// By id; proposals behind what they would replace.
    public func agreements(by credentials: Credentials) throws -> [AgreementReport] {
        try credentials.require(.readPartners)
        let (book, now) = (directory.book, now)
        return book.records.keys.sorted().flatMap { id -> [AgreementReport] in
            let record = book.records[id]!
            var reports: [AgreementReport] = []
            if let revision = record.revision(at: now) ?? record.revisions.last {
                let isOver =
                    now >= revision.agreement.untilMilliseconds || record.endedMilliseconds.map { now >= $0 } ?? false
                let state: AgreementReport.State =
                    isOver ? .ended : now < revision.agreement.fromMilliseconds ? .agreed : .inForce
                reports.append(
                    AgreementReport(
                        state: state, revision: revision, members: record.members(at: now),
                        endedMilliseconds: record.endedMilliseconds, changes: record.changes))
            }
            return reports
                + record.proposals.map {
                    AgreementReport(state: .proposed, revision: $0, members: [], endedMilliseconds: nil, changes: [])
                }
        }
    }

    /// Takes what a partner has signed, from a file.
    @discardableResult
    public func record(
        _ note: [UInt8], by credentials: Credentials
    ) async throws -> AgreementBook.Outcome {
        try credentials.require(.manageAgreements)
        return try await recordAgreement(note, by: credentials.officer.number)
    }

    /// Signs what another party has proposed; or, as the lead, that a member joins. Returns the note with our signature
    /// too, and what it came to.
    public func sign(
        _ note: [UInt8], by credentials: Credentials
    ) async throws -> (note: [UInt8], outcome: AgreementBook.Outcome) {
        try credentials.require(.manageAgreements)
        let signed: [UInt8]
        do throws(TrustError) {
            if note.starts(with: "\(AgreementChange.title)\n".utf8) {
                signed = try admitted(SignedAgreementChange(parsing: note)).encoded
            } else {
                signed = try SignedAgreement(parsing: note).accepted(by: identity).encoded
            }
        } catch {
            throw CaseError.invalid("/note", error.reason)
        }
        return (signed, try await recordAgreement(signed, by: credentials.officer.number))
    }

    private func admitted(_ change: SignedAgreementChange) throws(TrustError) -> SignedAgreementChange {
        let lead = directory.book.records[change.change.agreementID]?.revisions.last?.agreement.lead
        guard change.change.kind == .join, lead == own else {
            throw TrustError(.wrongSubject, "only its lead signs a change of somebody else's, and only that they join")
        }
        return change.signed(by: identity)
    }

    /// Signs that we join, leave, exclude or end. The outcome is nil where it waits for the lead's signature.
    public func sign(
        _ change: AgreementChange, by credentials: Credentials
    ) async throws -> (note: [UInt8], outcome: AgreementBook.Outcome?) {
        try credentials.require(.manageAgreements)
        let signed: SignedAgreementChange
        do throws(TrustError) {
            signed = try SignedAgreementChange(signing: change, by: identity)
        } catch {
            throw CaseError.invalid("/change", error.reason)
        }
        let lead = directory.book.records[change.agreementID]?.revisions.last?.agreement.lead
        if change.kind == .join, lead != own { return (signed.encoded, nil) }
        return (signed.encoded, try await recordAgreement(signed.encoded, by: credentials.officer.number))
    }
}
