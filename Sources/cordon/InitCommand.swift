internal import ArgumentParser
internal import CordonNode
internal import Storage
internal import TransparencyLog

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a node: its keys, its keyring, its encrypted database and its two logs.",
        discussion: """
            Example: cordon init --dir /var/lib/cordon --authority VN --name "Vietnam Customs" \\
                         --name-prefix customs.gov.example

            The directory must be empty or absent. A lost passphrase cannot be replaced: without it the node's data \
            is gone.
            """)

    @Option(help: "The directory to make the node in. Default: $CORDON_DIR.")
    var dir: String?

    @Option(help: "The authority's country: two capital letters (ISO 3166-1).")
    var authority: String

    @Option(help: "The authority's name.")
    var name: String

    @Option(
        help: """
            What the names of the node's logs and keys begin with, for good; a host name that the authority owns is \
            best. Default: the country in lower case and ".customs".
            """)
    var namePrefix: String?

    @OptionGroup var unlocking: UnlockOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let options = try NodeOptions.parse(dir.map { ["--dir", $0] } ?? [])
        let path = try options.directory()
        let authority = try Authority(country: authority, name: name, namePrefix: namePrefix)
        if Files.exists(path), try !Files.list(path).filter({ $0 != "lost+found" }).isEmpty {
            throw NodeError(.notEmpty, "\(path) is not empty: a node gets a directory of its own")
        }
        let unlock = try unlocking.unlock(confirm: true)
        try Node.create(at: path, authority: authority, unlock: unlock)
        let node = try Node(opening: path, unlock: unlock)
        let keys = try node.keys.verifierKeys(authority)
        if json { return try Terminal.printJSON(KeysReport(node)) }
        print("Made the node of \(authority.name) (\(authority.country)) in \(path). Its public keys:\n")
        for (_, vkey) in keys { print(vkey) }
        print(
            """

            What to do next:
              1. Keep a copy of \(path)/keyring apart from the machine, and the passphrase apart from the copy.
              2. Give auditors the key of the exchange log; they verify it with
                   cordon-verify DIRECTORY --vkey \(try node.logVerifier(.exchange).vkey)
              3. Look at the logs:  cordon log status --dir \(path)
            """)
    }
}
