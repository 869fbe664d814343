internal import Foundation
internal import TestSupport
internal import Testing

/// The whole way of an authority's first day, with the programs as they are installed: a file of another system comes
/// in, is found, corrected, added to and exported, and the log of all that verifies for somebody who has one key.
@Suite struct AcceptanceTests {
    private static let officers = [
        ServedNode.Founder(login: "an", office: "Hai Phong", roles: ["investigator"]),
        ServedNode.Founder(login: "binh", office: "Ha Noi", roles: ["investigator"]),
        ServedNode.Founder(login: "dung", office: "Ha Noi", roles: ["supervisor"]),
        ServedNode.Founder(login: "giang", office: "Inspectorate", roles: ["auditor"]),
        ServedNode.Founder(login: "admin1", office: "Ha Noi", roles: ["administrator"]),
        ServedNode.Founder(login: "admin2", office: "Hai Phong", roles: ["administrator"]),
    ]

    @Test(.enabled(if: Places.hasShared(WildlifeSource.sharedPath), "the shared file of seizures is not provided"))
    func realFile() throws {
        let source = try WildlifeSource.real()
        #expect(source.rows == 16_366 && source.seizedRows == 276 && source.reports.count == 262)
        try walk(source)
    }

    @Test func madeFile() throws {
        let directory = try TemporaryDirectory()
        let source = try WildlifeSource.made(in: directory)
        #expect(source.rows == 30 && source.seizedRows == 7 && source.reports.count == 6)
        try walk(source)
    }

    private func walk(_ source: WildlifeSource) throws {
        let node = try ServedNode(Self.officers)
        let found = try importTwice(source, node)
        try search(source, node, found)
        // A report of two lines of goods or more.
        let merged = try #require(source.reports.filter { $0.value.amounts.count > 1 }.keys.sorted().first)
        let report = try #require(found[merged])
        try correct(report, node)
        try passOn(report.caseID, node)
        try export(source, node, merged, report)
        try audit(node, report.caseID)
        let stopped = try node.stop()
        #expect(stopped.status == 0, "\(stopped)")
        try verifyJournal(node.node, atLeast: source.reports.count)
    }

    // MARK: In

    /// Where a record of the source came to be.
    private struct Place {
        let reportID, caseID: String
    }

