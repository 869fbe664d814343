import Casework
import Customs
import Foundation
import Schema
import SwiftProtobuf
import TestSupport
import Testing

@testable import CordonNode

/// What each filter of a search leaves, held against a count by other means.
@Suite struct SearchFilterTests {
    /// A report as the filters see it.
    private struct Facts: Sendable {
        let day: Int
        let offences: Set<String>
        let codes: [String]
        let places: [(country: String, locode: String)]
        let office: String
        let status: String

        static let days = 20..<28
        static let allOffences = ["wildlife", "tobacco", "narcotics"]
        static let allCodes = ["240220", "240290", "2402", "050710", "05", "220830"]
        static let allPlaces = [
            ("VN", "VNHPH"), ("VN", "VNSGN"), ("LA", "LASVK"), ("TH", "THBKK"), ("KH", "KHPNH"), ("CN", ""),
        ]
        static let offices = ["Hải Phòng", "Lao Bảo", "Mộc Bài"]
        static let states = ["seized", "detained", "forfeited"]

        init(_ random: inout SeededGenerator) {
            day = Self.days.randomElement(using: &random)!
            offences = Set(Self.allOffences.shuffled(using: &random).prefix(.random(in: 1...2, using: &random)))
            codes = Array(Self.allCodes.shuffled(using: &random).prefix(.random(in: 1...2, using: &random)))
            places = Array(Self.allPlaces.shuffled(using: &random).prefix(.random(in: 1...3, using: &random)))
            office = Self.offices.randomElement(using: &random)!
            status = Self.states.randomElement(using: &random)!
        }

        /// The place of the seizure, then those of the route.
        var report: SeizureReport {
            .with {
                $0.seizedAt = "2026-05-\(day)"
                $0.offences = offences.sorted()
                $0.goods = codes.map { code in
                    .with {
                        $0.description_p = "goods"
                        $0.hsCode = code
                    }
                }
                $0.place.country = places[0].country
                $0.place.locode = places[0].locode
                $0.route = places.dropFirst().map { place in
                    .with {
                        $0.role = "transit"
                        $0.place.country = place.country
                        $0.place.locode = place.locode
                    }
                }
                $0.office = office
                $0.status = status
            }
        }
    }

    /// One filter: what it sets in a request, and whom it leaves.
    private struct Filter: Sendable {
        let name: String
        let set: @Sendable (inout SearchRequest) -> Void
        let leaves: @Sendable (Facts) -> Bool
    }

    private static let filters: [Filter] = [
        Filter(name: "from", set: { $0.from = "2026-05-23" }, leaves: { $0.day >= 23 }),
        Filter(name: "to", set: { $0.to = "2026-05-25" }, leaves: { $0.day <= 25 }),
        Filter(name: "offence", set: { $0.offence = "tobacco" }, leaves: { $0.offences.contains("tobacco") }),
        Filter(name: "hs", set: { $0.hs = "24" }, leaves: { $0.codes.contains { $0.hasPrefix("24") } }),
        Filter(name: "country", set: { $0.country = "la" }, leaves: { $0.places.contains { $0.country == "LA" } }),
        Filter(
            name: "locode", set: { $0.locode = "vn hph" }, leaves: { $0.places.contains { $0.locode == "VNHPH" } }),
        Filter(name: "office", set: { $0.office = "HAI PHONG" }, leaves: { $0.office == "Hải Phòng" }),
        Filter(name: "status", set: { $0.status = "detained" }, leaves: { $0.status == "detained" }),
    ]

