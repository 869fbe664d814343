import Customs
import Foundation
import Schema
import SwiftProtobuf
import Testing

@testable import Exchange

@Suite struct HandlingTests {
    private static let actions: [HandlingAction] = [
        .print, .export, .releaseOnward(to: "kh.customs"), .useInCourt, .attachToCase,
    ]

    private func permits(
        _ action: HandlingAction, at time: UInt64 = march, consents: [HandlingConsent] = [],
        _ change: (inout HandlingConditions) -> Void = { _ in }
    ) -> HandlingPermission {
        var conditions = NoticeSamples.conditions
        change(&conditions)
        return HandlingRules.permits(action, under: conditions, at: time, consents: consents)
    }

    @Test func whatConditionsAllow() {
        #expect(permits(.read) == .allowed)
        #expect(permits(.print) == .refused(.print) && permits(.print) { $0.mayPrint = true } == .allowed)
        #expect(permits(.export) == .refused(.export) && permits(.export) { $0.mayExport = true } == .allowed)
        #expect(permits(.useInCourt) == .refused(.court))
        #expect(permits(.useInCourt) { $0.mayUseInCourt = true } == .refused(.court))
        #expect(
            permits(.useInCourt) {
                $0.handling = ["H0"]
                $0.mayUseInCourt = true
            } == .allowed)
        #expect(permits(.releaseOnward(to: "kh.customs")) == .refused(.onwardConsent))
        #expect(permits(.releaseOnward(to: "kh.customs")) { $0.onward = "no" } == .refused(.onward))
        for light in TrafficLight.allCases {
            let permission = permits(.attachToCase) { $0.tlp = light.rawValue }
            #expect(permission == (light == .red ? .refused(.personal) : .allowed))
        }
    }

    @Test func consentOpensWhatItNamesAndNothingElse() {
        for action in Self.actions {
            let consent = HandlingConsent(
                action: action.code!, recipients: ["kh.customs"], untilMilliseconds: march + day)
            for other in Self.actions {
                let isAllowed = permits(other, consents: [consent]) { $0.tlp = "red" } == .allowed
                #expect(isAllowed == (other == action), "\(action) \(other)")
                #expect(permits(other, at: march + day, consents: [consent]) { $0.tlp = "red" } != .allowed)
            }
        }
        let consent = HandlingConsent(action: "release-onward", recipients: ["kh.customs"])
        #expect(permits(.releaseOnward(to: "th.customs"), consents: [consent]) == .refused(.onwardConsent))
        // Where nothing is to be passed on, no consent helps.
        #expect(
            permits(.releaseOnward(to: "kh.customs"), consents: [consent]) { $0.onward = "no" } == .refused(.onward))
    }

    @Test func nothingOutlivesTheExpiry() throws {
        let expiry = Moment(parsing: "2026-06-01T00:00:00Z")!.milliseconds
        let consents = Self.actions.map { HandlingConsent(action: $0.code!, recipients: ["kh.customs"]) }
        for action in [.read] + Self.actions {
            #expect(permits(action, at: expiry - 1, consents: consents) == .allowed)
            #expect(permits(action, at: expiry, consents: consents) == .refused(.expired))
            #expect(permits(action, consents: consents) { $0.expiresAt = "later" } == .refused(.expired))
        }
    }

    @Test func whatIsNotUnderstoodIsRefused() {
        let changes: [(inout HandlingConditions) -> Void] = [
            { $0.handling = ["H1", "H7"] }, { $0.handling = [] }, { $0.tlp = "violet" }, { $0.onward = "maybe" },
        ]
        for change in changes {
            #expect(permits(.read, change) == .allowed)
            for action in Self.actions { #expect(permits(action, change) == .refused(.unreadable)) }
        }
        #expect(Set(HandlingRefusal.allCases.map(\.sentence)).count == HandlingRefusal.allCases.count)
    }

    // MARK: What becomes of a received notice

    private func received(_ change: (inout Notice) -> Void = { _ in }) throws -> ReceivedNotice {
        var notice = try NoticeSamples.notice(.alert)
        change(&notice)
        return try ReceivedNotice(notice, deliveredMilliseconds: march)
    }

    private func later(_ kind: NoticeKind, _ change: (inout Notice) -> Void = { _ in }) throws -> Notice {
        var notice = try NoticeSamples.notice(kind, id: NoticeSamples.other, of: NoticeSamples.id)
        change(&notice)
        return notice
    }

    @Test func aReceivedNoticeIsReadRecalledAndErased() throws {
        var received = try received()
        #expect(received.status(at: march) == .delivered)
        received.markRead(at: march + 1)
        received.markRead(at: march + 2)
        received.markReceipt("read")
        #expect(received.status(at: march) == .read && received.readMilliseconds == march + 1)
        #expect(received.receipts == ["read"] && !received.mustBeErased(at: march))
        try received.apply(later(.recall) { $0.recall.erase = false }, at: march + 3)
        #expect(received.status(at: march) == .recalled && !received.mustBeErased(at: march))
        #expect(received.permits(.read, at: march) == .refused(.recalled))
        try received.apply(later(.recall), at: march + 4)
        #expect(received.mustBeErased(at: march) && received.recalledMilliseconds == march + 3)
        #expect(throws: NoticeError(.illegalTransition, "")) { try received.apply(later(.handlingChange), at: march) }
        received.markErased(at: march + 5)
        #expect(received.status(at: march) == .erased && !received.mustBeErased(at: .max))
        #expect(received.permits(.read, at: march) == .refused(.erased) && received.conditions == nil)
        #expect(throws: NoticeError(.illegalTransition, "")) { try received.apply(later(.consentGrant), at: march) }
    }

    @Test func anExpiredNoticeIsToBeErased() throws {
        let received = try received()
        let expiry = Moment(parsing: "2026-06-01T00:00:00Z")!.milliseconds
        #expect(received.status(at: expiry - 1) == .delivered && received.status(at: expiry) == .expired)
        #expect(received.mustBeErased(at: expiry) && received.permits(.read, at: expiry) == .refused(.expired))
    }

    @Test func onlyTheOriginatorChangesConditions() throws {
        var received = try received()
        #expect(received.permits(.print, at: march) == .refused(.print))
        let change = try later(.handlingChange) { $0.handlingChange.conditions.mayPrint = true }
        var byOther = change
        byOther.sender = "la.customs"
        #expect(throws: NoticeError(.notOriginator, "")) { try received.apply(byOther, at: march) }
        var aboutOther = change
        aboutOther.references[0].entryID = Data(NoticeSamples.other)
        #expect(throws: NoticeError(.wrongSubject, "")) { try received.apply(aboutOther, at: march) }
        var ofOther = change
        ofOther.references[0].authority = "la.customs"
        #expect(throws: NoticeError(.wrongSubject, "")) { try received.apply(ofOther, at: march) }
        #expect(throws: NoticeError(.wrongSubject, "")) { try received.apply(later(.alert), at: march) }
        #expect(received.permits(.print, at: march) == .refused(.print))
        try received.apply(change, at: march + 9)
        #expect(received.permits(.print, at: march) == .allowed && received.conditionsChangedMilliseconds == march + 9)
        // And back again.
        try received.apply(later(.handlingChange), at: march + 10)
        #expect(received.permits(.print, at: march) == .refused(.print))
        try received.apply(later(.consentGrant), at: march)
        #expect(received.permits(.releaseOnward(to: "kh.customs"), at: march) == .allowed)
        #expect(received.permits(.releaseOnward(to: "th.customs"), at: march) == .refused(.onwardConsent))
        try received.apply(later(.correction), at: march)
        #expect(received.corrections == [NoticeSamples.other])
    }

    @Test func aNoticeWithoutConditionsIsReadOnly() throws {
        let receipt = try ReceivedNotice(NoticeSamples.notice(.receipt), deliveredMilliseconds: march)
        #expect(
            receipt.permits(.read, at: .max) == .allowed && receipt.permits(.print, at: march) == .refused(.unreadable))
        #expect(throws: NoticeError(.unknownKind, "")) { try ReceivedNotice(Notice(), deliveredMilliseconds: 0) }
    }
}
