import Casework
import Customs
import Foundation
import Schema
import SwiftProtobuf
import TestSupport
import Testing

@testable import CordonNode

@Suite struct ImportTests {
    private func kinds(_ outcomes: [ImportOutcome]) -> [String: Int] {
        Dictionary(outcomes.map { ($0.kind.rawValue, 1) }, uniquingKeysWith: +)
    }

    @Test func aRecordSentTwiceIsRecognised() async throws {
        let node = try await CaseNode()
        let first = try await node.service.importBatch(importRecords(0..<50), dryRun: false, by: node["lan"])
        #expect(kinds(first) == ["imported": 50])
        #expect(Set(first.map(\.caseID)).count == 50, "each has a case of its own")
        let again = try await node.service.importBatch(importRecords(25..<75), dryRun: false, by: node["minh"])
        #expect(kinds(again) == ["known": 25, "imported": 25])
        #expect(again[0].id == first[25].id)
        let other = try await node.service.importBatch(
            importRecords(0..<5, source: "other"), dryRun: false, by: node["lan"])
        #expect(kinds(other) == ["imported": 5])
        await node.stop()
    }

    @Test func aDryRunChangesNothing() async throws {
        let node = try await CaseNode()
        let size = try node.service.checkpoints().journal.size
        let outcomes = try await node.service.importBatch(importRecords(0..<10), dryRun: true, by: node["lan"])
        #expect(kinds(outcomes) == ["imported": 10])
        #expect(try node.service.checkpoints().journal.size == size)
        #expect(try await node.service.listCases(after: nil, limit: 10, by: node["lan"]).cases.isEmpty)
        await node.stop()
    }

