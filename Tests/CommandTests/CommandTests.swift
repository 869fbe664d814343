import Foundation
import TestSupport
import Testing

/// A node made and used by the programs, as a person or a script does.
struct CommandNode {
    let directory: TemporaryDirectory
    var path: String { directory["node"] }
    var export: String { directory["export"] }
    let arguments: [String]

    init(country: String = "VN", name: String = "Vietnam Customs") throws {
        directory = try TemporaryDirectory()
        try write((0..<32).map { _ in UInt8.random(in: 0...255) }, to: directory["key"])
        chmod(directory["key"], 0o600)
        arguments = ["--dir", directory["node"], "--key-file", directory["key"]]
        let made = try Program.run("cordon", ["init", "--authority", country, "--name", name] + arguments)
        try #require(made.status == 0, "\(made.errors)")
    }

    @discardableResult
    func run(_ words: String..., input: [UInt8] = [], prefix: [String] = []) throws -> Program.Result {
        try Program.run("cordon", words + arguments, input: input, prefix: prefix)
    }

    func append(_ range: Range<Int>) throws {
        let result = try run("log", "append", "--for-testing", input: lines(range))
        try #require(result.status == 0, "\(result.errors)")
    }

    func exported() throws -> String {
        let result = try run("log", "export", "--to", export)
        try #require(result.status == 0, "\(result.errors)")
        return export
    }

    /// The vkey that ends a key's line.
    func vkey(_ name: String = "exchange") throws -> String {
        let lines = try run("keys", "show").output.split(separator: "\n")
        return String(try #require(lines.first { $0.hasPrefix("vn.customs/\(name)+") }))
    }

    func verify(_ words: String...) throws -> Program.Result {
        try Program.run("cordon-verify", words + ["--vkey", vkey()])
    }
}

func lines(_ range: Range<Int>) -> [UInt8] { Array(range.map { "entry \($0)\n" }.joined().utf8) }

@Suite struct CommandTests {
    @Test func theWholeWay() throws {
        let node = try CommandNode()
        let appended = try node.run("log", "append", "--for-testing", input: lines(0..<700))
        #expect(appended.status == 0 && appended.output == (0..<700).map { "\($0)\n" }.joined())
        let status = try node.run("log", "status")
        #expect(status.output.contains("exchange: 700 entries as vn.customs/exchange"))
        #expect(try node.run("log", "fsck").status == 0)
        let verified = try node.verify(node.exported())
        #expect(verified.status == 0 && verified.output.contains("GOOD"), "\(verified)")

        let checkpoint = try node.run("log", "checkpoint").output
        #expect(try bytes(of: node.export + "/checkpoint") == Array(checkpoint.utf8))
        try write(Array(try node.run("log", "prove", "511").output.utf8), to: node.directory["proof"])
        let proof = try node.verify("proof", node.directory["proof"])
        #expect(proof.status == 0 && proof.output.contains("index   511 of 700"))
        #expect(try node.run("log", "prove", "700").status == 1)

        // Up to date, then further.
        try node.append(700..<1500)
        #expect(try node.exported() == node.export)
        #expect(try node.verify(node.export).status == 0)
    }

    @Test func entriesOfAnyBytes() throws {
        let node = try CommandNode()
        let entries: [[UInt8]] = [[0], [0x0A, 0x0A], [UInt8](repeating: 0xFF, count: 65_535), Array("x".utf8)]
        let input = entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
        let appended = try node.run("log", "append", "--for-testing", "--length-prefixed", input: input)
        #expect(appended.status == 0 && appended.output == "0\n1\n2\n3\n", "\(appended.errors)")
        #expect(try node.verify(node.exported()).status == 0)
        let truncated = try node.run("log", "append", "--for-testing", "--length-prefixed", input: [0, 5, 1])
        #expect(truncated.status == 1 && truncated.errors.contains("ends inside entry"))
        let tooLong = try node.run(
            "log", "append", "--for-testing", input: [UInt8](repeating: 0x61, count: 65_536) + [0x0A])
        #expect(tooLong.status == 1 && tooLong.errors.contains("longer than an entry can be"))
    }

