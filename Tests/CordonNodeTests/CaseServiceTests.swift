import Casework
import Cryptography
import Customs
import Foundation
import Schema
import Storage
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import CordonNode

/// A node with officers, whose clock can be moved.
final class CaseNode: Sendable {
    let test: TestNode
    private struct Parts: Sendable {
        let node: Node
        let sequencer: Sequencer
        let service: CaseService
    }
    /// Nil once it is stopped: then the directory can be opened again.
    private let parts: Mutex<Parts?>
    var node: Node { parts.withLock { $0!.node } }
    var sequencer: Sequencer { parts.withLock { $0!.sequencer } }
    var service: CaseService { parts.withLock { $0!.service } }
    let time: TestTime
    let officers: [String: Credentials]

    /// Investigators lan and minh, supervisors thu and son, release officer ha, auditor an, administrators ad and be.
    static let roles: [(String, Role)] = [
        ("lan", .investigator), ("minh", .investigator), ("thu", .supervisor), ("son", .supervisor),
        ("ha", .releaseOfficer), ("an", .auditor), ("ad", .administrator), ("be", .administrator),
    ]

    init(_ test: TestNode? = nil, limits: CaseServiceLimits = .init()) async throws {
        self.test = try test ?? TestNode()
        let node = try self.test.open()
        let time = TestTime()
        self.time = time
        let clock = NodeClock { time.now }
        let sequencer = try node.startSequencer(clock: clock)
        let service = try node.caseService(sequencer, clock: clock, limits: limits)
        parts = Mutex(Parts(node: node, sequencer: sequencer, service: service))
        try await service.start()
        var officers: [String: Credentials] = [:]
        for (login, role) in Self.roles {
            var officer = service.administration.directory.officer(login: login)
            if officer == nil {
                officer = try await service.administration.addOfficer(
                    login: login, name: login.capitalized, office: role == .investigator ? "Hai Phong" : "Ha Noi",
                    roles: [role], password: secret("password of \(login)"), founding: true, by: 0)
            }
            officers[login] = Credentials(officer: officer!)
        }
        self.officers = officers
    }

    subscript(_ login: String) -> Credentials { officers[login]! }

    func stop() async {
        await service.stop()
        parts.withLock { $0 = nil }
    }

    func log(
        _ report: SeizureReport, needToKnow: Bool = false, by login: String = "lan"
    ) async throws -> CaseService.Change {
        try await service.open(
            .with {
                $0.title = "A case"
                $0.needToKnow = needToKnow
            }, with: [.with { $0.seizureLogged.report = report }], by: self[login])
    }

    func search(_ text: String, by login: String = "lan") async throws -> [SearchResult] {
        try await service.search(.with { $0.text = text }, by: self[login]).results
    }
}

/// A clock that stands still until it is moved. In the future, since a node's time never goes back, and its first is the
/// machine's.
final class TestTime: Sendable {
    private let milliseconds = Mutex<UInt64>(1_900_000_000_000)
    var now: UInt64 { milliseconds.withLock { $0 } }
    func move(days: UInt64) { milliseconds.withLock { $0 += days * 86_400_000 } }
    func move(minutes: UInt64) { milliseconds.withLock { $0 += minutes * 60_000 } }
}

func secret(_ text: String) throws -> SecretBytes {
    var bytes = Array(text.utf8)
    return try SecretBytes(moving: &bytes)
}

func report(
    container: String = "", person: String = "", birth: String = "", phone: String = "", what: String = "Ivory"
) -> SeizureReport {
    .with {
        $0.seizedAt = "2026-05-01"
        $0.offences = ["wildlife"]
        $0.goods = [.with { $0.description_p = what }]
        if !container.isEmpty {
            $0.conveyances = [
                .with {
                    $0.kind = "container"
                    $0.containerNumber = container
                }
            ]
        }
        if !person.isEmpty {
            $0.nominal.persons = [
                .with {
                    $0.name = person
                    $0.birthDate = birth
                    if !phone.isEmpty { $0.phones = [phone] }
                }
            ]
        }
    }
}

