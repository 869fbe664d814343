internal import Foundation
internal import Synchronization
internal import TestSupport
internal import Testing

/// A node that serves, and its officers, each signed in from a home of their own. Ends with its owner.
final class ServedNode: @unchecked Sendable {
    struct Founder {
        let login: String
        let office: String
        let roles: [String]
    }

    static let password = "a password of some length"
    /// Two officers, each of whom may do everything that one alone may.
    static let pair = [("an", "Hai Phong"), ("binh", "Ha Noi")].map {
        Founder(login: $0, office: $1, roles: ["investigator", "supervisor", "administrator"])
    }

    let node: CommandNode
    let address: String
    private let officers: [Founder]
    /// What every program of the node runs under.
    private let prefix: [String]
    private struct Serving {
        /// Nil while it is stopped.
        var program: Program?
        /// Further words of `cordon serve`.
        var words: [String]
    }
    private let serving: Mutex<Serving>

    init(
        _ officers: [Founder] = ServedNode.pair, country: String = "VN", name: String = "Vietnam Customs",
        serving: [String] = [], prefix: [String] = []
    ) throws {
        self.officers = officers
        self.prefix = prefix
        node = try CommandNode(country: country, name: name)
        try FileManager.default.createDirectory(atPath: node.directory["home"], withIntermediateDirectories: true)
        for officer in officers {
            let found = try Program.run(
                "cordon",
                ["officer", "found", officer.login, "--name", "Officer \(officer.login)", "--office", officer.office]
                    + ["--role"] + officer.roles + node.arguments,
                environment: ["CORDON_OFFICER_PASSWORD": Self.password])
            try #require(found.status == 0, "\(found.errors)")
        }
        let (program, address) = try #require(try Self.serve(node, port: "0", serving, prefix))
        self.serving = Mutex(Serving(program: program, words: serving))
        self.address = address
        try signIn()
    }

    deinit { serving.withLock { _ = $0.program?.end { $0.terminate() } } }

    /// Nil where it does not come to serve.
    private static func serve(
        _ node: CommandNode, port: String, _ more: [String], _ prefix: [String]
    ) throws -> (Program, String)? {
        let program = try Program(
            "cordon",
            ["serve", "--listen", "127.0.0.1:\(port)", "--metrics-port", "none"] + more + node.arguments,
            prefix: prefix)
        program.waitForLines(more.contains("--partner-listen") ? 2 : 1)
        let line = program.outputSoFar.split(separator: "\n").map(String.init).first { $0.hasPrefix("Ready") } ?? ""
        let address = line.replacing("Ready at ", with: "")
        guard address.hasPrefix("http://127.0.0.1:") else {
            _ = program.end { $0.terminate() }
            return nil
        }
        return (program, address)
    }

    /// Sessions end with the process that gave them.
    func signIn() throws {
        for officer in officers {
            let signedIn = try run(as: officer.login, "login", officer.login, "--server", address)
            try #require(signedIn.status == 0, "\(signedIn.errors)")
        }
    }

    /// As a service manager does.
    func stop() throws -> Program.Result { try take().end { $0.terminate() } }

    func kill() throws -> Program.Result { try take().end { $0.kill() } }

    private func take() throws -> Program {
        try #require(
            serving.withLock { serving in
                defer { serving.program = nil }
                return serving.program
            })
    }

    var isRunning: Bool { serving.withLock { $0.program != nil } }

    /// Where it listens for partners' nodes; nil while it is stopped.
    var partnerPort: UInt16? {
        let lines = serving.withLock { $0.program?.outputSoFar }?.split(separator: "\n") ?? []
        return lines.first { $0.hasPrefix("Partners at ") }?.split(separator: ":").last.flatMap { UInt16($0) }
    }

    /// At the same address; another program may have its port for a moment. `words`: other ones of `cordon serve` from
    /// now on.
    func restart(serving words: [String]? = nil) throws {
        if let words { serving.withLock { $0.words = words } }
        let port = String(try #require(address.split(separator: ":").last))
        for _ in 0..<20 {
            if let (next, _) = try Self.serve(node, port: port, serving.withLock { $0.words }, prefix) {
                serving.withLock { $0.program = next }
                return
            }
            usleep(250_000)
        }
        try #require(Bool(false), "the node does not serve again at \(address)")
    }

    func run(
        as login: String = "an", _ words: String..., input: [UInt8] = [], environment more: [String: String] = [:]
    ) throws -> Program.Result {
        try Program.run(
            "cordon", words, input: input, environment: session(login).merging(more) { $1 }, prefix: prefix)
    }

    /// As a script that has a token.
    func run(token: [String: String], _ words: [String]) throws -> Program.Result {
        try Program.run("cordon", words, environment: token, prefix: prefix)
    }

    /// What a program needs to be somebody.
    func session(_ login: String) -> [String: String] {
        [
            "CORDON_OFFICER_PASSWORD": Self.password, "HOME": node.directory["home"],
            "XDG_CONFIG_HOME": node.directory["config-\(login)"],
        ]
    }

    /// What a script needs to be somebody: an API token, which outlives the process that gave it.
    func token(of login: String = "an", _ scopes: String...) throws -> [String: String] {
        let nextMonth = String(Date(timeIntervalSinceNow: 30 * 86_400).formatted(.iso8601).prefix(10))
        let issued = try Program.run(
            "cordon", ["token", "issue", "script", "--expires", nextMonth] + scopes.flatMap { ["--scope", $0] },
            environment: session(login), prefix: prefix)
        try #require(issued.status == 0, "\(issued.errors)")
        return [
            "CORDON_TOKEN": issued.output.trimmingCharacters(in: .newlines), "CORDON_SERVER": address,
            "HOME": node.directory["home"],
        ]
    }

    /// The ids of a kind in a command's output, as `S` in `VN-S-4F7Q2-10`.
    static func ids(_ kind: Character, _ text: String) -> [String] {
        text.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "-" }).map(String.init).filter { word in
            let parts = word.split(separator: "-")
            return parts.count == 4 && parts[1] == String(kind) && parts[0].count == 2
        }
    }
}

extension Program {
    fileprivate func end(_ how: (Program) -> Void) -> Result {
        how(self)
        return wait()
    }
}
