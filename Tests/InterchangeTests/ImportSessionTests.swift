internal import Interchange
internal import TestSupport
internal import Testing

@Suite struct ImportSessionTests {
    private let simple = mapping(
        filters: #"[{"column": "status", "in": ["S"]}, {"column": "office", "notIn": [""]}]"#,
        report: #"[{"to": "/office", "column": "office"}]"#,
        lines: #"[{"to": "/quantity/amount", "column": "kg", "transform": ["decimal"]}]"#)
    private let header = "id,status,office,kg\n"

    @Test func groupsRowsThatAreApart() throws {
        let result = try Import(simple, header + "7,S,HP,1\n8,S,HN,2\n7,S,HP,3.50\n9,C,HP,4\n9,S,,4\n")
        #expect(
            result.json == [
                #"{"office":"HP","goods":[{"quantity":{"amount":"1"}},{"quantity":{"amount":"3.5"}}],"#
                    + #""provenance":{"source":"Test","key":"7","rows":["1","3"]}}"#,
                #"{"office":"HN","goods":[{"quantity":{"amount":"2"}}],"#
                    + #""provenance":{"source":"Test","key":"8","rows":["2"]}}"#,
            ])
        #expect(result.reports.map(\.lines) == [[2, 4], [3]])
        #expect(result.summary.skippedBy == [1, 1])
        let kinds = result.outcomes.sorted { $0.row < $1.row }.map(\.kind)
        #expect(kinds == [.imported, .imported, .merged, .skipped(filter: 0), .skipped(filter: 1)])
    }

    @Test func chunksMakeNoDifference() throws {
        let input = [UInt8](header + "7,S,\"H\nP\",1\n8,S,HN,x\n7,S,\"H\nP\",3.50\n9,C\n9,S,HN,\"4\n")
        let mapping = try ImportMapping(parsing: [UInt8](simple))
        let whole = try Import(mapping, input)
        #expect(whole.summary.stoppedBy?.code == .unclosedQuote)
        #expect(whole.summary.rows == 4)
        for chunk in 1...input.count {
            let result = try Import(mapping, input, chunk: chunk)
            #expect(result.json == whole.json)
            #expect(result.summary == whole.summary)
        }
    }

    @Test func refusesAReportWhole() throws {
        let result = try Import(simple, header + "7,S,HP,1\n7,S,HP,secret\n8,S,HP,2\n")
        #expect(result.reports.map(\.key) == ["8"])
        let blamed = try #require(result.refusal(row: 2))
        #expect(blamed.code == .badNumber)
        #expect(blamed.line == 3)
        #expect(blamed.column == "kg")
        #expect(blamed.pointer == "/quantity/amount")
        #expect(!blamed.description.contains("secret"))
        let other = try #require(result.refusal(row: 1))
        #expect(other.code == .reportRefused)
        #expect(other.reason.contains("line 3"))
        #expect(result.summary.refused == 2)
    }

    @Test func treatsRowsThatDiffer() throws {
        let report = #"[{"to": "/office", "column": "office"}, {"to": "/offences/-", "column": "offence"}]"#
        let input = "id,office,offence\n1,,wildlife\n1,HP,food\n1,HP,wildlife\n2,HP,waste\n2,HN,waste\n"
        let refused = try Import(mapping(report: report, conflicts: "refuse"), input)
        #expect(refused.reports.isEmpty)
        #expect(refused.refusal(row: 2)?.code == .conflict)
        #expect(refused.refusal(row: 2)?.column == "offence")
        #expect(refused.refusal(row: 5)?.pointer == "/office")

        let first = try Import(mapping(report: report, conflicts: "first"), input)
        #expect(first.reports.map { $0["office"] } == [.string("HP"), .string("HP")])
        #expect(first.reports[0]["offences"] == .array([.string("wildlife")]))

        let list = try Import(mapping(report: report, conflicts: "list"), input)
        #expect(list.reports.map(\.key) == ["1"])
        #expect(list.reports[0]["offences"] == .array([.string("wildlife"), .string("food")]))
        #expect(list.refusal(row: 5)?.code == .conflict)
    }

    @Test func asksForWhatIsRequired() throws {
        let report = """
            [{"to": "/office", "column": "office", "required": true},
             {"to": "/operation", "column": "op", "required": true, "when": [{"column": "office", "in": ["X"]}]}]
            """
        let lines = #"[{"to": "/description", "column": "what", "required": true}]"#
        let input = "id,office,op,what\n1,,,a\n1,HP,,b\n2,,,a\n3,HP,,\n4,X,,a\n5,X,o,a\n"
        let result = try Import(mapping(report: report, lines: lines), input)
        #expect(result.reports.map(\.key) == ["1", "5"])
        #expect(result.refusal(row: 3)?.column == "office")
        #expect(result.refusal(row: 4)?.column == "what")
        #expect(result.refusal(row: 5)?.column == "op")
        #expect(result.summary.refused == 3)
    }

