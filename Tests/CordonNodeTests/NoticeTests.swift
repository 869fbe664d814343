import Casework
import Customs
import Exchange
import Foundation
import Schema
import Storage
import SwiftProtobuf
import TestSupport
import Testing

@testable import CordonNode

extension Federation {
    /// Two authorities with an agreement, who know each other's keys and sync.
    static func pair() async throws -> (Federation, agreement: String) {
        let federation = try await Federation(["VN", "LA"])
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        federation.connect()
        try await federation.until("keys are known") {
            federation["vn.customs"].keys(of: "la.customs")?.epochs.isEmpty == false
                && federation["la.customs"].keys(of: "vn.customs")?.epochs.isEmpty == false
        }
        return (federation, agreement)
    }

    /// Drafted by `lan`, released by `ha`. Returns the case, the number and the entry's id.
    func send(
        _ notice: Notice, from prefix: String, to recipients: [String], in caseID: String? = nil
    ) async throws -> (caseID: String, number: UInt32, entryID: [UInt8]) {
        let node = node(prefix)
        var target = caseID
        if target == nil { target = try await node.log(report(container: "MSKU1234565")).file.id }
        let drafted = try await self[prefix].draft(notice, to: recipients, in: target!, by: node["lan"])
        return try await release(drafted, from: prefix)
    }

    func answer(
        _ notice: Notice, to place: NoticePlace = .received, in caseID: String, from prefix: String,
        by login: String = "lan"
    ) async throws {
        let drafted = try await self[prefix].answer(notice, to: place, in: caseID, by: node(prefix)[login])
        _ = try await release(drafted, from: prefix)
    }

    func release(_ drafted: CaseService.Change, from prefix: String) async throws -> (String, UInt32, [UInt8]) {
        let number = drafted.events.last!.noticeDrafted.number
        let released = try await self[prefix].release(number, in: drafted.file.id, by: node(prefix)["ha"])
        let id = try #require(released.entryID, "\(released.decision.refusals) \(released.decision.verdicts)")
        return (drafted.file.id, number, id)
    }

    /// The case that a partner's notice has made.
    func received(_ entryID: [UInt8], at prefix: String) async throws -> String {
        var found: String?
        try await until("the notice has come to \(prefix)") {
            let (notices, _) = try await self[prefix].notices(.received, by: node(prefix)["ha"])
            found = notices.first { $0.notice.entryID == entryID }?.caseID
            return found != nil
        }
        return found!
    }

    /// How the one request of a case stands.
    func standing(_ caseID: String, at prefix: String) async throws -> RequestStanding? {
        try await self[prefix].notices(in: caseID, by: node(prefix)["ha"]).notices.flatMap(\.requests).first
    }

    func figures(_ prefix: String, of partner: String) async throws -> PartnerFigures {
        try await self[prefix].partner(partner, by: node(prefix)["an"]).figures
    }
}

func requestNotice(_ agreement: String, urgency: String = "8h") -> Notice {
    var notice = seizureNotice(SeizureReport(), agreement: agreement, subject: "Who is the consignee?")
    notice.request = .with {
        $0.instrument = "Article 1"
        $0.facts = "Declared as timber"
        $0.offences = ["wildlife"]
        $0.questions = ["Who is the consignee?"]
        $0.urgency = urgency
    }
    return notice
}

