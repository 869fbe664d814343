internal import Cryptography
internal import Foundation
internal import TestSupport
internal import Testing

/// Files of a case, in and out, by the client.
@Suite struct AttachmentTests {
    /// Nine mebibytes and a bit: three pieces, and a last chunk that is not full.
    private static let size = 9 << 20 + 13

    private func made(_ name: String, in directory: TemporaryDirectory, size: Int = Self.size) throws -> String {
        var random = SeededGenerator(Places.seed)
        var content: [UInt8] = []
        content.reserveCapacity(size + 8)
        while content.count < size {
            let word = random.next()
            content += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        try write(Array(content.prefix(size)), to: directory[name])
        return directory[name]
    }

    private func openCase(_ node: ServedNode, _ words: String...) throws -> String {
        let opened = try Program.run("cordon", ["case", "open", "Ivory"] + words, environment: node.session("an"))
        return try #require(ServedNode.ids("C", opened.output).first, "\(opened)")
    }

    @Test func filesComeAndGo() throws {
        let node = try ServedNode()
        let directory = node.node.directory
        let caseID = try openCase(node, "--need-to-know")
        let file = try made("Ảnh 1.jpg", in: directory)
        let content = try bytes(of: file)
        let added = try node.run(
            "attachment", "add", caseID, file, "--type", "image/jpeg", "--description", "the false floor")
        #expect(added.status == 0 && added.output.contains(Digest.sha256(content).hex), "\(added)")
        let id = try #require(ServedNode.ids("A", added.output).first)
        let empty = try node.run("attachment", "add", caseID, made("empty", in: directory, size: 0))
        let emptyID = try #require(ServedNode.ids("A", empty.output).first, "\(empty)")
        let list = try node.run("attachment", "list", caseID)
        #expect(list.output.contains(id) && list.output.contains("Ảnh 1.jpg") && list.output.contains("image/jpeg"))
        #expect(list.output.contains("\(Self.size)") && list.output.contains("the false floor"))

        let copy = directory["copy.jpg"]
        let got = try node.run("attachment", "get", id, "--output", copy)
        #expect(got.status == 0 && got.output.contains("\(Self.size) bytes"), "\(got)")
        #expect(try bytes(of: copy) == content)
        #expect(try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int == 0o600)
        #expect(try node.run("attachment", "get", emptyID, "--output", directory["none"]).status == 0)
        #expect(try bytes(of: directory["none"]).isEmpty)

        // By its own name, but never over another file.
        let shell = "cd \(directory["home"]) && exec \(Places.program("cordon")) attachment get \(id)"
        let named = try Program.run("", ["sh", "-c", shell], environment: node.session("an"))
        #expect(named.status == 0, "\(named)")
        #expect(try bytes(of: directory["home"] + "/Ảnh 1.jpg") == content)
        let again = try Program.run("", ["sh", "-c", shell], environment: node.session("an"))
        #expect(again.status == 1 && again.errors.contains("--output"), "\(again)")

        // Whoever may not see the case gets nothing, and no trace of it.
        let other = directory["other.jpg"]
        #expect(try node.run(as: "binh", "attachment", "get", id, "--output", other).status == 1)
        #expect(try node.run(as: "binh", "attachment", "list", caseID).status == 1)
        #expect(try node.run(as: "binh", "attachment", "add", caseID, file).status == 1)
        #expect(try node.run("case", "history", caseID).output.components(separatedBy: "attachment VN").count == 3)
        #expect(try node.run("attachment", "add", caseID, directory["home"]).status == 1, "a directory")
        #expect(try node.run("attachment", "add", caseID, file, "--report", "VN-S-00000-00").status == 1)
        #expect(try node.run("attachment", "get", "../x").status == 1)
        #expect(!filesBelow(directory.path).contains { $0.hasSuffix(".part") || $0 == other })
        #expect(filesBelow(directory["config-an"] + "/cordon/uploads").isEmpty, "nothing is on its way any more")
    }

    /// What an interrupted download left is gone on from, and not trusted.
    @Test func downloadsGoOn() throws {
        let node = try ServedNode()
        let directory = node.node.directory
        let caseID = try openCase(node)
        let file = try made("disk.img", in: directory)
        let content = try bytes(of: file)
        let added = try node.run("attachment", "add", caseID, file)
        let id = try #require(ServedNode.ids("A", added.output).first, "\(added)")
        let (copy, part) = (directory["copy"], directory[".\(id).part"])
        for kept in [1, 5 << 20, Self.size] {
            try write(Array(content.prefix(kept)), to: part)
            let got = try node.run("attachment", "get", id, "--output", copy)
            #expect(got.status == 0 && got.errors.contains("Going on") == (kept > 1), "\(kept): \(got)")
            #expect(try bytes(of: copy) == content)
        }
        try write([UInt8](repeating: 7, count: 5 << 20), to: part)
        let wrong = try node.run("attachment", "get", id, "--output", copy)
        #expect(wrong.status == 1 && wrong.errors.contains("SHA-256"), "\(wrong)")
        try write([UInt8](repeating: 7, count: Self.size + 5), to: part)
        let longer = try node.run("attachment", "get", id, "--output", copy)
        #expect(longer.status == 0, "\(longer)")
        #expect(try bytes(of: copy) == content)
        #expect(!FileManager.default.fileExists(atPath: part))
    }

    /// The node is killed while a file comes in; it serves again, and the file goes on from what is there.
    @Test func uploadsGoOn() throws {
        let node = try ServedNode()
        let directory = node.node.directory
        let caseID = try openCase(node)
        let script = try node.token("read", "write")
        var random = SeededGenerator(Places.seed)
        var interrupted = 0
        for round in 0..<(Places.isSoak ? 20 : 4) {
            let file = try made("disk-\(round)", in: directory, size: Self.size + round)
            let content = try bytes(of: file)
            // A script's token outlives the node's process; an officer's session does not.
            let byToken = round % 2 == 0
            let environment = byToken ? script : node.session("an")
            let words = ["attachment", "add", caseID, file]
            let adding = try Program("cordon", words, environment: environment)
            try waitForUpload(node, Int.random(in: 0..<8 << 20, using: &random))
            #expect(try node.kill().status == -SIGKILL)
            try node.restart()
            if !byToken { usleep(300_000) }
            var result = adding.wait()
            if byToken { #expect(result.status == 0, "round \(round): \(result)") }
            if result.status != 0 {
                #expect(result.status == 77 && result.errors.contains("run the same command again"), "\(result)")
                try node.signIn()
                result = try Program.run("cordon", words, environment: environment)
                #expect(result.errors.contains("Going on behind"), "\(result)")
                interrupted += 1
            }
            #expect(result.status == 0, "seed \(Places.seed), round \(round): \(result)")
            try node.signIn()
            let id = try #require(ServedNode.ids("A", result.output).first)
            let copy = directory["copy"]
            #expect(try node.run("attachment", "get", id, "--output", copy).status == 0)
            #expect(try bytes(of: copy) == content, "seed \(Places.seed), round \(round)")
        }
        #expect(interrupted > 0, "none was begun by one process and ended by another")
        let history = try node.run("case", "history", caseID).output
        #expect(history.components(separatedBy: "attachment VN").count == (Places.isSoak ? 21 : 5), "each once")
        #expect(filesBelow(node.node.path + "/blobs/uploads").isEmpty)
        #expect(try node.stop().status == 0)
        #expect(try node.node.run("log", "fsck").status == 0)
    }

    /// Until so many bytes of an upload are at the node.
    private func waitForUpload(_ node: ServedNode, _ count: Int) throws {
        for _ in 0..<60_000 {
            let sizes = filesBelow(node.node.path + "/blobs/uploads").filter { $0.hasSuffix("/data") }.map {
                (try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int) ?? 0
            }
            if (sizes.max() ?? 0) > count { return }
            usleep(2_000)
        }
        Issue.record("the upload does not get on")
    }

    /// Ctrl-C leaves an upload that goes on; a download goes on by itself.
    @Test func interruptionsAreNotTheEnd() throws {
        let node = try ServedNode()
        let caseID = try openCase(node)
        let file = try made("disk", in: node.node.directory, size: 40 << 20)
        let adding = try Program("cordon", ["attachment", "add", caseID, file], environment: node.session("an"))
        try waitForUpload(node, 4 << 20)
        kill(adding.processID, SIGINT)
        let stopped = adding.wait()
        #expect(stopped.status == 130 && stopped.errors.contains("run the same command again"), "\(stopped)")
        let rest = try node.run("attachment", "add", caseID, file)
        #expect(rest.status == 0 && rest.errors.contains("Going on behind"), "\(rest)")

        // The node is killed while it sends the file; the client waits for it, and goes on.
        let id = try #require(ServedNode.ids("A", rest.output).first)
        let script = try node.token("read")
        let (copy, part) = (node.node.directory["copy"], node.node.directory[".\(id).part"])
        let getting = try Program("cordon", ["attachment", "get", id, "--output", copy], environment: script)
        for _ in 0..<20_000 where ((try? bytes(of: part).count) ?? 0) == 0 { usleep(500) }
        #expect(try node.kill().status == -SIGKILL)
        try node.restart()
        let got = getting.wait()
        #expect(got.status == 0, "\(got)")
        #expect(try bytes(of: copy) == bytes(of: file))
    }
}
