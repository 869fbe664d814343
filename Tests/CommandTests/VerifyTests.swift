import Cryptography
import Foundation
import TestSupport
import Testing
import TransparencyLog

@testable import cordon_verify

/// A log made for the verifier, signed here so that every kind of dishonesty can be signed too.
struct SignedLog {
    let directory: TemporaryDirectory
    var signer: CheckpointSigner
    var path: String { directory["log"] }
    var vkey: String { signer.verifier.vkey.description }
    var policy: TrustPolicy { TrustPolicy(log: signer.verifier) }

    init() throws {
        directory = try TemporaryDirectory()
        signer = try CheckpointSigner(origin: "example.org/log", key: .generate())
    }

    /// Writes the log of these entries; `cosigners` cosign it.
    func write(_ entries: [[UInt8]], to path: String? = nil, cosigners: [WitnessSigner] = []) throws {
        let path = path ?? self.path
        try? FileManager.default.removeItem(atPath: path)
        func put(_ resource: TilePath, _ bytes: [UInt8]) throws {
            let url = URL(fileURLWithPath: path + "/" + resource.string)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
        var edge = TileBuilder()
        for entry in entries {
            try edge.append(MerkleHash.leaf(entry)) { tile in
                try put(TilePath(level: tile.level, index: tile.index), Tile.encode(tile.hashes))
            }
        }
        for resource in TileLayout.newResources(from: 0, to: edge.size) {
            if resource.level == nil {
                let first = Int(resource.index) * 256
                try put(resource, EntryBundle.encode(entries[first..<first + resource.width]))
            } else if resource.isPartial {
                try put(resource, Tile.encode(edge.partial(level: resource.level!)))
            }
        }
        var note = signer.sign(size: edge.size, root: edge.root)
        let signed = try SignedCheckpoint(verifying: note.encoded, logs: [signer.verifier])
        note = note.adding(cosigners.map { $0.cosign(signed, timestamp: 1_700_000_000) })
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(note.encoded).write(to: URL(fileURLWithPath: path + "/checkpoint"))
    }

    func audit(remembered: UInt64? = nil) async throws -> LogAudit.Result {
        let source = DirectorySource(directory: path)
        let signed = try SignedCheckpoint(
            verifying: await source.read("checkpoint", limit: SignedNote.maximumByteCount), policy: policy)
        return try await LogAudit(
            source: source, checkpoint: signed.checkpoint, remembered: remembered, progress: { _, _ in }
        ).run()
    }

    func verify(_ words: String...) throws -> Program.Result {
        try Program.run("cordon-verify", words + ["--vkey", vkey])
    }
}

func logEntries(_ count: Int) -> [[UInt8]] { (0..<count).map { Array("entry \($0)".utf8) } }

@Suite struct VerifyTests {
    @Test func aLogWhoseKeyHasChangedIsVerifiedWithBothKeys() throws {
        var log = try SignedLog()
        let (old, state) = (log.vkey, log.directory["state"])
        try log.write(logEntries(3))
        #expect(try log.verify(log.path, "--state", state).status == 0)
        log.signer = try CheckpointSigner(origin: log.signer.verifier.origin, key: .generate())
        try log.write(logEntries(5))
        #expect(try Program.run("cordon-verify", [log.path, "--vkey", old]).status == 1)
        #expect(try log.verify(log.path).status == 0)
        #expect(try log.verify(log.path, "--state", state).status == 64, "the state bears the old key's line")
        #expect(try log.verify(log.path, "--state", state, "--vkey", old).status == 0)
        #expect(try log.verify(log.path, "--state", state).status == 0)
        #expect(try log.verify(log.path, "--vkey", "nonsense").status == 64)
    }

    @Test(arguments: [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_536, 65_537, 66_000])
    func goodLogsOfAllShapes(count: Int) async throws {
        let log = try SignedLog()
        try log.write(logEntries(count))
        for remembered in Set([0, 1, count / 2, count - 1, count, count & ~255]).filter({ (0...count).contains($0) }) {
            let result = try await log.audit(remembered: UInt64(remembered))
            #expect(result.problems.isEmpty && result.entries == UInt64(count))
            var tree = MerkleTree()
            for entry in logEntries(remembered) { tree.append(MerkleHash.leaf(entry)) }
            #expect(result.rememberedRoot == tree.root, "\(remembered) of \(count)")
        }
    }