func caseCode(_ body: () async throws -> Void) async -> CaseError.Code? {
    do {
        try await body()
        return nil
    } catch let error as CaseError {
        return error.code
    } catch {
        Issue.record("\(error)")
        return nil
    }
}

@Suite struct CaseServiceTests {
    /// Whatever else has a number between them.
    @Test func casesAreListedNewestFirst() async throws {
        let node = try await CaseNode()
        var opened: [String] = []
        for number in 0..<5 {
            let change = try await node.service.open(
                .with { $0.title = "Case \(number)" },
                with: [
                    .with { $0.seizureLogged.report = report(person: "Person \(number)") },
                    .with {
                        $0.exhibitSealed.description_p = "Tusks"
                        $0.exhibitSealed.sealNumber = "A\(number)"
                    },
                ], by: node["lan"])
            opened.append(change.file.id)
        }
        var listed: [String] = []
        var next: UInt64?
        repeat {
            let page = try await node.service.listCases(after: next, limit: 2, by: node["lan"])
            listed += page.cases.map(\.id)
            next = page.next
        } while next != nil
        #expect(listed == opened.reversed())
        await node.stop()
    }

    @Test func pagesThatEndEarlyGoOnWhereTheyEnded() async throws {
        var limits = CaseServiceLimits()
        limits.searchSteps = 3
        let node = try await CaseNode(limits: limits)
        var ids: Set<String> = []
        for index in 0..<60 {
            // One row of the index holds many numbers: these are of some dozen.
            if index.isMultiple(of: 5) {
                var skipped = node.service.store.newNumbers(upTo: Int(PostingBlock.span))
                _ = skipped.next()
            }
            var logged = report(what: index.isMultiple(of: 2) ? "Ivory" : "Raw ivory")
            if !index.isMultiple(of: 5) { logged.offences = ["tobacco"] }
            ids.insert(try await node.log(logged).events[1].seizureLogged.report.id)
        }
        var query = SearchRequest.with { $0.limit = 8 }
        query.text = "ivory"
        let all = try await pages(of: query, node)
        #expect(Set(all.results) == ids && all.results.count == 60)
        query.offence = "wildlife"
        let narrowed = try await pages(of: query, node)
        #expect(Set(narrowed.results).isSubset(of: ids) && Set(narrowed.results).count == 12)
        #expect(narrowed.results.count == 12 && narrowed.early > 3)
    }

    private func pages(of query: SearchRequest, _ node: CaseNode) async throws -> (results: [String], early: Int) {
        var (query, results, early) = (query, [String](), 0)
        repeat {
            let page = try await node.service.search(query, by: node["lan"])
            results += page.results.compactMap(\.report?.id)
            early += page.isIncomplete ? 1 : 0
            query.cursor = page.next ?? ""
            try #require(early < 500)
        } while !query.cursor.isEmpty
        return (results, early)
    }

    @Test func theSameThingsMeetUnderOtherSpellings() async throws {
        let node = try await CaseNode()
        let first = try await node.log(
            report(container: "MSKU 123456-5", person: "Nguyễn Văn Hùng", phone: "+84 912 345 678"))
        #expect(first.hits.isEmpty)
        let container = try await node.log(report(container: "msku1234565"), by: "minh")
        #expect(container.hits.map(\.scheme) == ["container"])
        #expect(container.hits.first?.otherCaseID == first.file.id)
        let name = try await node.log(report(person: "HUNG NGUYEN VAN"), by: "minh")
        #expect(name.hits.map(\.scheme) == ["person-name"])
        let phone = try await node.log(report(person: "Someone", phone: "+84(912)345-678"), by: "minh")
        #expect(phone.hits.map(\.scheme) == ["phone"])
        // The one whose case was met learns of it as well.
        let told = try await node.service.hits(limit: 50, by: node["lan"])
        #expect(Set(told.map(\.hit.scheme)) == ["container", "person-name", "phone"])
        #expect(told.allSatisfy { $0.caseID == first.file.id })
        for text in ["MSKU1234565", "MSKU 123456", "msku-123456-5", "Hung Nguyen", "nguyen van hung", "+84912345678"] {
            #expect(try await node.search(text).contains { $0.caseID == first.file.id }, "\(text)")
        }
        #expect(try await node.search("Nguyen Van Hong").first?.met == "similar name")
        #expect(try await node.search("TCLU1234565").isEmpty)
        await node.stop()
    }

