internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Storage

/// Which node a command speaks to, and as whom.
struct ClientOptions: ParsableArguments {
    static let defaultServer = "http://127.0.0.1:8642"

    @Option(help: "The node. Default: $CORDON_SERVER, else where you are signed in, else \(Self.defaultServer).")
    var server: String?
    @Option(help: "A PEM file with the authority that issued the server's certificate, where it is a private one.")
    var caCertificate: String?
    @Flag(name: .customLong("insecure-http"), help: "Speak to another machine without encryption. For tests only.")
    var allowsPlainHTTP = false
    @Flag(help: "Print the node's answer as JSON.")
    var json = false

    /// Runs `work` with a connection as whoever is signed in, and turns what fails into its exit code.
    func withAPI(_ work: (APIClient) async throws -> Void) async throws {
        do {
            let session = try ClientSession.load()
            let address = try address(session)
            let environment = ProcessInfo.processInfo.environment
            var token = environment["CORDON_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
            // A session's token is told to nobody but the server that gave it.
            if token == nil, let session, session.server == address { token = session.token }
            let certificate = caCertificate ?? (session?.server == address ? session?.caCertificate : nil)
            let api = try APIClient(address, token: token, caCertificate: certificate ?? "", json: json)
            do {
                try await work(api)
            } catch {
                await api.shutdown()
                throw error
            }
            await api.shutdown()
        } catch let failure as ClientFailure {
            failure.report()
            throw failure.exitCode
        }
    }

    /// Scheme, host and port. Passwords and tokens cross the network in this connection.
    func address(_ session: ClientSession?) throws -> String {
        let environment = ProcessInfo.processInfo.environment["CORDON_SERVER"].flatMap { $0.isEmpty ? nil : $0 }
        let text = server ?? environment ?? session?.server ?? Self.defaultServer
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host?.lowercased(), !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil,
            parts.path.isEmpty || parts.path == "/"
        else { throw ValidationError("--server is like https://node.customs.example:8642, with nothing behind it.") }
        guard scheme == "https" || Self.isLoopback(host) || allowsPlainHTTP else {
            throw ValidationError(
                "\(host) is another machine, and http would show passwords and cases to the network: use https.")
        }
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(scheme)://\(name)" + (parts.port.map { ":\($0)" } ?? "")
    }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }
}

/// A command that speaks to a node's officers' API.
protocol ClientCommand: AsyncParsableCommand {
    var client: ClientOptions { get }
    func run(_ api: APIClient) async throws
}

extension ClientCommand {
    func run() async throws { try await client.withAPI { try await run($0) } }
}

/// What changes a case.
struct ChangeOptions: ParsableArguments {
    @Option(help: "Only if the case is still at this version; `cordon case show` prints it.")
    var ifVersion: UInt64?
    @Option(help: "When it happened, if not now: 2026-03-01, or 2026-03-01T08:30:00Z.")
    var happened: String?
}
