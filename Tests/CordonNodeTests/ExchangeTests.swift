import Casework
import Cryptography
import Customs
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

/// Hands requests to another node of this process.
final class LocalLine: PartnerTransport {
    private let other: @Sendable () -> ExchangeService?
    private let from: String
    let isCut: Mutex<Bool>

    init(to other: @autoclosure @escaping @Sendable () -> ExchangeService?, from: String) {
        self.other = other
        self.from = from
        isCut = Mutex(false)
    }

    func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
        guard !isCut.withLock({ $0 }), let other = other() else { throw PartnerTransportError(.unreachable, "cut") }
        let reply = await other.respond(to: request, from: from)
        guard reply.body.count <= limit else { throw PartnerTransportError(.tooLarge, "too large") }
        return reply
    }

    func stop() async {}
}

/// Authorities with nodes of their own, who know each other and have an agreement.
final class Federation: Sendable {
    struct Member: Sendable {
        let node: CaseNode
        let exchange: ExchangeService
        let work: Task<Void, Never>
    }
    private let state = Mutex<[String: Member]>([:])

    subscript(_ prefix: String) -> ExchangeService { state.withLock { $0[prefix]!.exchange } }
    /// Nil where it was lost.
    func reach(_ prefix: String) -> ExchangeService? { state.withLock { $0[prefix]?.exchange } }
    func node(_ prefix: String) -> CaseNode { state.withLock { $0[prefix]!.node } }

    init(_ countries: [String] = ["VN", "LA", "KH"], limits: ExchangeLimits = .init()) async throws {
        for country in countries {
            let node = try await CaseNode(TestNode(country: country))
            let exchange = try node.node.exchangeService(node.service, limits: limits)
            try await exchange.tend()
            try await exchange.issueCard(nodes: ["\(country.lowercased()).example:8644"])
            state.withLock {
                $0["\(country.lowercased()).customs"] = Member(
                    node: node, exchange: exchange, work: Task { await exchange.run() })
            }
        }
        let all = state.withLock { $0 }
        for (prefix, member) in all {
            for (other, partner) in all where other != prefix {
                let card = partner.exchange.directory.ownCard!
                _ = try await member.exchange.addPartner(
                    card: card.encoded, fingerprint: card.card.fingerprint.description, by: member.node["ad"])
            }
        }
    }

    /// Every node begins to sync with every other.
    func connect() {
        let all = state.withLock { $0 }
        for (prefix, member) in all {
            member.exchange.startSync { [self] partner in
                all[partner.prefix].map { _ in LocalLine(to: self.reach(partner.prefix), from: prefix) }
            }
        }
    }

    /// Ends a member, as if its machine was gone.
    func lose(_ prefix: String) async {
        let member = state.withLock { $0.removeValue(forKey: prefix)! }
        await member.exchange.stopSync()
        member.work.cancel()
        await member.work.value
        await member.exchange.stop()
        await member.node.stop()
    }

    /// A member that was lost goes on with another node, which syncs with all.
    func replace(_ prefix: String, by node: CaseNode) throws {
        let exchange = try node.node.exchangeService(node.service)
        exchange.startSync { [self] partner in LocalLine(to: self.reach(partner.prefix), from: prefix) }
        state.withLock {
            $0[prefix] = Member(node: node, exchange: exchange, work: Task { await exchange.run() })
        }
    }

    func agree(
        _ parties: [String], nominal: Bool = true, highest: HandlingCode = .h2, lead: String? = nil,
        untold: Set<String> = []
    ) async throws -> String {
        let all = state.withLock { $0 }
        let first = parties[0]
        let now = self[first].now / 1000 * 1000
        let agreement = Agreement(
            id: "\(first)/test-\(parties.count)", revision: 1, issuedMilliseconds: now, title: "A test",
            instrument: .bilateralTreaty, legalBasis: "Article 1", lead: lead, parties: Set(parties),
            purposes: Set(ExchangePurpose.allCases), categories: [Agreement.allCategories],
            kinds: Set(CoveredKind.allCases), allowsNominal: nominal, highestHandling: highest, highestTLP: .red,
            onward: .withConsent, retentionDays: 365, fromMilliseconds: now,
            untilMilliseconds: now + 365 * 86_400_000)
        var note = try await self[first].propose(agreement, by: node(first)["ha"]).encoded
        for party in parties.dropFirst() {
            // Who is untold has signed, and hears of it from a notice.
            note =
                untold.contains(party)
                ? try SignedAgreement(parsing: note).accepted(by: self[party].identity).encoded
                : try await self[party].accept(note, by: node(party)["ha"]).encoded
        }
        for party in parties where all[party] != nil && !untold.contains(party) {
            try await self[party].recordAgreement(note, by: 0)
        }
        return agreement.id
    }

