import Casework
import Cryptography
import Customs
import Dispatch
import Foundation
import Schema
import Storage
import SwiftProtobuf
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

@Suite struct ErasureTests {
    /// Closes a case and lets its time pass.
    private func ripen(_ node: CaseNode, _ id: String) async throws {
        _ = try await node.service.change(
            id,
            [
                .with {
                    $0.reason = "done"
                    $0.closed.outcome = "convicted"
                }
            ], by: node["lan"])
        node.time.move(days: 6 * 366)
    }

    private func erase(_ node: CaseNode, _ id: String) async throws -> TwoOfficerRequest {
        let request = try await node.service.request(
            .eraseCase, caseID: id, reason: "retention has ended", by: node["thu"])
        _ = try await node.service.administration.decide(
            request.id, approved: true, reason: "agreed", by: node["son"])
        _ = try await node.service.erase(request: request.id, by: node["son"])
        return node.service.administration.directory.requests[request.id]!
    }

    @Test func twoOfficersEraseACaseForGood() async throws {
        let node = try await CaseNode()
        let kept = try await node.log(report(container: "CSQU3054383", person: "Tran Thi Mai"))
        let doomed = try await node.log(
            report(container: "MSKU1234565", person: "Pham Quoc Bao", phone: "+84912345678"))
        let id = doomed.file.id
        try await ripen(node, id)
        let backup = node.test.directory["backup"]
        try node.node.store.database.checkpoint(to: backup)
        let sizeBefore = try node.node.checkpoint(.journal).size

        let request = try await erase(node, id)
        #expect(request.state == .used && request.proposer != request.decider)
        #expect(await caseCode { _ = try await node.service.readCase(id, by: node["lan"]) } == .notFound)
        for text in ["MSKU1234565", "Pham Quoc Bao", "Pham Quoc Bau", "+84912345678", id] {
            #expect(try await node.search(text).isEmpty, "\(text)")
        }
        #expect(try await node.search("CSQU3054383").count == 1, "other cases are untouched")
        #expect(try await node.service.readCase(kept.file.id, by: node["lan"]).reports.count == 1)
        // The journal still verifies, and its leaves are all there.
        #expect(try findings(node.node, .journal).isEmpty)
        #expect(try node.node.checkpoint(.journal).size > sizeBefore)

        // Nothing of it is left in any row.
        let stream = RecordID(parsing: id)!.number
        let words = ["msku123456", "pham", "quoc", "bao", "84912345678"].map { Array($0.utf8) }
        for family in [ColumnFamily.index, .payloads, .keys, .events] {
            try node.node.store.database.forEach(family, from: [], upTo: [UInt8](repeating: 0xFF, count: 600)) {
                key, value in
                for bytes in [[UInt8](key), [UInt8](value)] {
                    let text = String(decoding: bytes, as: UTF8.self).lowercased()
                    for word in words where family == .index {
                        #expect(!text.contains(String(decoding: word, as: UTF8.self)), "\(family)")
                    }
                }
                // Rows that other cases are in as well no longer hold its numbers.
                if family == .index, key.first == 19 {
                    let block = try PostingBlock(row: [UInt8](value))
                    for number in [stream, RecordID(parsing: doomed.file.reports[0].report.id)!.number] {
                        #expect(~UInt64(bigEndianBytes: key.suffix(8))! == PostingBlock.of(number))
                        #expect(block.day(of: number) == nil)
                    }
                }
                if family == .events { #expect(UInt64(bigEndianBytes: key.prefix(8)) != stream) }
                return true
            }
        }
        await node.stop()

        // After a restart, too; and a new case does not get the old one's number.
        let again = try await CaseNode(node.test)
        #expect(try await again.search("CSQU3054383").count == 1)
        let next = try await again.log(report())
        #expect(RecordID(parsing: next.file.id)!.number > stream)
        await again.stop()
    }

    /// Whoever has an older backup of the database, and the node's newest keys, cannot open what was erased.
    @Test func anOlderBackupOpensNoMore() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report(person: "Pham Quoc Bao")).file.id
        let stream = RecordID(parsing: id)!.number
        try await ripen(node, id)
        await node.stop()
        let backup = node.test.directory["backup"]
        try FileManager.default.copyItem(atPath: node.test.path, toPath: backup)
        do {
            let old = try Node(opening: backup, unlock: node.test.unlock)
            let sequencer = try old.startSequencer()
            let service = try old.caseService(sequencer)
            #expect(try service.store.caseFile(stream).reports.count == 1, "before the erasure it opens")
            await sequencer.stop()
        }

