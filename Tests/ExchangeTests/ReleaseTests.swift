import Cryptography
import Customs
import Foundation
import Schema
import SwiftProtobuf
import Testing
import TransparencyLog

@testable import Exchange

/// A release that is good, to be spoiled in one way at a time.
private struct Scene {
    let vn: TestAuthority
    let la: TestAuthority
    var draft: ReleaseDraft
    var agreements = [agreement(nominal: true)]
    var standings: [PartnerStanding]
    var approvals: Set<UInt64> = [2]
    var configuration = ReleaseConfiguration()

    init(_ kind: NoticeKind = .seizure) throws {
        vn = try TestAuthority("vn.customs")
        la = try TestAuthority("la.customs", country: "LA")
        var notice = try NoticeSamples.notice(kind)
        notice.id = Data()
        notice.recipients = []
        draft = ReleaseDraft(notice: notice, requested: ["la.customs"], author: 1)
        standings = []
        standings = [try standing(la), try standing(TestAuthority("th.customs", country: "TH"))]
    }

    /// With an epoch key in force since `march`.
    func standing(
        _ partner: TestAuthority, _ state: PartnerState = .active, epochs: Bool = true, checked: UInt64 = march
    ) throws -> PartnerStanding {
        var keys = try partner.keys
        if epochs { try keys.apply(partner.statement(1, epochs: [partner.epoch(3, from: march)]), atIndex: 0) }
        return PartnerStanding(prefix: partner.prefix, state: state, keys: keys, checkedMilliseconds: checked)
    }

    func decide(at now: UInt64 = march) throws -> ReleaseDecision {
        let all = try ["vn.customs", "la.customs", "th.customs"].map { try TestAuthority($0) }
        let identities = Dictionary(uniqueKeysWithValues: all.map { ($0.prefix, $0.identity) })
        var book = AgreementBook(own: "vn.customs")
        for agreement in agreements {
            let signers = all.filter { agreement.parties.contains($0.prefix) }
            let first = try SignedAgreement(proposing: agreement, by: signers[0].signer)
            let signed = try signers.dropFirst().reduce(first) { try $0.accepted(by: $1.signer) }
            _ = try book.apply(signed.encoded, identities: identities)
        }
        return ReleaseDecision.decide(
            draft, agreements: book, partners: standings, approvals: approvals, codes: NoCodeLists(),
            configuration: configuration, nowMilliseconds: now)
    }

    var conditions: HandlingConditions {
        get { draft.notice.conditions }
        set { draft.notice.conditions = newValue }
    }

    func source(_ originator: String = "th.customs", onward: String = "with-consent") -> OnwardSource {
        var conditions = NoticeSamples.conditions
        conditions.onward = onward
        return OnwardSource(originator: originator, conditions: conditions, consents: [], agreement: .withConsent)
    }
}

@Suite struct ReleaseTests {
    private func verdict(_ decision: ReleaseDecision, _ partner: String = "la.customs") -> PartnerVerdict? {
        decision.verdicts.first { $0.partner == partner }
    }

    @Test func aGoodDraftIsReleasedToWhomItIsFor() throws {
        let decision = try Scene().decide()
        #expect(decision.isReleased && decision.recipients.map(\.partner) == ["la.customs"])
        let la = verdict(decision)
        #expect(la?.agreementID == "vn.customs/wildlife" && la?.revision == 1 && la?.epochKey?.number == 3)
        // What it says of a partner that was not asked for, and would not get it.
        #expect(verdict(decision, "th.customs")?.reasons == [.notRequested, .notAMember])
        #expect(verdict(decision, "th.customs")?.wouldReceive == false)
    }

    private typealias Case = (reason: ReleaseReason, spoil: @Sendable (inout Scene) throws -> Void)

