import Casework
import Cryptography
import Exchange
import Foundation
import Schema
import Storage
import SwiftProtobuf
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

/// VN's disk is gone, and an old backup is all there is.
@Suite(.timeLimit(.minutes(20))) struct RecoveryTests {
    private struct Scene {
        let federation: Federation
        let agreement: String
        let older: TestNode
    }

    /// VN has released a notice and published an epoch since the backup, and both partners hold all of it.
    private func scene() async throws -> Scene {
        let federation = try await Federation()
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        federation.connect()
        let older = try TestNode(copying: federation.node("vn.customs"))
        for prefix in ["vn.customs", "la.customs", "kh.customs"] {
            federation.node(prefix).time.move(days: 8)
            try await federation[prefix].tend()
        }
        _ = try await federation.releaseIvory(agreement)
        let vn = federation["vn.customs"]
        try await federation.until("LA and KH hold all") {
            try ["la.customs", "kh.customs"].allSatisfy {
                try federation[$0].mirrorSize(of: "vn.customs") == vn.exchangeSize()
            }
        }
        await vn.gatherCosignatures(of: .journal)
        await vn.gatherCosignatures(of: .exchange)
        return Scene(federation: federation, agreement: agreement, older: older)
    }

    private func line(_ scene: Scene) -> (Partner) -> (any PartnerTransport)? {
        { partner in LocalLine(to: scene.federation.reach(partner.prefix), from: "vn.customs") }
    }

    /// The backup holds keys that were announced, and took the old ones' place, after it was made.
    @Test func aLogWhoseKeyChangedSinceComesBack() async throws {
        let federation = try await Federation(["VN", "LA"])
        federation.connect()
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        for next in [NextKey.exchange, .journal] { try federation.node("vn.customs").node.makeNextKey(next) }
        let older = try TestNode(copying: federation.node("vn.customs"))
        try await vn.tend()
        for prefix in ["vn.customs", "la.customs"] { federation.node(prefix).time.move(days: 31) }
        for exchange in [la, vn] { try await exchange.tend() }
        try await federation.until("LA holds all") { try la.mirrorSize(of: "vn.customs") == vn.exchangeSize() }
        await vn.gatherCosignatures(of: .journal)
        await vn.gatherCosignatures(of: .exchange)
        let (lost, new) = (try vn.publishedCheckpoint(.exchange), federation.node("vn.customs").node.keys.logs)
        await federation.lose("vn.customs")
        do {
            let node = try older.open()
            #expect(node.keys.logs[.exchange]!.verifyingKey != new[.exchange]!.verifyingKey)
            let result = try await node.recoverLog(givesUpJournal: true) { partner in
                LocalLine(to: federation.reach(partner.prefix), from: "vn.customs")
            }
            #expect(result.journalCosigned > result.journal)
            #expect(try node.checkpoint(.exchange).note.text == lost.text)
        }
        let copy = try await CaseNode(older)
        copy.time.move(days: 31)
        try federation.replace("vn.customs", by: copy)
        try await federation.until("it signs with the new keys alone") {
            copy.node.keys.oldLogs.isEmpty
                && copy.node.keys.logs.allSatisfy { $0.value.verifyingKey == new[$0.key]!.verifyingKey }
        }
        let again = federation["vn.customs"]
        try await federation.until("LA goes on with it") {
            try again.isGateOpen && again.exchangeSize() > Checkpoint(parsing: lost.text).size
                && la.mirrorSize(of: "vn.customs") == again.exchangeSize()
        }
        #expect(la.directory.partners["vn.customs"]?.state == .active)
        await federation.stop()
    }

    @Test func aLostLogComesBackFromItsMirrors() async throws {
        let scene = try await scene()
        let federation = scene.federation
        let lost = try federation["vn.customs"].publishedCheckpoint(.exchange)
        let lostSize = try Checkpoint(parsing: lost.text).size
        await federation.lose("vn.customs")
        do {
            let node = try scene.older.open()
            let before = try node.checkpoint(.exchange).size
            await #expect("records of the journal are not given up by the way") {
                _ = try await node.recoverLog(connect: line(scene))
            } throws: {
                ($0 as? NodeError)?.code == .behindWatermark
            }
            let result = try await node.recoverLog(givesUpJournal: true, connect: line(scene))
            #expect(result.answered == ["kh.customs", "la.customs"] && result.silent.isEmpty)
            #expect(result.journalCosigned > result.journal)
            let now = try node.checkpoint(.exchange)
            #expect(now.size > before && now.note.text == lost.text)
        }
        let copy = try await CaseNode(scene.older)
        copy.time.move(days: 8)
        try federation.replace("vn.customs", by: copy)
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        try await federation.until("the gate opens") { vn.isGateOpen }
        try await federation.until("keys are published anew") { try vn.exchangeSize() > lostSize }

        // Lost epochs are revoked, the journal is put back for everybody to see, and LA witnesses it again.
        try await federation.until("LA has read it") { la.keys(of: "vn.customs")?.revokedEpochs.isEmpty == false }
        #expect(vn.directory.journalRestart != nil)
        await vn.gatherCosignatures(of: .journal)
        #expect(
            try vn.publishedCheckpoint(.journal).signatures.contains { $0.name == "la.customs/witness" })

        // What is released from now on arrives, and what LA answers is opened.
        try await federation.untilKnown("la.customs", at: "vn.customs")
        let caseID = try await copy.log(report(container: "TGHU9876543")).file.id
        _ = try await vn.draft(
            seizureNotice(SeizureReport(), agreement: scene.agreement), to: ["la.customs"], in: caseID,
            by: copy["lan"])
        let released = try await vn.release(1, in: caseID, by: copy["ha"])
        #expect(released.entryID != nil, "\(released.decision)")
        let lao = federation.node("la.customs")
        try await federation.until("found in LA") { try await !lao.search("TGHU9876543").isEmpty }
        let number = try #require(vn.directory.partners["la.customs"]?.number)
        try await federation.until("LA's receipt is opened") {
            try vn.mirrors.cursor(number).position > 0
        }
        for prefix in ["la.customs", "kh.customs"] {
            #expect(federation[prefix].directory.partners["vn.customs"]?.state == .active)
        }
        await federation.stop()
    }

    @Test func aRecoveryThatWasCutOffGoesOn() async throws {
        let scene = try await scene()
        let federation = scene.federation
        let lost = try federation["vn.customs"].publishedCheckpoint(.exchange)
        let la = federation["la.customs"]
        let number = try #require(la.directory.partners["vn.customs"]?.number)
        await federation.lose("vn.customs")
        let node = try scene.older.open()
        let next = try node.checkpoint(.exchange).size
        let rows = node.store.rows(.exchange)
        let batch = WriteBatch()
        node.store.database.put(.journal, rows.entryKey(next), try la.mirrors.rows(number).entry(next), in: batch)
        node.store.database.put(
            .meta, LogRecovery.markKey, lost.signed(byOnly: ["vn.customs/exchange"]).encoded, in: batch)
        node.store.database.put(.meta, LogRecovery.putBackKey, next.bigEndianBytes, in: batch)
        try node.store.database.write(batch)
        #expect(code { _ = try node.startSequencer() } == .corrupted)
        let result = try await node.recoverLog(givesUpJournal: true, connect: line(scene))
        #expect(result.before == next && result.size > next + 1)
        #expect(try node.checkpoint(.exchange).note.text == lost.text)
        let sequencer = try node.startSequencer()
        await sequencer.stop()
        for prefix in ["la.customs", "kh.customs"] { await federation.lose(prefix) }
    }

    @Test func withoutAMirrorNothingComesBack() async throws {
        let scene = try await scene()
        await scene.federation.lose("vn.customs")
        let node = try scene.older.open()
        let before = try node.checkpoint(.exchange)
        for (code, connect) in [
            (NodeError.Code.badArgument, { (_: Partner) in nil }),
            (.unreachable, { (_: Partner) in DeadLine() }),
        ] as [(NodeError.Code, (Partner) -> (any PartnerTransport)?)] {
            await #expect {
                _ = try await node.recoverLog(givesUpJournal: true, connect: connect)
            } throws: {
                ($0 as? NodeError)?.code == code
            }
        }
        #expect(try node.checkpoint(.exchange).note == before.note)
        for prefix in ["la.customs", "kh.customs"] { await scene.federation.lose(prefix) }
    }
}

/// Nobody is at its end.
private struct DeadLine: PartnerTransport {
    func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
        throw PartnerTransportError(.unreachable, "nobody there")
    }
    func stop() async {}
}
