import Casework
import CordonNode
import Exchange
import Foundation
import NIOHTTP1
import NodeServer
import Schema
import SwiftProtobuf
import TestSupport
import Testing

/// Partners, agreements and notices over HTTP, as far as servers that have no line to each other show them.
@Suite struct ExchangeRoutesTests {
    private static let terms = """
        cordon agreement v1
        id: vn.customs/wildlife
        revision: 1
        issued: 2026-03-01T08:30:00Z
        title: Wildlife
        instrument: bilateral-treaty
        basis: Article 4
        party: la.customs
        party: vn.customs
        purpose: investigation
        category: all
        notice: seizure
        nominal: no
        handling: H1
        tlp: amber
        onward: with-consent
        retention-days: 365
        from: 2026-03-01T00:00:00Z
        until: 2099-03-01T00:00:00Z

        """

    private func message(_ fields: [String: Any]) throws -> [UInt8] {
        Array(try JSONSerialization.data(withJSONObject: fields))
    }

    /// Takes the other's card.
    private func introduce(_ server: TestServer, to other: TestServer) async throws {
        let card = try await other.send("GET", "/card", token: try await other.signIn("lan")).message(CardView.self)
        let added = try await server.send(
            "POST", "/partners", token: try await server.signIn("other-administrator"),
            body: message(["card": card.card, "fingerprint": card.fingerprint]))
        #expect(added.status == 201, "\(added.text)")
    }

    @Test func aNodeThatDoesNotExchangeSaysSo() async throws {
        let server = try await TestServer(exchanges: false)
        let token = try await server.signIn("lan")
        for path in ["/card", "/partners", "/agreements", "/notices"] {
            let answer = try await server.send("GET", path, token: token)
            #expect(answer.status == 404 && answer.problem.detail.contains("does not exchange"), "\(path)")
        }
        await server.stop()
    }

