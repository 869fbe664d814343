import Casework
import Cryptography
import EntryCodec
import Exchange
import Foundation
import Schema
import Storage
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

/// Answers once as many lines as there are have been asked.
private final class Gathering: Sendable {
    let count: Int
    let asked = Atomic(0)
    init(_ count: Int) { self.count = count }
}

private struct GatheringLine: PartnerTransport {
    let gathering: Gathering

    func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
        gathering.asked.add(1, ordering: .relaxed)
        while gathering.asked.load(ordering: .relaxed) < gathering.count {
            try await Task.sleep(for: .milliseconds(5))
        }
        return PartnerReply(200, Gossip([]).encoded)
    }
    func stop() async {}
}

@Suite(.timeLimit(.minutes(20))) struct PartnerSyncTests {
    /// What fails here, for a while, is no reason to give up on a partner, nor to hold anything against it.
    @Test func itGoesOnWhenTheDiskIsGoodAgain() async throws {
        let federation = try await Federation(["VN", "LA"])
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        _ = try await federation.releaseIvory(agreement)
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        let partner = try #require(la.directory.partners["vn.customs"])
        let database = la.store.database
        let row = partner.number.bigEndianBytes + [3, LogID.exchange.rawValue]
        func put(_ value: [UInt8]) throws {
            let batch = WriteBatch()
            database.put(.mirror, row, value, in: batch)
            try database.write(batch)
        }
        let good = try #require(try database.get(.mirror, row))
        try put([0])
        let lan = federation.node("vn.customs")
        let caseID = try await lan.log(report(container: "TGHU3000000")).file.id
        _ = try await vn.draft(
            seizureNotice(SeizureReport(), agreement: agreement), to: ["la.customs"], in: caseID, by: lan["lan"])
        _ = try await vn.release(1, in: caseID, by: lan["ha"])
        func failures() -> Int { la.state.withLock { $0.counts["vn.customs"]?.failures ?? 0 } }
        // Once when it stores, once more when it begins again.
        try await federation.until("storing has failed twice") { failures() >= 2 }
        try put(good)
        let node = federation.node("la.customs")
        try await federation.until("found in LA") { try await !node.search("TGHU3000000").isEmpty }
        try await federation.until("the round is over") { failures() == 0 }
        #expect(try !la.mirrors.isFrozen(partner.number))
        await federation.stop()
    }

    /// A partner that was away gets an agreement and what was released under it in one page, or in pages right behind
    /// each other, and has opened some of it before it has recorded the agreement.
    @Test(arguments: [(1, 4 << 20), (2, 4 << 20), (128, 4 << 20), (128, 1)])
    func aNoticeMayComeTogetherWithItsAgreement(_ noticesAtOnce: Int, _ pageByteCount: Int) async throws {
        var limits = ExchangeLimits()
        limits.noticesAtOnce = noticesAtOnce
        limits.deliveryPageByteCount = pageByteCount
        let federation = try await Federation(["VN", "LA"], limits: limits)
        let agreement = try await federation.agree(["vn.customs", "la.customs"], untold: ["la.customs"])
        federation.connect()
        try await federation.untilKnown("la.customs", at: "vn.customs")
        await federation["la.customs"].stopSync()
        let (vn, lan) = (federation["vn.customs"], federation.node("vn.customs"))
        let note = try #require(vn.directory.book.records[agreement]?.revisions.last).signed.encoded
        let told = Notice.with {
            $0.subject = "Our agreement"
            $0.agreement.note = Data(note)
        }
        for container in ["MSKU1234565", "TGHU3000000"] {
            let caseID = try await lan.log(report(container: container)).file.id
            let notices = [told, seizureNotice(SeizureReport(), agreement: agreement)]
            for (number, notice) in zip([1, 2] as [UInt32], notices) {
                _ = try await vn.draft(notice, to: ["la.customs"], in: caseID, by: lan["lan"])
                let released = try await vn.release(number, in: caseID, by: lan["ha"])
                try #require(released.entryID != nil, "\(released.decision)")
            }
        }
        federation.connect()
        let node = federation.node("la.customs")
        for container in ["TGHU3000000", "MSKU1234565"] {
            try await federation.until("found in LA") { try await !node.search(container).isEmpty }
        }
        await federation.stop()
    }

    /// Breaks one envelope the first time that it is fetched, and cuts pages to a number of deliveries.
    private final class BrokenOnce: PartnerTransport {
        private let line: LocalLine
        private let broken: UInt64
        private let count: Int
        private let isMended = Mutex(false)
        /// The positions asked for.
        let asked = Mutex<[String]>([])

        init(_ line: LocalLine, breaking position: UInt64, pagesOf count: Int) {
            (self.line, broken, self.count) = (line, position, count)
        }

        func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
            let reply = try await line.send(request, limit: limit, timeoutSeconds: timeoutSeconds)
            guard request.path == "/deliveries" else { return reply }
            asked.withLock { $0.append(request.query["after"] ?? "") }
            var page = try DeliveryPage.parse(
                reply.body, after: DeliveryCursor(), maximumEnvelopeByteCount: Envelope.maximumByteCount)
            page = Array(page.prefix(count))
            if let place = page.firstIndex(where: { $0.position == broken }), isMended.withLock({ !exchange(&$0) }) {
                var envelope = page[place].envelope
                envelope[envelope.count - 1] ^= 1
                page[place] = Delivery(position: broken, entryIndex: page[place].entryIndex, envelope: envelope)
            }
            return PartnerReply(200, DeliveryPage.encode(page))
        }

        private func exchange(_ isMended: inout Bool) -> Bool {
            defer { isMended = true }
            return isMended
        }

        func stop() async {}
    }

    /// What came before an envelope that was broken on the way is recorded, and is not fetched again; what came behind
    /// it is fetched again, also where it was handed over already.
    @Test(arguments: [(1, 4), (128, 4), (128, 2), (128, 1)])
    func oneBrokenEnvelopeIsFetchedAgain(_ noticesAtOnce: Int, _ deliveriesInPage: Int) async throws {
        var limits = ExchangeLimits()
        limits.noticesAtOnce = noticesAtOnce
        let federation = try await Federation(["VN", "LA"], limits: limits)
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        federation.connect()
        try await federation.untilKnown("la.customs", at: "vn.customs")
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        let (lan, lao) = (federation.node("vn.customs"), federation.node("la.customs"))
        try await federation.untilKnown("vn.customs", at: "la.customs")
        await la.stopSync()
        var positions: [UInt64] = []
        for container in ["MSKU1234565", "TGHU3000000", "CSQU3054383", "HLXU1234567"] {
            let caseID = try await lan.log(report(container: container)).file.id
            _ = try await vn.draft(
                seizureNotice(SeizureReport(), agreement: agreement), to: ["la.customs"], in: caseID, by: lan["lan"])
            _ = try await vn.release(1, in: caseID, by: lan["ha"])
            positions.append(try vn.node.checkpoint(.exchange).size)
        }
        let line = BrokenOnce(
            LocalLine(to: vn, from: "la.customs"), breaking: positions[1], pagesOf: deliveriesInPage)
        let partner = try #require(la.directory.partners["vn.customs"]).number
        let before = try la.mirrors.cursor(partner).position
        la.startSync { _ in line }
        try await federation.until("all are recorded") { try la.mirrors.cursor(partner).position == positions[3] }
        #expect(try await la.notices(.received, by: lao["ha"]).notices.count == 4)
        #expect(la.state.withLock { $0.counts["vn.customs"]?.refused ?? 0 } == 0)
        let asked = line.asked.withLock { $0 }
        #expect(asked.count { $0 == "\(before)" } == 1)
        #expect(asked.contains("\(positions[0])"))
        await federation.stop()
    }

    /// A partner may put one entry into its log twice, with two deliveries.
    @Test func anEntryThatComesTwiceIsTakenInOnce() async throws {
        let federation = try await Federation(["VN", "LA"])
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        federation.connect()
        try await federation.untilKnown("la.customs", at: "vn.customs")
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        let (lan, lao) = (federation.node("vn.customs"), federation.node("la.customs"))
        let caseID = try await lan.log(report(container: "MSKU1234565")).file.id
        let drafted = try await vn.draft(
            seizureNotice(SeizureReport(), agreement: agreement), to: ["la.customs"], in: caseID, by: lan["lan"])
        let notice = try Notice(parsing: #require(drafted.file.notice(1)).content)
        let decision = try await vn.explain(1, in: caseID, by: lan["ha"])
        let number = try #require(vn.directory.partners["la.customs"]).number
        let (proposal, last) = try await vn.readers.run {
            var proposal = Proposal(drafts: [])
            let sealed = try vn.seal(notice, for: decision.recipients, &proposal, stream: 0, vn.directory)
            let second = sealed.index + 1
            proposal.release!.entries.append(sealed.entry.encoded)
            proposal.rows.append(
                RowChange(
                    .exchange, ExchangeRow.delivery(number, entry: second),
                    second.bigEndianBytes + sealed.entry.id.bytes))
            return (proposal, second)
        }
        _ = try await vn.sequencer.commit(proposal)
        vn.arrivals.raise()
        let partner = try #require(la.directory.partners["vn.customs"]).number
        try await federation.until("both have come") { try la.mirrors.cursor(partner).entryIndex == last }
        #expect(try await la.notices(.received, by: lao["ha"]).notices.count == 1)
        #expect(la.state.withLock { $0.counts["vn.customs"]?.refused } == 1)
        await federation.stop()
    }

    /// One that says nothing does not keep the others from being heard.
    @Test func partnersAreAskedSideBySide() async throws {
        let gathering = Gathering(3)
        let prefixes = ["kh.customs", "la.customs", "th.customs"]
        let lines = Dictionary(uniqueKeysWithValues: prefixes.map { ($0, GatheringLine(gathering: gathering)) })
        #expect(await Gossip.ask(lines).map(\.prefix).sorted() == prefixes)
    }
}
