import Casework
import Cryptography
import Customs
import Foundation
import Schema
import Storage
import SwiftProtobuf
import TestSupport
import Testing
@testable import CordonNode

@Suite struct PostingTests {
    @Test func aBlockHoldsWhatCameAndDidNotGo() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            var block = PostingBlock()
            var expected: [UInt64: UInt32] = [:]
            let start = PostingBlock.span * UInt64.random(in: 0..<1_000, using: &generator)
            for _ in 0..<500 {
                let number = start + UInt64.random(in: 0..<200, using: &generator)
                let day = Bool.random() ? UInt32.random(in: 0...UInt32.max, using: &generator) : nil
                block.apply(PostingChange(number: number, day: day))
                expected[number] = day
            }
            for number in start..<start + 200 { #expect(block.day(of: number) == expected[number]) }
            #expect(block.count == expected.count && block.bytes.count == expected.count * 6)
            let places = (0..<block.count).map { block.place(at: $0) }
            #expect(places == places.sorted())
            try #expect(PostingBlock(row: block.bytes).bytes == block.bytes)
            for number in expected.keys { block.apply(PostingChange(number: number, day: nil)) }
            #expect(block.isEmpty)
        }
        #expect(throws: NodeError.self) { try PostingBlock(row: [0, 1, 0, 0, 0]) }
    }

    /// Against sets of numbers: terms of both kinds of rows, in any mixture, whole and in pages.
    @Test func aJoinFindsWhatAllGroupsHave() async throws {
        let node = try await CaseNode()
        let database = node.node.store.database
        let terms = [
            SearchTerm(.word, "ivory")!, SearchTerm(.word, "scales")!, SearchTerm(.nameToken, "van")!,
            SearchTerm(.container, "MSKU123456")!, SearchTerm(.personName, "hung nguyen van")!,
            SearchTerm(.phone, "+84912345678")!,
        ]
        let numbers: ClosedRange<UInt64> = 1_000...1_000 + PostingBlock.span * 6
        var postings: [SearchTerm: [UInt64: UInt32]] = [:]
        var changes = Proposal(drafts: [])
        for (index, term) in terms.enumerated() {
            for _ in 0..<[3_000, 2_000, 4_000, 600, 40, 900][index] {
                let (number, day) = (UInt64.random(in: numbers), UInt32.random(in: 0..<100))
                postings[term, default: [:]][number] = day
                changes.setPosting(term, Posting(number: number, stream: number / 3), day: day)
            }
        }
        let batch = WriteBatch()
        for number in numbers { database.put(.index, IndexRow.object(number), (number / 3).bigEndianBytes, in: batch) }
        for row in changes.rows { database.put(.index, row.row.key, row.value!, in: batch) }
        var rows = PostingRows()
        try rows.apply(changes.postings) { try database.get(.index, $0.bytes) }
        rows.write(database, in: batch)
        try database.write(batch)

        let groups: [[SearchTerm]] = [
            [terms[0]], [terms[3]], [terms[0], terms[3]], [terms[1], terms[2]], [terms[2]], [terms[4], terms[5]],
        ]
        for _ in 0..<60 {
            let asked = groups.shuffled().prefix(.random(in: 1...3))
            let days = Bool.random() ? nil : UInt32(20)...UInt32(60)
            var expected = asked.map { Set($0.flatMap { postings[$0]!.keys }) }.reduce(Set(numbers)) {
                $0.intersection($1)
            }
            if let days {
                expected = expected.filter { number in
                    // The terms of a report all have its day; here they differ, and the first one's counts.
                    days.contains(asked[0].lazy.compactMap { postings[$0]![number] }.first!)
                }
            }
            for steps in [Int.max, 1, 40] {
                var found: [Posting] = []
                var cursor: Posting?
                repeat {
                    let index = SearchIndex(database, maximumSteps: steps)
                    cursor = try index.forEachCommon(Array(asked), after: cursor, days: days) {
                        found.append($0)
                        try #expect(index.meets($0, Array(asked)))
                        return true
                    }
                } while cursor != nil
                #expect(found.map(\.number) == expected.sorted(by: >))
                #expect(found.allSatisfy { $0.stream == $0.number / 3 })
            }
        }
        await node.stop()
    }

    @Test func aCorrectedBirthCounts() async throws {
        let node = try await CaseNode()
        let first = try await node.log(report(person: "Nguyen Van Hung", birth: "1980-01-01"))
        var corrected = first.file.reports[0].report
        corrected.nominal.persons[0].birthDate = "1991-02-02"
        _ = try await node.service.change(
            first.file.id,
            [
                .with {
                    $0.reason = "misread"
                    $0.reportCorrected.reportID = corrected.id
                    $0.reportCorrected.report = corrected
                }
            ], by: node["lan"])
        #expect(try await node.log(report(person: "Nguyen Van Hung", birth: "1980-01-01")).hits.isEmpty)
        #expect(try await node.log(report(person: "Nguyen Van Hung", birth: "1991-02-02")).hits.count == 1)
        await node.stop()
    }

    @Test func birthsThatAreNotAllKnownTellNobodyApart() {
        func births(_ days: String...) -> Births {
            Births(
                .with { report in report.nominal.persons = days.map { day in .with { $0.birthDate = day } } })
        }
        let one = births("1980-01-01", "1991-02-02")
        #expect(one.differ(from: births("1980-01-02")))
        #expect(!one.differ(from: births("1970-01-01", "1991-02-02")))
        for other in [births(), births("1980-01-02", ""), births("1980"), births("19x0-01-02")] {
            #expect(!one.differ(from: other) && !other.differ(from: one))
        }
        #expect(Births(row: [0, 0, 0, 9] + one.encoded) == one)
        #expect(Births(row: [0, 0, 0, 9]) == Births() && Births(row: []) == Births())
    }
}