    @Test func twoOfOneNameWhoWereBornOnDifferentDaysAreTwo() async throws {
        let node = try await CaseNode()
        _ = try await node.log(report(person: "Nguyen Van Hung", birth: "1980-01-01"))
        #expect(try await node.log(report(person: "Nguyen Van Hung", birth: "1991-02-02")).hits.isEmpty)
        #expect(try await node.log(report(person: "Nguyen Van Hung", birth: "1980-01-01")).hits.count == 1)
        #expect(try await node.log(report(person: "Nguyen Van Hung")).hits.count == 3)
        await node.stop()
    }

    @Test func aClosedCaseShowsAsNothingAndItsOwnerIsTold() async throws {
        let node = try await CaseNode()
        let closed = try await node.log(
            report(container: "MSKU1234565", person: "Tran Thi Mai"), needToKnow: true, by: "lan")
        let id = closed.file.id
        #expect(try await node.search("MSKU1234565", by: "minh").isEmpty)
        #expect(try await node.search("Tran Thi Mai", by: "thu").isEmpty)
        #expect(try await node.service.search(.with { $0.offence = "wildlife" }, by: node["minh"]).results.isEmpty)
        #expect(try await node.service.listCases(after: nil, limit: 10, by: node["minh"]).cases.isEmpty)
        #expect(await caseCode { _ = try await node.service.readCase(id, by: node["minh"]) } == .notFound)
        #expect(await caseCode { _ = try await node.service.history(of: id, by: node["minh"]) } == .notFound)
        let note = CaseEvent.with { $0.noteAdded.text = "x" }
        #expect(await caseCode { _ = try await node.service.change(id, [note], by: node["minh"]) } == .notFound)
        // The same refusal as for a case that does not exist.
        #expect(await caseCode { _ = try await node.service.readCase("VN-C-00ZZZ-00", by: node["minh"]) } == .notFound)

        let open = try await node.log(report(container: "MSKU1234565"), by: "minh")
        #expect(open.hits.isEmpty, "not even a hint")
        #expect(try await node.service.readCase(open.file.id, by: node["minh"]).hits.isEmpty)
        let told = try await node.service.hits(limit: 10, by: node["lan"])
        #expect(told.map(\.hit.otherCaseID) == [open.file.id])
        #expect(told.map(\.hit.officer) == [node["minh"].officer.number])

        let grant = CaseEvent.with {
            $0.reason = "joint work"
            $0.accessChanged.officer = node["minh"].officer.number
            $0.accessChanged.granted = true
        }
        _ = try await node.service.change(id, [grant], by: node["lan"])
        #expect(try await node.search("MSKU1234565", by: "minh").count == 2)
        #expect(try await node.search("MSKU1234565", by: "thu").count == 1)
        await node.stop()
    }

