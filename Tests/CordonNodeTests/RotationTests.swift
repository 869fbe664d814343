import Casework
import Cryptography
import Exchange
import Foundation
import Schema
import Storage
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

@Suite(.timeLimit(.minutes(20))) struct RotationTests {
    @Test func keysChangeWithoutADayOnWhichEveryoneMustAct() async throws {
        let federation = try await Federation(["VN", "LA"])
        let test = federation.node("vn.customs").test
        let release = try await rotate(federation)
        _ = try await federation.agree(["vn.customs", "la.customs"])
        try await follow(federation, release)
        for next in ["release", "witness", "exchange-log", "journal-log"] {
            #expect(!FileManager.default.fileExists(atPath: "\(test.path)/keys/\(next)-next.key"))
        }
        await federation.stop()
    }

    private func rotate(_ federation: Federation) async throws -> VerifyingKey<ReleaseRole> {
        let (vn, node) = (federation["vn.customs"], federation.node("vn.customs").node)
        let (release, witness) = (node.keys.release.verifyingKey, node.keys.witness.verifyingKey)
        for next in NextKey.allCases { try node.makeNextKey(next) }
        #expect(code { try node.makeNextKey(.release) } == .badArgument)
        #expect(node.keys.release.verifyingKey == release, "it is not announced yet")
        try await vn.tend()
        #expect(node.keys.release.verifyingKey != release && node.keys.witness.verifyingKey != witness)
        #expect(node.keys.oldLogs.count == 2)
        let size = try vn.exchangeSize()
        try await vn.tend()
        #expect(try vn.exchangeSize() == size, "announced once")
        return node.keys.release.verifyingKey
    }

    /// LA has the old card.
    private func follow(_ federation: Federation, _ release: VerifyingKey<ReleaseRole>) async throws {
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        _ = try await federation.releaseIvory("vn.customs/test-2")
        let known = try #require(la.keys(of: "vn.customs"))
        let records = known.keys.filter { $0.use == .release }
        #expect(records.count == 2 && records.filter { $0.endMilliseconds == nil }.count == 1)
        #expect(known.keys(.release, at: la.now).count == 2, "both count for a while")
        let witness = try #require(known.keys(.witness, at: la.now).first?.vkey.keyID)
        try await federation.until("VN cosigns with its new key") {
            await la.gatherCosignatures(of: .exchange)
            return try la.publishedCheckpoint(.exchange).signatures.contains {
                $0.name == "vn.customs/witness" && $0.keyID == witness
            }
        }
        // A card that is given away from now on names the new keys.
        let card = try await vn.issueCard(nodes: ["vn.example:8644"])
        #expect(card.card.release.key == release && card.card.revision == 2)
    }

    /// The process ended between the announcement and the change of the files.
    @Test func anAnnouncedKeyIsTakenAtTheNextStart() async throws {
        let federation = try await Federation(["VN"])
        let test = federation.node("vn.customs").test
        let path = test.path + "/keys/"
        try federation.node("vn.customs").node.makeNextKey(.release)
        let next = try bytes(of: path + "release-next.key")
        let current = try bytes(of: path + "release.key")
        try await federation["vn.customs"].tend()
        let size = try federation["vn.customs"].exchangeSize()
        await federation.lose("vn.customs")
        try write(next, to: path + "release-next.key")
        try write(current, to: path + "release.key")
        for name in ["release-next.key", "release.key"] { chmod(path + name, 0o600) }
        let again = try await CaseNode(test)
        let exchange = try again.node.exchangeService(again.service)
        try await exchange.tend()
        #expect(try exchange.exchangeSize() == size)
        #expect(try bytes(of: path + "release.key") == next)
        #expect(!FileManager.default.fileExists(atPath: path + "release-next.key"))
        await exchange.stop()
        await again.stop()
    }
}
