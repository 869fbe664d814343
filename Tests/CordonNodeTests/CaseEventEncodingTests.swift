import Casework
import Foundation
import Schema
import SwiftProtobuf
import Testing

@testable import CordonNode

@Suite struct CaseEventEncodingTests {
    private static func events() -> [CaseEvent] {
        var events = [CaseEvent(), .with { $0.opened.title = "A case" }, .with { $0.seizureLogged = SeizureLogged() }]
        for length in [0, 1, 100, 127, 128, 16_383, 16_384, 200_000] {
            events.append(
                .with {
                    $0.seizureLogged.report.summary = String(repeating: "x", count: length)
                    $0.seizureLogged.report.nominal.persons = [.with { $0.name = "Somboon Kaew" }]
                    if length > 100 { $0.happenedAt = "2026-03-01T10:00:00Z" }
                    if length > 127 { $0.reason = "Found \(length)" }
                })
        }
        return events
    }

    @Test func whatDoesNotFitIntoOneRecordBeginsAnother() throws {
        func note(_ byteCount: Int) throws -> EncodedEvent {
            try EncodedEvent(.with { $0.noteAdded.text = String(repeating: "x", count: byteCount) })
        }
        let limit = CaseLimits.eventByteCount
        #expect(try CaseRecord.groups([note(10)]) == [0..<1])
        #expect(try CaseRecord.groups([note(10), note(20), note(30)]) == [0..<3])
        #expect(try CaseRecord.groups([note(limit / 2), note(limit / 3), note(limit / 2)]) == [0..<2, 2..<3])
        #expect(try CaseRecord.groups([note(10), note(limit - 20), note(limit - 20)]) == [0..<1, 1..<2, 2..<3])
        #expect(throws: CaseError.self) { try note(limit) }
    }

    @Test func theBytesAreThoseOfTheLibrary() throws {
        for (place, event) in Self.events().enumerated() {
            let (encoded, expected) = (event.encoded, try event.serializedBytes() as [UInt8])
            let isSame = encoded == expected
            #expect(isSame, "event \(place) has \(encoded.count) bytes for \(expected.count)")
        }
    }
}