    /// Chapters, headings and subheadings; one day; a route that has two countries.
    private static let others: [Filter] = [
        Filter(name: "chapter 05", set: { $0.hs = "05" }, leaves: { $0.codes.contains { $0.hasPrefix("05") } }),
        Filter(name: "heading", set: { $0.hs = "24.02" }, leaves: { $0.codes.contains { $0.hasPrefix("2402") } }),
        Filter(name: "subheading", set: { $0.hs = "240220" }, leaves: { $0.codes.contains("240220") }),
        Filter(name: "no such chapter", set: { $0.hs = "97" }, leaves: { _ in false }),
        Filter(
            name: "one day",
            set: {
                $0.from = "2026-05-24"
                $0.to = "2026-05-24"
            }, leaves: { $0.day == 24 }),
        Filter(
            name: "another year",
            set: {
                $0.from = "2025-05-20"
                $0.to = "2025-05-28"
            }, leaves: { _ in false }),
        Filter(name: "China", set: { $0.country = "CN" }, leaves: { $0.places.contains { $0.country == "CN" } }),
        Filter(name: "another place", set: { $0.locode = "THLCH" }, leaves: { _ in false }),
    ]

    private func filled() async throws -> (node: CaseNode, facts: [String: Facts]) {
        var random = SeededGenerator(Places.seed)
        let node = try await CaseNode()
        var facts: [String: Facts] = [:]
        for _ in 0..<80 {
            let one = Facts(&random)
            let file = try await node.log(one.report).file
            facts[try #require(file.reports.first?.report.id)] = one
        }
        return (node, facts)
    }

    @Test func eachByItself() async throws {
        let (node, facts) = try await filled()
        for filter in Self.filters + Self.others {
            let left = try await check([filter], node, facts)
            #expect(left == 0 || left < facts.count, "\(filter.name) leaves some and not all")
        }
        await node.stop()
    }

    @Test func everyTwoOfThemAndAllTogether() async throws {
        let (node, facts) = try await filled()
        for (place, one) in Self.filters.enumerated() {
            for other in Self.filters[..<place] { try await check([one, other], node, facts) }
        }
        // Somebody is left by all of them.
        let random = try await node.log(Self.everything().report).file
        let id = try #require(random.reports.first?.report.id)
        let all = facts.merging([id: Self.everything()]) { $1 }
        #expect(try await check(Self.filters, node, all) >= 1)
        for left in Self.filters.indices {
            var some = Self.filters
            some.remove(at: left)
            try await check(some, node, all)
        }
        await node.stop()
    }

    private static func everything() -> Facts {
        var random = SeededGenerator(1)
        while true {
            let facts = Facts(&random)
            if filters.allSatisfy({ $0.leaves(facts) }) { return facts }
        }
    }

    /// A page at a time. Returns how many there are.
    @discardableResult
    private func check(_ filters: [Filter], _ node: CaseNode, _ facts: [String: Facts]) async throws -> Int {
        var request = SearchRequest.with { $0.limit = 7 }
        for filter in filters { filter.set(&request) }
        var found: [String] = []
        repeat {
            let page = try await node.service.search(request, by: node["minh"])
            #expect(page.results.count <= 7 && page.results.allSatisfy { $0.met == "filter" })
            found += page.results.compactMap { $0.report?.id }
            request.cursor = page.next ?? ""
        } while !request.cursor.isEmpty
        let expected = facts.filter { report in filters.allSatisfy { $0.leaves(report.value) } }.map(\.key)
        #expect(found.sorted() == expected.sorted(), "\(filters.map(\.name))")
        return found.count
    }

    @Test func aFilterNarrowsWhatIsLookedFor() async throws {
        let node = try await CaseNode()
        var ivory = report(container: "CSQU3054383", what: "Ivory")
        ivory.place.locode = "VNHPH"
        var later = ivory
        later.seizedAt = "2026-05-09"
        let first = try await node.log(ivory).file.reports[0].report.id
        let second = try await node.log(later).file.reports[0].report.id
        func find(_ change: (inout SearchRequest) -> Void) async throws -> Set<String> {
            var request = SearchRequest.with { $0.text = "csqu 305438-3" }
            change(&request)
            return Set(try await node.service.search(request, by: node["lan"]).results.compactMap { $0.report?.id })
        }
        #expect(try await find { _ in } == [first, second])
        #expect(try await find { $0.to = "2026-05-08" } == [first])
        #expect(try await find { $0.from = "2026-05-02" } == [second])
        #expect(try await find { $0.locode = "VNHPH" } == [first, second])
        #expect(try await find { $0.offence = "tobacco" }.isEmpty)
        await node.stop()
    }

    @Test func aFilterThatCannotBeIsRefusedByName() async throws {
        let node = try await CaseNode()
        let wrong: [(String, (inout SearchRequest) -> Void)] = [
            ("/offence", { $0.offence = "nonsense" }), ("/status", { $0.status = "lost" }), ("/hs", { $0.hs = "123" }),
            ("/country", { $0.country = "QQ" }), ("/locode", { $0.locode = "VN1" }), ("/from", { $0.from = "May" }),
            ("/to", { $0.to = "2026-13-01" }),
            (
                "/to",
                {
                    $0.from = "2026-05-02"
                    $0.to = "2026-05-01"
                }
            ),
        ]
        for (pointer, set) in wrong {
            let request = SearchRequest.with(set)
            do {
                _ = try await node.service.search(request, by: node["lan"])
                Issue.record("\(pointer) was taken")
            } catch let error as CaseError {
                #expect(error.code == .invalid && error.findings.map(\.pointer) == [pointer], "\(error)")
            }
        }
        await node.stop()
    }
}

/// Which hits an officer gets, where there are too many.
@Suite struct HitRankingTests {
    private static let vin = "1HGCM82633A004352"
    private static let container = "CSQU3054383"
    private static let phone = "+84 912 345 678"
    private static let name = "Nguyễn Văn Hùng"

