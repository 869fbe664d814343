internal import ArgumentParser
internal import CordonNode
internal import Cryptography
internal import Foundation
internal import Glibc
internal import Storage

/// Where the node is, and what unlocks it.
struct NodeOptions: ParsableArguments {
    @Option(help: "The node's directory. Default: $CORDON_DIR.")
    var dir: String?

    @OptionGroup var unlocking: UnlockOptions

    func directory() throws -> String {
        guard let dir = dir ?? ProcessInfo.processInfo.environment["CORDON_DIR"], !dir.isEmpty else {
            throw ValidationError("Which node? Name its directory with --dir or $CORDON_DIR.")
        }
        return dir
    }

    func open() throws -> Node {
        try Node(opening: directory(), unlock: unlocking.unlock(confirm: false))
    }
}

/// The passphrase or key file, from wherever it comes.
struct UnlockOptions: ParsableArguments {
    static let maximumPassphraseByteCount = 1024
    static let minimumPassphraseByteCount = 8

    @Option(help: "A file that holds the passphrase on its first line; mode 0600 or a pipe.")
    var passphraseFile: String?

    @Option(help: "A file of 32 random bytes that unlocks the node in place of a passphrase; mode 0600.")
    var keyFile: String?

    /// `confirm`: a new passphrase is asked for twice.
    func unlock(confirm: Bool) throws -> Unlock {
        let environment = ProcessInfo.processInfo.environment
        if let keyFile {
            guard passphraseFile == nil else {
                throw ValidationError("Either --passphrase-file or --key-file, not both.")
            }
            return .keyFile(try Self.readKeyFile(keyFile, isNew: confirm))
        }
        var passphrase: [UInt8]
        if let passphraseFile {
            passphrase = try Files.readSecret(passphraseFile, limit: Self.maximumPassphraseByteCount)
            Self.cutToFirstLine(&passphrase)
        } else if let credentials = environment["CREDENTIALS_DIRECTORY"],
            Files.exists(credentials + "/cordon-passphrase")
        {
            // The service manager answers for the mode of its credentials.
            passphrase = try Files.read(
                credentials + "/cordon-passphrase", limit: Self.maximumPassphraseByteCount)
            Self.cutToFirstLine(&passphrase)
        } else if let value = environment["CORDON_PASSPHRASE"] {
            passphrase = Array(value.utf8)
        } else {
            passphrase = try Terminal.askPassphrase(confirm ? "New passphrase: " : "Passphrase: ")
            if confirm {
                var again = try Terminal.askPassphrase("The same again: ")
                return try Self.confirmed(&passphrase, &again)
            }
        }
        return try Self.checked(SecretBytes(moving: &passphrase))
    }

    /// A new passphrase, typed twice.
    static func confirmed(_ first: inout [UInt8], _ second: inout [UInt8]) throws -> Unlock {
        let passphrase = try SecretBytes(moving: &first)
        guard try passphrase.isEqual(to: SecretBytes(moving: &second)) else {
            throw CommandFailure("The two passphrases differ; nothing was done.")
        }
        return try checked(passphrase)
    }

    private static func checked(_ passphrase: SecretBytes) throws -> Unlock {
        guard (minimumPassphraseByteCount...maximumPassphraseByteCount).contains(passphrase.count) else {
            throw CommandFailure(
                "A passphrase has \(minimumPassphraseByteCount) to \(maximumPassphraseByteCount) bytes.")
        }
        return .passphrase(passphrase)
    }

    private static func readKeyFile(_ path: String, isNew: Bool) throws -> SymmetricKey {
        guard Files.exists(path) else {
            throw CommandFailure(
                isNew
                    ? "There is no \(path); make it with: (umask 077; head -c 32 /dev/urandom > \(path))"
                    : "There is no \(path): put back a copy of the key file.")
        }
        var bytes = try Files.readSecret(path, limit: SymmetricKey.byteCount)
        guard bytes.count == SymmetricKey.byteCount else {
            throw CommandFailure(
                "\(path) has \(bytes.count) bytes, and a key file has 32: it is not a key file, or not all of it.")
        }
        return try SymmetricKey(SecretBytes(moving: &bytes))
    }

    /// In place, so that no second copy is made.
    private static func cutToFirstLine(_ bytes: inout [UInt8]) {
        let end = bytes.firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
        bytes.removeLast(bytes.count - end)
    }
}

/// A refusal of the command itself, as text for people.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
