internal import ArgumentParser
internal import Glibc
internal import Storage

/// The node's command line.
@main
struct Cordon: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "cordon",
        abstract: "A customs authority's node: case files, sealed intelligence, and a log that anyone can verify.",
        discussion: """
            A node lives in a directory of its own. `cordon init` makes it, every other command takes it with --dir \
            (or from the environment variable CORDON_DIR).

            The node's keys are locked with a passphrase. It is asked for on the terminal, or taken from \
            --passphrase-file, from the credential "cordon-passphrase" of a service manager, or, for scripts, from \
            the environment variable CORDON_PASSPHRASE. A key file of 32 bytes (--key-file) does instead of it.

            Exit codes: 0 done; 1 refused or failed, with the reason on standard error; 64 wrong usage.
            """,
        version: version,
        subcommands: [
            InitCommand.self, ServeCommand.self, OfficerCommand.self, LogCommand.self, KeysCommand.self,
            BackupCommand.self, RebuildCommand.self, RecoverCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Officers, at a node that runs",
                subcommands: [
                    LoginCommand.self, LogoutCommand.self, WhoAmICommand.self, SeizureCommand.self,
                    SearchCommand.self, CaseCommand.self, ExhibitCommand.self, AttachmentCommand.self, TaskCommand.self,
                    HitsCommand.self, RequestCommand.self, AccessesCommand.self, TokenCommand.self,
                    CodesCommand.self, ImportCommand.self, ExportCommand.self,
                ]),
            CommandGroup(
                name: "Exchange with partners, at a node that runs",
                subcommands: [
                    CardCommand.self, PartnerCommand.self, AgreementCommand.self, NoticeCommand.self,
                ]),
        ])

    static func main() async {
        forbidDumps()
        umask(0o077)
        await main(nil)
    }
}