    /// Every reason for which a partner that was asked for does not get it, with how it comes about.
    private static let table: [Case] = [
        (.suspended, { $0.standings[0] = try $0.standing($0.la, .suspended) }),
        (.revoked, { $0.standings[0] = try $0.standing($0.la, .revoked) }),
        (.frozen, { $0.standings[0] = try $0.standing($0.la, .frozen) }),
        (
            .noCard,
            {
                $0.standings[0] = PartnerStanding(
                    prefix: "la.customs", state: .active, keys: nil, checkedMilliseconds: march)
            }
        ),
        (.noEpochKey, { $0.standings[0] = try $0.standing($0.la, epochs: false) }),
        (.directoryStale, { $0.standings[0] = try $0.standing($0.la, checked: march - 22 * day) }),
        (.unknownPartner, { $0.standings.removeFirst() }),
        (
            .noAgreement,
            {
                $0.conditions.agreement = ""; $0.agreements = []
            }
        ),
        (.agreementNotInForce, { $0.agreements = [] }),
        (.agreementNotInForce, { $0.agreements = [agreement(from: march + day)] }),
        (.agreementNotInForce, { $0.conditions.agreement = "vn.customs/other" }),
        (
            .notAMember,
            { $0.agreements = [agreement(parties: ["vn.customs", "th.customs"])] }
        ),
        (.kindNotCovered, { $0.agreements = [agreement(kinds: [.alert, .request, .sighting])] }),
        (.purposeNotCovered, { $0.conditions.purpose = "prosecution" }),
        (.categoryNotCovered, { $0.agreements = [agreement(categories: ["narcotics"])] }),
        (
            .categoryNotCovered,
            {
                $0.agreements = [agreement(categories: ["wildlife"])]
                $0.draft.notice.seizure.report.offences = ["wildlife", "narcotics"]
            }
        ),
        (
            .nominalNotAllowed,
            {
                $0.agreements = [agreement()]
                $0.draft.notice.seizure.report.nominal = NoticeSamples.names
            }
        ),
        (.handlingTooHigh, { $0.agreements = [agreement(handling: .h0)] }),
        (
            .handlingTooHigh,
            {
                $0.conditions.handling = ["H1", "H3"]; $0.conditions.restrictions = "None else."
            }
        ),
        (.tlpTooHigh, { $0.conditions.tlp = "amber-strict" }),
        (.expiryBeyondRetention, { $0.agreements = [agreement(retention: 91)] }),
        (.onwardNotAllowed, { $0.draft.sources = [$0.source(onward: "no")] }),
        (
            .onwardNotAllowed,
            {
                let source = $0.source()
                $0.draft.sources = [
                    OnwardSource(
                        originator: "th.customs", conditions: source.conditions,
                        consents: [HandlingConsent(action: "release-onward", recipients: ["la.customs"])],
                        agreement: .no)
                ]
            }
        ),
        (.onwardWithoutConsent, { $0.draft.sources = [$0.source()] }),
        (
            .onwardWithoutConsent,
            {
                let source = $0.source()
                $0.draft.sources = [
                    OnwardSource(
                        originator: "th.customs", conditions: source.conditions,
                        consents: [HandlingConsent(action: "release-onward", recipients: ["kh.customs"])],
                        agreement: .yes)
                ]
            }
        ),
        (
            .sourceExpired,
            {
                var conditions = $0.source().conditions
                conditions.expiresAt = "2026-02-01"
                $0.draft.sources = [
                    OnwardSource(originator: "th.customs", conditions: conditions, consents: [], agreement: .yes)
                ]
            }
        ),
        (.secondOfficerMissing, { $0.approvals = [] }),
        // An author does not approve for themselves.
        (.secondOfficerMissing, { $0.approvals = [1] }),
        (
            .secondOfficerMissing,
            {
                $0.approvals = []
                $0.conditions.handling = ["H0"]
                $0.draft.notice.seizure.report.nominal = NoticeSamples.names
            }
        ),
    ]

