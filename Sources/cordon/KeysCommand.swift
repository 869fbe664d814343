internal import ArgumentParser
internal import CordonNode
internal import Cryptography
internal import Storage
internal import TransparencyLog

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Show the node's public keys; change keys, and what unlocks them.",
        subcommands: [Show.self, ChangePassphrase.self, AddMaster.self, Rotate.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the public keys as verifier keys (C2SP signed-note), each on a line of its own.",
            discussion: "Give auditors and partners what stands there. Nothing secret is printed.")

        @OptionGroup var node: NodeOptions
        @Flag(help: "Print JSON, with what each key is for.")
        var json = false

        func run() async throws {
            let node = try node.open()
            if json { return try Terminal.printJSON(KeysReport(node)) }
            for (_, vkey) in try node.keys.verifierKeys(node.authority) { print(vkey) }
        }
    }

    struct ChangePassphrase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change-passphrase",
            abstract: "Lock the node with another passphrase or key file.",
            discussion: """
                Rewrites the keyring only; the data stays as it is. Old copies of the keyring still open with the old \
                passphrase: destroy them. The new passphrase is asked for on the terminal unless it is given.
                """)

        @OptionGroup var node: NodeOptions
        @Option(help: "A file that holds the new passphrase on its first line.")
        var newPassphraseFile: String?
        @Option(help: "A file of 32 random bytes that will unlock the node.")
        var newKeyFile: String?

        func run() async throws {
            let opened = try node.open()
            var new = UnlockOptions()
            new.passphraseFile = newPassphraseFile
            new.keyFile = newKeyFile
            let unlock: Unlock
            if newPassphraseFile == nil, newKeyFile == nil {
                var first = try Terminal.askPassphrase("New passphrase: ")
                var second = try Terminal.askPassphrase("The same again: ")
                unlock = try UnlockOptions.confirmed(&first, &second)
            } else {
                unlock = try new.unlock(confirm: true)
            }
            try opened.changeUnlock(to: unlock)
            Terminal.printError("Changed. Keep a new copy of the keyring, and destroy the old copies.")
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change the release key, the witness key or a log's key for a new one.",
            discussion: """
                With the node stopped. When it runs again it announces the new key in its exchange log, signed by the \
                identity key, and uses it from then on; the old one counts for another 7 days. A log's old key signs \
                beside the new one for 30 days: a partner that is away for longer needs the node's new card. The others \
                follow by themselves: nobody has to act. Auditors get the new key from `cordon keys show`. Make a \
                backup before the node runs again: an older one does not hold the new key. Recipient keys change by \
                themselves every 7 days.
                """)

        @OptionGroup var node: NodeOptions
        @Argument(
            help: """
                release, which signs entries; witness, which cosigns partners' logs; exchange or journal, which signs \
                the checkpoints of that log.
                """)
        fileprivate var key: KeyChoice

        func run() async throws {
            try node.open().makeNextKey(key.next)
            print("Made a new \(key.rawValue) key. The node announces it when it runs again, and uses it from then on.")
        }
    }

    struct AddMaster: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add-master",
            abstract: "Add a master key, which all files written from now on are encrypted under.",
            discussion: """
                Files that exist stay readable under their own master key and move over as the database rewrites them; \
                --rewrite does that at once. Make new copies of the keyring afterwards: older ones lack the new key.
                """)

        @OptionGroup var node: NodeOptions
        @Flag(help: "Rewrite the database's table files now.")
        var rewrite = false

        func run() async throws {
            let unlock = try node.unlocking.unlock(confirm: false)
            let path = try node.directory()
            do {
                let opened = try Node(opening: path, unlock: unlock)
                try opened.addMasterKey(unlock: unlock)
            }
            let opened = try Node(opening: path, unlock: unlock)
            if rewrite { print("rewrote \(try opened.store.database.rewriteAllFiles()) table files") }
            Terminal.printError(
                "Make new copies of the keyring now: older ones do not open what is written from here on.")
            for key in opened.masterKeys {
                print("master key \(key.id), made \(Terminal.time(key.createdMilliseconds))")
            }
        }
    }
}

/// Public keys as JSON.
struct KeysReport: Encodable {
    struct Key: Encodable {
        let purpose: String
        let vkey: String
    }
    let authority: String
    let name: String
    let keys: [Key]

    init(_ node: Node) throws {
        authority = node.authority.country
        name = node.authority.name
        keys = try node.keys.verifierKeys(node.authority).map { Key(purpose: $0.purpose, vkey: $0.vkey.description) }
    }
}

/// As an argument.
private enum KeyChoice: String, CaseIterable, ExpressibleByArgument {
    case release, witness, exchange, journal

    var next: NextKey { NextKey(rawValue: rawValue)! }
}