    private func importTwice(_ source: WildlifeSource, _ node: ServedNode) throws -> [String: Place] {
        let directory = node.node.directory
        let mappings = ["CORDON_MAPPINGS": Places.project.path + "/Deployments/mappings"]
        func run(_ words: String...) throws -> Program.Result {
            try Program.run(
                "cordon", ["import", source.path, "--mapping", "lemis-wildlife"] + words,
                environment: node.session("an").merging(mappings) { $1 })
        }
        let (reports, merged) = (source.reports.count, source.seizedRows - source.reports.count)
        let skipped = source.rows - source.seizedRows
        func sum(_ imported: Int, _ merged: Int, _ known: Int) -> String {
            "\(source.rows) rows = \(imported) imported + \(merged) merged + \(known) known + 0 differs"
                + " + \(skipped) skipped + 0 refused"
        }
        let dry = try run("--dry-run")
        #expect(dry.status == 0 && dry.output.contains(sum(reports, merged, 0)), "\(dry)")
        let rows = directory["rows.jsonl"]
        let done = try run("--report", rows)
        #expect(done.status == 0 && done.output.contains(sum(reports, merged, 0)), "\(done)")

        // Each row has one outcome, on its own line.
        var counts: [String: Int] = [:]
        var numbers: [Int] = []
        for row in try jsonLines(rows) {
            numbers.append(try #require(row["row"] as? Int))
            counts[try #require(row["outcome"] as? String), default: 0] += 1
        }
        #expect(numbers.sorted() == Array(1...source.rows))
        #expect(counts.filter { $0.value > 0 } == ["imported": reports, "merged": merged, "skipped": skipped])

        let again = try run("--report", rows)
        #expect(again.status == 0 && again.output.contains(sum(0, 0, source.seizedRows)), "\(again)")
        let known = try jsonLines(rows).filter { $0["outcome"] as? String == "known" }
        #expect(known.count == source.seizedRows)
        return try places(node, Set(known.compactMap { $0["reportId"] as? String }), source)
    }

    /// By control number, from the titles that the cases were given.
    private func places(
        _ node: ServedNode, _ ids: Set<String>, _ source: WildlifeSource
    ) throws -> [String: Place] {
        var places: [String: Place] = [:]
        for result in try results(node, "--source", "LEMIS") {
            let title = try #require(result["title"] as? String).split(separator: " ").map(String.init)
            #expect(title.count == 2 && title[0] == "LEMIS")
            places[title[1]] = Place(
                reportID: try #require(result["reportId"] as? String),
                caseID: try #require(result["caseId"] as? String))
        }
        #expect(Set(places.keys) == Set(source.reports.keys) && Set(places.values.map(\.reportID)) == ids)
        return places
    }

    // MARK: Found

    /// Every page of a search.
    private func results(_ node: ServedNode, _ words: String..., limit: Int = 100) throws -> [[String: Any]] {
        var all: [[String: Any]] = []
        var cursor = ""
        repeat {
            let page = try Program.run(
                "cordon",
                ["search", "--json", "--limit", String(limit)] + words + (cursor.isEmpty ? [] : ["--cursor", cursor]),
                environment: node.session("binh"))
            try #require(page.status == 0, "\(page.errors)")
            let answer = try #require(
                try JSONSerialization.jsonObject(with: Data(page.output.utf8)) as? [String: Any])
            let results = answer["results"] as? [[String: Any]] ?? []
            #expect(results.count <= limit && answer["incomplete"] == nil)
            all += results
            cursor = answer["next"] as? String ?? ""
        } while !cursor.isEmpty && all.count < 100_000
        return all
    }

    private func search(_ source: WildlifeSource, _ node: ServedNode, _ places: [String: Place]) throws {
        func expect(_ keys: Set<String>, _ results: [[String: Any]], _ what: Comment) {
            let ids = results.compactMap { $0["reportId"] as? String }
            #expect(ids.count == keys.count && Set(ids) == Set(keys.compactMap { places[$0]?.reportID }), what)
        }
        let everything = Set(source.reports.keys)
        let limit = source.reports.count / 5
        expect(everything, try results(node, "--offence", "wildlife", limit: limit), "all, each once")
        for country in ["US", "LA", "TH", "VN", "CN", "NA"] {
            expect(
                source.keys(country: country),
                try results(node, "--country", country, "--offence", "wildlife", limit: 20), "\(country)")
        }
        for genus in ["Rana", "Bufo", "Hoplobatrachus"] {
            expect(source.keys(genus: genus), try results(node, genus, "--exact"), "\(genus)")
        }
        let key = try #require(everything.sorted().first)
        let byTitle = try results(node, "LEMIS \(key)")
        #expect(byTitle.contains { $0["caseId"] as? String == places[key]?.caseID }, "by the title of its case")
        #expect(try results(node, "--offence", "tobacco").isEmpty)
    }

    // MARK: Changed

    private static let corrected = "98765.5"

    private func correct(_ report: Place, _ node: ServedNode) throws {
        let done = try node.run(
            "seizure", "correct", report.reportID, "--reason", "weighed again", "--set",
            "/goods/0/quantity/amount=\(Self.corrected)")
        #expect(done.status == 0 && done.output.contains("/goods/0/quantity/amount"), "\(done)")
        #expect(try node.run("seizure", "show", report.reportID).output.contains("amount: \(Self.corrected)"))
        let history = try node.run("case", "history", report.caseID)
        #expect(history.output.contains("seizure \(report.reportID)"), "\(history)")
        #expect(history.output.contains("corrected \(report.reportID)") && history.output.contains("weighed again"))
    }

    /// An exhibit goes from hand to hand, each step by the officer's own session.
    private func passOn(_ caseID: String, _ node: ServedNode) throws {
        let sealed = try node.run("exhibit", "seal", caseID, "a box of skins", "--seal", "A1", "--location", "store 4")
        let exhibit = try #require(ServedNode.ids("E", sealed.output).first, "\(sealed)")
        for (giver, taker) in [("an", "binh"), ("binh", "dung")] {
            let offered = try node.run(
                as: giver, "exhibit", "hand-over", exhibit, "--to", taker, "--reason", "to the laboratory")
            #expect(offered.status == 0, "\(offered)")
            #expect(try node.run(as: giver, "exhibit", "accept", exhibit, "--seal", "A1").status == 77)
            let accepted = try node.run(as: taker, "exhibit", "accept", exhibit, "--seal", "A1")
            #expect(accepted.status == 0, "\(accepted)")
        }
        let chain = try node.run("case", "custody", exhibit)
        let steps = chain.output.split(separator: "\n").filter { $0.hasPrefix("20") }.map { $0.split(separator: " ") }
        #expect(
            steps.map { "\($0[2]) by \($0[3])" } == [
                "sealed by an", "offered by an", "accepted by binh", "offered by binh", "accepted by dung",
            ])
        #expect(chain.output.contains("held by dung"), "\(chain)")
    }

    // MARK: Out

    private func export(_ source: WildlifeSource, _ node: ServedNode, _ merged: String, _ report: Place) throws {
        func export(_ words: String...) throws -> [[String: Any]] {
            let path = node.node.directory["export.jsonl"]
            let done = try Program.run(
                "cordon", ["export", "--reason", "the annual report", "--output", path] + words,
                environment: node.session("binh"))
            try #require(done.status == 0, "\(done.errors)")
            return try jsonLines(path)
        }
        let one = try export("--case", report.caseID)
        #expect(one.count == 1 && one[0]["id"] as? String == report.reportID)
        #expect(Self.amounts(one[0]).contains(Double(Self.corrected)!))

        let all = try export("--source", "LEMIS")
        let byKey = Dictionary(grouping: all) { ($0["provenance"] as? [String: Any])?["key"] as? String ?? "" }
        #expect(all.count == source.reports.count && Set(byKey.keys) == Set(source.reports.keys))
        for (key, reports) in byKey where key != merged {
            #expect(Self.amounts(reports[0]) == source.reports[key]?.amounts, "\(key)")
        }
        // One line of the corrected report is another, and nothing else.
        let lines = byKey[merged].map { Self.amounts($0[0]) }
        #expect(lines == [Double(Self.corrected)!] + (source.reports[merged]?.amounts.dropFirst() ?? []))
    }

    private static func amounts(_ report: [String: Any]) -> [Double] {
        (report["goods"] as? [[String: Any]] ?? []).compactMap { line in
            ((line["quantity"] as? [String: Any])?["amount"] as? String).flatMap { Double($0) }
        }
    }

    private func audit(_ node: ServedNode, _ caseID: String) throws {
        func accesses(_ words: [String]) throws -> (page: [[String: Any]], next: String) {
            let listed = try Program.run(
                "cordon", ["accesses", "--json"] + words, environment: node.session("giang"))
            try #require(listed.status == 0, "\(listed.errors)")
            let list = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
            return (list?["accesses"] as? [[String: Any]] ?? [], list?["next"] as? String ?? "")
        }
        #expect(try node.run("accesses").status == 77, "not for investigators")
        #expect(try node.run(as: "giang", "case", "show", caseID).status == 77, "nor cases for auditors")
        var actions: [String: Int] = [:]
        var cursor: [String] = []
        repeat {
            let (page, next) = try accesses(["--limit", "10"] + cursor)
            #expect(page.count <= 10)
            for access in page { actions[access["action"] as? String ?? "", default: 0] += 1 }
            cursor = next.isEmpty ? [] : ["--cursor", next]
        } while !cursor.isEmpty
        #expect(actions["search", default: 0] >= 12 && actions["export", default: 0] >= 2, "\(actions)")
        let ofCase = try accesses(["--case", caseID]).page
        #expect(
            !ofCase.isEmpty
                && ofCase.allSatisfy {
                    $0["caseId"] as? String == caseID || ($0["shownCases"] as? [String] ?? []).contains(caseID)
                }, "\(ofCase)")
    }