    @Test func partnersAreAddedSuspendedAndRevoked() async throws {
        let (vn, la) = (try await TestServer(), try await TestServer(country: "LA"))
        let administrator = try await vn.signIn("other-administrator")
        let card = try await la.send("GET", "/card", token: try await la.signIn("lan")).message(CardView.self)
        #expect(card.prefix == "la.customs" && card.nodes == ["vn.example:8644"])
        #expect(try SignedCard(verifying: Array(card.card.utf8)).card.fingerprint.description == card.fingerprint)
        #expect(try CardShortForm(parsing: card.shortForm).prefix == "la.customs")

        func add(_ fields: [String: Any]) async throws -> TestServer.Answer {
            try await vn.send("POST", "/partners", token: administrator, body: message(fields))
        }
        let own = try await vn.send("GET", "/card", token: administrator).message(CardView.self)
        let wrong = try await add(["card": card.card, "fingerprint": own.fingerprint])
        #expect(wrong.status == 422 && wrong.problem.errors.first?.pointer == "/fingerprint")
        #expect(try await add(["card": own.card, "fingerprint": own.fingerprint]).status == 422, "its own")
        let forged = card.card.replacing("Test Customs", with: "Best Customs")
        #expect(try await add(["card": forged, "fingerprint": card.fingerprint]).status == 422)
        let added = try await add(["card": card.card, "fingerprint": card.fingerprint])
        #expect(added.status == 201 && added.headers.first(name: "Location") == "/api/v1/partners/la.customs")

        func state(_ state: String, reason: String = "x") async throws -> Int {
            try await vn.send(
                "POST", "/partners/la.customs/state", token: administrator,
                body: message(["state": state, "reason": reason])
            ).status
        }
        func partner() async throws -> PartnerView {
            try await vn.send("GET", "/partners/la.customs", token: administrator).message(PartnerView.self)
        }
        #expect(try await partner().state == "active")
        #expect(try await state("suspended", reason: "") == 422)
        #expect(try await state("frozen") == 422)
        #expect(try await state("suspended") == 204)
        #expect(try await partner().state == "suspended")
        #expect(try await state("active") == 204)
        #expect(try await state("revoked", reason: "by order") == 204)
        let revoked = try await partner()
        #expect(
            revoked.state == "revoked" && revoked.reason == "by order"
                && revoked.logs.map(\.log) == ["exchange", "journal"])
        #expect(try await state("active") == 409)
        let proof = try await vn.send("GET", "/partners/la.customs/evidence", token: administrator)
        #expect(proof.status == 404 && proof.problem.detail.contains("no proof"))
        let metrics = try await vn.send("GET", vn.metrics + "/metrics")
        #expect(metrics.text.contains("cordon_partner_notices_sent_total{partner=\"la.customs\"} 0\n"))
        #expect(metrics.text.contains("cordon_partner_requests_refused_total{partner=\"la.customs\"} 0\n"))
        await vn.stop()
        await la.stop()
    }

    @Test func agreementsAreSignedByBothAndEnded() async throws {
        let (vn, la) = (try await TestServer(), try await TestServer(country: "LA"))
        try await introduce(vn, to: la)
        try await introduce(la, to: vn)
        let (mine, theirs) = (
            try await vn.signIn("other-release-officer"), try await la.signIn("other-release-officer")
        )
        let bad = try await vn.send(
            "POST", "/agreements", token: mine, body: message(["text": Self.terms.replacing("H1", with: "H9")]))
        #expect(bad.status == 422 && bad.problem.errors.first?.message.contains("line 14") == true, "\(bad.text)")
        let proposed = try await vn.send(
            "POST", "/agreements", token: mine, body: message(["text": Self.terms])
        ).message(AgreementOutcome.self)
        #expect(proposed.outcome == "proposed" && proposed.missing == ["la.customs"])
        func agreement(_ server: TestServer, _ token: String) async throws -> AgreementView? {
            try await server.send("GET", "/agreements", token: token).message(AgreementList.self).agreements.first
        }
        #expect(try await agreement(vn, mine)?.state == "proposed")
        let accepted = try await la.send(
            "POST", "/agreements/accept", token: theirs, body: message(["note": proposed.note])
        ).message(AgreementOutcome.self)
        #expect(accepted.outcome == "accepted")
        #expect(try await agreement(la, theirs)?.state == "in-force")
        let recorded = try await vn.send(
            "POST", "/agreements/record", token: mine, body: message(["note": accepted.note])
        ).message(AgreementOutcome.self)
        #expect(recorded.outcome == "accepted")
        let inForce = try #require(try await agreement(vn, mine))
        #expect(inForce.state == "in-force" && inForce.members == ["la.customs", "vn.customs"])
        #expect(inForce.handling == "H1" && inForce.signed.count == 2 && inForce.note == accepted.note)

        let joining = try await vn.send(
            "POST", "/agreements/change", token: mine, body: message(["agreement": inForce.id, "change": "join"]))
        #expect(try joining.message(AgreementOutcome.self).outcome == "unsigned", "\(joining.text)")
        let ended = try await vn.send(
            "POST", "/agreements/change", token: mine,
            body: message(["agreement": inForce.id, "change": "terminate", "reason": "it is over"])
        ).message(AgreementOutcome.self)
        #expect(ended.outcome == "changed")
        #expect(try await agreement(vn, mine)?.state == "ended")
        let told = try await la.send(
            "POST", "/agreements/record", token: theirs, body: message(["note": ended.note])
        ).message(AgreementOutcome.self)
        #expect(told.outcome == "changed")
        #expect(try await agreement(la, theirs)?.changes.first?.reason == "it is over")
        await vn.stop()
        await la.stop()
    }

    @Test func noticesAreDraftedExplainedAndRefused() async throws {
        let (vn, la) = (try await TestServer(), try await TestServer(country: "LA"))
        try await introduce(vn, to: la)
        let (investigator, releaser) = (try await vn.signIn("lan"), try await vn.signIn("other-release-officer"))
        let made = try await vn.makeCase(investigator, needToKnow: false)
        let conditions: [String: Any] = [
            "handling": ["H0"], "tlp": "green", "purpose": "investigation", "onward": "no",
            "expiresAt": "2098-01-01T00:00:00Z",
        ]
        let draft = try message([
            "recipients": ["la.customs"],
            "notice": [
                "subject": "Tusks", "conditions": conditions, "seizure": ["report": ["id": made.reportID]],
            ],
        ])
        let path = "/cases/\(made.caseID)/notices"
        let stale = try await vn.send(
            "POST", path, token: investigator, headers: ["If-Match": "\"1\""], body: draft)
        #expect(stale.status == 412)
        let first = try await vn.send(
            "POST", path, token: investigator, headers: ["Idempotency-Key": "a"], body: draft)
        #expect(first.status == 201 && first.headers.first(name: "Location") == "/api/v1\(path)/1", "\(first.text)")
        let again = try await vn.send(
            "POST", path, token: investigator, headers: ["Idempotency-Key": "a"], body: draft)
        #expect(try again.status == 200 && again.message(ChangeView.self).replayed)

        let read = try await vn.send("GET", path + "/1", token: investigator).message(NoticeView.self)
        #expect(read.summary.state == "draft" && read.notice.seizure.report.goods.first?.description_p == "Tusk")
        #expect(read.notice.seizure.report.id == made.reportID)
        let list = try await vn.send("GET", "/notices?which=drafts", token: investigator)
            .message(NoticeSummaryList.self)
        #expect(list.notices.map(\.caseID) == [made.caseID] && list.notices[0].recipients == ["la.customs"])
        #expect(try await vn.send("GET", "/notices?which=all", token: investigator).status == 422)

        // Nothing was agreed, and LA's keys are not known: it says so, and is not released.
        let explained = try await vn.send("GET", path + "/1/explain", token: investigator)
            .message(ExplanationView.self)
        #expect(!explained.released && explained.decision.refusals == ["recipient-refused"])
        let codes = try #require(explained.decision.partners.first).reasons
        #expect(codes.contains("no-agreement") && codes.contains("no-epoch-key"))
        #expect(
            Set(codes).isSubset(of: explained.reasons.map(\.code))
                && explained.reasons.allSatisfy { !$0.sentence.isEmpty })
        #expect(try await vn.send("POST", path + "/1/release", token: investigator).status == 403)
        let refused = try await vn.send("POST", path + "/1/release", token: releaser).message(ReleaseView.self)
        #expect(refused.entryID.isEmpty && !refused.explanation.released)
        let decided = try await vn.send("GET", path + "/1", token: investigator).message(NoticeView.self)
        #expect(decided.decision.refusals == ["recipient-refused"])

        #expect(try await vn.send("POST", path + "/1/approve", token: releaser).status == 200)
        #expect(try await vn.send("POST", path + "/1/withdraw", token: investigator, json: "{}").status == 200)
        #expect(try await vn.send("POST", path + "/1/release", token: releaser).status == 404)
        // What a notice says is read where its conditions hold, and not in the history.
        let history = try await vn.send("GET", "/cases/\(made.caseID)/history", token: investigator)
        let drafted = try history.message(History.self).entries.map(\.event).first { event in
            if case .noticeDrafted = event.body { true } else { false }
        }
        #expect(drafted?.noticeDrafted.subject == "Tusks" && drafted?.noticeDrafted.notice.isEmpty == true)
        await vn.stop()
        await la.stop()
    }
}