@Suite(.timeLimit(.minutes(20))) struct NoticeTests {
    @Test func aRequestStandsTheSameOnBothSides() async throws {
        let (federation, agreement) = try await Federation.pair()
        let (vn, la) = ("vn.customs", "la.customs")
        let sent = try await federation.send(requestNotice(agreement), from: vn, to: [la])
        let there = try await federation.received(sent.entryID, at: la)
        try await federation.until("it is acknowledged") {
            try await federation.standing(sent.caseID, at: vn)?.state.stage == .acknowledged
        }
        let asked = try #require(try await federation.standing(there, at: la))
        #expect(asked.party == .asked && asked.partner == vn && asked.state.stage == .acknowledged)
        let deadline = asked.state.deadlineMilliseconds
        #expect(deadline == 1_900_000_000_000 + 8 * 3_600_000)
        #expect(try await federation.standing(sent.caseID, at: vn)?.state.deadlineMilliseconds == deadline)
        #expect(try await federation.figures(vn, of: la).requestsOpen == 1)
        #expect(try await federation.figures(la, of: vn).requestsOpen == 1)

        for prefix in [vn, la] { federation.node(prefix).time.move(minutes: 9 * 60) }
        let now = federation[vn].now
        #expect(try await federation.standing(sent.caseID, at: vn)?.state.isOverdue(at: now) == true)
        #expect(try await federation.figures(vn, of: la).requestsOverdue(at: now) == 1)

        // More time, a question back, the answer, feedback: each moves both sides.
        func stages(_ stage: RequestState.Stage) async throws {
            try await federation.until("\(stage) on both sides") {
                let one = try await federation.standing(sent.caseID, at: vn)?.state.stage
                let other = try await federation.standing(there, at: la)?.state.stage
                return one == stage && other == stage
            }
            for prefix in [vn, la] { federation.node(prefix).time.move(minutes: 1) }
        }
        try await federation.answer(
            .with {
                $0.postponement.until = "2030-03-20T00:00:00Z"
                $0.postponement.reason = "the laboratory needs it"
            }, in: there, from: la)
        try await stages(.postponed)
        #expect(try await federation.figures(vn, of: la).requestsOverdue(at: now) == 0)
        try await federation.answer(.with { $0.clarification.question = "Which one?" }, in: there, from: la)
        try await stages(.clarificationAsked)
        let wrong = await caseCode {
            _ = try await federation[la].answer(
                .with { $0.clarification.answer = "x" }, to: .received, in: there, by: federation.node(la)["lan"])
        }
        #expect(wrong == .conflict, "who is asked asks back")
        try await federation.answer(
            .with { $0.clarification.answer = "The first" }, to: .number(sent.number), in: sent.caseID, from: vn)
        try await stages(.postponed)
        try await federation.answer(.with { $0.reply.text = "Known here" }, in: there, from: la)
        try await stages(.answered)
        #expect(try await federation.figures(vn, of: la).requestsOpen == 0)
        #expect(try await federation.figures(la, of: vn).requestsOpen == 0)
        try await federation.answer(
            .with {
                $0.feedback.verdict = "led-to-seizure"
                $0.feedback.closes = true
            }, to: .number(sent.number), in: sent.caseID, from: vn)
        try await stages(.closed)
        #expect(try await federation.standing(there, at: la)?.state.feedback == "led-to-seizure")
        #expect(try await federation.figures(la, of: vn).ledToSeizure == 1)
        await federation.stop()
    }

    @Test func aListShowsWhatAnOfficerMaySeeNewestFirst() async throws {
        let (federation, agreement) = try await Federation.pair()
        let (vn, la) = ("vn.customs", "la.customs")
        let node = federation.node(vn)
        var cases: [String] = []
        for index in 0..<3 {
            let drafted = try await federation[vn].draft(
                requestNotice(agreement), to: [la], in: node.log(report(what: "Case \(index)")).file.id,
                by: node["lan"])
            cases.append(drafted.file.id)
            node.time.move(minutes: 1)
        }
        let secret = try await node.log(report(), needToKnow: true).file.id
        _ = try await federation[vn].draft(requestNotice(agreement), to: [la], in: secret, by: node["lan"])
        // A draft anew keeps its place.
        _ = try await federation[vn].draft(
            requestNotice(agreement, urgency: "3d"), to: [la], in: cases[0], number: 1, by: node["lan"])
        let seen = try await federation[vn].notices(by: node["minh"]).notices
        #expect(seen.map(\.caseID) == cases.reversed())
        #expect(seen.allSatisfy { $0.requests.first?.state.stage == .draft })
        #expect(seen.last?.requests.first?.state.urgency == .threeDays)
        #expect(try await federation[vn].notices(by: node["lan"]).notices.map(\.caseID) == [secret] + cases.reversed())
        var paged: [String] = []
        var cursor: String?
        repeat {
            let page = try await federation[vn].notices(after: cursor, limit: 1, by: node["minh"])
            paged += page.notices.map(\.caseID)
            cursor = page.next
        } while cursor != nil
        #expect(paged == cases.reversed())
        let bad = await caseCode { _ = try await federation[vn].notices(after: "zz", by: node["minh"]) }
        #expect(bad == .invalid)

        _ = try await federation[vn].release(1, in: cases[1], by: node["ha"])
        #expect(try await federation[vn].notices(.sent, by: node["minh"]).notices.map(\.caseID) == [cases[1]])
        #expect(try await federation[vn].notices(.drafts, by: node["minh"]).notices.count == 2)
        let withdrawn = try await federation[vn].withdraw(1, in: cases[2], reason: "x", by: node["lan"])
        #expect(withdrawn.file.notice(1)?.state == .withdrawn)
        #expect(try await federation[vn].notices(.drafts, by: node["minh"]).notices.map(\.caseID) == [cases[0]])
        // What LA got is in its list, and the receipt that it sent by itself is not.
        let there = try await federation.received(
            try #require(federation[vn].notices(.sent, by: node["minh"]).notices.first?.notice.entryID), at: la)
        let all = try await federation[la].notices(by: federation.node(la)["minh"]).notices
        #expect(all.map(\.caseID) == [there] && all.first?.standing == .delivered)
        await federation.stop()
    }

    @Test func figuresSurviveARestart() async throws {
        let (federation, agreement) = try await Federation.pair()
        let (vn, la) = ("vn.customs", "la.customs")
        _ = try await federation.node(la).log(report(container: "MSKU1234565"))
        let sent = try await federation.send(
            seizureNotice(SeizureReport(), agreement: agreement), from: vn, to: [la])
        let there = try await federation.received(sent.entryID, at: la)
        try await federation.until("a hit and a receipt") {
            let (hits, outstanding) = (
                try await federation.figures(la, of: vn).hits,
                try await federation.figures(vn, of: la).receiptsOutstanding
            )
            return hits == 1 && outstanding == 0
        }
        #expect(try await federation.figures(la, of: vn).opened == 0)
        for _ in 0..<2 {
            _ = try await federation[la].notice(.received, in: there, by: federation.node(la)["minh"])
        }
        let standings = try await federation[la].notices(.received, by: federation.node(la)["minh"]).notices
        #expect(standings.map(\.standing) == [.read])
        try await federation.until("a word that it was read") {
            try await federation[vn].notices(in: sent.caseID, by: federation.node(vn)["lan"]).notices.first?
                .notice.references.contains { $0.reference.result == "read" } ?? false
        }
        try await federation.answer(.with { $0.feedback.verdict = "useful" }, in: there, from: la)
        try await federation.until("feedback") { try await federation.figures(vn, of: la).useful == 1 }
        let figures = try await federation.figures(vn, of: la)
        // Its feedback, but not its receipts.
        #expect(figures.sent == 1 && figures.received == 1 && figures.requestsOpen == 0)
        let others = try await federation.figures(la, of: vn)
        #expect(others.sent == 1 && others.received == 1 && others.opened == 1 && others.hits == 1)
        try await federation.until("a receipt for the feedback") {
            try await federation.figures(la, of: vn).receiptsOutstanding == 0
        }
        let copy = try TestNode(copying: federation.node(la))
        await federation.stop()

        let again = try await CaseNode(copy)
        let exchange = try again.node.exchangeService(again.service)
        let report = try await exchange.partner(vn, by: again["an"])
        let restored = report.figures
        #expect(restored.sent == 1 && restored.received == 1 && restored.opened == 1 && restored.hits == 1)
        #expect(restored.receiptsOutstanding == 0 && report.lag == 0 && report.logs[0].stored > 0)
        await exchange.stop()
        await again.stop()
    }

    @Test func aPartnersConditionsAreEnforced() async throws {
        let (federation, agreement) = try await Federation.pair()
        let (vn, la) = ("vn.customs", "la.customs")
        var notice = seizureNotice(SeizureReport(), agreement: agreement)
        notice.conditions.tlp = "red"
        notice.conditions.onward = "with-consent"
        let sent = try await federation.send(notice, from: vn, to: [la])
        let there = try await federation.received(sent.entryID, at: la)
        let node = federation.node(la)
        let details = try await federation[la].notice(.received, in: there, by: node["ha"])
        #expect(details.refusals == [.print, .export, .court, .personal])
        #expect(
            await caseCode { _ = try await federation[la].notice(.received, in: there, by: node["minh"]) } == .notFound)

        let own = try await node.log(report(what: "Own")).file.id
        func export(_ caseID: String?) async throws -> (reports: Int, withheld: Int) {
            var export = try await node.service.beginExport(
                caseID: caseID, query: SearchRequest(), approval: nil, reason: "a test", by: node["thu"])
            while try await export.next() != nil {}
            let result = try node.service.exportResult(export.id, by: node["thu"])
            return (result.reports, result.withheld)
        }
        #expect(await caseCode { _ = try await export(there) } == .forbidden)
        #expect(try await export(nil) == (1, 1))
        let link = CaseEvent.with {
            $0.reason = "the same"
            $0.linkAdded.to = there
            $0.linkAdded.relation = "related"
            $0.linkAdded.confidence = "confirmed"
        }
        func attach() async -> CaseError.Code? {
            await caseCode { _ = try await node.service.change(own, [link], by: node["thu"]) }
        }
        #expect(await attach() == .forbidden)

        // With the sender's consent it may be.
        try await federation.answer(
            .with {
                $0.consentRequest.action = "attach-to-case"
                $0.consentRequest.reason = "the same smuggler"
            }, in: there, from: la, by: "thu")
        try await federation.answer(
            .with { $0.consentGrant.action = "attach-to-case" }, to: .number(sent.number), in: sent.caseID, from: vn)
        try await federation.until("consent has come") { await attach() == nil }
        #expect(try await federation[la].notice(.received, in: there, by: node["ha"]).received?.consents.count == 1)

        // Recalled: it is not read any more, nor found.
        #expect(try await !node.search("MSKU1234565", by: "thu").isEmpty)
        let recalled = try await federation[vn].recall(
            .number(sent.number), in: sent.caseID, reason: "the source took it back", erase: false,
            by: federation.node(vn)["ha"])
        #expect(recalled.entryID != nil)
        try await federation.until("the recall has come") {
            try await federation[la].notices(.received, by: node["ha"]).notices.contains { $0.standing == .recalled }
        }
        for read in [
            { _ = try await federation[la].notice(.received, in: there, by: node["ha"]) },
            { _ = try await node.service.readCase(there, by: node["ha"]) },
            { _ = try await node.service.history(of: there, by: node["ha"]) },
        ] as [() async throws -> Void] {
            #expect(await caseCode(read) == .forbidden)
        }
        #expect(try await node.search("MSKU1234565", by: "thu").isEmpty)
        await federation.stop()
    }

    @Test func attachmentsAreThoseOfTheCase() async throws {
        let (federation, agreement) = try await Federation.pair()
        let node = federation.node("vn.customs")
        let caseID = try await node.log(report()).file.id
        var notice = requestNotice(agreement)
        // A blob that somebody only names is not shared with anyone.
        notice.attachments = [
            .with {
                $0.blob = Data(repeating: 1, count: 32)
                $0.key = Data(repeating: 2, count: 32)
                $0.fileName = "x"
            }
        ]
        let drafted = try await federation["vn.customs"].draft(
            notice, to: ["la.customs"], in: caseID, by: node["lan"])
        #expect(try Notice(parsing: drafted.file.notice(1)!.content).attachments.isEmpty)
        let missing = await caseCode {
            _ = try await federation["vn.customs"].draft(
                requestNotice(agreement), to: ["la.customs"], in: caseID, attachments: ["VN-A-00000-00"],
                by: node["lan"])
        }
        #expect(missing == .invalid)
        await federation.stop()
    }

    @Test func erasuresThatNobodyStatesAreMissed() async throws {
        let (federation, agreement) = try await Federation.pair()
        let (vn, la) = ("vn.customs", "la.customs")
        var notice = seizureNotice(SeizureReport(), agreement: agreement)
        notice.conditions.expiresAt = "2030-04-01T00:00:00Z"
        let kept = try await federation.send(notice, from: vn, to: [la])
        _ = try await federation.received(kept.entryID, at: la)
        _ = try await federation[vn].recall(
            .number(kept.number), in: kept.caseID, reason: "a mistake", erase: true, by: federation.node(vn)["ha"])
        try await federation.until("the erasure is stated") {
            try await federation.figures(vn, of: la).conditionsKept == 1
        }
        let missed = try await federation.send(notice, from: vn, to: [la])
        _ = try await federation.received(missed.entryID, at: la)
        await federation[la].stopSync()
        await federation[vn].stopSync()
        // 17 March 2030, and a week after 1 April.
        federation.node(vn).time.move(days: 21)
        try await federation[vn].countMissedErasures()
        #expect(try await federation.figures(vn, of: la).conditionsMissed == 0)
        federation.node(vn).time.move(days: 3)
        for _ in 0..<2 { try await federation[vn].countMissedErasures() }
        let figures = try await federation.figures(vn, of: la)
        #expect(figures.conditionsMissed == 1 && figures.conditionsKept == 1)
        #expect(figures.shareOfConditionsKept == 0.5)
        await federation.stop()
    }
}
