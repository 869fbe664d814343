internal import Foundation
internal import TestSupport
internal import Testing

/// A datagram socket, as a service manager gives one to what it starts (sd_notify(3)).
private final class NotifySocket {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    /// The next message; nil where none comes within a minute.
    func next() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// Whether nothing more has come.
    var isEmpty: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT | MSG_PEEK)) < 0
    }
}

/// `cordon serve` as a service manager and a careful administrator see it.
@Suite struct ServeTests {
    private static let password = "a password of some length"

    private static func makeNode() throws -> CommandNode {
        let node = try CommandNode()
        try FileManager.default.createDirectory(atPath: node.directory["home"], withIntermediateDirectories: true)
        let found = try Program.run(
            "cordon",
            ["officer", "found", "an", "--name", "An", "--office", "Hai Phong", "--role", "investigator"]
                + node.arguments, environment: ["CORDON_OFFICER_PASSWORD": password])
        try #require(found.status == 0, "\(found.errors)")
        return node
    }

    private static func run(_ node: CommandNode, _ words: String...) throws -> Program.Result {
        try Program.run(
            "cordon", words, environment: ["CORDON_OFFICER_PASSWORD": password, "HOME": node.directory["home"]])
    }

    /// An authority of its own, and a certificate for this machine issued by it.
    private static func certificate(in directory: TemporaryDirectory, _ name: String) throws {
        func openssl(_ words: String...) throws {
            let made = try Program.run("", ["req", "-x509", "-nodes", "-days", "2"] + words, prefix: ["openssl"])
            try #require(made.status == 0, "\(made.errors)")
        }
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout"]
        try openssl(
            key[0], key[1], key[2], key[3], key[4], directory["\(name).ca.key"], "-out", directory["\(name).ca"],
            "-subj", "/CN=\(name)")
        try openssl(
            key[0], key[1], key[2], key[3], key[4], directory["\(name).key"], "-out", directory["\(name).pem"],
            "-CA", directory["\(name).ca"], "-CAkey", directory["\(name).ca.key"], "-subj", "/CN=node", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "openssl(1) is not installed"))
    func overTLSUnderAServiceManager() throws {
        let node = try Self.makeNode()
        let directory = node.directory
        try Self.certificate(in: directory, "ours")
        try Self.certificate(in: directory, "theirs")
        let manager = try NotifySocket(directory["notify"])
        let serving = try Program(
            "cordon",
            [
                "serve", "--listen", "127.0.0.1:0", "--metrics-port", "none", "--tls-certificate",
                directory["ours.pem"], "--tls-key", directory["ours.key"],
            ] + node.arguments, environment: ["NOTIFY_SOCKET": manager.path])
        let ready = try #require(manager.next())
        let lines = ready.split(separator: "\n")
        #expect(lines.first == "READY=1", "\(ready)")
        let address = try String(#require(lines.last)).replacing("STATUS=Listening at ", with: "")
        #expect(address.hasPrefix("https://127.0.0.1:"), "\(ready)")

        // Ready is ready: no second try.
        let distrusted = try Self.run(node, "login", "an", "--server", address)
        #expect(distrusted.status == 69 && distrusted.errors.contains("--ca-certificate"), "\(distrusted)")
        let other = try Self.run(
            node, "login", "an", "--server", address, "--ca-certificate", directory["theirs.ca"])
        #expect(other.status == 69 && other.errors.contains("no authority that is trusted"), "\(other)")
        let plain = try Self.run(node, "login", "an", "--server", address.replacing("https", with: "http"))
        #expect(plain.status == 69, "nothing is said in the clear: \(plain)")
        #expect(
            try Self.run(node, "login", "an", "--server", address, "--ca-certificate", directory["key"]).status == 1)
        let signedIn = try Self.run(
            node, "login", "an", "--server", address, "--ca-certificate", directory["ours.ca"])
        #expect(signedIn.status == 0 && signedIn.output.contains("Signed in to \(address)"), "\(signedIn)")
        // The session remembers whom to trust.
        let opened = try Self.run(node, "case", "open", "Over TLS")
        #expect(opened.status == 0, "\(opened)")

        #expect(manager.isEmpty, "nothing is told twice")
        serving.terminate()
        #expect(manager.next() == "STOPPING=1")
        let ended = serving.wait()
        #expect(ended.status == 0 && ended.errors.contains("event=stopped"), "\(ended)")
        #expect(manager.isEmpty)
    }

    @Test func aNodeThatDoesNotComeUpIsNeverReady() throws {
        let node = try Self.makeNode()
        let manager = try NotifySocket(node.directory["notify"])
        let failed = try Program.run(
            "cordon",
            [
                "serve", "--listen", "127.0.0.1:0", "--metrics-port", "none", "--tls-certificate",
                node.directory["none.pem"], "--tls-key", node.directory["none.key"],
            ] + node.arguments, environment: ["NOTIFY_SOCKET": manager.path])
        #expect(failed.status == 1 && failed.errors.contains("none.pem"), "\(failed)")
        #expect(manager.isEmpty)
    }

    /// At the most talkative level: who looked for something and how that went, never what it was.
    @Test func whatIsLookedForIsInNoLogLine() throws {
        let node = try ServedNode(serving: ["--log-level", "trace"])
        let words = ["zanzibarcanary", "QZXU4938217", "Canario Zanzibar"]
        let logged = try node.run(
            "seizure", "log", "--what", words[0], "--offence", "tobacco", "--container", "CSQU3054383", "--person",
            words[2])
        #expect(logged.status == 0, "\(logged)")
        for word in words {
            #expect(try node.run("search", word, "--reason", word).status == 0)
            #expect(try node.run("search", word, "--exact", "--office", word, "--source", word).status == 0)
            // Where it is refused, and where it is part of a path.
            #expect(try node.run("search", word, "--offence", word).status == 1)
            #expect(try node.run("search", "--hs", word).status == 1)
            #expect(try node.run("seizure", "show", word).status == 1)
            #expect(try node.run("case", "show", word).status == 1)
            #expect(try node.run("exhibit", "accept", word, "--seal", word).status == 1)
        }
        #expect(try node.run("search", words[2]).output.contains("VN-S-"), "it is there to be found")
        let ended = try node.stop()
        #expect(ended.status == 0)
        let log = ended.output + ended.errors
        #expect(log.contains("route=/api/v1/search status=200") && log.contains("status=422"), "\(log)")
        for word in words + ["anario", "anzibar", "ZANZIBAR"] {
            #expect(log.range(of: word, options: .caseInsensitive) == nil, "\(word)")
        }
    }
}
