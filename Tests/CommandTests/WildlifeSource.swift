internal import Foundation
internal import TestSupport
internal import Testing

/// A table as the mapping `lemis-wildlife` reads it, counted here by means of its own: what the product's reader makes
/// of it is held against this.
struct WildlifeSource: CustomTestStringConvertible {
    /// The seizures of one control number.
    struct Report {
        var amounts: [Double] = []
        var countries: Set<String> = []
        var genera: Set<String> = []
    }

    let path: String
    let testDescription: String
    private(set) var rows = 0
    private(set) var seizedRows = 0
    /// By control number.
    private(set) var reports: [String: Report] = [:]

    /// What the mapping does not take for a country.
    private static let noCountry: Set = ["XX", "ZZ", "VS", "NA", ""]

    init(_ path: String, _ description: String) throws {
        self.path = path
        testDescription = description
        let lines = String(decoding: try bytes(of: path), as: UTF8.self).split(whereSeparator: \.isNewline)
        let header = Self.cells(try #require(lines.first))
        for line in lines.dropFirst() {
            let row = Dictionary(uniqueKeysWithValues: zip(header, Self.cells(line)))
            rows += 1
            guard row["disposition"] == "S" else { continue }
            seizedRows += 1
            var report = reports[try #require(row["control_number"])] ?? Report()
            report.amounts.append(try #require(row["quantity"].flatMap { Double($0) }))
            report.countries.formUnion(["country_origin", "country_imp_exp"].compactMap { row[$0] })
            report.countries.subtract(Self.noCountry)
            report.genera.insert(row["genus"] ?? "")
            reports[row["control_number"]!] = report
        }
    }

    /// No cell of such a file has a line break.
    private static func cells(_ line: Substring) -> [String] {
        var cells = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
        }
        return cells
    }

    /// The control numbers of reports that a filter on a country finds.
    func keys(country: String) -> Set<String> {
        Set(reports.filter { country == "US" || $0.value.countries.contains(country) }.keys)
    }

    func keys(genus: String) -> Set<String> { Set(reports.filter { $0.value.genera.contains(genus) }.keys) }

    // MARK: Where it comes from

    static let sharedPath = "data/lemis-wildlife-2016-2021.csv"

    static func real() throws -> WildlifeSource {
        try WildlifeSource(Places.shared.appendingPathComponent(sharedPath).path, "the real file")
    }

    /// Thirty rows; of them seven of six reports that were seized.
    static func made(in directory: TemporaryDirectory) throws -> WildlifeSource {
        var text = """
            control_number,species_code,taxa,class,genus,species,subspecies,specific_name,generic_name,description,\
            quantity,unit,value,country_origin,country_imp_exp,purpose,source,action,disposition,disposition_date,\
            disposition_year,shipment_date,shipment_year,import_export,port,us_co,foreign_co,cleaning_notes

            """
        func add(_ key: Int, _ what: String, _ amount: String, _ origin: String, _ by: String, _ disposition: String) {
            text += "\(key),CODE,amphibian,Amphibia,\(what),SPE,\(amount),NA,\(origin),LA,T,W,R,\(disposition),"
            text += "2019-05-\(10 + key % 19)T00:00:00Z,2019,2019-05-01T00:00:00Z,2019,\(by),NA,NA,\"a, b\"\n"
        }
        let frog = "Rana,catesbeiana,NA,NA,BULLFROG"
        let toad = "Bufo,sp.,NA,\"ASIATIC, COMMON\",TOAD"
        for key in 1...23 { add(key, key % 2 == 0 ? frog : toad, "\(key),NO", "TH", "I,LA", "C") }
        add(101, frog, "151,GM", "LA", "I,CH", "S")
        add(102, toad, "2.5,KG", "TH", "I,SF", "S")
        add(103, "Hoplobatrachus,rugulosus,NA,NA,FROG", "3,NO", "TH", "I,NY", "S")
        add(103, frog, "4,NO", "VN", "I,NY", "S")
        add(104, "NA,NA,NA,NA,AMPHIBIANS", "7,NO", "XX", "E,XY", "S")
        add(105, toad, "0.25,KG", "CN", "E,LA", "S")
        add(106, frog, "1,NO", "NA", "I,AN", "S")
        try write(Array(text.utf8), to: directory["wildlife.csv"])
        return try WildlifeSource(directory["wildlife.csv"], "a made file")
    }
}