    @Test func usage() throws {
        let node = try CommandNode()
        #expect(try node.run("log", "append").status == 64, "not without its confirmation")
        #expect(try Program.run("cordon", ["log", "status"]).status == 64)
        #expect(try Program.run("cordon", ["nonsense"]).status == 64)
        #expect(try Program.run("cordon", ["log", "status", "--dir", node.directory["none"]]).status == 1)
        for command in [["--help"], ["init", "--help"], ["log", "export", "--help"], ["keys", "--help"]] {
            let help = try Program.run("cordon", command)
            #expect(help.status == 0 && help.output.contains("OVERVIEW"))
        }
        let again = try Program.run("cordon", ["init", "--authority", "VN", "--name", "N"] + node.arguments)
        #expect(again.status == 1 && again.errors.contains("not empty"))
        let fromEnvironment = try Program.run(
            "cordon", ["log", "status", "--key-file", node.directory["key"]], environment: ["CORDON_DIR": node.path])
        #expect(fromEnvironment.status == 0)
    }

    @Test func json() throws {
        struct Status: Decodable {
            struct Log: Decodable {
                let log, origin, root: String
                let size: UInt64
            }
            let authority, name, lastCommit: String
            let logs: [Log]
        }
        struct Keys: Decodable {
            struct Key: Decodable { let purpose, vkey: String }
            let keys: [Key]
        }
        let node = try CommandNode()
        try node.append(0..<5)
        let status = try JSONDecoder().decode(
            Status.self, from: Data(node.run("log", "status", "--json").output.utf8))
        #expect(status.logs.map(\.size) == [5, 0] && status.authority == "VN")
        let keys = try JSONDecoder().decode(Keys.self, from: Data(node.run("keys", "show", "--json").output.utf8))
        #expect(keys.keys.map(\.purpose) == ["identity", "release", "exchange", "journal", "witness", "tls"])
        let shown = try node.run("keys", "show").output.split(separator: "\n").map(String.init)
        #expect(shown == keys.keys.map(\.vkey))
    }

    @Test func passphrases() throws {
        let directory = try TemporaryDirectory()
        let node = ["--dir", directory["node"]]
        let secret = ["CORDON_PASSPHRASE": "correct horse battery"]
        let made = try Program.run(
            "cordon", ["init", "--authority", "LA", "--name", "Lao Customs"] + node, environment: secret)
        #expect(made.status == 0 && made.output.contains("cordon-verify DIRECTORY --vkey la.customs/exchange+"))
        #expect(!made.output.contains("correct horse"))
        let status = ["log", "status"] + node
        #expect(try Program.run("cordon", status, environment: secret).status == 0)
        let wrong = try Program.run("cordon", status, environment: ["CORDON_PASSPHRASE": "incorrect horse"])
        #expect(wrong.status == 1 && wrong.errors.contains("wrong passphrase"))
        // No terminal to ask on: setsid takes it away.
        let none = try Program.run("cordon", status, prefix: ["setsid", "-w"])
        #expect(none.status == 1 && none.errors.contains("--passphrase-file"))
        let short = try Program.run("cordon", status, environment: ["CORDON_PASSPHRASE": "short"])
        #expect(short.status == 1 && short.errors.contains("8 to 1024 bytes"))

        let file = directory["passphrase"]
        try write(Array("correct horse battery\n".utf8), to: file)
        chmod(file, 0o644)
        let readable = try Program.run("cordon", status + ["--passphrase-file", file])
        #expect(readable.status == 1 && readable.errors.contains("chmod 600"))
        chmod(file, 0o600)
        #expect(try Program.run("cordon", status + ["--passphrase-file", file]).status == 0)

        // A service manager's credential.
        try FileManager.default.createDirectory(atPath: directory["credentials"], withIntermediateDirectories: false)
        try write(Array("correct horse battery".utf8), to: directory["credentials/cordon-passphrase"])
        let credential = ["CREDENTIALS_DIRECTORY": directory["credentials"]]
        #expect(try Program.run("cordon", status, environment: credential).status == 0)

        // To a key file, and back to another passphrase.
        try write([UInt8](repeating: 7, count: 32), to: directory["key"])
        chmod(directory["key"], 0o600)
        let toKey = try Program.run(
            "cordon", ["keys", "change-passphrase", "--new-key-file", directory["key"]] + node, environment: secret)
        #expect(toKey.status == 0, "\(toKey.errors)")
        let old = try Program.run("cordon", status, environment: secret)
        #expect(old.status == 1 && old.errors.contains("key file"))
        #expect(try Program.run("cordon", status + ["--key-file", directory["key"]]).status == 0)
        let added = try Program.run(
            "cordon", ["keys", "add-master", "--rewrite", "--key-file", directory["key"]] + node)
        #expect(added.status == 0 && added.output.contains("master key 2"))
        #expect(try Program.run("cordon", status + ["--key-file", directory["key"]]).status == 0)
    }