    @Test func whatDiffersAndWhatIsImpossibleIsSaid() async throws {
        let node = try await CaseNode()
        var records = importRecords(0..<4)
        func alter(_ index: Int, _ change: (inout SeizureReport) -> Void) {
            guard case .seizure(var report) = records[index] else { return }
            change(&report)
            records[index] = .seizure(report)
        }
        alter(1) { $0.offences = ["nonsense"] }
        alter(2) { $0.provenance.key = "key 0" }
        alter(3) {
            $0.provenance.key = "key 0"
            $0.goods[0].description_p = "Item 0"
            $0.seizedAt = "2020-01-01"
            $0.provenance.rows = [0]
        }
        let outcomes = try await node.service.importBatch(records, dryRun: false, by: node["lan"])
        #expect(outcomes.map(\.kind) == [.imported, .refused, .differs, .known])
        #expect(outcomes[1].findings.map(\.pointer) == ["/offences/0"])
        alter(0) { $0.goods[0].description_p = "Another item" }
        #expect(
            try await node.service.importBatch([records[0]], dryRun: false, by: node["lan"]).map(\.kind) == [.differs])
        await node.stop()
    }

    @Test func aKeyIsRecognisedAsItIsKept() async throws {
        let node = try await CaseNode()
        guard case .seizure(var report) = importRecords(0..<1)[0] else { return }
        report.provenance.key = "  key 0 "
        func send() async throws -> [ImportOutcome.Kind] {
            try await node.service.importBatch([.seizure(report)], dryRun: false, by: node["lan"]).map(\.kind)
        }
        #expect(try await send() == [.imported])
        #expect(try await send() == [.known])
        #expect(
            try await node.service.importBatch(importRecords(0..<1), dryRun: false, by: node["lan"]).map(\.kind)
                == [.known])
        await node.stop()
    }

    @Test func manyIntoOneCase() async throws {
        let node = try await CaseNode()
        let id = try await node.service.open(.with { $0.title = "All of it" }, by: node["lan"]).file.id
        let outcomes = try await node.service.importBatch(
            importRecords(0..<40), caseID: id, dryRun: false, by: node["lan"])
        #expect(Set(outcomes.map(\.caseID)) == [id])
        #expect(try await node.service.readCase(id, by: node["lan"]).reports.count == 40)
        await node.stop()
    }

    /// That a case was opened, its report and what that met are decided together: one record, one version.
    @Test func anImportIsOneRecordOfItsCase() async throws {
        let node = try await CaseNode()
        func records(_ range: Range<Int>) -> [ImportRecord] {
            importRecords(range).map { record in
                guard case .seizure(var report) = record else { return record }
                report.nominal.persons = [
                    .with {
                        $0.name = "Somboon Kaew"
                        $0.phones = ["+84912345678"]
                    }
                ]
                return .seizure(report)
            }
        }
        _ = try await node.service.importBatch(records(0..<1), dryRun: false, by: node["lan"])
        let size = try node.service.checkpoints().journal.size
        let id = try await node.service.importBatch(records(1..<2), dryRun: false, by: node["lan"])[0].caseID
        #expect(try node.service.checkpoints().journal.size == size + 1)

        let events = try await node.service.history(of: id, by: node["lan"])
        let lan = node["lan"].officer.number
        #expect(events.map(\.sequence) == [size, size, size] && events.map(\.place) == [0, 1, 2])
        #expect(events.map(\.officer) == [lan, lan, 0], "what the node finds is the node's own")
        guard case .opened = events[0].event.body, case .seizureLogged(let logged) = events[1].event.body,
            case .hitsFound(let found) = events[2].event.body
        else {
            Issue.record("other events: \(events.map(\.event))")
            return
        }
        #expect(logged.report.nominal.persons.map(\.name) == ["Somboon Kaew"])
        #expect(found.hits.map(\.value) == ["+84912345678"], "names are put back")
        let file = try await node.service.readCase(id, by: node["lan"])
        #expect(file.version == 1 && file.hits.count == 1)
        let change = try await node.service.change(
            id, [.with { $0.noteAdded.text = "Seen" }], ifMatch: 1, by: node["lan"])
        #expect(change.file.version == 2)
        await node.stop()
    }

    /// Batches that overlap, at once: every record once.
    @Test func racingBatchesImportEachRecordOnce() async throws {
        let node = try await CaseNode()
        let (service, lan) = (node.service, node["lan"])
        let outcomes = try await withThrowingTaskGroup(of: [ImportOutcome].self) { group in
            for start in 0..<8 {
                group.addTask {
                    try await service.importBatch(
                        importRecords(start * 10..<start * 10 + 50), dryRun: false, by: lan)
                }
            }
            return try await group.reduce(into: [ImportOutcome]()) { $0 += $1 }
        }
        let imported = outcomes.filter { (outcome: ImportOutcome) in outcome.kind == .imported }
        #expect(imported.count == 120 && Set(imported.map(\.id)).count == 120)
        let found = try await node.service.search(
            .with {
                $0.source = "test"
                $0.limit = 100
            }, by: lan)
        #expect(found.results.count == 100 && found.next != nil)
        await node.stop()
    }

    /// Batches that are prepared while others are written: of every two reports that share a container, one is told.
    @Test func racingBatchesMeet() async throws {
        let node = try await CaseNode()
        let (service, lan) = (node.service, node["lan"])
        let all = try await withThrowingTaskGroup(of: [ImportOutcome].self) { group in
            for batch in 0..<6 {
                group.addTask {
                    let records = importRecords(0..<20, source: "source \(batch)").enumerated().map { index, record in
                        guard case .seizure(var report) = record else { return record }
                        report.conveyances = [
                            .with {
                                $0.kind = "container"
                                $0.containerNumber = "MSKU\(100_000 + index)"
                            }
                        ]
                        return .seizure(report)
                    }
                    return try await service.importBatch(records, dryRun: false, by: lan)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        var told: Set<Set<String>> = []
        for outcome in all.joined() {
            for entry in try await service.readCase(outcome.caseID, by: lan).hits {
                told.insert([entry.hit.reportID, entry.hit.otherReportID])
            }
        }
        for index in 0..<20 {
            let ids = all.map { $0[index].id }
            for (place, id) in ids.enumerated() {
                for other in ids[..<place] { #expect(told.contains([id, other]), "report \(index)") }
            }
        }
        #expect(told.count == 20 * 15)
        await node.stop()
    }

    @Test func figuresAreNoCases() async throws {
        let node = try await CaseNode()
        let figures = (0..<30).map { number in
            ImportRecord.statistics(
                .with {
                    $0.authority = "US"
                    $0.from = "2019-04-01"
                    $0.to = "2019-04-30"
                    $0.category = "Ecstasy"
                    $0.seizures = UInt64(number)
                    $0.provenance.source = "figures"
                    $0.provenance.key = "\(number)"
                })
        }
        #expect(kinds(try await node.service.importBatch(figures, dryRun: false, by: node["lan"])) == ["imported": 30])
        #expect(kinds(try await node.service.importBatch(figures, dryRun: false, by: node["lan"])) == ["known": 30])
        #expect(try await node.service.listCases(after: nil, limit: 10, by: node["lan"]).cases.isEmpty)
        var all: [StatisticalReport] = []
        var cursor: UInt64? = 0
        while let from = cursor {
            let (reports, next) = try await node.service.statistics(after: from, limit: 7, by: node["ha"])
            all += reports
            cursor = next
        }
        #expect(all.map(\.seizures) == (0..<30).map { UInt64($0) })
        await node.stop()
    }

    @Test func codesAreHeldAgainstTheListOnceItIsLoaded() async throws {
        let node = try await CaseNode()
        func findings(_ code: String) async throws -> [String] {
            var seizure = report()
            seizure.goods[0].hsCode = code
            return try await node.log(seizure).findings.map(\.code)
        }
        #expect(try await findings("050710") == ["list-not-loaded"])
        try await node.service.importCodes(.hs, [("0507", "Ivory"), ("050710", "Ivory, raw")], by: node["ad"])
        #expect(try await findings("050710") == [])
        #expect(try await findings("050790") == ["unknown-code"])
        try await node.service.importCodes(.hs, [("050790", "Other")], by: node["ad"])
        #expect(try await findings("050710") == ["unknown-code"])
        #expect(await caseCode { try await node.service.importCodes(.hs, [], by: node["lan"]) } == .forbidden)
        await node.stop()
        let again = try await CaseNode(node.test)
        #expect(again.service.codes.loaded[.hs] == 1)
        await again.stop()
    }

    /// What is built in stays; a list only adds.
    @Test func loadedCountriesAndCurrenciesAreTakenBesideTheBuiltInOnes() async throws {
        let node = try await CaseNode()
        func log(_ country: String, _ currency: String) async throws -> SeizureReport? {
            var seizure = report()
            seizure.place.country = country
            seizure.goods[0].value.amount = "5"
            seizure.goods[0].value.currency = currency
            var logged: SeizureReport?
            let code = await caseCode { logged = try await node.log(seizure).file.reports.first?.report }
            #expect(code == nil || code == .invalid)
            return logged
        }
        func find(_ country: String) async throws -> Int {
            try await node.service.search(.with { $0.country = country }, by: node["lan"]).results.count
        }
        #expect(try await log("QZ", "USD") == nil)
        #expect(try await log("VN", "HRK") == nil)
        #expect(await caseCode { _ = try await find("QZ") } == .invalid)
        try await node.service.importCodes(.countries, [("QZ", "Newland")], by: node["ad"])
        try await node.service.importCodes(.currencies, [("HRK", "Kuna")], by: node["ad"])
        let taken = try #require(try await log("qz", "hrk"))
        #expect(taken.place.country == "QZ" && taken.goods[0].value.currency == "HRK")
        #expect(try await find("qz") == 1)
        #expect(try await log("VN", "USD") != nil)
        #expect(try await log("QY", "USD") == nil)
        #expect(try await log("VN", "HRD") == nil)
        await node.stop()
    }
}