        let again = try await CaseNode(node.test)
        again.time.move(days: 6 * 366)
        _ = try await erase(again, id)
        await again.stop()
        // The newest erasure key, as the ceremony keeps it, beside the old database.
        try write(bytes(of: node.test.path + "/erasure-key"), to: backup + "/erasure-key")
        let old = try Node(opening: backup, unlock: node.test.unlock)
        let sequencer = try old.startSequencer()
        #expect(code { _ = try old.caseService(sequencer) } == .erasureKeyMissing)
        await sequencer.stop()
    }

    @Test func aBackupHoldsNoNamesAndComesBackWhole() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report(container: "MSKU1234565", person: "Pham Quoc Bao")).file.id
        try await node.service.importCodes(.hs, [("0507", "Ivory")], by: node["ad"])
        await node.stop()
        let backup = node.test.directory["backup"]
        do {
            let source = try node.test.open()
            let result = try source.backUp(to: backup)
            #expect(result.rows > 1000)
            #expect(throws: NodeError(.notEmpty, "")) { try source.backUp(to: backup) }
        }
        do {
            let copy = try Node(opening: backup, unlock: node.test.unlock)
            let sequencer = try copy.startSequencer()
            #expect(code { _ = try copy.caseService(sequencer) } == .corrupted, "first it is rebuilt")
            await sequencer.stop()
            for family in ColumnFamily.allCases {
                try copy.store.database.forEach(family, from: [], upTo: [UInt8](repeating: 0xFF, count: 600)) {
                    let row = String(decoding: [UInt8]($0) + [UInt8]($1), as: UTF8.self).lowercased()
                    #expect(!row.contains("pham") && !row.contains("msku123456"), "\(family)")
                    return true
                }
            }
            #expect(code { _ = try copy.rebuild() } == .erasureKeyMissing, "the newest key comes from elsewhere")
            try FileManager.default.copyItem(
                atPath: node.test.path + "/erasure-key", toPath: backup + "/erasure-key")
            _ = try copy.rebuild()
        }
        let back = try Node(opening: backup, unlock: node.test.unlock)
        let sequencer = try back.startSequencer()
        let service = try back.caseService(sequencer)
        #expect(
            try await service.search(.with { $0.text = "Pham Quoc Bao" }, by: node["lan"]).results.map(\.caseID) == [id]
        )
        #expect(service.codes.loaded == [.hs: 1])
        #expect(try findings(back, .journal).isEmpty)
        await service.stop()
    }

    /// Content that nobody erased and that is gone is damage, not an erasure.
    @Test func aRebuildNoticesWhatWasTakenAway() async throws {
        let node = try await CaseNode()
        _ = try await node.log(report(person: "Pham Quoc Bao"))
        await node.stop()
        let open = try node.test.open()
        let size = try open.checkpoint(.journal).size
        let batch = WriteBatch()
        open.store.database.delete(.payloads, EmbeddedJournal.key(.journal, size - 1), in: batch)
        try open.store.database.write(batch)
        #expect(code { _ = try open.rebuild() } == .corrupted)
    }

    @Test func nobodyErasesAloneOrEarlyOrUnderAHold() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report()).file.id
        func request() async throws -> TwoOfficerRequest {
            try await node.service.request(.eraseCase, caseID: id, reason: "time", by: node["thu"])
        }
        #expect(await caseCode { _ = try await request() } == .conflict, "it is open")
        #expect(
            await caseCode {
                _ = try await node.service.request(.eraseCase, caseID: id, reason: "time", by: node["lan"])
            } == .forbidden)
        _ = try await node.service.change(
            id,
            [
                .with {
                    $0.reason = "done"
                    $0.closed.outcome = "x"
                }
            ], by: node["lan"])
        #expect(await caseCode { _ = try await request() } == .conflict, "it is kept for five years")
        node.time.move(days: 6 * 366)
        func hold(_ held: Bool) -> CaseEvent {
            .with {
                $0.reason = "trial"
                $0.holdChanged.held = held
                $0.holdChanged.authority = "Court of Hai Phong"
            }
        }
        _ = try await node.service.change(id, [hold(true)], by: node["thu"])
        #expect(await caseCode { _ = try await request() } == .conflict, "it is under a hold")
        _ = try await node.service.change(id, [hold(false)], by: node["thu"])
        let made = try await request()
        let administration = node.service.administration
        #expect(
            await caseCode {
                _ = try await administration.decide(made.id, approved: true, reason: "", by: node["thu"])
            } == .needsSecondOfficer)
        func eraseNow() async -> CaseError.Code? {
            await caseCode { _ = try await node.service.erase(request: made.id, by: node["son"]) }
        }
        #expect(await eraseNow() == .needsSecondOfficer)
        _ = try await administration.decide(made.id, approved: true, reason: "", by: node["son"])
        _ = try await node.service.change(id, [hold(true)], by: node["thu"])
        #expect(await eraseNow() == .conflict)
        #expect(try await node.service.readCase(id, by: node["lan"]).reports.count == 1)
        await node.stop()
    }

    /// Erasing and logging at the same time: nothing that is logged becomes unreadable.
    @Test func erasuresAndNewCasesDoNotDisturbEachOther() async throws {
        let node = try await CaseNode()
        var doomed: [String] = []
        for _ in 0..<3 { doomed.append(try await node.log(report()).file.id) }
        for id in doomed {
            _ = try await node.service.change(
                id,
                [
                    .with {
                        $0.reason = "done"
                        $0.closed.outcome = "x"
                    }
                ], by: node["lan"])
        }
        node.time.move(days: 6 * 366)
        let ids = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var ids: [String] = []
                    for number in 0..<25 {
                        ids.append(try await node.log(report(person: "Person \(number)")).file.id)
                    }
                    return ids
                }
            }
            for id in doomed { _ = try await erase(node, id) }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        await node.stop()
        let again = try await CaseNode(node.test)
        for id in ids { #expect(try await again.service.readCase(id, by: again["lan"]).reports.count == 1) }
        await again.stop()
    }

    @Test func whatIsDerivedIsMadeAgainAsItWas() async throws {
        let node = try await CaseNode()
        let one = try await node.log(report(container: "MSKU1234565", person: "Nguyễn Văn Hùng", phone: "+84912345678"))
        _ = try await node.log(report(container: "MSKU1234565", person: "Müller, Jürgen"), needToKnow: true, by: "minh")
        var corrected = one.file.reports[0].report
        corrected.conveyances[0].containerNumber = "CSQU3054383"
        corrected.nominal.persons[0].name = "Nguyễn Văn Hưng"
        _ = try await node.service.change(
            one.file.id,
            [
                .with {
                    $0.reason = "misread"
                    $0.reportCorrected.reportID = corrected.id
                    $0.reportCorrected.report = corrected
                },
                .with {
                    $0.taskAdded.text = "Ask the port"
                    $0.taskAdded.due = "2026-06-01"
                },
                .with {
                    $0.exhibitSealed.description_p = "Tusks"
                    $0.exhibitSealed.sealNumber = "A1"
                },
            ], by: node["lan"])
        _ = try await node.service.importBatch(importRecords(0..<20), dryRun: false, by: node["lan"])
        let doomed = try await node.log(report(person: "Pham Quoc Bao")).file.id
        try await ripen(node, doomed)
        _ = try await erase(node, doomed)
        await node.stop()

        func rows(_ node: Node) throws -> [RowKey: [UInt8]] {
            var rows: [RowKey: [UInt8]] = [:]
            for family in [ColumnFamily.index, .events] {
                try node.store.database.forEach(family, from: [], upTo: [UInt8](repeating: 0xFF, count: 600)) {
                    // Tokens that only a former version of a report had stay in the vocabulary until a rebuild.
                    if family == .events || ![17, 18].contains($0.first) {
                        rows[RowKey(family, [UInt8]($0))] = [UInt8]($1)
                    }
                    return true
                }
            }
            return rows
        }
        let reopened = try node.test.open()
        let before = try rows(reopened)
        #expect(before.count > 130)
        let result = try reopened.rebuild()
        #expect(result.erased > 0 && result.cases == 22)
        let after = try rows(reopened)
        #expect(Set(before.keys) == Set(after.keys))
        #expect(before == after)
    }
}

