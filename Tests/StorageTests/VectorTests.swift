import CRocksDB
import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Storage

/// The project's own vectors of keyrings and encrypted files, made by another implementation.
@Suite struct VectorTests {
    struct KeyringCase: Decodable {
        struct Key: Decodable {
            let id: UInt32
            let createdMilliseconds: UInt64
            let key: String
        }
        let name, outcome, file, nodeID, unlock: String
        let keyFile, passphrase: String?
        let keys: [Key]?
    }

    private func secret(_ bytes: [UInt8]) throws -> SecretBytes {
        var bytes = bytes
        return try SecretBytes(moving: &bytes)
    }

    @Test func keyrings() throws {
        for test in try Places.vectors("keyring", KeyringCase.self) {
            let unlock: Unlock =
                test.unlock == "keyFile"
                ? .keyFile(try SymmetricKey(secret(Hex.decode(test.keyFile!)!)))
                : .passphrase(try secret(Array(test.passphrase!.utf8)))
            var keyring: Keyring?
            let code = code {
                keyring = try Keyring(
                    decoding: Hex.decode(test.file)!, nodeID: Hex.decode(test.nodeID)!, unlock: unlock)
            }
            #expect((code?.rawValue ?? (keyring == nil ? "another error" : "ok")) == test.outcome, "\(test.name)")
            guard test.outcome == "ok", let keyring else { continue }
            #expect(keyring.keys.map(\.id) == test.keys!.map(\.id), "\(test.name)")
            #expect(keyring.keys.map(\.createdMilliseconds) == test.keys!.map(\.createdMilliseconds))
            for (key, expected) in zip(keyring.keys, test.keys!) {
                #expect(key.key.secret.withUnsafeBytes { Hex.encode($0) } == expected.key, "\(test.name)")
            }
        }
    }

    struct CipherCase: Decodable {
        let name, masterKey, salt, plaintext, ciphertext: String
        let offset: UInt64
    }

    @Test func encryptedFiles() throws {
        for test in try Places.vectors("file-cipher", CipherCase.self) {
            var bytes = Hex.decode(test.plaintext)!
            let count = bytes.count
            #expect(
                cordon_file_cipher_apply(
                    Hex.decode(test.masterKey)!, Hex.decode(test.salt)!, test.offset, &bytes, count) == 0)
            #expect(Hex.encode(bytes) == test.ciphertext, "\(test.name)")
        }
    }

    /// What RocksDB wrote is what the vectors' construction says: the start of every file is as described.
    @Test func filesOnDisk() throws {
        let directory = try TemporaryDirectory()
        var bytes = [UInt8](repeating: 3, count: 32)
        let node = [UInt8](repeating: 1, count: 16)
        let keyring = try Keyring(nodeID: node, nowMilliseconds: 1)
        do { _ = try makeDatabase(directory["db"], keyring) }
        keyring.active.key.secret.withUnsafeBytes { bytes = [UInt8]($0) }
        let current = try TestSupport.bytes(of: directory["db"] + "/CURRENT")
        var content = Array(current[4096...])
        let count = content.count
        #expect(cordon_file_cipher_apply(bytes, Array(current[12..<44]), 4096, &content, count) == 0)
        #expect(String(decoding: content, as: UTF8.self).hasPrefix("MANIFEST-"))
        #expect(current[60..<4096].allSatisfy { $0 == 0 })
    }
}