    /// Who is told of a hit, and who is not, follows the case: the reports' rows say it.
    @Test func aCaseThatIsHandedOverAndClosedLaterTellsItsNewOwner() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report(container: "MSKU1234565"), by: "lan").file.id
        func told(_ login: String) async throws -> [String] {
            try await node.service.hits(limit: 10, by: node[login]).map(\.hit.otherCaseID)
        }
        let change = CaseEvent.with {
            $0.reason = "takes over"
            $0.ownerChanged.owner = node["thu"].officer.number
        }
        _ = try await node.service.change(id, [change], by: node["son"])
        let open = try await node.log(report(container: "MSKU1234565"), by: "minh")
        #expect(open.hits.map(\.otherCaseID) == [id])
        #expect(try await told("lan") == [])
        #expect(try await told("thu") == [open.file.id])

        func close(_ isClosed: Bool) async throws {
            let closing = CaseEvent.with {
                $0.reason = "an informer"
                $0.needToKnowSet.needToKnow = isClosed
            }
            _ = try await node.service.change(id, [closing], by: node["thu"])
        }
        try await close(true)
        let other = try await node.log(report(container: "MSKU1234565"), by: "lan")
        #expect(other.hits.map(\.otherCaseID) == [open.file.id])
        #expect(try await Set(told("thu")) == [open.file.id, other.file.id])
        try await close(false)
        #expect(try await node.log(report(container: "MSKU1234565"), by: "lan").hits.count == 3)
        await node.stop()
    }

    @Test func aHostileCursorIsRefused() async throws {
        let node = try await CaseNode()
        _ = try await node.log(report())
        let all = String(repeating: "f", count: 16)
        for cursor in ["00" + String(repeating: "0", count: 16) + all, "00" + all + all, "ff", "zz", "0"] {
            #expect(
                await caseCode {
                    _ = try await node.service.search(.with { $0.cursor = cursor }, by: node["lan"])
                } == .invalid, "\(cursor)")
        }
        await node.stop()
    }

    /// All that the filters leave is a list, and lists of names take a second officer.
    @Test func filtersAloneShowNoNamesAndSayWhatTheyShowed() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report(person: "Tran Thi Mai")).file.id
        let listed = try await node.service.search(.with { $0.offence = "wildlife" }, by: node["minh"]).results
        #expect(listed.map(\.caseID) == [id] && listed[0].report?.hasNominal == false)
        #expect(try await node.search("Tran Thi Mai", by: "minh").first?.report?.hasNominal == true)
        let accesses = try await node.service.accesses(
            before: nil, officer: nil, caseID: id, limit: 10, by: node["an"]
        ).accesses
        #expect(accesses.map(\.event.action) == ["search", "search"])
        #expect(accesses.allSatisfy { $0.event.shown.count == 1 })
        await node.stop()
    }

    @Test func aPartThatIsNamedStaysInItsPlace() async throws {
        let node = try await CaseNode()
        var seizure = report(person: "Tran Thi Mai")
        seizure.nominal.persons.append(.with { $0.name = "Pham Quoc Bao" })
        let file = try await node.log(seizure).file
        let id = file.reports[0].report.id
        func correct(_ names: [String]) async -> CaseError.Code? {
            var corrected = file.reports[0].report
            corrected.summary = "corrected \(names.count)"
            corrected.nominal.persons = names.map { name in .with { $0.name = name } }
            let event = CaseEvent.with {
                $0.reason = "x"
                $0.reportCorrected.reportID = id
                $0.reportCorrected.report = corrected
            }
            return await caseCode { _ = try await node.service.change(file.id, [event], by: node["lan"]) }
        }
        let link = CaseEvent.with {
            $0.reason = "the courier"
            $0.linkAdded.from = "\(id)#P1"
            $0.linkAdded.to = file.id
            $0.linkAdded.relation = "related"
            $0.linkAdded.confidence = "confirmed"
        }
        _ = try await node.service.change(file.id, [link], by: node["lan"])
        #expect(await correct(["Pham Quoc Bao"]) == .invalid, "the link would name another person")
        #expect(await correct(["Pham Quoc Bao", "Tran Thi Mai"]) == .invalid)
        #expect(await correct([]) == .invalid)
        #expect(await correct(["Trần Thị Mai", "Pham Quoc Bao", "Third"]) == nil, "spelt better, and one behind")
        await node.stop()
    }

    /// The node's own streams have numbers too; no case has them.
    @Test func theNodesOwnStreamsAreNoCases() async throws {
        let node = try await CaseNode()
        for number in [UInt64(0), 1, 2, 3, Streams.firstObject] {
            let id = RecordID(country: "VN", kind: .caseFile, number: number).description
            #expect(await caseCode { _ = try await node.service.readCase(id, by: node["lan"]) } == .notFound)
            #expect(await caseCode { _ = try await node.service.history(of: id, by: node["lan"]) } == .notFound)
            let link = CaseEvent.with {
                $0.reason = "x"
                $0.linkAdded.to = "VN-C-000Z9-28"
                $0.linkAdded.relation = "related"
                $0.linkAdded.confidence = "possible"
            }
            #expect(await caseCode { _ = try await node.service.change(id, [link], by: node["lan"]) } == .notFound)
        }
        // Nor does another country's case stand for one of ours.
        let own = try await node.log(report()).file.id
        let foreign = RecordID(country: "LA", kind: .caseFile, number: RecordID(parsing: own)!.number).description
        #expect(await caseCode { _ = try await node.service.readCase(foreign, by: node["lan"]) } == .notFound)
        await node.stop()
    }

    @Test func twoOfficersAtOnceLoseNothing() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report()).file.id
        let version = try await node.service.readCase(id, by: node["lan"]).version
        let note = CaseEvent.with { $0.noteAdded.text = "seen" }
        _ = try await node.service.change(id, [note], ifMatch: version, by: node["lan"])
        do {
            _ = try await node.service.change(id, [note], ifMatch: version, by: node["minh"])
            Issue.record("the version had moved on")
        } catch let error as CaseError {
            #expect(error.code == .changed && error.version == version + 1)
        }
        let (service, lan, minh) = (node.service, node["lan"], node["minh"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    let note = CaseEvent.with { $0.noteAdded.text = "note \(number)" }
                    _ = try await service.change(id, [note], by: number % 2 == 0 ? lan : minh)
                }
            }
            try await group.waitForAll()
        }
        let file = try await node.service.readCase(id, by: node["lan"])
        #expect(Set(file.notes.map(\.note.text)) == Set((0..<60).map { "note \($0)" } + ["seen"]))
        #expect(file.version == version + 61)
        await node.stop()
    }

    @Test func aRequestSentTwiceMakesOneCase() async throws {
        let node = try await CaseNode()
        let key = CaseService.IdempotencyKey(key: "k1", request: Digest.sha256([1]).bytes)
        let opening = CaseOpened.with { $0.title = "Once" }
        let logged = CaseEvent.with { $0.seizureLogged.report = report() }
        let first = try await node.service.open(opening, with: [logged], idempotency: key, by: node["lan"])
        let again = try await node.service.open(opening, with: [logged], idempotency: key, by: node["lan"])
        #expect(again.wasReplayed && again.file.id == first.file.id)
        let other = CaseService.IdempotencyKey(key: "k1", request: Digest.sha256([2]).bytes)
        #expect(
            await caseCode { _ = try await node.service.open(opening, idempotency: other, by: node["lan"]) }
                == .conflict)
        // Another officer's key is another key.
        #expect(try await node.service.open(opening, idempotency: other, by: node["minh"]).file.id != first.file.id)
        let (service, lan) = (node.service, node["lan"])
        let race = CaseService.IdempotencyKey(key: "race", request: Digest.sha256([3]).bytes)
        let made = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 {
                group.addTask { try await service.open(opening, idempotency: race, by: lan).file.id }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(made.count == 1)
        await node.stop()
    }

    @Test func aCorrectionAddsAndTheIndexFollows() async throws {
        let node = try await CaseNode()
        let change = try await node.log(report(container: "MSKU1234565", person: "Tran Thi Mai"))
        var report = change.file.reports[0].report
        report.conveyances[0].containerNumber = "CSQU3054383"
        let correction = CaseEvent.with {
            $0.reason = "misread"
            $0.reportCorrected.reportID = report.id
            $0.reportCorrected.report = report
            $0.reportCorrected.nominalUnchanged = true
        }
        _ = try await node.service.change(change.file.id, [correction], by: node["minh"])
        #expect(try await node.search("MSKU1234565").isEmpty)
        #expect(try await node.search("CSQU3054383").count == 1)
        #expect(try await node.search("Tran Thi Mai").count == 1, "names stayed as they were")
        let history = try await node.service.history(of: change.file.id, by: node["lan"])
        #expect(history.count == 3)
        #expect(
            history[1].event.seizureLogged.report.conveyances[0].containerNumber == "MSKU1234565", "as it was logged")
        #expect(history[1].event.seizureLogged.report.nominal.persons[0].name == "Tran Thi Mai")
        #expect(history[2].officer == node["minh"].officer.number && history[2].event.reason == "misread")
        await node.stop()
    }

    @Test func anExhibitPassesOnlyWhenBothConfirm() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report()).file.id
        func change(_ login: String, _ fill: (inout CaseEvent) -> Void) async throws -> CaseService.Change {
            try await node.service.change(id, [.with(fill)], by: node[login])
        }
        let sealed = try await change("lan") {
            $0.exhibitSealed.description_p = "Two tusks"
            $0.exhibitSealed.sealNumber = "VN0001"
            $0.exhibitSealed.location = "Hai Phong store"
        }
        let exhibit = sealed.events[0].exhibitSealed.id
        func offer(_ event: inout CaseEvent, to login: String) {
            event.reason = "to the laboratory"
            event.custodyOffered.exhibitID = exhibit
            event.custodyOffered.to = node[login].officer.number
        }
        func answer(_ event: inout CaseEvent, _ accepted: Bool, seal: String = "") {
            event.custodyAnswered.exhibitID = exhibit
            event.custodyAnswered.accepted = accepted
            event.custodyAnswered.sealNumber = seal
        }
        #expect(await caseCode { _ = try await change("minh") { offer(&$0, to: "thu") } } == .forbidden)
        #expect(await caseCode { _ = try await change("lan") { offer(&$0, to: "an") } } == .invalid)
        #expect(await caseCode { _ = try await change("minh") { answer(&$0, true) } } == .conflict)
        _ = try await change("lan") { offer(&$0, to: "minh") }
        let waiting = try await node.service.exhibit(exhibit, by: node["lan"]).exhibit
        #expect(waiting.custodian == node["lan"].officer.number)
        #expect(await caseCode { _ = try await change("lan") { offer(&$0, to: "thu") } } == .conflict)
        #expect(await caseCode { _ = try await change("thu") { answer(&$0, true) } } == .forbidden)
        #expect(await caseCode { _ = try await change("minh") { answer(&$0, true, seal: "XX9") } } == .invalid)
        #expect(
            await caseCode {
                _ = try await change("lan") {
                    $0.reason = "done"
                    $0.closed.outcome = "x"
                }
            } == .conflict, "a hand-over waits")
        _ = try await change("minh") { answer(&$0, true) }
        let (held, _) = try await node.service.exhibit(exhibit, by: node["lan"])
        #expect(held.custodian == node["minh"].officer.number)
        #expect(held.chain.map(\.kind) == [.sealed, .offered, .accepted])
        _ = try await change("minh") {
            $0.reason = "by order of the court"
            $0.exhibitDisposed.exhibitID = exhibit
            $0.exhibitDisposed.method = "destroyed"
            $0.exhibitDisposed.witness = "Officer Thu"
        }
        #expect(await caseCode { _ = try await change("minh") { offer(&$0, to: "lan") } } == .conflict)
        await node.stop()
    }

    @Test func whatIsLookedAtIsJournalled() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report(person: "Tran Thi Mai")).file.id
        _ = try await node.service.readCase(id, reason: "checking", by: node["minh"])
        _ = try await node.search("Tran Thi Mai", by: "thu")
        let (accesses, _) = try await node.service.accesses(
            before: nil, officer: nil, caseID: nil, limit: 10, by: node["an"])
        #expect(accesses.map(\.event.action) == ["search", "read-case"])
        #expect(accesses[0].event.query == "text=Tran Thi Mai" && accesses[0].event.nominal)
        #expect(accesses[1].officer == node["minh"].officer.number && accesses[1].event.reason == "checking")
        let mine = try await node.service.accesses(
            before: nil, officer: node["minh"].officer.number, caseID: id, limit: 10, by: node["an"])
        #expect(mine.accesses.count == 1)
        #expect(
            await caseCode {
                _ = try await node.service.accesses(before: nil, officer: nil, caseID: nil, limit: 1, by: node["thu"])
            } == .forbidden)
        await node.stop()
    }
}
