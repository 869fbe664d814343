import TestSupport
import Testing

@testable import Customs

/// The project's own vectors of record ids, made by another implementation.
@Suite struct RecordIDVectorTests {
    struct Case: Decodable {
        let name, outcome, text: String
        let country, kind, id, spelling: String?
        let number: UInt64?
        let isExact: Bool?
    }

    @Test func recordIDs() throws {
        for test in try Places.vectors("record-ids", Case.self) {
            let read = RecordID(reading: test.text)
            let exact = RecordID(parsing: test.text)
            switch (test.outcome, RecordID.read(test.text)) {
            case ("ok", .valid(let text)):
                #expect(text == test.id, "\(test.name)")
                #expect(read?.country == test.country && read?.number == test.number, "\(test.name)")
                #expect(read.map { String($0.kind.rawValue) } == test.kind, "\(test.name)")
                #expect(read?.description == test.id, "\(test.name)")
                #expect((exact != nil) == test.isExact, "\(test.name)")
            case ("doubtful", .doubtful(let text, _)):
                #expect(text == test.spelling, "\(test.name)")
                #expect(read == nil && exact == nil, "\(test.name)")
                let kind = RecordID.Kind(rawValue: Character(test.kind!))!
                let right = RecordID(country: test.country!, kind: kind, number: test.number!)
                #expect(right.description == test.id, "\(test.name)")
            case ("malformed", .malformed):
                #expect(read == nil && exact == nil, "\(test.name)")
            case (_, let reading):
                Issue.record("\(test.name): expected \(test.outcome), got \(reading)")
            }
        }
    }
}
