internal import Foundation
internal import TestSupport
internal import Testing

private let mapping = """
    {"name": "Harbour", "version": "1", "kind": "seizures", "input": {"format": "csv"}, "timeZone": "Z",
     "filters": [{"column": "kind", "in": ["S"]}], "key": ["number"],
     "report": [
       {"to": "/authority", "constant": "VN"},
       {"to": "/seizedAt", "column": "day", "transform": [{"date": ["dd/MM/yyyy"]}], "required": true},
       {"to": "/offences", "constant": ["tobacco"]},
       {"to": "/conveyances/0/kind", "constant": "container", "when": [{"column": "box", "notIn": [""]}]},
       {"to": "/conveyances/0/containerNumber", "column": "box"}],
     "lines": [
       {"to": "/description", "column": "what"},
       {"to": "/quantity/amount", "column": "amount", "transform": ["decimal"], "required": true},
       {"to": "/quantity/unit", "constant": "KGM"},
       {"to": "/hsCode", "column": "hs"}]}
    """

@Suite struct ClientTests {
    @Test func seizuresMeetEachOther() throws {
        let node = try ServedNode()
        let first = try node.run(
            "seizure", "log", "--what", "cigarettes", "--quantity", "120000", "--unit", "H87", "--hs", "240220",
            "--locode", "VNHPH", "--offence", "tobacco", "--container", "CSQU 305438-3", "--person", "Nguyễn Văn An",
            "--when", "2026-03-01 08:30")
        #expect(first.status == 0 && !first.output.contains("HIT"), "\(first)")
        let report = try #require(ServedNode.ids("S", first.output).first)
        let caseID = try #require(ServedNode.ids("C", first.output).first)

        let second = try node.run(
            as: "binh", "seizure", "log", "--from", "-",
            input: Array(
                #"""
                {"seizedAt": "2026-03-02", "offences": ["wildlife"], "goods": [{"description": "ivory\u001b[31m"}],
                 "conveyances": [{"kind": "container", "containerNumber": "csqu3054383"}]}
                """#.utf8))
        #expect(second.status == 0, "\(second)")
        #expect(second.output.contains("HIT  container CSQU305438"))
        #expect(second.output.contains("in \(report), case \(caseID): officer an, Hai Phong"))
        #expect(try node.run("hits").output.contains("officer binh, Ha Noi"))

        let found = try node.run("search", "CSQU-305438-3")
        #expect(ServedNode.ids("S", found.output).count == 2 && found.output.contains("120000 H87 cigarettes"))
        #expect(!found.output.contains("\u{1B}"), "what a report holds never reaches the terminal as a command")
        #expect(try node.run("search", "NGUYEN Van-An").output.contains(report), "another spelling")
        let page = try node.run("search", "--country", "VN", "--limit", "1")
        #expect(page.status == 0 && ServedNode.ids("S", page.output).count == 1)
        #expect(try node.run("search", "nothing like it").errors.contains("Nothing was found."))

        let corrected = try node.run(
            "seizure", "correct", report, "--reason", "counted again", "--set", "/goods/0/quantity/amount=130000",
            "--set", "/offences/-=other", "--set", "/goods/0/hsCode=")
        #expect(corrected.status == 0 && corrected.output.contains("/goods/0/quantity/amount"), "\(corrected)")
        let shown = try node.run("seizure", "show", report)
        #expect(shown.output.contains("amount: 130000") && shown.output.contains("offences: tobacco, other"))
        #expect(!shown.output.contains("hs code") && shown.output.contains("name: Nguyễn Văn An"))
        #expect(try node.run("case", "history", caseID).output.contains("counted again"))
        let stale = try node.run("case", "note", caseID, "too late", "--if-version", "1")
        #expect(stale.status == 1 && stale.errors.contains("version"), "\(stale)")
    }

    @Test func refusalsAndExitCodes() throws {
        let node = try ServedNode()
        let refused = try node.run("seizure", "log", "--what", "x", "--offence", "nonsense", "--hs", "123")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("\n/offences/0: ") && refused.errors.contains("\n/goods/0/hsCode: "))
        #expect(try node.run("seizure", "log", "--what", "x", "--quantity", "1").status == 64)
        #expect(try node.run("seizure", "show", "VN-S-00000-00").status == 1)
        #expect(try node.run("whoami", "--server", "http://127.0.0.1:1").status == 69)
        #expect(try node.run("whoami", "--server", "http://192.0.2.1").status == 64, "not in the clear")
        #expect(try node.run(as: "nobody", "whoami", "--server", node.address).status == 77)
        // A session's token is not for another server, whoever asks.
        #expect(try node.run("whoami", "--server", node.address.replacing("127.0.0.1", with: "localhost")).status == 77)
        let wrong = try node.run(
            as: "nobody", "login", "an", "--server", node.address, environment: ["CORDON_OFFICER_PASSWORD": "wrong one"]
        )
        #expect(wrong.status == 77 && wrong.errors.contains("wrong login or password"))

        let session = node.node.directory["config-an"] + "/cordon/session"
        let mode = try FileManager.default.attributesOfItem(atPath: session)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let token = try node.run("token", "issue", "script", "--scope", "read", "--expires", Self.nextMonth)
        #expect(token.status == 0, "\(token)")
        let secret = ["CORDON_TOKEN": token.output.trimmingCharacters(in: .newlines), "CORDON_SERVER": node.address]
        #expect(try node.run(as: "script", "case", "list", environment: secret).status == 0)
        #expect(try node.run(as: "script", "case", "open", "t", environment: secret).status == 77)
        #expect(try node.run("token", "revoke", "1").status == 0)
        #expect(try node.run(as: "script", "case", "list", environment: secret).status == 77)

        chmod(session, 0o644)
        #expect(try node.run("whoami").errors.contains("0600"))
        chmod(session, 0o600)
        #expect(try node.run("logout").status == 0 && !FileManager.default.fileExists(atPath: session))
    }

    private static var nextMonth: String {
        String(Date(timeIntervalSinceNow: 30 * 86_400).formatted(.iso8601).prefix(10))
    }

    @Test func tenQuestions() throws {
        let node = try ServedNode()
        // A terminal, made by script(1). The first time of the seizure is refused by the node; the other answers stay.
        let answers = [
            "heroin", "much", "1.2 kgm", "3026-01-01", "VNHPH", "?", "narcotics", "", "CSQU3054383",
            "Tran Van Binh, driver", "tip-off", "", "y", "y", "", "", "2026-03-01", "", "", "", "", "", "", "", "y",
        ]
        let log = try Program(
            "", ["-qec", "\(Places.program("cordon")) seizure log", "/dev/null"], environment: node.session("an"),
            prefix: ["script"])
        for _ in 0..<24_000 where !log.outputSoFar.contains("1/10") { usleep(5_000) }
        log.send(Array((answers.joined(separator: "\n") + "\n").utf8))
        let result = log.wait()
        #expect(result.status == 0 && result.output.contains("/seizedAt: that is in the future"), "\(result)")
        #expect(result.output.contains("Logged VN-S-"), "\(result)")
        let found = try node.run("search", "Tran Van Binh")
        #expect(found.output.contains("1.2 KGM heroin") && found.output.contains("VNHPH"), "\(found)")
    }

    @Test func casesTakeTwo() throws {
        let node = try ServedNode()
        let caseID = try #require(ServedNode.ids("C", node.run("case", "open", "Ivory").output).first)
        let sealed = try node.run("exhibit", "seal", caseID, "3 tusks", "--seal", "A1", "--location", "store 4")
        let exhibit = try #require(ServedNode.ids("E", sealed.output).first, "\(sealed)")
        let offered = try node.run("exhibit", "hand-over", exhibit, "--to", "binh", "--reason", "to the laboratory")
        #expect(offered.status == 0, "\(offered)")
        #expect(try node.run("exhibit", "accept", exhibit, "--seal", "A1").status == 77, "only binh accepts")
        let odd = try node.run(as: "binh", "exhibit", "accept", exhibit, "--seal", "A2")
        #expect(odd.status == 1 && odd.errors.contains("/remarks: "), "\(odd)")
        #expect(try node.run(as: "binh", "exhibit", "accept", exhibit, "--seal", "A1").status == 0)
        let chain = try node.run("case", "custody", exhibit)
        let steps = chain.output.split(separator: "\n").filter { $0.hasPrefix("20") }.map {
            $0.split(separator: " ")[2]
        }
        #expect(steps == ["sealed", "offered", "accepted"] && chain.output.contains("held by binh"), "\(chain)")

        #expect(try node.run("case", "task", caseID, "call the line", "--for", "binh").status == 0)
        #expect(try node.run(as: "binh", "task", "list").output.contains("call the line"))
        #expect(try node.run("case", "close", caseID, "--reason", "done").status == 1, "a task is open")
        #expect(try node.run(as: "binh", "case", "task-done", caseID, "1").status == 0)
        #expect(try node.run("case", "note", caseID, "-", input: Array("one\ntwo\u{7}".utf8)).status == 0)
        #expect(try node.run("case", "need-to-know", caseID, "on", "--reason", "an insider").status == 0)
        #expect(try node.run(as: "binh", "case", "show", caseID).status == 1, "there is none, for binh")
        #expect(try node.run("case", "grant", caseID, "--to", "binh", "--reason", "the laboratory").status == 0)
        let shown = try node.run(as: "binh", "case", "show", caseID)
        #expect(shown.output.contains("granted     binh") && shown.output.contains("  two\\u{7}"), "\(shown)")
        #expect(try node.run("case", "close", caseID, "--reason", "done", "--outcome", "fined").status == 0)
        #expect(try node.run("request", "erase", caseID, "--reason", "old").status == 1, "kept for five years")

        let added = try node.run("officer", "add", "chi", "--name", "Chi", "--office", "Lao Cai")
        #expect(added.status == 0, "\(added)")
        let asked = try node.run("officer", "request-roles", "chi", "--role", "auditor", "--reason", "joins")
        let request = try #require(ServedNode.ids("R", asked.output).first, "\(asked)")
        #expect(try node.run("officer", "approve", request).status == 77, "not by the one who asked")
        #expect(try node.run(as: "binh", "request", "approve", request).status == 0)
        let officers = try node.run("officer", "list").output.split(separator: "\n")
        #expect(officers.contains { $0.contains("chi") && $0.contains("auditor") }, "\(officers)")
        #expect(try node.run("officer", "disable", "nobody").status == 1)
    }

    @Test func importsAccountForEveryRow() throws {
        let node = try ServedNode()
        let directory = node.node.directory
        func input(_ text: String, _ name: String = "rows.csv") throws -> String {
            try write(Array(text.utf8), to: directory[name])
            return directory[name]
        }
        let mappingFile = try input(mapping, "harbour.json")
        let header = "number,kind,day,box,what,amount,hs\n"
        let good = "1,S,01/03/2026,CSQU3054383,cigarettes,10,2402\n1,S,01/03/2026,CSQU3054383,cigars,2,2402\n"
        let file = try input(
            header + good
                + "2,X,,,,,\n3,S,31/02/2026,,beer,1,2203\n4,S,02/03/2026,,wine,1,99\n5,S,03/03/2026,,gin,1,2208\n")
        let rows = directory["rows.jsonl"]

        let dry = try node.run("import", file, "--mapping", mappingFile, "--dry-run")
        let sum = "6 rows = 2 imported + 1 merged + 0 known + 0 differs + 1 skipped + 2 refused"
        #expect(dry.status == 2 && dry.output.contains(sum), "\(dry)")
        #expect(try node.run("case", "list").errors.contains("no case"), "a dry run changes nothing")

        // By the name in the mapping.
        let mappings = ["CORDON_MAPPINGS": directory.path]
        let done = try node.run("import", file, "--mapping", "Harbour", "--report", rows, environment: mappings)
        #expect(done.status == 2 && done.output.contains(sum), "\(done)")
        #expect(done.errors.contains("line 5: refused") && done.errors.contains("line 6: refused: /goods/0/hsCode"))
        let told = try String(decoding: bytes(of: rows), as: UTF8.self).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let outcomes = Dictionary(
            uniqueKeysWithValues: told.map { ($0["line"] as? Int ?? 0, $0["outcome"] as? String) })
        #expect(
            outcomes == [
                2: "imported", 3: "merged", 4: "skipped", 5: "refused", 6: "refused", 7: "imported",
            ])
        #expect(told.filter { $0["outcome"] as? String == "imported" }.allSatisfy { $0["reportId"] != nil })

        let again = try node.run("import", file, "--mapping", mappingFile)
        #expect(
            again.output.contains("0 imported + 0 merged + 3 known + 0 differs + 1 skipped + 2 refused"), "\(again)")
        let clean = try node.run("import", input(header + good), "--mapping", mappingFile)
        #expect(clean.status == 0 && clean.output.contains("2 rows = 0 imported + 0 merged + 2 known"), "\(clean)")
        let changed = try node.run("import", input(header + "5,S,03/03/2026,,gin,7,2208\n"), "--mapping", mappingFile)
        #expect(changed.status == 2 && changed.output.contains("1 differs"), "\(changed)")
        let broken = try node.run(
            "import", input(header + "8,S,03/03/2026,,rum,7,2208\n9,S,03/03/2026,,\"rye,7,2208\n"), "--mapping",
            mappingFile)
        #expect(broken.status == 1 && broken.output.contains("1 reports imported"), "\(broken)")
        #expect(broken.errors.contains("line 3"))
        #expect(try node.run("import", file, "--mapping", "nothing").status == 1)
        #expect(try node.run("import", file, "--mapping", mappingFile, "--server", "http://127.0.0.1:1").status == 69)
    }

    @Test func listsOfISOCodesAreTaken() throws {
        let node = try ServedNode()
        func file(_ name: String, _ text: String) throws -> String {
            try write(Array(text.utf8), to: node.node.directory[name])
            return node.node.directory[name]
        }
        func log(_ country: String, _ currency: String) throws -> Program.Result {
            try node.run(
                "seizure", "log", "--from", "-",
                input: Array(
                    """
                    {"seizedAt": "2026-03-02", "offences": ["tobacco"], "place": {"country": "\(country)"},
                     "goods": [{"description": "cigars", "value": {"amount": "5", "currency": "\(currency)"}}]}
                    """.utf8))
        }
        let refused = try log("QZ", "HRK")
        #expect(
            refused.status == 1 && refused.errors.contains("/place/country") && refused.errors.contains("/currency"))
        let countries = try file(
            "countries.json",
            """
            {"3166-1": [
              {"alpha_2": "QZ", "alpha_3": "QZZ", "flag": "\u{1F3F4}", "name": "Newland", "numeric": "999"},
              {"alpha_2": "VN", "alpha_3": "VNM", "name": "Viet Nam", "numeric": "704", "official_name": "x"}]}
            """)
        let currencies = try file(
            "currencies.json", #"{"4217": [{"alpha_3": "HRK", "name": "Kuna", "numeric": "191"}]}"#)
        #expect(try node.run("codes", "import", "countries", countries).output == "countries: 2 codes\n")
        #expect(try node.run("codes", "import", "currencies", currencies).output == "currencies: 1 codes\n")
        let taken = try log("QZ", "HRK")
        #expect(taken.status == 0, "\(taken)")
        #expect(try node.run("codes", "list").output.contains("countries"))

        for (list, text) in [
            ("countries", "[]"), ("countries", #"{"4217": []}"#), ("countries", #"{"3166-1": []}"#),
            ("countries", #"{"3166-1": [{"alpha_2": "qz"}]}"#), ("currencies", #"{"4217": [{"alpha_2": "QZ"}]}"#),
            ("currencies", "{"),
        ] {
            let wrong = try node.run("codes", "import", list, try file("wrong.json", text))
            #expect(wrong.status == 1, "\(text): \(wrong)")
        }
        #expect(try log("QZ", "HRK").status == 0, "what was refused changed nothing")
        let installed = "/usr/share/iso-codes/json"
        guard FileManager.default.fileExists(atPath: installed + "/iso_4217.json") else { return }
        #expect(try node.run("codes", "import", "countries", installed + "/iso_3166-1.json").status == 0)
        #expect(try node.run("codes", "import", "currencies", installed + "/iso_4217.json").status == 0)
        #expect(try log("LA", "LAK").status == 0 && log("QZ", "LAK").status == 1)
    }

    @Test func exportsReachAnotherNode() throws {
        let (node, other) = (try ServedNode(), try ServedNode())
        let directory = node.node.directory
        let (text, table) = (directory["all.jsonl"], directory["all.csv"])
        for (what, number) in [("=cigars;\"two\"", "CSQU3054383"), ("beer\nin cans", "MSKU0000012")] {
            let logged = try node.run(
                "seizure", "log", "--what", what, "--quantity", "2.5", "--unit", "KGM", "--offence", "tobacco",
                "--offence", "alcohol", "--container", number, "--plate", "51A-123.45", "--person", "Nguyen Van An",
                "--phone", "+84 912 345 678", "--place", "Bãi 4")
            #expect(logged.status == 0, "\(logged)")
        }
        #expect(try node.run("export", "--reason", "r").status == 64, "say what")
        let exported = try node.run("export", "--all", "--reason", "a partner", "--output", text)
        #expect(exported.status == 0 && exported.errors.contains("2 reports, without names"), "\(exported)")
        #expect(try !String(decoding: bytes(of: text), as: UTF8.self).contains("Nguyen"))

        let asked = try node.run("request", "export-names", "--reason", "letter rogatory")
        let request = try #require(ServedNode.ids("R", asked.output).first, "\(asked)")
        #expect(try node.run("export", "--all", "--reason", "r", "--names", request).status == 77, "not approved yet")
        #expect(try node.run(as: "binh", "request", "approve", request).status == 0)
        for (format, file) in [("jsonl", text), ("csv", table)] {
            let named = try node.run(
                "export", "--offence", "tobacco", "--reason", "r", "--names", request, "--format", format,
                "--output", file)
            #expect(named.status == 0 && named.errors.contains("with names"), "\(named)")
        }
        let csv = try String(decoding: bytes(of: table), as: UTF8.self)
        #expect(csv.contains("\"'=cigars;\"\"two\"\"\""), "no spreadsheet runs it")
        #expect(filesBelow(directory.path).allSatisfy { !$0.hasSuffix(".part") })

        // Every column has its place in the mapping, but for those that are of use to people alone.
        let shipped = Places.project.path + "/Deployments/mappings"
        let map = try String(decoding: bytes(of: shipped + "/cordon-csv.json"), as: UTF8.self)
        let columns = try #require(csv.split(separator: "\r\n").first).split(separator: ",")
        #expect(columns.filter { !map.contains("\"\($0)\"") } == ["report_id", "line", "not_shown"])

        let taken = try other.run(
            "import", table, "--mapping", "cordon-csv", environment: ["CORDON_MAPPINGS": shipped])
        #expect(taken.status == 0 && taken.output.contains("2 rows = 2 imported"), "\(taken)")
        // The same reports, from the other format: nothing was lost or changed on the way.
        let known = try other.run("import", text)
        #expect(known.status == 0 && known.output.contains("2 rows = 0 imported + 0 merged + 2 known"), "\(known)")
        let found = try other.run("search", "0084-912-345678")
        #expect(found.output.contains("2.5 KGM =cigars;\"two\"") && found.output.contains("beer\\nin cans"), "\(found)")
    }
}