    /// VN logs a seizure of ivory in a container and releases it to LA, which has it when this returns.
    func releaseIvory(_ agreement: String) async throws -> (caseID: String, entryID: [UInt8]) {
        connect()
        let (vn, lan, la) = (self["vn.customs"], node("vn.customs"), node("la.customs"))
        try await untilKnown("la.customs", at: "vn.customs")
        let caseID = try await lan.log(report(container: "MSKU1234565")).file.id
        _ = try await vn.draft(
            seizureNotice(SeizureReport(), agreement: agreement), to: ["la.customs"], in: caseID, by: lan["lan"])
        let released = try await vn.release(1, in: caseID, by: lan["ha"])
        try #require(released.entryID != nil, "\(released.decision)")
        try await until("found in LA") { try await !la.search("MSKU1234565").isEmpty }
        return (caseID, try #require(released.entryID))
    }

    /// Waits until one node knows another's keys, and knows that they are new.
    func untilKnown(_ prefix: String, at other: String) async throws {
        let exchange = self[other]
        try await until("the keys of \(prefix) are known, and known to be new") {
            exchange.standings(exchange.directory).contains {
                $0.prefix == prefix && $0.keys?.epochs.isEmpty == false && $0.checkedMilliseconds == exchange.now
            }
        }
    }

    /// Waits until `condition` holds.
    func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<3_600 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        Issue.record("it never came to this: \(what)")
        throw CancellationError()
    }

    func stop() async {
        for member in state.withLock({ $0.values }) {
            await member.exchange.stopSync()
            member.work.cancel()
            await member.work.value
            await member.exchange.stop()
            await member.node.stop()
        }
    }
}

func seizureNotice(_ report: SeizureReport, agreement: String, subject: String = "Ivory") -> Notice {
    .with {
        $0.subject = subject
        $0.conditions = .with {
            $0.handling = ["H0"]
            $0.tlp = "green"
            $0.purpose = "investigation"
            $0.agreement = agreement
            $0.legalBasis = "Article 1"
            $0.evaluation = "B2"
            $0.expiresAt = "2030-09-01T00:00:00Z"
            $0.onward = "no"
        }
        $0.seizure.report = report
    }
}

