import Cryptography
import Foundation
import TestSupport
import Testing
import TransparencyLog

/// SIGKILL at a random moment under load: after restarting, every acknowledged entry is there once, at its index, the
/// tree verifies, and nothing was published that was not acknowledged.
@Suite struct KillTests {
    @Test func killedAtARandomMoment() throws {
        let kills = Places.isSoak ? 200 : 10
        var random = SeededGenerator(Places.seed)
        let node = try CommandNode()
        let published = node.directory["published"]
        let vkey = try node.vkey()
        var next = 0
        var killedUnderLoad = 0
        for kill in 0..<kills {
            let program = try Program(
                "cordon", ["log", "append", "--for-testing", "--publish", published] + node.arguments)
            // At any moment from the start on, or at any moment of its work.
            let atWork = kill % 2 == 0
            let delay = UInt32.random(in: 0..<200_000, using: &random)
            Thread {
                if atWork { program.waitForLines(1) }
                usleep(delay)
                program.kill()
            }.start()
            // Load: batches of random size until the process is gone. Every entry is unlike every other.
            var sent = next
            while sent < next + 200_000 {
                let count = Int.random(in: 1...400, using: &random)
                guard program.send(lines(sent..<sent + count)) else { break }
                sent += count
            }
            let result = program.wait()
            #expect(result.status == -SIGKILL, "seed \(Places.seed), kill \(kill): \(result.errors)")
            // A last line without its newline was cut short, so it acknowledges nothing.
            let indexes = result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
                Int($0)!
            }
            #expect(indexes == Array(next..<next + indexes.count), "seed \(Places.seed), kill \(kill)")
            if !indexes.isEmpty { killedUnderLoad += 1 }
            next = try check(node, vkey, published, acknowledged: next + indexes.count, sent: sent, kill)
        }
        #expect(killedUnderLoad >= kills / 2, "half the kills hit a process at work")
    }

    /// Returns the size of the log, from which the next process goes on.
    private func check(
        _ node: CommandNode, _ vkey: String, _ published: String, acknowledged: Int, sent: Int, _ kill: Int
    ) throws -> Int {
        let context: Comment = "seed \(Places.seed), kill \(kill)"
        // What was published before the kill verifies by itself, and was all acknowledged.
        if FileManager.default.fileExists(atPath: published + "/checkpoint") {
            let before = try SignedCheckpoint(
                verifying: bytes(of: published + "/checkpoint"), logs: [LogVerifier(VerifierKey(parsing: vkey))])
            #expect(before.size <= acknowledged, context)
            let verified = try Program.run("cordon-verify", [published, "--vkey", vkey])
            #expect(verified.status == 0, "\(context): \(verified.output)")
        }
        let fsck = try node.run("log", "fsck")
        #expect(fsck.status == 0, "\(context): \(fsck.output)\(fsck.errors)")
        let exported = try node.run("log", "export", "--to", published)
        #expect(exported.status == 0, "\(context): \(exported.errors)")
        let verified = try Program.run(
            "cordon-verify", [published, "--vkey", vkey, "--state", node.directory["state"]])
        #expect(verified.status == 0, "\(context): \(verified.output)")

        let checkpoint = try SignedCheckpoint(
            verifying: bytes(of: published + "/checkpoint"), logs: [LogVerifier(VerifierKey(parsing: vkey))])
        let size = Int(checkpoint.size)
        #expect(size >= acknowledged && size <= sent, context)
        // Entry i of the log is the i-th that was sent: each once, at its index.
        for path in TileLayout.newResources(from: 0, to: checkpoint.size) where path.level == nil {
            let entries = try EntryBundle.parse(bytes(of: "\(published)/\(path.string)"), width: path.width)
            for (offset, entry) in entries.enumerated() {
                let index = Int(path.index) * 256 + offset
                guard entry == Array("entry \(index)".utf8) else {
                    Issue.record("entry \(index) is another one, \(context)")
                    return size
                }
            }
        }
        return size
    }
}
