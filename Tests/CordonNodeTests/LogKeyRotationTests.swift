import Casework
import Cryptography
import Exchange
import Foundation
import Schema
import Storage
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

/// Shows the checkpoint of another node's log as if only this key had signed it.
private struct ResigningLine: PartnerTransport {
    let line: LocalLine
    let signer: CheckpointSigner

    func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
        let reply = try await line.send(request, limit: limit, timeoutSeconds: timeoutSeconds)
        guard request.path == "/log/checkpoint" else { return reply }
        let shown = try Checkpoint(parsing: SignedNote(parsing: reply.body).text)
        return PartnerReply(200, signer.sign(size: shown.size, root: shown.root).encoded)
    }
    func stop() async {}
}

/// The keys that have signed a node's last checkpoint, in the order of their lines.
private func signers(_ node: Node, _ log: LogID) throws -> [UInt32] {
    try node.checkpoint(log).note.signatures.map(\.keyID)
}

private func keyID(_ key: SigningKey<LogRole>, _ log: LogID) throws -> UInt32 {
    try LogVerifier(origin: "vn.customs/\(log.name)", key: key.verifyingKey).vkey.keyID
}

@Suite(.timeLimit(.minutes(20))) struct LogKeyRotationTests {
    private func makeNextKeys(_ node: Node) throws {
        for next in [NextKey.exchange, .journal] { try node.makeNextKey(next) }
    }

    private func move(_ federation: Federation, _ prefixes: [String], days: UInt64) async throws {
        for prefix in prefixes { federation.node(prefix).time.move(days: days) }
        for prefix in prefixes { try await federation[prefix].tend() }
    }

    private func untilHeld(_ federation: Federation, at prefix: String) async throws {
        try await federation.until("\(prefix) holds all of VN's log") {
            try federation[prefix].mirrorSize(of: "vn.customs") == federation["vn.customs"].exchangeSize()
        }
    }

    private func release(_ container: String, _ federation: Federation, _ agreement: String) async throws {
        let (vn, lan, la) = (federation["vn.customs"], federation.node("vn.customs"), federation.node("la.customs"))
        try await federation.untilKnown("la.customs", at: "vn.customs")
        let caseID = try await lan.log(report(container: container)).file.id
        _ = try await vn.draft(
            seizureNotice(SeizureReport(), agreement: agreement), to: ["la.customs"], in: caseID, by: lan["lan"])
        let released = try await vn.release(1, in: caseID, by: lan["ha"])
        try #require(released.entryID != nil, "\(released.decision)")
        try await federation.until("\(container) is found in LA") { try await !la.search(container).isEmpty }
    }

    private func untilCosigned(_ federation: Federation, _ log: LogID) async throws {
        let vn = federation["vn.customs"]
        try await federation.until("LA cosigns the \(log.name) log") {
            await vn.gatherCosignatures(of: log)
            return try vn.publishedCheckpoint(log).signatures.contains { $0.name == "la.customs/witness" }
        }
    }

    @Test func logKeysChangeWhileAPartnerSyncs() async throws {
        let federation = try await Federation(["VN", "LA"])
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        _ = try await federation.releaseIvory(agreement)
        let (vn, la, node) = (federation["vn.customs"], federation["la.customs"], federation.node("vn.customs").node)
        let old = node.keys.logs
        try makeNextKeys(node)
        try await vn.tend()
        let new = node.keys.logs
        for log in LogID.allCases {
            let both = [try keyID(new[log]!, log), try keyID(old[log]!, log)]
            #expect(Set(both).count == 2 && node.keys.oldLogs[log]?.verifyingKey == old[log]?.verifyingKey)
            #expect(try signers(node, log) == both)
            #expect(try Array(vn.publishedCheckpoint(log).signatures.map(\.keyID).prefix(2)) == both)
        }
        #expect(code { try node.makeNextKey(.exchange) } == .badArgument, "one change at a time")
        #expect(try node.keys.verifierKeys(node.authority).suffix(2).map(\.purpose) == ["exchange-old", "journal-old"])

        // During the overlap.
        try await untilHeld(federation, at: "la.customs")
        let partner = try #require(la.directory.partners["vn.customs"])
        for log in LogID.allCases {
            let both = [new[log]!.verifyingKey, old[log]!.verifyingKey]
            // What is held is read a moment later.
            try await federation.until("both keys count in LA") {
                la.logVerifiers(of: partner, log).map(\.key) == both
            }
            try await untilCosigned(federation, log)
        }
        try await release("TGHU3000000", federation, agreement)
        try await move(federation, ["la.customs", "vn.customs"], days: 22)
        #expect(try signers(node, .journal).count == 2 && code { try node.makeNextKey(.journal) } == .badArgument)
        #expect(la.state.withLock { $0.counts["vn.customs"]?.lastFailure } == "", "nothing has failed")

        // Behind its end.
        try await move(federation, ["la.customs", "vn.customs"], days: 9)
        try await checkOldKeysAreGone(federation, old, new)
        try await untilHeld(federation, at: "la.customs")
        try await release("TCLU4265727", federation, agreement)
        for log in LogID.allCases { try await untilCosigned(federation, log) }
        try await checkOldKeysAreRefused(federation, old)
        try await checkTheNextCard(federation, new)
        try makeNextKeys(node)
        await federation.stop()
    }

    private func checkOldKeysAreGone(
        _ federation: Federation, _ old: [LogID: SigningKey<LogRole>], _ new: [LogID: SigningKey<LogRole>]
    ) async throws {
        let (node, test) = (federation.node("vn.customs").node, federation.node("vn.customs").test)
        for log in LogID.allCases {
            #expect(try signers(node, log) == [keyID(new[log]!, log)])
            #expect(!FileManager.default.fileExists(atPath: "\(test.path)/keys/\(log.name)-log-old.key"))
            #expect(try findings(node, log).isEmpty)
        }
        #expect(node.keys.oldLogs.isEmpty)
    }

    /// What they sign now, that is. What LA holds from before stays readable.
    private func checkOldKeysAreRefused(_ federation: Federation, _ old: [LogID: SigningKey<LogRole>]) async throws {
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        let partner = try #require(la.directory.partners["vn.customs"])
        for log in LogID.allCases {
            let signer = try CheckpointSigner(origin: "vn.customs/\(log.name)", key: old[log]!)
            let held = try #require(try la.mirrors.head(partner.number, log, la.storedLogVerifiers(of: partner, log)))
            let body = AddCheckpoint(
                oldSize: held.size, hashes: [], note: signer.sign(size: held.size, root: held.root)
            ).encoded
            let reply = await la.respond(to: PartnerRequest(.post, "/add-checkpoint", body: body), from: "vn.customs")
            #expect(reply.status == 403)
            let batch = WriteBatch()
            la.store.database.put(
                .mirror, partner.number.bigEndianBytes + [3, log.rawValue],
                signer.sign(size: held.size, root: held.root).encoded, in: batch)
            try la.store.database.write(batch)
            #expect(try la.mirrors.head(partner.number, log, la.storedLogVerifiers(of: partner, log)) != nil)
            #expect(throws: NodeError.self) {
                try la.mirrors.head(partner.number, log, la.logVerifiers(of: partner, log))
            }
        }
        _ = try await la.partnerReports()
        // A replica takes no checkpoint by them either; the copy's way, since it does not try again.
        let signer = try CheckpointSigner(origin: "vn.customs/exchange", key: old[.exchange]!)
        for isOld in [true, false] {
            let line = LocalLine(to: vn, from: "la.customs")
            let transport: any PartnerTransport = isOld ? ResigningLine(line: line, signer: signer) : line
            let (rounds, told) = AsyncStream.makeStream(of: PartnerSync.Round.self)
            let sync = PartnerSync(la, partner, transport, source: .copy) { told.yield($0) }
            sync.start()
            let round = await rounds.first { _ in true }
            switch round {
            case .failed(let reason): #expect(isOld && reason.contains("noKnownSignature"))
            case .synced: #expect(!isOld)
            case .notStored, nil: Issue.record("what is stored is readable")
            }
            await sync.stop()
        }
    }

    private func checkTheNextCard(_ federation: Federation, _ new: [LogID: SigningKey<LogRole>]) async throws {
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        let card = try await vn.issueCard(nodes: ["vn.example:8644"])
        #expect(card.card.exchange.key == new[.exchange]!.verifyingKey && card.card.revision == 2)
        #expect(card.card.journal.key == new[.journal]!.verifyingKey)
        let partner = try await la.addPartner(
            card: card.encoded, fingerprint: card.card.fingerprint.description,
            by: federation.node("la.customs")["ad"])
        #expect(partner.card.card.revision == 2)
        #expect(la.logVerifiers(of: partner).map(\.key) == [new[.exchange]!.verifyingKey])
        try await untilHeld(federation, at: "la.customs")
    }

    /// LA comes back while both keys sign, KH after that.
    @Test func whoWasAwayFollowsWithinTheOverlapAndThenByTheNewCard() async throws {
        let federation = try await Federation()
        let (vn, la, kh) = (federation["vn.customs"], federation["la.customs"], federation["kh.customs"])
        federation.connect()
        for prefix in ["la.customs", "kh.customs"] { try await untilHeld(federation, at: prefix) }
        await la.stopSync()
        await kh.stopSync()
        let node = federation.node("vn.customs").node
        try makeNextKeys(node)
        try await vn.tend()
        let prefixes = ["vn.customs", "la.customs", "kh.customs"]
        try await move(federation, prefixes, days: 20)
        let atLA = try #require(la.directory.partners["vn.customs"])
        #expect(la.logVerifiers(of: atLA).count == 1, "it has not heard")
        la.startSync { LocalLine(to: federation.reach($0.prefix), from: "la.customs") }
        try await untilHeld(federation, at: "la.customs")
        try await federation.until("LA knows both keys") { la.logVerifiers(of: atLA).count == 2 }

        try await move(federation, prefixes, days: 11)
        let newest = try node.logVerifier(.exchange)
        try await federation.until("VN's log is signed by the new key alone") {
            try vn.publishedCheckpoint(.exchange).signatures.filter { $0.name == newest.origin }.count == 1
        }
        try await untilHeld(federation, at: "la.customs")
        #expect(la.logVerifiers(of: atLA) == [newest])
        let atKH = try #require(kh.directory.partners["vn.customs"])
        #expect(throws: TransparencyLogError(.noKnownSignature, "")) {
            try SignedCheckpoint(
                verifying: vn.publishedCheckpoint(.exchange).encoded, logs: kh.logVerifiers(of: atKH))
        }
        let card = try await vn.issueCard(nodes: ["vn.example:8644"])
        _ = try await kh.addPartner(
            card: card.encoded, fingerprint: card.card.fingerprint.description,
            by: federation.node("kh.customs")["ad"])
        kh.startSync { LocalLine(to: federation.reach($0.prefix), from: "kh.customs") }
        try await untilHeld(federation, at: "kh.customs")
        #expect(kh.logVerifiers(of: kh.directory.partners["vn.customs"]!) == [newest])
        #expect(kh.keys(of: "vn.customs")?.everyLogKey(.exchange).count == 2)
        await federation.stop()
    }

    // MARK: Crashes

    private struct Scene {
        let test: TestNode
        var path: String { test.path + "/keys/" }
        /// The key files before and after, of both logs.
        var before: [LogID: [UInt8]] = [:]
        var after: [LogID: [UInt8]] = [:]
        let old: [LogID: SigningKey<LogRole>]
        /// Of the exchange log, the announcement included.
        let size: UInt64
        /// As the node was before.
        let older: TestNode
    }

    /// VN has changed both keys, and the process has ended.
    private func scene() async throws -> Scene {
        let federation = try await Federation(["VN"])
        let (test, node) = (federation.node("vn.customs").test, federation.node("vn.customs").node)
        let (older, old) = (try TestNode(copying: federation.node("vn.customs")), node.keys.logs)
        let path = test.path + "/keys/"
        _ = try StaticExport(node, log: .exchange, to: test.directory["export"]).run()
        let before = try [LogID: [UInt8]](
            uniqueKeysWithValues: LogID.allCases.map { ($0, try bytes(of: path + "\($0.name)-log.key")) })
        try makeNextKeys(node)
        try await federation["vn.customs"].tend()
        var scene = Scene(
            test: test, before: before, old: old, size: try federation["vn.customs"].exchangeSize(), older: older)
        for log in LogID.allCases { scene.after[log] = try bytes(of: path + "\(log.name)-log.key") }
        await federation.lose("vn.customs")
        return scene
    }

    private func put(_ scene: Scene, _ log: LogID, current: [UInt8], next: [UInt8]?, old: [UInt8]?) throws {
        for (suffix, content) in [("", current), ("-next", next), ("-old", old)] {
            let file = scene.path + "\(log.name)-log\(suffix).key"
            try? FileManager.default.removeItem(atPath: file)
            guard let content else { continue }
            try write(content, to: file)
            chmod(file, 0o600)
        }
    }

    /// As if the node had never signed with the new key; or never with the old one since.
    private func resign(_ scene: Scene, _ isByOld: Bool) throws {
        let node = try scene.test.open()
        let batch = WriteBatch()
        for log in LogID.allCases {
            let last = try node.checkpoint(log)
            let key = isByOld ? scene.old[log]! : node.keys.logs[log]!
            let note = try CheckpointSigner(origin: last.origin, key: key).sign(size: last.size, root: last.root)
            node.store.database.put(.meta, LogStore.checkpointKey(log), note.encoded, in: batch)
        }
        try node.store.database.write(batch)
    }

    /// Starts the node again so many days later, and lets it tend its keys.
    private func restart(_ scene: Scene, days: UInt64 = 0) async throws {
        let again = try await CaseNode(scene.test)
        again.time.move(days: days)
        let exchange = try again.node.exchangeService(again.service)
        try await exchange.tend()
        let isOver = days >= 30
        if !isOver { #expect(try exchange.exchangeSize() == scene.size, "it is announced once") }
        for log in LogID.allCases {
            let file = scene.path + "\(log.name)-log"
            #expect(try bytes(of: file + ".key") == scene.after[log])
            #expect(!FileManager.default.fileExists(atPath: file + "-next.key"))
            #expect(FileManager.default.fileExists(atPath: file + "-old.key") == !isOver)
            if !isOver { #expect(try bytes(of: file + "-old.key") == scene.before[log]) }
            let both = [try again.node.logVerifier(log).vkey.keyID, try keyID(scene.old[log]!, log)]
            #expect(try signers(again.node, log) == (isOver ? [both[0]] : both))
            #expect(try findings(again.node, log).isEmpty)
        }
        await exchange.stop()
        await again.stop()
    }

    @Test func aCrashAtAnyPointOfAChangeIsMadeGood() async throws {
        let scene = try await scene()
        // Announced, not taken; the checkpoints bear the old signature only.
        try resign(scene, true)
        for log in LogID.allCases {
            try put(scene, log, current: scene.before[log]!, next: scene.after[log], old: nil)
        }
        try await restart(scene)
        // The old one is copied, the new one is not in its place.
        try resign(scene, true)
        for log in LogID.allCases {
            try put(scene, log, current: scene.before[log]!, next: scene.after[log], old: scene.before[log])
        }
        try await restart(scene)
        // Taken, and nothing is signed with it; then the same for one log of the two.
        try resign(scene, true)
        try await restart(scene)
        try put(
            scene, .journal, current: scene.before[.journal]!, next: scene.after[.journal], old: scene.before[.journal])
        try await restart(scene)
        // Whole.
        try await restart(scene, days: 1)
        // It was off when the old one ended, and then ended before the file was gone.
        try await restart(scene, days: 31)
        for log in LogID.allCases {
            try put(scene, log, current: scene.after[log]!, next: nil, old: scene.before[log])
        }
        try await restart(scene, days: 31)
        try await restart(scene, days: 32)
        try await checkWhatIsOlder(scene)
    }

    /// An export, and a database that is put back with the key files of today.
    private func checkWhatIsOlder(_ scene: Scene) async throws {
        let node = try scene.test.open()
        let result = try StaticExport(node, log: .exchange, to: scene.test.directory["export"]).run()
        #expect(result.previousSize > 0 && result.previousSize < result.size)
        for log in LogID.allCases {
            let file = "\(scene.older.path)/keys/\(log.name)-log.key"
            try write(scene.after[log]!, to: file)
            chmod(file, 0o600)
        }
        let older = try scene.older.open()
        for log in LogID.allCases {
            #expect(try findings(older, log).isEmpty)
            #expect(try !older.isSignedByNewestKey(log))
        }
    }
}