@Suite(.timeLimit(.minutes(20))) struct ExchangeServiceTests {
    @Test func aReleasedNoticeIsOpenedByWhomItIsFor() async throws {
        let federation = try await Federation()
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        federation.connect()
        let vn = federation["vn.customs"]
        try await federation.until("keys are known") {
            vn.keys(of: "la.customs")?.epochs.isEmpty == false && vn.keys(of: "kh.customs")?.epochs.isEmpty == false
        }
        let lan = federation.node("vn.customs")
        let logged = try await lan.log(report(container: "MSKU1234565"))
        let caseID = logged.file.id
        let notice = seizureNotice(SeizureReport(), agreement: agreement)
        _ = try await vn.draft(notice, to: ["la.customs"], in: caseID, by: lan["lan"])
        let released = try await vn.release(1, in: caseID, by: lan["ha"])
        #expect(released.decision.isReleased && released.entryID != nil, "\(released.decision.refusals)")
        // It is found at the partner by an investigator there, and at nobody else's.
        let la = federation.node("la.customs")
        try await federation.until("found in LA") { try await !la.search("MSKU 123456 5").isEmpty }
        let kh = federation.node("kh.customs")
        try await federation.until("entries are mirrored in KH") {
            federation["kh.customs"].mirrorSize(of: "vn.customs") == (try? vn.exchangeSize())
        }
        #expect(try await kh.search("MSKU1234565").isEmpty)
        // A receipt has come back into the case.
        try await federation.until("a receipt") {
            let file = try await lan.service.readCase(caseID, by: lan["lan"])
            return file.notices.first?.references.contains { $0.reference.kind == "receipt" } ?? false
        }
        await federation.stop()
    }

    @Test func whatIsReceivedIsMatchedWithWhatIsHere() async throws {
        let federation = try await Federation(["VN", "LA"])
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        let (la, minh) = (federation["la.customs"], federation.node("la.customs"))
        let known = try await minh.log(report(container: "MSKU1234565")).file.id
        _ = try await federation.releaseIvory(agreement)
        try await federation.until("it has met the case that was there") {
            try await minh.service.readCase(known, by: minh["lan"]).hits.count == 1
        }
        // What a crash would have left to be matched is done.
        var left = 0
        try la.store.database.forEach(.index, from: [5], upTo: [6]) { _, _ in
            left += 1
            return true
        }
        #expect(left == 0)
        await federation.stop()
    }

    @Test func aRecallErasesWhatWasReceived() async throws {
        let federation = try await Federation()
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        let (caseID, entryID) = try await federation.releaseIvory(agreement)
        let (vn, la) = (federation["vn.customs"], federation.node("la.customs"))
        let lan = federation.node("vn.customs")
        let recall = recall(of: entryID)
        let draft = try await vn.draft(recall, to: ["la.customs"], in: caseID, by: lan["lan"])
        let number = try #require(draft.file.notices.last?.number)
        #expect(try await vn.release(number, in: caseID, by: lan["ha"]).entryID != nil)
        try await federation.until("it is gone in LA") { try await la.search("MSKU1234565").isEmpty }
        try await federation.until("the erasure is stated") {
            let file = try await lan.service.readCase(caseID, by: lan["lan"])
            return file.notices.contains { $0.references.contains { $0.reference.kind == "erasure" } }
        }
        await federation.stop()
    }

    private func recall(of entryID: [UInt8]) -> Notice {
        .with {
            $0.subject = "Recall"
            $0.references = [
                .with {
                    $0.entryID = Data(entryID)
                    $0.authority = "vn.customs"
                    $0.relation = "recalls"
                }
            ]
            $0.recall.reason = "a mistake"
            $0.recall.erase = true
        }
    }

    /// Right after its start a node takes in what came, and may sign nothing yet.
    @Test func whatCannotBeStatedAtOnceIsStatedLater() async throws {
        let federation = try await Federation()
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        let la = federation["la.customs"]
        federation.connect()
        try await federation.untilKnown("la.customs", at: "vn.customs")
        la.gate.withLock { $0 = .waiting }
        let (caseID, entryID) = try await federation.releaseIvory(agreement)
        let (vn, lan) = (federation["vn.customs"], federation.node("vn.customs"))
        let draft = try await vn.draft(recall(of: entryID), to: ["la.customs"], in: caseID, by: lan["lan"])
        let number = try #require(draft.file.notices.last?.number)
        #expect(try await vn.release(number, in: caseID, by: lan["ha"]).entryID != nil)
        let there = federation.node("la.customs")
        try await federation.until("it is gone in LA") { try await there.search("MSKU1234565").isEmpty }
        func stated() async throws -> [String] {
            let file = try await lan.service.readCase(caseID, by: lan["lan"])
            return file.notices.flatMap { $0.references.map(\.reference.kind) }.sorted()
        }
        #expect(try await stated().isEmpty, "it may sign nothing yet")
        la.gate.withLock { $0 = .open }
        // As it does every minute.
        try await la.eraseExpired()
        try await federation.until("all is stated, each once") {
            try await stated() == ["erasure", "receipt", "receipt"]
        }
        try await la.eraseExpired()
        try await federation.until("VN has seen all there is") {
            try vn.mirrorSize(of: "la.customs") == la.exchangeSize()
        }
        #expect(try await stated() == ["erasure", "receipt", "receipt"])
        await federation.stop()
    }

    @Test func whatHasExpiredIsErased() async throws {
        let federation = try await Federation()
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        _ = try await federation.releaseIvory(agreement)
        let la = federation.node("la.customs")
        try await federation["la.customs"].eraseExpired()
        #expect(try await la.search("MSKU1234565").count == 1, "it has not expired yet")
        la.time.move(days: 360)
        try await federation["la.customs"].eraseExpired()
        #expect(try await la.search("MSKU1234565", by: "minh").isEmpty)
        await federation.stop()
    }

    @Test func aRevokedPartnerGetsNothingMore() async throws {
        let federation = try await Federation()
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        let (caseID, _) = try await federation.releaseIvory(agreement)
        let (vn, lan) = (federation["vn.customs"], federation.node("vn.customs"))
        try await vn.setState(of: "la.customs", to: .revoked, reason: "its node was taken over", by: lan["ad"])
        let reply = await vn.respond(to: .init(.get, "/log/checkpoint"), from: "la.customs")
        #expect(reply.status == 403)
        _ = try await vn.draft(
            seizureNotice(SeizureReport(), agreement: agreement), to: ["la.customs"], in: caseID, by: lan["lan"])
        let refused = try await vn.release(2, in: caseID, by: lan["ha"])
        #expect(refused.entryID == nil)
        #expect(refused.decision.verdicts.first { $0.partner == "la.customs" }?.reasons.contains(.revoked) == true)
        // The refusal is recorded with its reason.
        let file = try await lan.service.readCase(caseID, by: lan["lan"])
        #expect(file.notice(2)?.isDraft == true && file.notice(2)?.decision.isEmpty == false)
        await #expect(throws: CaseError.self) {
            try await vn.setState(of: "la.customs", to: .active, reason: "again", by: lan["ad"])
        }
        // A friend who still gets the log from us has nothing that opens for the revoked one: no stanza was sealed to it.
        let former = try #require(vn.directory.partners["la.customs"])
        let page = try DeliveryPage.parse(
            vn.deliveryPage(to: former, after: 0, limit: 1 << 20), after: DeliveryCursor(),
            maximumEnvelopeByteCount: 1 << 21)
        #expect(page.count == 1)
        await federation.stop()
    }

    @Test func namesTakeASecondOfficerAndAnAgreementThatAllowsThem() async throws {
        let federation = try await Federation()
        let agreement = try await federation.agree(["vn.customs", "la.customs"], nominal: false)
        federation.connect()
        let (vn, lan) = (federation["vn.customs"], federation.node("vn.customs"))
        try await federation.until("keys") { vn.keys(of: "la.customs")?.epochs.isEmpty == false }
        let caseID = try await lan.log(report(person: "Tran Thi Mai")).file.id
        let notice = seizureNotice(SeizureReport(), agreement: agreement)
        _ = try await vn.draft(notice, to: ["la.customs"], in: caseID, withNames: true, by: lan["thu"])
        let verdict = try await vn.release(1, in: caseID, by: lan["thu"]).decision.verdicts.first {
            $0.partner == "la.customs"
        }
        #expect(verdict?.reasons == [.nominalNotAllowed, .secondOfficerMissing])
        #expect(verdict?.couldGoWithoutNames == true)
        _ = try await vn.draft(notice, to: ["la.customs"], in: caseID, number: 1, by: lan["thu"])
        #expect(try await vn.release(1, in: caseID, by: lan["ha"]).entryID != nil)
        await federation.stop()
    }

    @Test func aNodePutBackFromABackupSignsNothing() async throws {
        let federation = try await Federation()
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        federation.connect()
        let older = try TestNode(copying: federation.node("vn.customs"))
        _ = try await federation.releaseIvory(agreement)
        try await federation.until("LA has cosigned") {
            let own = try federation["vn.customs"].publishedCheckpoint(.exchange)
            return own.signatures.contains { $0.name == "la.customs/witness" }
        }
        // The same node as it was one release earlier, told by LA what it has cosigned since.
        let copy = try await CaseNode(older)
        let behind = try copy.node.exchangeService(copy.service)
        try await behind.passGate(["la.customs": LocalLine(to: federation["la.customs"], from: "vn.customs")])
        #expect(throws: CaseError.self) { try behind.requireOpenGate() }
        try await federation["vn.customs"].passGate(
            ["la.customs": LocalLine(to: federation["la.customs"], from: "vn.customs")])
        try federation["vn.customs"].requireOpenGate()
        await behind.stop()
        await copy.stop()
        await federation.stop()
    }
}