    @Test func putsValuesWhereTheyBelong() throws {
        let report = """
            [{"to": "/authority", "constant": "VN"},
             {"to": "/offences", "constant": ["wildlife"]},
             {"to": "/route/1/place/country", "column": "to"},
             {"to": "/route/0/role", "constant": "departure", "when": [{"column": "from", "notIn": ["", "XX"]}]},
             {"to": "/route/0/place/country", "column": "from", "when": [{"column": "from", "notIn": ["", "XX"]}]},
             {"to": "/documents/-/number", "column": "bill"},
             {"to": "/documents/-/number", "column": "permit"},
             {"to": "/summary", "column": "from"},
             {"to": "/summary", "template": "{from} to {to}"}]
            """
        let result = try Import(mapping(report: report), "id,from,to,bill,permit\n1,TZ,VN,B1,P1\n2,XX,VN,,\n3,TZ,,,\n")
        let goods = #""provenance":{"source":"Test","key":"#
        #expect(
            result.json == [
                #"{"authority":"VN","offences":["wildlife"],"route":[{"role":"departure","place":{"country":"TZ"}},"#
                    + #"{"place":{"country":"VN"}}],"documents":[{"number":"B1"},{"number":"P1"}],"#
                    + #""summary":"TZ to VN",\#(goods)"1","rows":["1"]}}"#,
                #"{"authority":"VN","offences":["wildlife"],"route":[{"place":{"country":"VN"}}],"#
                    + #""summary":"XX to VN",\#(goods)"2","rows":["2"]}}"#,
                #"{"authority":"VN","offences":["wildlife"],"route":[{"role":"departure","place":{"country":"TZ"}}],"#
                    + #""summary":"TZ",\#(goods)"3","rows":["3"]}}"#,
            ])
    }

    @Test func refusesToPutIntoAText() throws {
        let report = #"[{"to": "/place", "constant": "x"}, {"to": "/place/name", "column": "id"}]"#
        let result = try Import(mapping(report: report), "id\n1\n")
        #expect(result.refusal(row: 1)?.code == .badMapping)
        #expect(result.refusal(row: 1)?.pointer == "/place/name")
    }

    @Test func handsOverAdjacentReportsAtOnce() throws {
        let definition = mapping(lines: #"[{"to": "/description", "column": "x"}]"#, adjacent: true)
        var session = ImportSession(try ImportMapping(parsing: [UInt8](definition)))
        var keys: [String] = []
        let take: (ImportEvent) -> Void = { if case .report(let report) = $0 { keys.append(report.key) } }
        try session.feed([UInt8]("id,x\n1,a\n1,b\n2,c\n"), take)
        #expect(keys == ["1"])
        try session.feed([UInt8]("1,d\n3,e\n2,f\n"), take)
        let summary = try session.finish(take)
        #expect(keys == ["1", "2", "3"])
        #expect(summary.refused == 2)

        let result = try Import(definition, "id,x\n1,a\n2,c\n1,d\n")
        #expect(result.refusal(row: 3)?.code == .notAdjacent)
        #expect(result.refusal(row: 3)?.line == 4)
    }

    @Test func makesAReportOfEachRowWithoutAKey() throws {
        let definition = mapping(key: "[]", report: #"[{"to": "/office", "template": "{a}{b}"}]"#)
        let result = try Import(definition, "a,b,c\nx|y,\\,1\nx|y,\\,1\n,,\n")
        #expect(result.reports.map(\.key) == ["x\\|y|\\\\", "x\\|y|\\\\", "|"])
        #expect(result.summary.imported == 3)
    }

    @Test func keepsKeysApartThatOnlyLookAlike() throws {
        let definition = mapping(key: #"["a", "b"]"#)
        let result = try Import(definition, "a,b\nx|,y\nx,|y\ne\u{301},\n\u{E9},\n,\n")
        #expect(result.summary.imported == 4)
        #expect(result.refusal(row: 5)?.code == .missingValue)
    }

    @Test func stopsAtTheLimits() throws {
        var limits = ImportLimits()
        limits.heldRows = 2
        let result = try Import(simple, header + "1,S,HP,1\n2,C,HP,1\n2,S,HP,2\n3,S,HP,3\n4,S,HP,3\n", limits: limits)
        #expect(result.reports.map(\.key) == ["1", "2"])
        #expect(result.summary.stoppedBy?.code == .tooManyRows)
        #expect(result.summary.stoppedBy?.line == 5)
        #expect(result.summary.rows == 4)

        limits = ImportLimits()
        limits.heldBytes = 500
        #expect(try Import(simple, header + "1,S,HP,1\n2,S,HP,2\n3,S,HP,2\n", limits: limits).summary.imported == 2)
        limits = ImportLimits()
        limits.closedKeys = 2
        let adjacent = try Import(mapping(adjacent: true), "id\n1\n1\n2\n3\n4\n", limits: limits)
        #expect(adjacent.reports.map(\.key) == ["1", "2"])
        #expect(adjacent.summary.stoppedBy?.code == .tooManyKeys)

        limits = ImportLimits()
        limits.heldBytes = 300
        let huge = String(repeating: "9", count: 1_000)
        let long = try Import(mapping(adjacent: true), "id\n1\n\(huge)\n", limits: limits)
        #expect(long.reports.map(\.key) == ["1"])
        #expect(long.summary.stoppedBy?.code == .tooManyRows)
    }

    @Test func deliversWhatCameBeforeAnError() throws {
        let result = try Import(simple, header + "1,S,HP,1\n2,S,HP\n3,S,\"HP,3\n4,S,HP,4\n")
        #expect(result.reports.map(\.key) == ["1"])
        #expect(result.refusal(row: 2)?.code == .wrongFieldCount)
        #expect(result.summary.stoppedBy?.code == .unclosedQuote)
        #expect(result.summary.stoppedBy?.line == 4)
    }

    @Test func asksForItsColumns() throws {
        for input in ["id,status,kg\n1,S,1\n", "id,status,kg\n"] {
            let result = try Import(simple, input)
            #expect(result.summary.stoppedBy?.code == .missingColumn)
            #expect(result.summary.stoppedBy?.column == "office")
            #expect(result.summary.rows == 0)
        }
    }

    @Test func readsJSONLines() throws {
        let definition = mapping(
            input: #"{"format": "jsonl", "emptyValues": ["NA"]}"#,
            report: #"[{"to": "/office", "column": "/port/name"}, {"to": "/procedure", "column": "n"}]"#)
        let input = """
            {"id": 7, "port": {"name": "Cát Lái"}, "n": 1.50}
            {"id": "8", "port": null, "n": "NA", "more": [1]}

            {"id": "9", "n": [1]}
            [1]
            {"id":
            {"id": true}
            """
        let result = try Import(definition, input)
        #expect(result.reports.map(\.key) == ["7", "8", "true"])
        #expect(result.reports[0]["office"] == .string("Cát Lái"))
        #expect(result.reports[0]["procedure"] == .string("1.50"))
        #expect(result.reports[1]["procedure"] == nil)
        #expect(result.refusal(row: 3)?.code == .nestedValue)
        #expect(result.refusal(row: 3)?.line == 4)
        #expect(result.refusal(row: 4)?.code == .notAnObject)
        #expect(result.refusal(row: 5)?.code == .malformedJSON)
    }

    @Test func readsVietnameseExports() throws {
        let definition = mapping(
            input: #"{"format": "csv", "delimiter": ";", "encoding": "windows-1258", "header": ["id", "x"]}"#,
            report: #"[{"to": "/office", "column": "x"}]"#)
        let input = [UInt8]("1;H") + [0x61, 0xD2] + [UInt8]("i Pho") + [0xCC] + [UInt8]("ng\n2;") + [0x8A, 0x0A]
        let result = try Import(ImportMapping(parsing: [UInt8](definition)), input)
        #expect(result.reports.map { $0["office"] } == [.string("Hải Phòng")])
        #expect(result.refusal(row: 2)?.code == .badEncoding)
        #expect(result.refusal(row: 2)?.offset == 2)
    }

    @Test func passesOnWhatTheTakerThrows() throws {
        struct Full: Error {}
        var session = ImportSession(try ImportMapping(parsing: [UInt8](simple)))
        #expect(throws: Full.self) { try session.feed([UInt8](header + "1,C,HP,1\n")) { _ in throw Full() } }
        #expect(session.summary.stoppedBy == nil)
    }

    @Test func readsBackWhatItExported() throws {
        let definition = mapping(
            input: #"{"format": "csv", "stripFormulaGuard": true}"#, report: #"[{"to": "/summary", "column": "x"}]"#)
        let texts = ["=1+1", "'=x", "+84 900", "-5", "@a", "plain, \"quoted\"\r\nand long"]
        var csv: [UInt8] = []
        CSVWriter().append(["id", "x"], to: &csv)
        for (place, text) in texts.enumerated() { CSVWriter().append(["\(place)", text], to: &csv) }
        let result = try Import(ImportMapping(parsing: [UInt8](definition)), csv)
        #expect(result.reports.map { $0["summary"]?.string } == texts)
    }

    @Test func randomInputNeverTraps() throws {
        var generator = SeededGenerator(Places.seed)
        let mapping = try ImportMapping(parsing: [UInt8](simple))
        let pieces = [
            "7,S,HP,1\n", "8", ",", "S", "\n", "\"", "\r\n", "x", "1e5", "8,S,HP,-2.5\n", "\u{0}", "é", "9,C,,\n",
        ]
        for _ in 0..<(Places.isSoak ? 200_000 : 5_000) {
            let input = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                pieces.randomElement(using: &generator)!
            }
            _ = try Import(mapping, [UInt8](header + input.joined()), chunk: .random(in: 1...50, using: &generator))
        }
    }
}
