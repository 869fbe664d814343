internal import ArgumentParser
internal import Casework
internal import CordonNode
internal import Cryptography
internal import Foundation
internal import Storage

/// Adds the first officers, on the machine itself.
struct FoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "found",
        abstract: "Add one of the first officers, with roles, while the node is stopped.",
        discussion: """
            Whoever can unlock the node may do this, until it has two administrators: from then on they add officers \
            over the network, and every role takes the approval of a second one.

            The officer's password is asked for on the terminal, or taken from --password-file or the environment \
            variable CORDON_OFFICER_PASSWORD.
            """)

    @OptionGroup var options: NodeOptions
    @Argument(help: "What the officer signs in with.")
    var login: String
    @Option(help: "The officer's name.")
    var name: String
    @Option(help: "The office they belong to.")
    var office = ""
    @Option(
        name: .customLong("role"), parsing: .upToNextOption,
        help: "Roles: investigator, supervisor, release-officer, auditor, administrator.")
    var roles: [String]
    @OptionGroup var password: PasswordOptions

    func run() async throws {
        let roles = try roles.map { text in
            guard let role = Role(rawValue: text) else {
                throw ValidationError(
                    "A role is one of: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            return role
        }
        let node = try options.open()
        let sequencer = try node.startSequencer()
        do {
            let service = try node.caseService(sequencer)
            try await service.start()
            let officer = try await service.administration.addOfficer(
                login: login, name: name, office: office, roles: Set(roles),
                password: password.read("Password of \(login): ", confirm: true), founding: true, by: 0)
            print("Officer \(officer.number), \(officer.login): \(roles.map(\.rawValue).joined(separator: ", "))")
            if service.administration.directory.isFounding {
                print("The node needs a second administrator: roles are granted by two.")
            }
        } catch {
            await sequencer.stop()
            throw error
        }
        await sequencer.stop()
    }
}

/// An officer's password, from wherever it comes.
struct PasswordOptions: ParsableArguments {
    @Option(help: "A file that holds the officer's password on its first line; mode 0600 or a pipe.")
    var passwordFile: String?

    func read(_ prompt: String, confirm: Bool) throws -> SecretBytes {
        var bytes: [UInt8]
        if let passwordFile {
            bytes = try Files.readSecret(passwordFile, limit: PasswordHash.maximumPasswordByteCount)
            bytes = Array(bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
        } else if let value = ProcessInfo.processInfo.environment["CORDON_OFFICER_PASSWORD"] {
            bytes = Array(value.utf8)
        } else {
            bytes = try Terminal.askPassphrase(prompt)
            if confirm {
                var again = try Terminal.askPassphrase("The same again: ")
                let first = try SecretBytes(moving: &bytes)
                guard try first.isEqual(to: SecretBytes(moving: &again)) else {
                    throw CommandFailure("The two passwords differ; nothing was done.")
                }
                return first
            }
        }
        return try SecretBytes(moving: &bytes)
    }
}

struct OfficerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "officer", abstract: "Officers of the node and their rights.",
        subcommands: [FoundCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "At a node that runs",
                subcommands: [
                    OfficerListCommand.self, OfficerAddCommand.self, OfficerDisableCommand.self,
                    OfficerEnableCommand.self, OfficerPasswordCommand.self, OfficerRequestRolesCommand.self,
                    OfficerRequestsCommand.self, RequestApprove.self, RequestReject.self,
                ])
        ])
}