    /// Every bit of a small log, in every file of it.
    @Test func everyFlippedBitIsFound() async throws {
        let log = try SignedLog()
        try log.write(logEntries(3))
        for file in filesBelow(log.path) {
            let original = try bytes(of: file)
            for bit in 0..<original.count * 8 {
                var changed = original
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                try write(changed, to: file)
                let problems = (try? await log.audit().problems) ?? ["refused"]
                #expect(!problems.isEmpty, "\(file) bit \(bit)")
            }
            try write(original, to: file)
        }
        #expect(try await log.audit().problems.isEmpty)
    }

    /// Random bits of a log of several levels.
    @Test func flippedBitsOfALargerLogAreFound() async throws {
        let log = try SignedLog()
        try log.write(logEntries(65_900))
        var random = SeededGenerator(Places.seed)
        let files = filesBelow(log.path)
        for _ in 0..<(Places.isSoak ? 100_000 : 300) {
            // Mostly the small files near the root, so that every kind is met; and any.
            let file =
                Bool.random(using: &random)
                ? files.randomElement(using: &random)!
                : files.first {
                    $0.contains(["/tile/1/", "/tile/2/", "/checkpoint", ".p/"].randomElement(using: &random)!)
                } ?? files[0]
            let original = try bytes(of: file)
            let bit = Int.random(in: 0..<original.count * 8, using: &random)
            var changed = original
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            try write(changed, to: file)
            let found = try await isFound(log, file)
            #expect(found, "seed \(Places.seed): \(file) bit \(bit)")
            try write(original, to: file)
        }
    }

    /// The whole audit for a sample; for the rest the part of it that reads the file, since a whole audit of each
    /// would take hours.
    private func isFound(_ log: SignedLog, _ file: String) async throws -> Bool {
        if Places.isSoak, !file.hasSuffix("/checkpoint"), let path = try? TilePath(parsing: relative(file, log)) {
            let content = try bytes(of: file)
            let index = path.level == nil || path.level == 0 ? path.index : nil
            guard let index else { return try await !log.audit().problems.isEmpty }
            let bundle = TilePath.bundle(index, width: path.width)
            let entries = path.level == nil ? content : try bytes(of: log.path + "/" + bundle.string)
            let tile =
                path.level == 0
                ? content : try bytes(of: log.path + "/" + TilePath(level: 0, index: index, width: path.width).string)
            guard let hashes = try? EntryBundle.leafHashes(entries, width: path.width) else { return true }
            return !Tile.matches(tile, hashes)
        }
        return await !((try? log.audit().problems) ?? ["refused"]).isEmpty
    }

    private func relative(_ file: String, _ log: SignedLog) -> String { String(file.dropFirst(log.path.count + 1)) }