    private enum Shared: CaseIterable {
        case vin, container, phone, name

        var scheme: String {
            switch self {
            case .vin: "vin"
            case .container: "container"
            case .phone: "phone"
            case .name: "person-name"
            }
        }

        func put(into report: inout SeizureReport) {
            switch self {
            case .vin:
                report.conveyances.append(
                    .with {
                        $0.kind = "vehicle"
                        $0.vin = HitRankingTests.vin
                    })
            case .container:
                report.conveyances.append(
                    .with {
                        $0.kind = "container"
                        $0.containerNumber = HitRankingTests.container
                    })
            case .phone:
                report.nominal.persons.append(
                    .with {
                        $0.name = "Somebody Else \(report.nominal.persons.count)"
                        $0.phones = [HitRankingTests.phone]
                    })
            case .name: report.nominal.persons.append(.with { $0.name = HitRankingTests.name })
            }
        }
    }

    @Test func theStrongestTwentyComeStrongestFirst() async throws {
        let node = try await CaseNode()
        // Logged weakest first, so that no order but that of strength puts them right.
        let counts: [(Shared, Int)] = [(.name, 6), (.phone, 4), (.container, 12), (.vin, 3)]
        var groups: [String: Set<String>] = [:]
        for (shared, count) in counts {
            for index in 0..<count {
                var one = report(what: "goods \(index)")
                shared.put(into: &one)
                groups[shared.scheme, default: []].insert(try await node.log(one).file.reports[0].report.id)
            }
        }
        var last = report()
        for shared in Shared.allCases { shared.put(into: &last) }
        let hits = try await node.log(last, by: "lan").hits
        let schemes =
            Array(repeating: "vin", count: 3) + Array(repeating: "container", count: 12)
            + Array(repeating: "phone", count: 4) + ["person-name"]
        #expect(hits.map(\.scheme) == schemes && hits.count == 20)
        for hit in hits { #expect(groups[hit.scheme]?.contains(hit.otherReportID) == true, "\(hit)") }
        #expect(Set(hits.map(\.otherReportID)).count == 20, "each report once")
        await node.stop()
    }

    @Test func whoSharesMuchIsShownByTheStrongest() async throws {
        let node = try await CaseNode()
        var first = report()
        for shared in Shared.allCases.reversed() { shared.put(into: &first) }
        let id = try await node.log(first).file.reports[0].report.id
        var second = report()
        for shared in Shared.allCases { shared.put(into: &second) }
        let hits = try await node.log(second).hits
        #expect(hits.map(\.scheme) == ["vin"] && hits.map(\.otherReportID) == [id] && hits.map(\.value) == [Self.vin])
        await node.stop()
    }
}
