internal import ArgumentParser
internal import Cryptography
internal import Foundation
internal import Schema
internal import SwiftProtobuf

struct OfficerListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the officers of the node.",
        discussion: "Example: cordon officer list\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/officers", as: OfficerList.self)
        if api.printJSON(answer) { return }
        var table = Table("NUMBER", "LOGIN", "STATE", "OFFICE", "ROLES", "NAME")
        for officer in answer.message.officers {
            table.add(
                String(officer.number), officer.login,
                officer.active ? officer.locked ? "locked" : "active" : "disabled",
                officer.office.isEmpty ? "-" : officer.office,
                officer.roles.isEmpty ? "-" : officer.roles.joined(separator: ","), officer.name)
        }
        table.print(orElse: "There are no officers.")
    }
}

struct OfficerAddCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an officer, without roles yet.",
        discussion: """
            Roles come by request, which a second administrator approves: `cordon officer request-roles`. The password \
            is asked for on the terminal, or taken from --password-file or $CORDON_OFFICER_PASSWORD.

            Example: cordon officer add tran.lan --name "Tran Lan" --office "Hai Phong"

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "What the officer signs in with.")
    var login: String
    @Option(help: "The officer's name.")
    var name: String
    @Option(help: "The office they belong to.")
    var office = ""
    @OptionGroup var password: PasswordOptions
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let secret = try password.read("Password of \(login): ", confirm: true)
        let new = NewOfficer.with {
            $0.login = login
            $0.name = name
            $0.office = office
            $0.password = secret.text
        }
        let answer = try await api.post("/officers", new, as: OfficerView.self)
        if api.printJSON(answer) { return }
        print("Officer \(answer.message.number), \(Display.safe(answer.message.login)), without roles yet.")
        Terminal.printError("Roles: cordon officer request-roles \(answer.message.login) --role … --reason …")
    }
}

struct OfficerDisableCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Keep an officer from signing in; sessions and tokens end at once.",
        discussion: "Example: cordon officer disable tran.lan --reason retired\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The officer's login.")
    var login: String
    @Option(help: "Why.")
    var reason = ""
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await setOfficer(login, active: false, reason, api)
    }
}

struct OfficerEnableCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let an officer sign in again.",
        discussion: "Example: cordon officer enable tran.lan --reason \"back from leave\"\n\n\(ClientFailure.exitCodes)"
    )

    @Argument(help: "The officer's login.")
    var login: String
    @Option(help: "Why.")
    var reason = ""
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await setOfficer(login, active: true, reason, api)
    }
}

private func setOfficer(_ login: String, active: Bool, _ reason: String, _ api: APIClient) async throws {
    let number = try await OfficerNames(api).number(login)
    let change = StatusChange.with {
        $0.active = active
        $0.reason = reason
    }
    try await api.put("/officers/\(number)/status", change)
    print("\(login) \(active ? "may sign in again" : "can no longer sign in").")
}

struct OfficerPasswordCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Change a password: your own, or as an administrator that of another.",
        discussion: """
            The new password is asked for on the terminal, or taken from --password-file or $CORDON_OFFICER_PASSWORD; \
            your old one is asked for, or taken from --old-password-file. All sessions of the officer end.

            Example: cordon officer password tran.lan

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The officer's login. Default: yours.")
    var login: String?
    @OptionGroup var password: PasswordOptions
    @Option(help: "A file with your old password on its first line; mode 0600 or a pipe.")
    var oldPasswordFile: String?
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let me = try await api.get("/session", as: OfficerView.self).message
        let login = login ?? me.login
        let number = login == me.login ? me.number : try await OfficerNames(api).number(login)
        var change = PasswordChange()
        if number == me.number {
            if let oldPasswordFile {
                var file = PasswordOptions()
                file.passwordFile = oldPasswordFile
                change.oldPassword = try file.read("", confirm: false).text
            } else {
                change.oldPassword = String(decoding: try Terminal.askPassphrase("Old password: "), as: UTF8.self)
            }
        }
        change.password = try password.read("New password of \(login): ", confirm: true).text
        try await api.put("/officers/\(number)/password", change)
        print("Changed. All sessions of \(login) have ended.")
    }
}

struct OfficerRequestRolesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "request-roles", abstract: "Ask for an officer's roles; a second administrator approves.",
        discussion: """
            What is named replaces the roles that the officer has. Example: cordon officer request-roles tran.lan \
            --role investigator --reason "joins the harbour unit"

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The officer's login.")
    var login: String
    @Option(
        name: .customLong("role"), parsing: .upToNextOption,
        help: "investigator, supervisor, release-officer, auditor, administrator; none at all takes every role away.")
    var roles: [String] = []
    @Option(help: "Why.")
    var reason: String
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let number = try await OfficerNames(api).number(login)
        try await RequestText.make(
            .with {
                $0.kind = "set-roles"
                $0.officer = number
                $0.roles = roles
                $0.reason = reason
            }, api)
    }
}

struct OfficerRequestsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "List requests that take two officers: yours, and those you may decide.",
        discussion: "Example: cordon officer requests\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws { try await RequestText.list(api) }
}

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "API tokens, for scripts.",
        subcommands: [TokenListCommand.self, TokenIssueCommand.self, TokenRevokeCommand.self])
}

struct TokenListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List your tokens; administrators see all.",
        discussion: "Example: cordon token list\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/tokens", as: TokenList.self)
        if api.printJSON(answer) { return }
        let names = try await OfficerNames(api)
        var table = Table("TOKEN", "OFFICER", "STATE", "EXPIRES", "SCOPES", "NAME")
        for token in answer.message.tokens {
            table.add(
                String(token.number), names[token.officer], token.revoked ? "revoked" : "valid",
                Display.time(token.expires), token.scopes.joined(separator: ","), token.name)
        }
        table.print(orElse: "There are no tokens.")
    }
}

struct TokenIssueCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Issue a token for a script, to be put into $CORDON_TOKEN.",
        discussion: """
            It may do what its scopes say, and never more than you. It is printed once, alone on standard output.

            Example: (umask 077; cordon token issue "nightly import" --scope import --expires 2026-12-31 > token)

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "What it is for.")
    var name: String
    @Option(
        name: .customLong("scope"), parsing: .upToNextOption, help: "read, write, import, export, administer.")
    var scopes: [String]
    @Option(help: "Its last day, within a year: 2026-12-31")
    var expires: String
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let new = NewToken.with {
            $0.name = name
            $0.scopes = scopes
            $0.expires = expires
        }
        let answer = try await api.post("/tokens", new, as: TokenView.self)
        if api.printJSON(answer) { return }
        print(Display.safe(answer.message.secret))
        Terminal.printError("Token \(answer.message.number). It is not shown again.")
    }
}

struct TokenRevokeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a token at once.",
        discussion: "Example: cordon token revoke 3\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The token's number.")
    var number: UInt64
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await api.delete("/tokens/\(number)")
        print("Token \(number) is revoked.")
    }
}