    @Test func damageIsNamed() async throws {
        let log = try SignedLog()
        try log.write(logEntries(600))
        func problems(_ change: () throws -> Void) async throws -> [String] {
            try log.write(logEntries(600))
            try change()
            return try await log.audit().problems
        }
        let bundle = log.path + "/tile/entries/001"
        let tile = log.path + "/tile/0/001"
        #expect(
            try await problems { try write(Array(bytes(of: bundle).dropLast()), to: bundle) }[0].contains("ends inside")
        )
        #expect(try await problems { try write(bytes(of: bundle) + [0], to: bundle) }[0].contains("behind the last"))
        #expect(
            try await problems { try FileManager.default.removeItem(atPath: bundle) } == ["tile/entries/001 is missing"]
        )
        #expect(try await problems { try FileManager.default.removeItem(atPath: tile) } == ["tile/0/001 is missing"])
        #expect(
            try await problems { try write([UInt8](repeating: 0, count: 8193), to: tile) }
                == ["tile/0/001 is larger than such a file can be"])
        #expect(
            try await problems {
                try write(bytes(of: log.path + "/tile/1/000.p/2").reversed(), to: log.path + "/tile/1/000.p/2")
            } == ["tile/1/000.p/2 does not match the tiles below it"])
        // Entries and tiles that agree with each other, but not with what was signed.
        let good = try bytes(of: log.path + "/checkpoint")
        try log.write(logEntries(599) + [Array("another".utf8)])
        try write(good, to: log.path + "/checkpoint")
        #expect(try await log.audit().problems == ["the root of the entries is not the root that the checkpoint signs"])
    }

    /// A pipe on a stick would wait for a writer that never comes.
    @Test(.timeLimit(.minutes(20))) func pipesAreNotWaitedFor() throws {
        let log = try SignedLog()
        try log.write(logEntries(300))
        for name in ["tile/entries/000", "tile/0/000", "checkpoint"] {
            try FileManager.default.removeItem(atPath: log.path + "/" + name)
            mkfifo(log.path + "/" + name, 0o600)
            let result = try log.verify(log.path)
            #expect(result.status == 69 && result.output.contains("is not a file"), "\(result)")
        }
    }

    /// A log may keep only the full tile where it once had a partial one.
    @Test func fullTilesServeForPartialOnes() async throws {
        let log = try SignedLog()
        try log.write(logEntries(300))
        let checkpoint = try bytes(of: log.path + "/checkpoint")
        try log.write(logEntries(600))
        try write(checkpoint, to: log.path + "/checkpoint")
        try FileManager.default.removeItem(atPath: log.path + "/tile/1")
        try FileManager.default.createDirectory(atPath: log.path + "/tile/1/000.p", withIntermediateDirectories: true)
        try write(Array(bytes(of: log.path + "/tile/0/000").prefix(0)), to: log.path + "/tile/1/000.p/1")
        #expect(try await !log.audit().problems.isEmpty)
        let root = MerkleHash.perfectRoot(try Tile.parse(bytes(of: log.path + "/tile/0/000"), width: 256))
        try write(root.bytes, to: log.path + "/tile/1/000.p/1")
        #expect(try await log.audit().problems.isEmpty)
    }

    // MARK: The program

    @Test func historyIsRemembered() throws {
        let log = try SignedLog()
        let state = log.directory["state"]
        func verify() throws -> Program.Result { try log.verify(log.path, "--state", state) }
        func evidence() throws -> Set<String> {
            defer { try? FileManager.default.removeItem(atPath: state + ".evidence") }
            return Set(
                try filesBelow(state + ".evidence").map { String(decoding: try bytes(of: $0), as: UTF8.self) })
        }
        try log.write(logEntries(10))
        let first = try bytes(of: log.path + "/checkpoint")
        #expect(try verify().status == 0)
        #expect(try bytes(of: state) == first)
        try log.write(logEntries(300))
        #expect(try verify().status == 0)
        let last = try bytes(of: state)
        #expect(try last == bytes(of: log.path + "/checkpoint"))

        for (entries, word) in [
            (logEntries(10), "SHRUNK"), (logEntries(299) + [[1]], "SPLIT VIEW"),
            (logEntries(200) + [[1]] + logEntries(150), "FORK"),
        ] {
            try log.write(entries)
            let result = try verify()
            #expect(result.status == 1 && result.output.contains(word), "\(result.output)")
            #expect(try bytes(of: state) == last, "what was believed stays remembered")
            let presented = String(decoding: try bytes(of: log.path + "/checkpoint"), as: UTF8.self)
            #expect(try evidence() == [String(decoding: last, as: UTF8.self), presented])
        }
        // A fork is reported also where the evidence cannot be kept.
        try write([1], to: state + ".evidence")
        let unkept = try verify()
        #expect(unkept.status == 1 && unkept.output.contains("FORK") && unkept.output.contains("could not be kept"))
        try FileManager.default.removeItem(atPath: state + ".evidence")
        try log.write(logEntries(300))
        #expect(try verify().status == 0)
        let nowhere = try log.verify(log.path, "--state", log.directory["no/such/place"])
        #expect(nowhere.status == 73 && nowhere.output.contains("cannot be remembered"))
        try write(Array("nonsense\n".utf8), to: state)
        #expect(try verify().status == 64)
    }

    @Test func exitCodes() throws {
        let log = try SignedLog()
        try log.write(logEntries(3))
        #expect(try log.verify(log.path).status == 0)
        #expect(try log.verify(log.directory["none"]).status == 69)
        #expect(try log.verify("http://127.0.0.1:9/").status == 69)
        #expect(try Program.run("cordon-verify", [log.path]).status == 64)
        #expect(try Program.run("cordon-verify", [log.path, "--vkey", "nonsense"]).status == 64)
        #expect(try Program.run("cordon-verify", ["--help"]).status == 0)
        let stranger = try SignedLog()
        let unsigned = try Program.run("cordon-verify", [log.path, "--vkey", stranger.vkey])
        #expect(unsigned.status == 1 && unsigned.output.contains("no signature of a known key"))
        #expect(try log.verify("proof", log.directory["none"]).status == 64)
        try write(Array("nonsense\n".utf8), to: log.directory["proof"])
        #expect(try log.verify("proof", log.directory["proof"]).status == 1)
    }

    @Test func policies() throws {
        struct Report: Decodable {
            struct Policy: Decodable { let toleratedDishonestWitnesses: Int? }
            struct Cosignature: Decodable { let witness, time: String }
            let outcome: String
            let size: UInt64
            let policy: Policy
            let cosignatures: [Cosignature]
        }
        let log = try SignedLog()
        let witnesses = try (0..<3).map { try WitnessSigner(name: "w\($0).example.org", key: .generate()) }
        let keys = witnesses.enumerated().map { "witness w\($0) \($1.verifier.vkey)\n" }.joined()
        let file = log.directory["policy"]
        try write(Array("log \(log.vkey)\n\(keys)group g 2 w0 w1 w2\nquorum g\n".utf8), to: file)
        func verify() throws -> (Int32, Report?) {
            let result = try Program.run("cordon-verify", [log.path, "--policy", file, "--json"])
            return (result.status, try? JSONDecoder().decode(Report.self, from: Data(result.output.utf8)))
        }
        try log.write(logEntries(3), cosigners: [witnesses[1]])
        #expect(try verify().0 == 1)
        try log.write(logEntries(3), cosigners: [witnesses[1], witnesses[2]])
        let (status, report) = try verify()
        #expect(status == 0 && report?.outcome == "good" && report?.size == 3)
        #expect(report?.policy.toleratedDishonestWitnesses == 0)
        #expect(report?.cosignatures.map(\.witness) == ["w1.example.org", "w2.example.org"])
        #expect(report?.cosignatures[0].time == "2023-11-14T22:13:20Z")
        try write(Array("log \(log.vkey)\nquorum nobody\n".utf8), to: file)
        #expect(try verify().0 == 64)
    }

    @Test func proofs() throws {
        let log = try SignedLog()
        let entries = logEntries(5)
        try log.write(entries)
        var tree: [Digest] = entries.map { MerkleHash.leaf($0) }
        tree = [MerkleHash.node(tree[0], tree[1]), tree[2], tree[3], tree[4]]
        let hashes = [tree[1], tree[0], tree[3]]
        let checkpoint = try bytes(of: log.path + "/checkpoint")
        let file = log.directory["proof"]
        func verify(_ extra: [UInt8]?, _ words: String...) throws -> Program.Result {
            try write(LogProof(extra: extra, index: 3, hashes: hashes, checkpoint: checkpoint).encoded, to: file)
            return try Program.run("cordon-verify", ["proof", file, "--vkey", log.vkey] + words)
        }
        let entry = log.directory["entry"]
        try write(entries[3], to: entry)
        #expect(try verify(entries[3]).status == 0)
        #expect(try verify(nil, "--entry", entry).status == 0)
        #expect(try verify(entries[3], "--entry", entry).status == 0)
        #expect(try verify(nil).status == 64, "nothing to prove")
        #expect(try verify(entries[2]).status == 1)
        #expect(try verify(entries[2], "--entry", entry).status == 1, "it carries something else")
    }

    /// Over HTTP, from a real server on loopback.
    @Test func logsAreReadOverHTTP() async throws {
        let log = try SignedLog()
        try log.write(logEntries(600))
        let server = try HTTPServer(log.path)
        defer { server.stop() }
        #expect(try log.verify(server.url).status == 0)
        #expect(try log.verify(server.url + "/", "--state", log.directory["state"]).status == 0)
        try FileManager.default.removeItem(atPath: log.path + "/tile/0/001")
        let missing = try log.verify(server.url)
        #expect(missing.status == 1 && missing.output.contains("tile/0/001 is missing"), "\(missing)")
        // The largest bundle there can be arrives in a time that its size explains.
        let largest = [[UInt8]](repeating: [UInt8](repeating: 7, count: 65_535), count: 256)
        try log.write(largest)
        let started = ContinuousClock.now
        #expect(try log.verify(server.url).status == 0)
        #expect(ContinuousClock.now - started < .seconds(120))
        try write([UInt8](repeating: 0x61, count: 20 << 20), to: log.path + "/checkpoint")
        let large = try log.verify(server.url)
        #expect(large.status == 1 && large.output.contains("larger"), "\(large)")
    }
}

/// Python's own web server over a directory, on a free port of loopback.
final class HTTPServer {
    private let program: Program
    let url: String

    init(_ directory: String) throws {
        program = try Program(
            "", ["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", directory])
        program.waitForLines(1)
        let words = program.outputSoFar.split(separator: " ")
        try #require(words.count > 5, "no Python to serve HTTP with")
        url = "http://127.0.0.1:\(words[5])"
    }

    func stop() {
        program.terminate()
        _ = program.wait()
    }
}