    // MARK: Verified

    /// By somebody who has the files and one public key: nothing of the node, and nothing in the environment.
    private func verifyJournal(_ node: CommandNode, atLeast minimum: Int) throws {
        struct Status: Decodable {
            struct Log: Decodable {
                let log: String
                let size: Int
            }
            let logs: [Log]
        }
        let elsewhere = try TemporaryDirectory()
        let copy = elsewhere["journal"]
        let exported = try node.run("log", "export", "--log", "journal", "--to", copy)
        #expect(exported.status == 0, "\(exported)")
        let status = try JSONDecoder().decode(Status.self, from: Data(node.run("log", "status", "--json").output.utf8))
        let size = try #require(status.logs.first { $0.log == "journal" }?.size)
        #expect(size >= minimum)
        let vkey = try node.vkey("journal")
        try FileManager.default.moveItem(atPath: node.path, toPath: node.path + ".away")
        defer { try? FileManager.default.moveItem(atPath: node.path + ".away", toPath: node.path) }

        func verify() throws -> Program.Result {
            try Program.run("cordon-verify", [copy, "--vkey", vkey], prefix: ["env", "-i"])
        }
        let verified = try verify()
        #expect(verified.status == 0 && verified.output.contains("GOOD"), "\(verified)")
        #expect(verified.output.contains("size         \(size)\n"), "\(verified)")

        let bundle = try #require(filesBelow(copy + "/tile/entries").first)
        let original = try bytes(of: bundle)
        for place in [0, original.count / 2, original.count - 1] {
            var changed = original
            changed[place] ^= 1
            try write(changed, to: bundle)
            let refused = try verify()
            #expect(refused.status == 1 && refused.output.contains("FAILED"), "byte \(place): \(refused)")
        }
        try write(original, to: bundle)
        #expect(try verify().status == 0)
    }
}

/// Each line of a file.
func jsonLines(_ path: String) throws -> [[String: Any]] {
    try bytes(of: path).split(separator: 0x0A).map {
        try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
    }
}
