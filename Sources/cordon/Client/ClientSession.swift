internal import Foundation
internal import Glibc
internal import Interchange
internal import Storage

/// Whom the officer is signed in to, kept between commands in `$XDG_CONFIG_HOME/cordon/session` (default
/// `~/.config/cordon/session`), for the officer's own eyes (0600, in a directory 0700).
struct ClientSession {
    static let maximumByteCount = 16 << 10

    let server: String
    /// Secret: whoever has it is the officer, until it ends.
    let token: String
    let login: String
    /// The PEM file of the authority that the server's certificate was issued by; empty for the system's.
    let caCertificate: String

    static func path() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") { return base + "/cordon/session" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw CommandFailure("There is no home directory to keep the session in: set $HOME or $XDG_CONFIG_HOME.")
        }
        return home + "/.config/cordon/session"
    }

    /// Nil where nobody is signed in. A file that others may read is refused: its token is no secret any more.
    static func load() throws -> ClientSession? {
        guard let path = try? path(), Files.exists(path) else { return nil }
        let document = try? JSONValue(parsing: Files.readSecret(path, limit: maximumByteCount))
        guard let members = document?.object, let server = members["server"]?.string,
            let token = members["token"]?.string
        else {
            throw CommandFailure("\(path) cannot be used: sign in again, or remove it. It must be yours alone (0600).")
        }
        return ClientSession(
            server: server, token: token, login: members["login"]?.string ?? "",
            caCertificate: members["caCertificate"]?.string ?? "")
    }

    func save() throws {
        let path = try Self.path()
        let directory = Files.parent(path)
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard chmod(directory, 0o700) == 0 else {
            throw CommandFailure("\(directory) cannot be made private: \(String(cString: strerror(errno)))")
        }
        let document = JSONValue.object([
            "server": .string(server), "token": .string(token), "login": .string(login),
            "caCertificate": .string(caCertificate),
        ])
        try LocalFiles().replace(path, with: document.bytes, mode: 0o600)
    }

    static func remove() throws {
        try LocalFiles().remove(path())
    }
}
