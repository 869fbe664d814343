public import Customs
internal import FoundationEssentials
public import Schema
internal import SwiftProtobuf

/// Whether one partner gets a notice, and why not.
public struct PartnerVerdict: Hashable, Sendable {
    public let partner: String
    public let isRequested: Bool
    /// Empty when it gets it. In the order of `ReleaseReason`.
    public let reasons: [ReleaseReason]
    /// The agreement that it is sent under, or that fits best where none does.
    public let agreementID: String?
    public let revision: UInt64?
    /// The key to seal to.
    public let epochKey: PublishedEpoch?
    /// Only names stand in the way.
    public let couldGoWithoutNames: Bool

    public var receives: Bool { reasons.isEmpty }
    /// Whether it would get it, if it were asked for.
    public var wouldReceive: Bool { reasons.allSatisfy { $0 == .notRequested } }
}

/// Who gets a notice, who does not, and why: a pure function of the draft, the agreements in force and how partners
/// stand. It says so for every partner that is known, before a release and after.
public struct ReleaseDecision: Sendable {
    public let decidedMilliseconds: UInt64
    /// Of all known partners, and of unknown ones that were asked for; by prefix.
    public let verdicts: [PartnerVerdict]
    /// Empty when it is released.
    public let refusals: [ReleaseRefusal]
    /// To whom it is released; nobody where there are refusals.
    public let recipients: [PartnerVerdict]
    /// What is impossible, doubtful or worth a look in the draft.
    public let findings: [Finding]
    public let author: UInt64
    /// Officers other than the author.
    public let approvals: Set<UInt64>
    public let skipRefused: Bool

    public var isReleased: Bool { refusals.isEmpty }

    /// `approvals`: the officers who have approved this very draft. `agreements.own` is who releases.
    public static func decide(
        _ draft: ReleaseDraft, agreements: AgreementBook, partners: [PartnerStanding], approvals: Set<UInt64>,
        codes: any CodeLists, configuration: ReleaseConfiguration, nowMilliseconds: UInt64
    ) -> ReleaseDecision {
        let now = nowMilliseconds
        let others = approvals.subtracting([draft.author])
        let (needs, findings) = ReleaseNeeds.of(draft, own: agreements.own, codes: codes, nowMilliseconds: now)
        let known = Dictionary(partners.map { ($0.prefix, $0) }, uniquingKeysWith: { first, _ in first })
        let evaluation = PartnerEvaluation(
            draft: draft, agreements: candidates(needs, agreements, now), hasSecondOfficer: !others.isEmpty,
            configuration: configuration, now: now)
        let verdicts = Set(known.keys).union(draft.requested).inByteOrder.map {
            evaluation.verdict($0, known[$0], needs)
        }
        let requested = verdicts.filter(\.isRequested)
        let accepted = requested.filter(\.receives)
        var refusals: [ReleaseRefusal] = []
        if findings.contains(where: { $0.strength == .reject }) { refusals.append(.draftInvalid) }
        if draft.requested.isEmpty {
            refusals.append(.noRecipients)
        } else if accepted.count < requested.count && !draft.skipRefused {
            refusals.append(.recipientRefused)
        } else if accepted.isEmpty {
            refusals.append(.nobodyLeft)
        }
        return ReleaseDecision(
            decidedMilliseconds: now, verdicts: verdicts, refusals: refusals,
            recipients: refusals.isEmpty ? accepted : [], findings: findings, author: draft.author,
            approvals: others, skipRefused: draft.skipRefused)
    }

    /// The agreement that the notice names, or all in force where it names none.
    private static func candidates(
        _ needs: ReleaseNeeds, _ book: AgreementBook, _ now: UInt64
    ) -> [AgreementInForce] {
        guard needs.kind != nil else { return [] }
        if needs.agreementID.isEmpty { return book.agreements(inForceAt: now) }
        return book.agreement(needs.agreementID, inForceAt: now).map { [$0] } ?? []
    }