    /// The commands of the README's "In five minutes" do what they say.
    @Test func theReadmeWorks() throws {
        let directory = try TemporaryDirectory()
        let readme = try String(contentsOf: Places.project.appendingPathComponent("README.md"), encoding: .utf8)
        let section = try #require(readme.components(separatedBy: "## In five minutes").last)
        let commands = section.components(separatedBy: "\n").drop { !$0.hasPrefix("    ") }
            .prefix { $0.hasPrefix("    ") || $0.isEmpty }.map { String($0.dropFirst(4)) }
        #expect(commands.count > 10 && commands[0] == "make release")
        try FileManager.default.createSymbolicLink(
            atPath: directory["Deployments"], withDestinationPath: Places.project.path + "/Deployments")
        // In place of a build. The node listens on a port of its own, and ends with the script.
        let port = Int.random(in: 20_000..<32_000)
        let prelude = """
            cd
            trap 'kill $(jobs -p) 2> /dev/null || true' EXIT
            cordon() {
                if [ "$1" != serve ]; then command cordon "$@"; return; fi
                exec cordon "$@" --listen 127.0.0.1:\(port) --metrics-port none
            }
            """
        let programs = URL(fileURLWithPath: Places.program("cordon")).deletingLastPathComponent().path
        let result = try Program.run(
            "", ["timeout", "1200", "bash", "-euc", ([prelude] + commands.dropFirst()).joined(separator: "\n")],
            environment: [
                "PATH": "\(programs):/usr/sbin:/usr/bin:/sbin:/bin", "HOME": directory.path,
                "CORDON_SERVER": "http://127.0.0.1:\(port)",
            ])
        #expect(result.status == 0 && result.output.components(separatedBy: "GOOD").count == 3, "\(result)")
        #expect(result.output.contains("HIT  container CSQU3054383 was met before"), "\(result)")
        #expect(result.output.contains("19 reports imported") && result.output.contains("similar name"), "\(result)")
    }

    /// Typed on a terminal: not echoed, mended with backspace, asked for twice where it is new, given up with Ctrl-C.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/python3"), "no Python to type on a terminal"))
    func typedPassphrases() throws {
        let directory = try TemporaryDirectory()
        let node = ["--dir", directory["node"]]
        func type(_ keys: [String], _ arguments: [String]) throws -> Program.Result {
            let script = """
                import os, pty, sys
                pid, terminal = pty.fork()
                if pid == 0:
                    os.execv(sys.argv[2], sys.argv[2:])
                screen = b""
                def see():
                    global screen
                    try:
                        seen = os.read(terminal, 4096)
                    except OSError:
                        return False
                    screen += seen
                    return bool(seen)
                for keys in sys.argv[1].split("|"):
                    count = screen.count(b": ")
                    while screen.count(b": ") <= count and see():
                        pass
                    os.write(terminal, keys.encode().decode("unicode_escape").encode())
                    screen = screen.replace(b": ", b":_")
                while see():
                    pass
                sys.stdout.write(screen.decode())
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                """
            return try Program.run(
                "",
                ["/usr/bin/python3", "-c", script, keys.joined(separator: "|"), Places.program("cordon")] + arguments)
        }
        let initialize = ["init", "--authority", "KH", "--name", "Cambodia Customs"] + node
        let differing = try type(["one two three\\n", "one two thref\\n"], initialize)
        #expect(differing.status == 1 && differing.output.contains("differ"), "\(differing)")
        #expect(!FileManager.default.fileExists(atPath: directory["node"]))
        let cancelled = try type(["one two\\x03"], initialize)
        #expect(cancelled.status == 130 && !FileManager.default.fileExists(atPath: directory["node"]), "\(cancelled)")
        let made = try type(["one two three\\n", "one two thrxx\\x7f\\x7fee\\n"], initialize)
        #expect(made.status == 0 && !made.output.contains("one two"), "\(made)")
        let status = try type(["wrong\\x15one two three\\n"], ["log", "status"] + node)
        #expect(status.status == 0 && status.output.contains("exchange: 0 entries"), "\(status)")
    }