extension ErasureTests {
    /// Who has begun to read reads on: what is erased meanwhile is not lost.
    @Test func aCaseThatIsErasedWhileItIsReadIsReadToItsEnd() async throws {
        let node = try await CaseNode()
        let doomed = try await node.log(report(person: "Pham Quoc Bao")).file.id
        try await ripen(node, doomed)
        let (service, stream) = (node.service, try #require(node.service.stream(caseID: doomed)))
        let count = try service.store.caseFile(stream).version
        #expect(count > 2)
        let (begun, goOn) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        async let read = service.readers.run {
            var events = 0
            try service.store.forEachEvent(of: stream) { _ in
                events += 1
                if events == 1 {
                    begun.continuation.finish()
                    goOn.wait()
                }
                return true
            }
            return events
        }
        for await _ in begun.stream {}
        do {
            defer { goOn.signal() }
            _ = try await erase(node, doomed)
        }
        #expect(try await read == Int(count))
        #expect(try service.store.caseFile(stream).version == 0)
        await node.stop()
    }

    /// Whoever has its key at hand still seals nothing for it.
    @Test func nothingIsRecordedForACaseThatIsErased() async throws {
        let node = try await CaseNode()
        let doomed = try await node.log(report(person: "Pham Quoc Bao")).file.id
        try await ripen(node, doomed)
        let (service, stream) = (node.service, try #require(node.service.stream(caseID: doomed)))
        let key = try #require(try service.store.keys.key(stream))
        _ = try await erase(node, doomed)
        var proposal = Proposal(drafts: [], premises: [try service.store.keys.premise(stream)])
        var file = CaseFile()
        try service.store.draft(
            [.with { $0.hitsFound.hits = [Hit()] }], by: 0, stream: stream, &file, key: key, time: 0, anywhere: true,
            into: &proposal)
        #expect(try await !service.commitHits(proposal))
        #expect(try service.store.caseFile(stream).version == 0)
        await node.stop()
    }

    /// What a snapshot shows stays in the files: they are cleared once it is gone, or it is kept in mind.
    @Test func filesAreClearedOnceNobodyReadsWhatWasErased() async throws {
        let node = try await CaseNode()
        let database = node.service.store.database
        func isDue() throws -> Bool { try database.get(.meta, CaseService.purgeKey) != nil }
        var doomed: [String] = []
        for person in ["Pham Quoc Bao", "Tran Thi Mai"] {
            doomed.append(try await node.log(report(person: person)).file.id)
            try await ripen(node, doomed.last!)
        }
        var snapshot: Snapshot? = database.snapshot()
        _ = try await erase(node, doomed[0])
        #expect(try isDue(), "it is held for longer than anyone waits")
        async let second = erase(node, doomed[1])
        try await Task.sleep(for: .milliseconds(300))
        #expect(snapshot != nil)
        snapshot = nil
        _ = try await second
        #expect(try !isDue())
        await node.stop()
    }
}

func importRecords(_ range: Range<Int>, source: String = "test") -> [ImportRecord] {
    range.map { number in
        .seizure(
            .with {
                $0.authority = "US"
                $0.seizedAt = "2020-01-\(number % 28 < 9 ? "0" : "")\(number % 28 + 1)"
                $0.offences = ["narcotics"]
                $0.goods = [.with { $0.description_p = "Item \(number)" }]
                $0.provenance.source = source
                $0.provenance.key = "key \(number)"
                $0.provenance.rows = [UInt64(number)]
            })
    }
}
