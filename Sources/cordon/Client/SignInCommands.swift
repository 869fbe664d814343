internal import ArgumentParser
internal import Cryptography
internal import Foundation
internal import Schema
internal import SwiftProtobuf

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in to a node.",
        discussion: """
            The password is asked for on the terminal, or taken from --password-file or the environment variable \
            CORDON_OFFICER_PASSWORD. The session is kept in $XDG_CONFIG_HOME/cordon/session (default \
            ~/.config/cordon/session), readable by you alone, until `cordon logout`, half an hour without use, or \
            12 hours. Scripts use an API token in $CORDON_TOKEN instead (`cordon token issue`).

            Example: cordon login tran.lan --server https://node.customs.example:8642

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "Your login. Default: the one that signed in last, else your name on this machine.")
    var login: String?
    @OptionGroup var password: PasswordOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        // A broken session file is no reason not to make a new one.
        let last = try? ClientSession.load()
        guard let login = login ?? last?.login ?? ProcessInfo.processInfo.environment["USER"], !login.isEmpty else {
            throw ValidationError("Sign in as whom? cordon login LOGIN")
        }
        let address = try client.address(last)
        let certificate = client.caCertificate ?? (last?.server == address ? last?.caCertificate : nil) ?? ""
        let path = certificate.isEmpty ? "" : URL(fileURLWithPath: certificate).path
        let secret = try password.read("Password of \(login): ", confirm: false)
        let api = try APIClient(address, token: nil, caCertificate: path, json: client.json)
        do {
            let signIn = SignIn.with {
                $0.login = login
                $0.password = secret.text
            }
            let session = try await api.post("/session", signIn, as: Session.self).message
            try ClientSession(server: address, token: session.token, login: session.officer.login, caCertificate: path)
                .save()
            print("Signed in to \(address) as \(Display.safe(session.officer.login)), \(describe(session.officer))")
        } catch let failure as ClientFailure {
            await api.shutdown()
            failure.report()
            throw failure.exitCode
        }
        await api.shutdown()
    }
}

private func describe(_ officer: OfficerView) -> String {
    let roles = officer.roles.isEmpty ? "no roles yet" : officer.roles.joined(separator: ", ")
    let office = officer.office.isEmpty ? "" : ", \(officer.office)"
    return Display.safe("\(officer.name)\(office): \(roles)")
}

extension SecretBytes {
    /// For a request's body, which cannot be kept out of ordinary memory.
    var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Sign out, and forget the session.",
        discussion: "The session is forgotten here also when the node cannot be told. Example: cordon logout")

    func run() async throws {
        guard let session = try ClientSession.load() else { return Terminal.printError("Nobody is signed in.") }
        let api = try APIClient(
            session.server, token: session.token, caCertificate: session.caCertificate, json: false)
        let ending: Void? = try? await api.delete("/session")
        await api.shutdown()
        try ClientSession.remove()
        print(ending == nil ? "The session is forgotten here; the node could not be told." : "Signed out.")
    }
}

struct WhoAmICommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Show who is signed in, where, and with which roles.",
        discussion: "Example: cordon whoami\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/session", as: OfficerView.self)
        if api.printJSON(answer) { return }
        print("\(Display.safe(answer.message.login)) at \(api.address): \(describe(answer.message))")
    }
}