    @Test func everyReasonForWhichAPartnerDoesNotGetIt() throws {
        for (index, (reason, spoil)) in Self.table.enumerated() {
            var scene = try Scene()
            try spoil(&scene)
            let decision = try scene.decide()
            #expect(verdict(decision)?.reasons == [reason], "\(index) \(reason)")
            #expect(decision.refusals == [.recipientRefused], "\(index) \(reason): \(decision.findings)")
            #expect(decision.recipients.isEmpty)
        }
        let covered = Set(Self.table.map(\.reason)).union([.notRequested])
        #expect(covered == Set(ReleaseReason.allCases))
        for reason in ReleaseReason.allCases { #expect(reason.sentence.hasSuffix(".")) }
    }

    @Test func severalReasonsAreAllGivenInOrder() throws {
        var scene = try Scene()
        scene.standings[0] = try scene.standing(scene.la, .frozen, epochs: false)
        scene.agreements = [agreement(purposes: [.dutyAssessment], handling: .h0, tlp: .clear)]
        scene.approvals = []
        let reasons = verdict(try scene.decide())?.reasons
        #expect(
            reasons == [
                .frozen, .noEpochKey, .purposeNotCovered, .handlingTooHigh, .tlpTooHigh, .secondOfficerMissing,
            ])
        #expect(reasons == ReleaseReason.allCases.filter { reasons!.contains($0) })
    }

    @Test func whatAPartnerGetsWithoutNames() throws {
        var scene = try Scene()
        scene.agreements = [agreement()]
        scene.draft.notice.seizure.report.nominal = NoticeSamples.names
        #expect(verdict(try scene.decide())?.couldGoWithoutNames == true)
        // Also where the names are what needs a second officer.
        scene.approvals = []
        scene.configuration.needsSecondOfficerFor = []
        #expect(verdict(try scene.decide())?.reasons == [.nominalNotAllowed, .secondOfficerMissing])
        #expect(verdict(try scene.decide())?.couldGoWithoutNames == true)
        scene.conditions.purpose = "prosecution"
        #expect(verdict(try scene.decide())?.couldGoWithoutNames == false)
        var good = try Scene()
        good.draft.notice.seizure.report.nominal = NoticeSamples.names
        #expect(verdict(try good.decide())?.couldGoWithoutNames == false)
        #expect(try good.decide().isReleased)
    }

    @Test func itIsAllOrNothingUnlessSaidOtherwise() throws {
        var scene = try Scene()
        scene.draft.requested = ["la.customs", "th.customs"]
        #expect(try scene.decide().refusals == [.recipientRefused])
        scene.draft.skipRefused = true
        let decision = try scene.decide()
        #expect(decision.isReleased && decision.recipients.map(\.partner) == ["la.customs"])
        scene.draft.requested = ["th.customs"]
        #expect(try scene.decide().refusals == [.nobodyLeft])
        scene.draft.requested = []
        #expect(try scene.decide().refusals == [.noRecipients])
        // Nobody sends to themselves.
        scene.draft.requested = ["vn.customs"]
        #expect(try scene.decide().refusals == [.nobodyLeft])
        #expect(Set(ReleaseRefusal.allCases.map(\.sentence)).count == 4)
    }

    @Test func anImpossibleDraftIsRefusedWithItsFindings() throws {
        var scene = try Scene()
        scene.draft.notice.seizure.report.goods = []
        scene.draft.skipRefused = true
        let decision = try scene.decide()
        #expect(decision.refusals == [.draftInvalid] && decision.recipients.isEmpty)
        #expect(decision.findings.contains { $0.pointer == "/seizure/report/goods" })
        // It still says who would get it.
        #expect(verdict(decision)?.receives == true)
        var foreign = try Scene()
        foreign.draft.notice.sender = "la.customs"
        #expect(try foreign.decide().refusals == [.draftInvalid])
        // What the release fills in may be left out.
        var bare = try Scene()
        bare.draft.notice.sender = ""
        bare.draft.notice.createdAt = ""
        #expect(try bare.decide().isReleased)
    }

    @Test func whatHoldsNoIntelligenceNeedsNoAgreement() throws {
        for kind in NoticeKind.allCases where kind.coverage == nil {
            var scene = try Scene(kind)
            scene.agreements = []
            scene.approvals = []
            #expect(try scene.decide().isReleased, "\(kind)")
            scene.standings[0] = try scene.standing(scene.la, .revoked)
            #expect(try verdict(scene.decide())?.reasons == [.revoked])
        }
    }