    // MARK: Failing

    @Test func aSecondProcessIsToldWhoHoldsTheNode() throws {
        let node = try CommandNode()
        let holder = try Program("cordon", ["log", "append", "--for-testing"] + node.arguments)
        holder.send(lines(0..<1))
        holder.waitForLines(1)
        let second = try node.run("log", "status")
        #expect(second.status == 1 && second.errors.contains("in use by process \(holder.processID)"))
        #expect(holder.wait().status == 0)
        #expect(try node.run("log", "status").status == 0)
    }

    @Test func foreignFilesAreNamed() throws {
        let node = try CommandNode()
        try write([1], to: node.path + "/db/holiday.jpg")
        let refused = try node.run("log", "status")
        #expect(refused.status == 1 && refused.errors.contains("holiday.jpg"))
    }

    @Test func aTruncatedWriteAheadLogSignsNothing() throws {
        let node = try CommandNode()
        let program = try Program("cordon", ["log", "append", "--for-testing"] + node.arguments)
        program.send(lines(0..<100))
        program.waitForLines(100)
        program.send(lines(100..<200))
        program.waitForLines(200)
        program.kill()
        _ = program.wait()
        let log = try #require(filesBelow(node.path + "/db").filter { $0.hasSuffix(".log") }.max())
        let whole = try bytes(of: log)
        try FileManager.default.copyItem(atPath: node.path, toPath: node.directory["aside"])
        try write(Array(whole.dropLast(whole.count / 3)), to: log)
        let refused = try node.run("log", "append", "--for-testing", input: lines(200..<201))
        #expect(refused.status == 1 && refused.errors.contains("has acknowledged 200"), "\(refused)")
        // With the file put back nothing is lost.
        try FileManager.default.removeItem(atPath: node.path)
        try FileManager.default.moveItem(atPath: node.directory["aside"], toPath: node.path)
        try node.append(200..<201)
        #expect(try node.run("log", "status").output.contains("exchange: 201 entries"))
        #expect(try node.run("log", "fsck").status == 0)
    }

    /// One damaged byte refuses to open, and takes nothing of what stands behind it with it.
    @Test func aDamagedWriteAheadLogKeepsWhatIsBehind() throws {
        let node = try CommandNode()
        let program = try Program("cordon", ["log", "append", "--for-testing"] + node.arguments)
        for number in 0..<20 {
            program.send(lines(number * 10..<number * 10 + 10))
            program.waitForLines(number * 10 + 10)
        }
        program.kill()
        _ = program.wait()
        let log = try #require(filesBelow(node.path + "/db").filter { $0.hasSuffix(".log") }.max())
        let whole = try bytes(of: log)
        var damaged = whole
        damaged[4096 + (whole.count - 4096) / 2] ^= 1
        try write(damaged, to: log)
        for _ in 0..<2 {
            let refused = try node.run("log", "status")
            #expect(refused.status == 1 && refused.errors.contains("damaged"), "\(refused)")
        }
        #expect(try bytes(of: log) == damaged, "nothing was changed")
        try write(whole, to: log)
        #expect(try node.run("log", "status").output.contains("exchange: 200 entries"))
    }

    /// What is published is for others to read.
    @Test func exportsCanBeReadByOthers() throws {
        let node = try CommandNode()
        try node.append(0..<300)
        let export = try node.exported()
        for name in FileManager.default.enumerator(atPath: export)!.compactMap({ $0 as? String }) + [""] {
            let mode = try FileManager.default.attributesOfItem(atPath: export + "/" + name)[.posixPermissions] as! Int
            #expect(mode & 0o044 == 0o044, "\(name): \(String(mode, radix: 8))")
        }
    }

    /// A full disk behind standard output must not look like success.
    @Test func outputThatDoesNotArriveIsAFailure() throws {
        let node = try CommandNode()
        let shell = ["sh", "-c", "exec \"$0\" \"$@\" > /dev/full"]
        for command in [["log", "status"], ["log", "status", "--json"], ["log", "checkpoint"], ["keys", "show"]] {
            let result = try Program.run("cordon", command + node.arguments, prefix: shell)
            #expect(result.status == 1 && result.errors.contains("standard output"), "\(result)")
        }
        let verified = try Program.run(
            "cordon-verify", [try node.exported(), "--vkey", try node.vkey()], prefix: shell)
        #expect(verified.status == 1 && verified.errors.contains("standard output"), "\(verified)")
    }