    /// What is kept of it. `draftDigest`: SHA-256 of the draft's bytes.
    public func record(draftDigest: [UInt8]) -> ReleaseDecisionRecord {
        .with { record in
            record.decidedAt = Moment(milliseconds: decidedMilliseconds).text
            record.draftDigest = .init(draftDigest)
            record.refusals = refusals.map(\.rawValue)
            record.recipients = recipients.map(\.partner)
            record.partners = verdicts.map { verdict in
                .with {
                    $0.partner = verdict.partner
                    $0.requested = verdict.isRequested
                    $0.reasons = verdict.reasons.map(\.rawValue)
                    $0.agreement = verdict.agreementID ?? ""
                    $0.revision = verdict.revision ?? 0
                    $0.withoutNames = verdict.couldGoWithoutNames
                    $0.epoch = verdict.epochKey?.number ?? 0
                }
            }
            record.approvals = approvals.sorted()
            record.author = author
            record.skipRefused = skipRefused
        }
    }
}

/// What a notice asks of an agreement.
struct ReleaseNeeds {
    /// Nil: it needs no agreement.
    let kind: CoveredKind?
    let agreementID: String
    let purpose: ExchangePurpose?
    let categories: Set<String>
    var hasNominal: Bool
    let codes: Set<HandlingCode>
    let light: TrafficLight?
    let expires: UInt64?

    static func of(
        _ draft: ReleaseDraft, own: String, codes: any CodeLists, nowMilliseconds: UInt64
    ) -> (ReleaseNeeds, [Finding]) {
        var notice = draft.notice
        if notice.createdAt.isEmpty { notice.createdAt = Moment(milliseconds: nowMilliseconds).text }
        if notice.sender.isEmpty { notice.sender = own }
        var findings = notice.normaliseAndValidate(codes: codes, nowMilliseconds: nowMilliseconds)
        if !notice.sender.utf8.elementsEqual(own.utf8) {
            findings.append(Finding(.reject, "/sender", "contradiction", "an authority sends in its own name"))
        }
        let conditions = notice.conditions
        let needs = ReleaseNeeds(
            kind: notice.coveredKind, agreementID: conditions.agreement,
            purpose: ExchangePurpose(rawValue: conditions.purpose), categories: notice.categories,
            hasNominal: notice.hasNominal, codes: conditions.handlingCodes ?? [], light: conditions.light,
            expires: conditions.expires)
        return (needs, findings)
    }

    /// What of it the agreement does not allow.
    func objections(of agreement: Agreement, at now: UInt64) -> [ReleaseReason] {
        guard let kind else { return [] }
        var reasons: [ReleaseReason] = []
        if !agreement.kinds.contains(kind) { reasons.append(.kindNotCovered) }
        if purpose.map({ !agreement.purposes.contains($0) }) ?? true { reasons.append(.purposeNotCovered) }
        if !categories.allSatisfy(agreement.covers) { reasons.append(.categoryNotCovered) }
        if hasNominal, !agreement.allowsNominal { reasons.append(.nominalNotAllowed) }
        if codes.max().map({ $0 > agreement.highestHandling }) ?? true { reasons.append(.handlingTooHigh) }
        if light.map({ $0 > agreement.highestTLP }) ?? true { reasons.append(.tlpTooHigh) }
        let latest = now + agreement.retentionDays * 86_400_000
        if expires.map({ $0 > latest }) ?? true { reasons.append(.expiryBeyondRetention) }
        return reasons
    }
}

/// Finds out for each partner.
private struct PartnerEvaluation {
    let draft: ReleaseDraft
    /// That could carry it.
    let agreements: [AgreementInForce]
    let hasSecondOfficer: Bool
    let configuration: ReleaseConfiguration
    let now: UInt64

