internal import Foundation
internal import Interchange
internal import TestSupport
internal import Testing

/// The mappings in `Deployments/mappings`, over the data they are for.
@Suite struct ShippedMappingTests {
    private func shipped(_ name: String) throws -> ImportMapping {
        try ImportMapping(parsing: bytes(of: Places.project.path + "/Deployments/mappings/\(name).json"))
    }

    @Test(arguments: ["lemis-wildlife", "cbp-drug-seizures"]) func areValid(_ name: String) throws {
        #expect(try !shipped(name).columns.isEmpty)
    }

    @Test(
        .enabled(if: Places.hasShared("data/lemis-wildlife-2016-2021.csv"), "the LEMIS extract is not provided here"))
    func makeReportsOfWildlifeSeizures() throws {
        let input = try bytes(of: Places.shared.path + "/data/lemis-wildlife-2016-2021.csv")
        let result = try Import(shipped("lemis-wildlife"), input, chunk: 64 << 10)
        let summary = result.summary
        #expect(summary.stoppedBy == nil)
        #expect((summary.rows, summary.reports, summary.merged) == (16_366, 262, 14))
        #expect((summary.skipped, summary.refused) == (16_090, 0))

        // As Python's csv and decimal modules add them up, by the source's units NO, GM, KG and MG.
        var sums: [String: Int] = [:]
        for line in result.reports.flatMap({ $0["goods"]?.array ?? [] }) {
            let quantity = try #require(line.object?["quantity"]?.object)
            let unit = try #require(quantity["unit"]?.string)
            sums[unit, default: 0] += try millionths(#require(quantity["amount"]?.string))
        }
        #expect(sums == ["H87": 31_301_000_000, "GRM": 90_163_000_000, "KGM": 219_710_964, "MGM": 858_916_000])

        let first = try #require(result.reports.first)
        #expect(first.key == "2016799579")
        #expect(first.rows == [251])
        #expect(first["seizedAt"] == .string("2016-01-26"))
        #expect(first["place", "name"] == .string("Chicago"))
        #expect(first["goods", "0", "species", "scientificName"] == nil)
        #expect(result.reports.contains { $0["place", "name"] == .string("Port SY") })
        let names = result.reports.compactMap { $0["goods", "0", "species", "scientificName"]?.string }
        #expect(names.contains("Hoplobatrachus rugulosus"))
        #expect(names.contains("Hoplobatrachus"))
        #expect(!names.contains { $0.contains("sp.") || $0.contains("NA") || $0.contains("CITES") })
        let unknown = result.reports.count { $0["goods", "0", "originCountry"] == nil }
        #expect(unknown == 68)
    }

    @Test(
        .enabled(
            if: Places.hasShared("data/cbp-drug-seizures-fy19-fy22.csv"), "the CBP statistics are not provided here"))
    func makeFiguresOfDrugSeizures() throws {
        let input = try bytes(of: Places.shared.path + "/data/cbp-drug-seizures-fy19-fy22.csv")
        let result = try Import(shipped("cbp-drug-seizures"), input, chunk: 1 << 10)
        #expect(result.summary.stoppedBy == nil)
        #expect((result.summary.rows, result.summary.reports, result.summary.refused) == (10_092, 10_092, 0))
        #expect(Set(result.reports.map(\.key)).count == 10_092)
        #expect(result.reports.reduce(0) { $0 + (Int($1["seizures"]?.string ?? "") ?? 0) } == 282_492)
        let days = Set(result.reports.compactMap { $0["from"]?.string })
        #expect(days.count == 48)
        #expect((days.min(), days.max()) == ("2018-10-01", "2022-09-01"))
        #expect(result.reports[0]["to"] == .string("2019-04-30"))
        #expect(result.reports[0]["region"] == .string("Coastal/Interior, Other"))
        #expect(result.reports[0]["quantity", "amount"] == .string("8.3799469484296"))
    }

    /// Of an amount with at most six digits behind the point.
    private func millionths(_ amount: String) throws -> Int {
        let parts = amount.split(separator: ".")
        let fraction: String = parts.count > 1 ? String(parts[1]) : ""
        let digits: String = parts[0] + fraction + String(repeating: "0", count: 6 - fraction.count)
        return try #require(Int(digits))
    }
}
