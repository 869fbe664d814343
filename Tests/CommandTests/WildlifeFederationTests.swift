internal import Foundation
internal import TestSupport
internal import Testing

/// The real file of seizures in a federation: imported at one authority, a case of it released to two partners, met
/// there, recalled, and the logs verified from outside.
@Suite struct WildlifeFederationTests {
    private static let container = "CSQU3054383"

    @Test(.enabled(if: Places.hasShared(WildlifeSource.sharedPath), "the shared file of seizures is not provided"))
    func realFile() throws {
        let source = try WildlifeSource.real()
        let countries = ["vn", "la", "kh"]
        let federation = try ServedFederation(countries, over: RelayedLines(countries))
        // Laos has met the container before; nobody in Cambodia has.
        let met = try federation.done(
            "la", "seizure", "log", "--what", "frogs", "--offence", "wildlife", "--container", "CSQU 305438-3")
        #expect(!met.output.contains("HIT"))
        let place = try importAndFind(source, federation)
        try release(place, source, federation)
        try recall(place, federation)
        for country in countries {
            let stopped = try federation[country].stop()
            #expect(stopped.status == 0, "\(country): \(stopped.errors)")
            try verify(federation[country].node, country)
        }
    }

    private struct Place {
        let key, reportID, caseID: String
    }

    /// A report of several lines of goods; its officer adds what the airline says of it.
    private func importAndFind(_ source: WildlifeSource, _ federation: ServedFederation) throws -> Place {
        let mapping = Places.project.path + "/Deployments/mappings/lemis-wildlife.json"
        let done = try federation.done("vn", "import", source.path, "--mapping", mapping)
        #expect(done.output.contains("\(source.rows) rows = \(source.reports.count) imported"), "\(done)")
        let merged = source.reports.filter {
            $0.value.amounts.count > 1 && !$0.value.genera.isDisjoint(with: ["Rhacophorus"])
        }
        let key = try #require(merged.keys.sorted().first)
        let found = try federation.done(
            "vn", "search", "Rhacophorus", "--offence", "wildlife", "--exact", "--all", "--json")
        var place: Place?
        // One answer after the other, each a document.
        for answer in found.output.split(separator: "\n}\n") {
            let page = try JSONSerialization.jsonObject(with: Data("\(answer)\n}".utf8)) as? [String: Any]
            for result in page?["results"] as? [[String: Any]] ?? [] where result["title"] as? String == "LEMIS \(key)"
            {
                place = Place(
                    key: key, reportID: try #require(result["reportId"] as? String),
                    caseID: try #require(result["caseId"] as? String))
            }
        }
        let report = try #require(place, "\(key) is found by its genus")
        try federation.done(
            "vn", "seizure", "correct", report.reportID, "--reason", "from the carrier's manifest", "--set",
            #"/conveyances/-={"kind": "container", "containerNumber": "\#(Self.container)"}"#)
        return report
    }

    private func release(_ place: Place, _ source: WildlifeSource, _ federation: ServedFederation) throws {
        let drafted = try federation.done(
            "vn", "notice", "draft", place.caseID, "--report", place.reportID, "--to", "la.customs,kh.customs", "--tlp",
            "green")
        #expect(drafted.output.contains("Drafted notice 1"), "\(drafted)")
        try federation.until("it goes") {
            try federation.run("vn", "notice", "explain", place.caseID, "1").output.hasPrefix("It goes.")
        }
        let released = try federation.done("vn", "notice", "release", place.caseID, "1")
        #expect(released.output.contains("Released to kh.customs, la.customs"), "\(released)")
        for country in ["la", "kh"] {
            let there = try received(country, federation)
            let shown = try federation.done(country, "notice", "show", there, "--json")
            let view = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
            let seizure = (view?["notice"] as? [String: Any])?["seizure"] as? [String: Any]
            let goods = (seizure?["report"] as? [String: Any])?["goods"] as? [[String: Any]] ?? []
            let amounts = goods.compactMap { line in
                ((line["quantity"] as? [String: Any])?["amount"] as? String).flatMap { Double($0) }
            }
            #expect(amounts == source.reports[place.key]?.amounts, "\(country): every line, as it was in the file")
            let hits = try federation.done(country, "hits")
            #expect(hits.output.contains(Self.container) == (country == "la"), "\(country): \(hits)")
        }
        try federation.until("both have told that they read it") {
            let shown = try federation.done("vn", "notice", "show", place.caseID, "1").output
            return ["la.customs", "kh.customs"].allSatisfy { partner in
                shown.split(separator: "\n").contains { $0.contains(partner) && $0.contains(" read ") }
            }
        }
    }

    /// The case that a received notice made.
    private func received(_ country: String, _ federation: ServedFederation) throws -> String {
        var there = ""
        try federation.until("\(country) has it") {
            let list = try federation.done(country, "notice", "list", "--received").output
            there = ServedNode.ids("C", list).first ?? ""
            return !there.isEmpty
        }
        // Matched once it is recorded.
        try federation.until("\(country) finds it") {
            try federation.run(country, "search", Self.container).output.contains(there)
        }
        return there
    }

    private func recall(_ place: Place, _ federation: ServedFederation) throws {
        let recalled = try federation.done(
            "vn", "notice", "recall", place.caseID, "1", "--reason", "another container", "--erase")
        #expect(recalled.output.contains("Recalled to kh.customs, la.customs"), "\(recalled)")
        for (country, left) in [("la", 1), ("kh", 0)] {
            try federation.until("it is erased in \(country)") {
                try Set(ServedNode.ids("S", federation.run(country, "search", Self.container).output)).count == left
            }
            #expect(try federation.run(country, "notice", "list", "--received").errors.contains("no notices"))
        }
    }

    private func verify(_ node: CommandNode, _ country: String) throws {
        let keys = try node.run("keys", "show").output.split(separator: "\n")
        let vkey = String(try #require(keys.first { $0.hasPrefix("\(country).customs/exchange+") }))
        let published = try node.exported()
        func verify() throws -> Program.Result {
            try Program.run("cordon-verify", [published, "--vkey", vkey], prefix: ["env", "-i"])
        }
        let verified = try verify()
        #expect(verified.status == 0 && verified.output.contains("GOOD"), "\(country): \(verified)")
        let bundle = try #require(filesBelow(published + "/tile/entries").first)
        var changed = try bytes(of: bundle)
        changed[changed.count / 2] ^= 1
        try write(changed, to: bundle)
        #expect(try verify().status == 1, "\(country): a byte of it was changed")
    }
}