    func verdict(_ partner: String, _ standing: PartnerStanding?, _ needs: ReleaseNeeds) -> PartnerVerdict {
        let isRequested = draft.requested.contains(partner)
        guard let standing else {
            return PartnerVerdict(
                partner: partner, isRequested: isRequested, reasons: [.unknownPartner], agreementID: nil,
                revision: nil, epochKey: nil, couldGoWithoutNames: false)
        }
        var reasons: [ReleaseReason] = isRequested ? [] : [.notRequested]
        let (epochKey, directory) = keys(standing)
        reasons += state(standing) + directory
        let (agreement, objections) = bestAgreement(partner, needs)
        reasons += objections + onward(partner) + secondOfficer(needs)
        var withoutNames = needs
        withoutNames.hasNominal = false
        let remaining =
            state(standing) + directory + bestAgreement(partner, withoutNames).1 + onward(partner)
            + secondOfficer(withoutNames)
        return PartnerVerdict(
            partner: partner, isRequested: isRequested, reasons: reasons, agreementID: agreement?.id,
            revision: agreement?.revision, epochKey: epochKey,
            couldGoWithoutNames: needs.hasNominal && remaining.isEmpty
                && !reasons.allSatisfy { $0 == .notRequested })
    }

    private func state(_ standing: PartnerStanding) -> [ReleaseReason] {
        switch standing.state {
        case .active: []
        case .suspended: [.suspended]
        case .revoked: [.revoked]
        case .frozen: [.frozen]
        }
    }

    private func keys(_ standing: PartnerStanding) -> (PublishedEpoch?, [ReleaseReason]) {
        guard let keys = standing.keys else { return (nil, [.noCard]) }
        do {
            let key = try keys.epochKey(
                at: now, checkedMilliseconds: standing.checkedMilliseconds,
                maximumAgeMilliseconds: configuration.maximumDirectoryAgeMilliseconds)
            return (key, [])
        } catch {
            return (nil, [error.code == .directoryStale ? .directoryStale : .noEpochKey])
        }
    }

    /// Of the agreements with the partner, the one that objects to least; the first by id where several do.
    private func bestAgreement(_ partner: String, _ needs: ReleaseNeeds) -> (Agreement?, [ReleaseReason]) {
        guard needs.kind != nil else { return (nil, []) }
        let all = agreements.filter { $0.members.contains(partner) }
            .map { ($0.agreement, needs.objections(of: $0.agreement, at: now)) }
        guard let best = all.map(\.1.count).min(), let first = all.first(where: { $0.1.count == best }) else {
            if needs.agreementID.isEmpty { return (nil, [.noAgreement]) }
            return (nil, [agreements.isEmpty ? .agreementNotInForce : .notAMember])
        }
        return first
    }

    /// Back to its originator everything may go.
    private func onward(_ partner: String) -> [ReleaseReason] {
        var reasons: Set<ReleaseReason> = []
        for source in draft.sources where source.originator != partner {
            let permission = HandlingRules.permits(
                .releaseOnward(to: partner), under: source.conditions, at: now, consents: source.consents)
            switch permission {
            case .allowed: if source.agreement == .no { reasons.insert(.onwardNotAllowed) }
            case .refused(.expired): reasons.insert(.sourceExpired)
            case .refused(.onwardConsent):
                reasons.insert(source.agreement == .no ? .onwardNotAllowed : .onwardWithoutConsent)
            case .refused: reasons.insert(.onwardNotAllowed)
            }
        }
        return ReleaseReason.allCases.filter(reasons.contains)
    }

    private func secondOfficer(_ needs: ReleaseNeeds) -> [ReleaseReason] {
        let isNeeded =
            needs.hasNominal && configuration.needsSecondOfficerForNominal
            || needs.kind != nil && !needs.codes.isDisjoint(with: configuration.needsSecondOfficerFor)
        return isNeeded && !hasSecondOfficer ? [.secondOfficerMissing] : []
    }
}
