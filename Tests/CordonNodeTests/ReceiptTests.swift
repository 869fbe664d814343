import Casework
import Customs
import Exchange
import Foundation
import Schema
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import CordonNode

@Suite(.timeLimit(.minutes(20))) struct ReceiptTests {
    @Test func oneReceiptConfirmsWhatArrivedTogether() async throws {
        let (federation, agreement) = try await Federation.pair()
        let (vn, la) = ("vn.customs", "la.customs")
        try await federation.until("LA's log is known") {
            federation[vn].standings(federation[vn].directory).contains {
                $0.prefix == la && $0.checkedMilliseconds > 0
            }
        }
        federation[la].gate.withLock { $0 = .waiting }
        var sent: [(caseID: String, number: UInt32, entryID: [UInt8])] = []
        var there: [String] = []
        for _ in 0..<3 {
            sent.append(
                try await federation.send(
                    seizureNotice(SeizureReport(), agreement: agreement), from: vn, to: [la], in: sent.last?.caseID))
            there.append(try await federation.received(sent.last!.entryID, at: la))
        }
        // What makes no case of its own is confirmed with the others.
        let recall = Notice.with {
            $0.subject = "Recall"
            $0.references = [
                .with {
                    $0.entryID = Data(sent[0].entryID)
                    $0.authority = vn
                    $0.relation = "recalls"
                }
            ]
            $0.recall.reason = "a mistake"
        }
        _ = try await federation.send(recall, from: vn, to: [la], in: sent[0].caseID)
        try await federation.until("all four have come") { try await federation.figures(la, of: vn).received == 4 }
        #expect(try await federation.figures(vn, of: la).receiptsOutstanding == 4)
        federation[la].gate.withLock { $0 = .open }
        for _ in 0..<2 { try await federation[la].eraseExpired() }
        try await federation.until("all four are confirmed") {
            try await federation.figures(vn, of: la).receiptsOutstanding == 0
        }
        try await federation.until("VN has seen all there is") {
            try federation[vn].mirrorSize(of: la) == federation[la].exchangeSize()
        }
        // Each notice has heard of it once, and all of one and the same entry.
        let ours = try await federation.node(vn).service.readCase(sent[0].caseID, by: federation.node(vn)["lan"])
        let heard = ours.notices.map { $0.references.filter { $0.reference.kind == "receipt" } }
        #expect(heard.map(\.count) == [1, 1, 1, 1])
        let entries = Set(heard.joined().map { Array($0.reference.entryID) })
        #expect(entries.count == 1)
        // The first one is recalled, so that nobody reads it any more.
        for caseID in there.dropFirst() {
            let file = try await federation.node(la).service.readCase(caseID, by: federation.node(la)["lan"])
            #expect(file.notices.filter { $0.kind == "receipt" }.compactMap(\.entryID) == Array(entries))
        }
        await federation.stop()
    }
}