    /// A file system of a few megabytes, in a mount namespace of the program's own.
    static let canMount = (try? Program.run("cordon", ["--version"], prefix: ["unshare", "-rm"]).status) == 0

    @Test(.enabled(if: canMount, "mount namespaces are not allowed here"))
    func aFullDiskLosesNothing() throws {
        let node = try CommandNode()
        try node.append(0..<100)
        let big = (0..<400).map { _ in String(repeating: "x", count: 60_000) + "\n" }.joined()
        try write(Array(big.utf8), to: node.directory["big"])
        // Copy the node onto the small disk, fill that, make room, and go on.
        let script = """
            set -eu
            mkdir -p "$1/small"
            mount -t tmpfs -o size=8m tmpfs "$1/small"
            cp -a "$1/node" "$1/small/node"
            cordon="$2 log"
            options="--dir $1/small/node --key-file $1/key"
            if $cordon append --for-testing $options < "$1/big" > "$1/out" 2> "$1/err"; then echo NOT FULL; exit 1; fi
            cat "$1/err"
            rm -rf "$1/kept"; cp -a "$1/small/node" "$1/kept"
            umount "$1/small"
            """
        let result = try Program.run(
            "", [],
            prefix: [
                "unshare", "-rm", "sh", "-c", script, "sh", node.directory.path, Places.program("cordon"),
            ])
        #expect(result.status == 0 && result.output.contains("disk is full"), "\(result)")
        let acknowledged = try String(decoding: bytes(of: node.directory["out"]), as: UTF8.self)
            .split(separator: "\n").count
        let options = ["--dir", node.directory["kept"], "--key-file", node.directory["key"]]
        let fsck = try Program.run("cordon", ["log", "fsck"] + options)
        #expect(fsck.status == 0, "\(fsck)")
        let more = try Program.run("cordon", ["log", "append", "--for-testing"] + options, input: lines(0..<1))
        #expect(more.status == 0 && Int(more.output.dropLast())! >= 100 + acknowledged, "\(more)")
    }

    @Test(.enabled(if: canMount, "mount namespaces are not allowed here"))
    func aReadOnlyDirectoryIsNamed() throws {
        let node = try CommandNode()
        let script = """
            mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99
            "$2" log append --for-testing --dir "$1/node" --key-file "$1/key" < /dev/null
            "$2" init --authority VN --name N --dir "$1/other" --key-file "$1/key"
            """
        let result = try Program.run(
            "", [],
            prefix: [
                "unshare", "-rm", "sh", "-c", script, "sh", node.directory.path, Places.program("cordon"),
            ])
        #expect(
            result.status == 1 && result.errors.components(separatedBy: "not permitted here").count == 3, "\(result)")
        try node.append(0..<1)
    }

    @Test func nothingOfTheContentIsOnDisk() throws {
        let directory = try TemporaryDirectory()
        let canary = "canary-51b0c7"
        let secret = ["CORDON_PASSPHRASE": "\(canary) passphrase"]
        let node = ["--dir", directory["node"]]
        func expectNoCanary(_ when: String) throws {
            let files = filesBelow(directory["node"])
            #expect(files.count > 10)
            for file in files {
                #expect(try Data(bytes(of: file)).range(of: Data(canary.utf8)) == nil, "\(file) \(when)")
                #expect(!file.contains(canary))
            }
        }
        let made = try Program.run(
            "cordon",
            ["init", "--authority", "VN", "--name", "\(canary) authority", "--name-prefix", "\(canary).example"] + node,
            environment: secret)
        #expect(made.status == 0, "\(made.errors)")
        let entry = Array("an entry with \(canary) in it\n".utf8)
        let first = try Program("cordon", ["log", "append", "--for-testing"] + node, environment: secret)
        for _ in 0..<300 { first.send(entry) }
        first.waitForLines(300)
        try expectNoCanary("while running")
        #expect(first.wait().status == 0)
        try expectNoCanary("after a clean stop")
        let second = try Program(
            "cordon", ["log", "append", "--for-testing"] + node, environment: secret)
        second.send(entry)
        second.waitForLines(1)
        second.kill()
        _ = second.wait()
        try expectNoCanary("after SIGKILL")
        let status = try Program.run("cordon", ["log", "status"] + node, environment: secret)
        #expect(status.output.contains(canary), "it is there, for who may read it")
    }
}
