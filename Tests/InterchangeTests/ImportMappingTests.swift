internal import Foundation
internal import Interchange
internal import TestSupport
internal import Testing

@Suite struct ImportMappingTests {
    @Test(arguments: [
        ("[]", ""), ("{\"name\": \"\"}", "/name"), ("{\"name\": 1}", "/name"), ("{\"Name\": \"x\"}", "/Name"),
    ])
    func namesThePlaceOfWhatIsWrong(_ text: String, _ pointer: String) {
        let error = refusal { _ = try ImportMapping(parsing: [UInt8](text)) }
        #expect(error?.code == .badMapping)
        #expect(error?.pointer == pointer)
    }

    /// A part of the mapping, what stands there, and where the error points.
    static let wrong: [(part: String, json: String, pointer: String)] = [
        ("input", #"{}"#, "/input"), ("input", #"{"format": "xls"}"#, "/input/format"),
        ("input", #"{"format": "csv", "delimiter": "ab"}"#, "/input/delimiter"),
        ("input", #"{"format": "csv", "delimiter": "\""}"#, "/input"),
        ("input", #"{"format": "csv", "encoding": "utf-16"}"#, "/input/encoding"),
        ("input", #"{"format": "csv", "header": false}"#, "/input/header"),
        ("input", #"{"format": "csv", "header": ["a", "a"]}"#, "/input/header"),
        ("input", #"{"format": "csv", "header": ["a"]}"#, "/input"),
        ("input", #"{"format": "csv", "emptyValues": [1]}"#, "/input/emptyValues/0"),
        ("input", #"{"format": "csv", "groupSeparator": "."}"#, "/input/groupSeparator"),
        ("input", #"{"format": "jsonl", "delimiter": ","}"#, "/input/delimiter"),
        ("filters", #"[{"column": "x"}]"#, "/filters/0"),
        ("filters", #"[{"column": "x", "in": ["a"], "notIn": ["b"]}]"#, "/filters/0"),
        ("filters", #"[{"column": "x", "in": "a"}]"#, "/filters/0/in"),
        ("filters", #"[{"column": "x", "like": "a"}]"#, "/filters/0/like"),
        ("key", #""id""#, "/key"), ("key", #"[""]"#, "/key/0"), ("report", #"{}"#, "/report"),
        ("report", #"[{"column": "x"}]"#, "/report/0"), ("report", #"[{"to": "x", "column": "x"}]"#, "/report/0/to"),
        ("report", #"[{"to": "/a/100", "column": "x"}]"#, "/report/0/to"),
        ("report", #"[{"to": "/a//b", "column": "x"}]"#, "/report/0/to"),
        ("report", #"[{"to": "/a"}]"#, "/report/0"),
        ("report", #"[{"to": "/a", "column": "x", "constant": "y"}]"#, "/report/0"),
        ("report", #"[{"to": "/a", "constant": {"a": "b"}}]"#, "/report/0/constant"),
        ("report", #"[{"to": "/a", "constant": "y", "transform": ["trim"]}]"#, "/report/0/constant"),
        ("report", #"[{"to": "/a", "template": "Port {"}]"#, "/report/0/template"),
        ("report", #"[{"to": "/a", "template": "Port }"}]"#, "/report/0/template"),
        ("report", #"[{"to": "/a", "column": "x", "transform": "trim"}]"#, "/report/0/transform"),
        ("report", #"[{"to": "/a", "column": "x", "transform": ["round"]}]"#, "/report/0/transform/0"),
        (
            "report", #"[{"to": "/a", "column": "x", "transform": [{"values": {"a/b": 1}}]}]"#,
            "/report/0/transform/0/values/a~1b"
        ),
        (
            "report", #"[{"to": "/a", "column": "x", "transform": [{"values": {}, "otherwise": "drop"}]}]"#,
            "/report/0/transform/0/otherwise"
        ),
        (
            "report", #"[{"to": "/a", "column": "x", "transform": [{"split": ";", "otherwise": "keep"}]}]"#,
            "/report/0/transform/0/otherwise"
        ),
        ("report", #"[{"to": "/a", "column": "x", "transform": [{"date": []}]}]"#, "/report/0/transform/0/date"),
        (
            "report", #"[{"to": "/a", "column": "x", "transform": [{"date": ["dd/MM"]}]}]"#,
            "/report/0/transform/0/date/0"
        ),
        (
            "report", #"[{"to": "/a", "column": "x", "transform": [{"date": ["yyyy-mm-dd"]}]}]"#,
            "/report/0/transform/0/date/0"
        ),
        (
            "report", #"[{"to": "/a", "column": "x", "transform": [{"date": ["yyyy-MM-dd'T"]}]}]"#,
            "/report/0/transform/0/date/0"
        ),
        ("report", #"[{"to": "/a", "column": "x", "transform": [{"factor": 2}]}]"#, "/report/0/transform/0/factor"),
        (
            "report",
            #"[{"to": "/a", "column": "x", "transform": [{"fiscalMonth": {"month": "m", "starts": 13, "day": "first"}}]}]"#,
            "/report/0/transform/0/fiscalMonth/starts"
        ),
        ("report", #"[{"to": "/a", "column": "x", "when": [{"in": []}]}]"#, "/report/0/when/0"),
        ("report", #"[{"to": "/a", "column": "x", "required": "yes"}]"#, "/report/0/required"),
        ("lines", #"[{"to": "/a", "colum": "x"}]"#, "/lines/0/colum"), ("conflicts", #""last""#, "/conflicts"),
        ("timeZone", #""Asia/Ho_Chi_Minh""#, "/timeZone"), ("kind", #""statistics""#, "/lines"),
        ("adjacent", #""yes""#, "/adjacent"),
    ]

    @Test(arguments: wrong) func namesThePlaceOfWhatIsWrongDeeper(_ part: String, _ json: String, _ pointer: String)
        throws
    {
        var document = try #require(try JSONValue(parsing: [UInt8](mapping())).object)
        document[part] = try JSONValue(parsing: [UInt8](json))
        let error = refusal { _ = try ImportMapping(.object(document)) }
        #expect(error?.code == .badMapping)
        #expect(error?.pointer == pointer)
    }

    @Test(arguments: ["name", "version", "kind", "input", "timeZone", "key", "report"])
    func namesWhatIsMissing(_ name: String) throws {
        var document = try #require(try JSONValue(parsing: [UInt8](mapping())).object)
        document[name] = nil
        let error = refusal { _ = try ImportMapping(.object(document)) }
        #expect(error?.reason == "expected: a member “\(name)”")
    }

    @Test func tellsWhatItReads() throws {
        let definition = mapping(
            filters: #"[{"column": "s", "in": ["b", "a"]}, {"column": "t", "prefix": "x"}]"#,
            report: #"[{"to": "/a", "template": "{u}-{s}"}]"#)
        let mapping = try ImportMapping(parsing: [UInt8](definition))
        #expect(mapping.columns == ["s", "t", "id", "u"])
        #expect(mapping.filterDescriptions == ["s is one of a, b", "t begins with x"])
    }

    @Test func damagedMappingsNeverTrap() throws {
        var generator = SeededGenerator(Places.seed)
        let document = try bytes(of: Places.project.path + "/Deployments/mappings/lemis-wildlife.json")
        for _ in 0..<(Places.isSoak ? 100_000 : 500) {
            var bytes = document
            let structure = [UInt8]("\"{}[],:/-01'")
            bytes[.random(in: bytes.indices, using: &generator)] = structure.randomElement(using: &generator)!
            guard let mapping = try? ImportMapping(parsing: bytes) else { continue }
            _ = try Import(mapping, [UInt8]("control_number,disposition\n1,S\n"))
        }
    }
}
