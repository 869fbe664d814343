import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct KeyringTests {
    let cheap = try! PassphraseHashing(passes: 1, memoryKiB: 8, salt: [UInt8](repeating: 5, count: 16))

    private func passphrase(_ text: String) throws -> Unlock {
        var bytes = Array(text.utf8)
        return .passphrase(try SecretBytes(moving: &bytes))
    }

    private func code(_ bytes: [UInt8], _ unlock: Unlock, node: UInt8 = 1) -> StorageError.Code? {
        StorageTests.code {
            _ = try Keyring(decoding: bytes, nodeID: [UInt8](repeating: node, count: 16), unlock: unlock)
        }
    }

    @Test func roundTrip() throws {
        var keyring = try makeKeyring()
        try keyring.addKey(nowMilliseconds: 2)
        for unlock in [try passphrase("open sesame"), .keyFile(try .generate())] {
            let bytes = try keyring.encode(for: unlock, hashing: cheap)
            let opened = try Keyring(decoding: bytes, nodeID: keyring.nodeID, unlock: unlock)
            #expect(opened.keys.map(\.id) == [1, 2] && opened.active.id == 2)
            #expect(opened.keys.map(\.createdMilliseconds) == [1, 2])
            for (one, other) in zip(opened.keys, keyring.keys) {
                #expect(one.key.secret.isEqual(to: other.key.secret))
            }
        }
    }

    @Test func eachRefusalIsItsOwn() throws {
        let unlock = try passphrase("open sesame")
        let keyFile = Unlock.keyFile(try .generate())
        let bytes = try makeKeyring().encode(for: unlock, hashing: cheap)
        #expect(code(bytes, unlock) == nil)
        #expect(code(bytes, try passphrase("open sesamf")) == .wrongPassphrase)
        #expect(code(bytes, keyFile) == .wrongUnlockMethod)
        #expect(code(bytes, unlock, node: 2) == .keyringOfAnotherNode)
        let byKeyFile = try makeKeyring().encode(for: keyFile)
        #expect(code(byKeyFile, keyFile) == nil)
        #expect(code(byKeyFile, .keyFile(try .generate())) == .wrongPassphrase)
        #expect(code(byKeyFile, unlock) == .wrongUnlockMethod)
        for count in [0, 10, bytes.count - 1] { #expect(code(Array(bytes[..<count]), unlock) == .keyringDamaged) }
    }

    @Test func everyFlippedBitIsDamage() throws {
        let unlock = Unlock.keyFile(try .generate())
        let bytes = try makeKeyring().encode(for: unlock)
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(code(changed, unlock) == .keyringDamaged, "bit \(bit)")
        }
    }

    /// A checksum is easily made right again; what it covers is authenticated as well.
    @Test func forgedHeadersAreRefused() throws {
        let unlock = try passphrase("open sesame")
        let bytes = try makeKeyring().encode(for: unlock, hashing: cheap)
        for position in 8..<bytes.count - 32 {
            var changed = Array(bytes.dropLast(32))
            changed[position] ^= 1
            changed += Digest.sha256(changed).bytes
            #expect(throws: (any Error).self, "byte \(position)") {
                try Keyring(decoding: changed, nodeID: Array(changed[8..<24]), unlock: unlock)
            }
        }
    }
}

@Suite struct FileTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test func replacing() throws {
        let files = LocalFiles()
        let path = directory["secret"]
        try files.replace(path, with: [1, 2, 3], mode: 0o600)
        try files.replace(path, with: [4], mode: 0o600)
        #expect(try Files.readSecret(path, limit: 10) == [4])
        #expect(try Files.list(directory.path) == ["secret"])
        #expect(throws: StorageError(.missing, "")) { try files.replace(directory["no/such"], with: [1], mode: 0o600) }
        #expect(throws: StorageError(.missing, "")) { try Files.read(directory["none"], limit: 10) }
        #expect(throws: StorageError(.tooLarge, "")) {
            try files.replace(path, with: [UInt8](repeating: 0, count: 11), mode: 0o600)
            _ = try Files.read(path, limit: 10)
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o601])
    func wideModesAreRefused(mode: mode_t) throws {
        let path = directory["secret"]
        try LocalFiles().replace(path, with: [1], mode: mode)
        #expect(throws: StorageError(.permissionsTooWide, "")) { try Files.readSecret(path, limit: 10) }
        chmod(path, 0o600)
        #expect(try Files.readSecret(path, limit: 10) == [1])
    }

    @Test func directories() throws {
        let files = LocalFiles()
        try files.createDirectory(directory["a/b/c"], mode: 0o755)
        try files.createDirectory(directory["a/b/c"], mode: 0o755)
        try files.stage(directory["a/b/c/file"], with: [1])
        try files.sync(directory: directory.path)
        #expect(throws: StorageError.self) { try files.createDirectory(directory["a/b/c/file/d"], mode: 0o755) }
        try files.remove(directory["a"])
        try files.remove(directory["a"])
        #expect(!Files.exists(directory["a"]))
    }

    @Test func oneHolderOfALock() throws {
        let path = directory["lock"]
        let held = try DirectoryLock(path)
        do {
            _ = try DirectoryLock(path)
            Issue.record("taken twice")
        } catch {
            #expect(error.code == .inUse && error.reason.contains("\(getpid())"))
        }
        withExtendedLifetime(held) {}
    }

    @Test func theLockEndsWithItsHolder() throws {
        do { _ = try DirectoryLock(directory["lock"]) }
        _ = try DirectoryLock(directory["lock"])
    }
}