    @Test func whereNoAgreementIsNamedTheBestIsTaken() throws {
        var scene = try Scene()
        scene.conditions.agreement = ""
        scene.agreements = [
            agreement("vn.customs/a", purposes: [.dutyAssessment]), agreement("vn.customs/b"),
            agreement("vn.customs/c"), agreement("vn.customs/d", categories: ["narcotics"]),
        ]
        #expect(try verdict(scene.decide())?.agreementID == "vn.customs/b")
        scene.agreements.removeSubrange(1...2)
        #expect(try verdict(scene.decide())?.reasons == [.purposeNotCovered])
    }

    @Test func consentOfTheOriginatorOpensTheWayToTheOnesItNames() throws {
        var scene = try Scene()
        let consent = HandlingConsent(action: "release-onward", recipients: ["la.customs"])
        scene.draft.sources = [
            OnwardSource(
                originator: "th.customs", conditions: scene.source().conditions, consents: [consent],
                agreement: .withConsent)
        ]
        #expect(try scene.decide().isReleased)
        // Back to the originator everything may go.
        scene.draft.sources = [scene.source("la.customs", onward: "no")]
        #expect(try scene.decide().isReleased)
    }

    @Test func whoNeedsASecondOfficerIsAMatterOfConfiguration() throws {
        var scene = try Scene()
        scene.approvals = []
        scene.configuration.needsSecondOfficerFor = [.h2]
        #expect(try scene.decide().isReleased)
        scene.conditions.handling = ["H1", "H2"]
        #expect(try verdict(scene.decide())?.reasons == [.secondOfficerMissing])
        scene.conditions.handling = ["H0"]
        scene.draft.notice.seizure.report.nominal = NoticeSamples.names
        #expect(try verdict(scene.decide())?.reasons == [.secondOfficerMissing])
        scene.configuration.needsSecondOfficerForNominal = false
        #expect(try scene.decide().isReleased)
    }

    @Test func theEdgesOfTime() throws {
        var scene = try Scene()
        #expect(try scene.decide(at: march + 7 * day - 1).isReleased)
        #expect(try verdict(scene.decide(at: march + 7 * day))?.reasons == [.noEpochKey])
        scene.standings[0] = try scene.standing(scene.la, checked: march - 21 * day)
        #expect(try scene.decide(at: march).isReleased)
        #expect(try verdict(scene.decide(at: march + 1))?.reasons == [.directoryStale])
        // Retention counts from the release: 92 days later is the first of June.
        scene = try Scene()
        scene.agreements = [agreement(retention: 92)]
        #expect(try scene.decide().isReleased)
        scene.conditions.expiresAt = "2026-06-01T00:00:01Z"
        #expect(try verdict(scene.decide())?.reasons == [.expiryBeyondRetention])
    }

    @Test func theRecordSaysWhatWasDecided() throws {
        var scene = try Scene()
        scene.draft.requested = ["la.customs", "th.customs"]
        scene.approvals = [9, 2, 1]
        scene.draft.skipRefused = true
        let digest = [UInt8](repeating: 5, count: 32)
        let bytes: [UInt8] = try scene.decide().record(draftDigest: digest).serializedBytes()
        let record = try ReleaseDecisionRecord(serializedBytes: bytes)
        #expect(record.decidedAt == "2026-03-01T00:00:00Z" && Array(record.draftDigest) == digest)
        #expect(record.recipients == ["la.customs"] && record.refusals.isEmpty && record.skipRefused)
        #expect(record.approvals == [2, 9] && record.author == 1)
        #expect(record.partners.map(\.partner) == ["la.customs", "th.customs"])
        #expect(record.partners[0].epoch == 3 && record.partners[0].revision == 1)
        #expect(record.partners[1].reasons == ["not-a-member"] && record.partners[1].requested)
    }
}
