import TestSupport
import Testing

@testable import Customs

@Suite struct RecordIDTests {
    @Test func recordsAreSpelledAndParsed() {
        let id = RecordID(country: "VN", kind: .seizure, number: 4_781_538)
        #expect(RecordID(parsing: id.description) == id)
        #expect(RecordID(country: "VN", kind: .caseFile, number: 0).description.hasPrefix("VN-C-00000-"))
        #expect(RecordID(country: "VN", kind: .caseFile, number: .max).description.hasPrefix("VN-C-FZZZZZZZZZZZZ-"))
        #expect(RecordID(parsing: "VN-S-4F7Q2-10")?.number == 4_693_730)
        for text in [
            "vn-S-4F7Q2-10", "VN-S-4F7Q2-11", "VN-S-04F7Q2-10", "VNS4F7Q210", "VN-S-4F7Q2-10 ", "VN-S-4F7Q2-1O", "",
            "V\u{212A}-S-4F7Q2-10",
        ] { #expect(RecordID(parsing: text) == nil, "\(text)") }
        #expect(RecordID(reading: "vn s 4f7q2 10")?.description == "VN-S-4F7Q2-10")
        #expect(RecordID(reading: "vn s 4f7q2 11") == nil)
    }

    @Test func everyRecordComesBack() {
        var generator = SeededGenerator(Places.seed)
        for _ in 0..<5_000 {
            let letters = (0..<2).map { _ in "ABCDEFGHIJKLMNOPQRSTUVWXYZ".randomElement(using: &generator)! }
            let number =
                UInt64.random(in: 0...(.max), using: &generator) >> UInt64.random(in: 0..<64, using: &generator)
            let id = RecordID(
                country: String(letters), kind: .allCases.randomElement(using: &generator)!, number: number)
            #expect(RecordID(parsing: id.description) == id)
            #expect(RecordID(reading: id.description.lowercased().replacing("-", with: "")) == id)
            #expect(RecordID.read(id.description) == .valid(id.description))
        }
    }

    @Test func recordsAreOrdered() {
        let parts: [(String, RecordID.Kind, UInt64)] = [
            ("LA", .task, 9), ("VN", .caseFile, 1), ("VN", .caseFile, 2), ("VN", .seizure, 0),
        ]
        let ids = parts.map { RecordID(country: $0, kind: $1, number: $2) }
        #expect(ids.shuffled().sorted() == ids)
    }
}
