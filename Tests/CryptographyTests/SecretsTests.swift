import Foundation
import TestSupport
import Testing

@testable import Cryptography

@Suite struct SecretsTests {
    @Test func secretsDoNotPrint() throws {
        var bytes = Array("do not print me".utf8)
        let secret = try SecretBytes(moving: &bytes)
        let key = try SigningKey<LogRole>.generate()
        var dumped = ""
        dump((secret, key, Optional(secret), [key]), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains("do not print me"))
            #expect(text.contains("redacted") || text.contains("SecretBytes"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty && Mirror(reflecting: key).children.isEmpty)
        #expect(bytes.allSatisfy { $0 == 0 })
    }

    /// Guarded memory is read-only once filled, and gone once freed: both are the process's end.
    @Test func secretMemoryIsGuarded() async {
        await #expect(processExitsWith: .failure) {
            let secret = try SecretBytes.random(count: 32)
            secret.withUnsafeBytes { UnsafeMutableRawBufferPointer(mutating: $0)[0] = 1 }
        }
        await #expect(processExitsWith: .failure) {
            var pointer: UnsafeRawBufferPointer?
            try SecretBytes.random(count: 32).withUnsafeBytes { pointer = $0 }
            print(pointer![0])
        }
    }

    @Test func sealing() throws {
        let key = try SymmetricKey.generate()
        var plaintext = Array("plain".utf8)
        let secret = try SecretBytes(moving: &plaintext)
        let sealed = key.seal(secret, associatedData: [1, 2, 3])
        #expect(sealed.count == 5 + SymmetricKey.sealingOverhead)
        #expect(try key.open(sealed, associatedData: [1, 2, 3]).isEqual(to: secret))
        #expect(key.seal(secret, associatedData: [1, 2, 3]) != sealed, "the nonce is fresh each time")

        let refusal = CryptographyError(.notAuthentic, "")
        for bit in 0..<sealed.count * 8 {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: refusal) { try key.open(changed, associatedData: [1, 2, 3]) }
        }
        for count in 0..<sealed.count {
            #expect(throws: refusal) { try key.open(Array(sealed[..<count]), associatedData: [1, 2, 3]) }
        }
        #expect(throws: refusal) { try key.open(sealed, associatedData: [1, 2]) }
        #expect(throws: refusal) { try SymmetricKey.generate().open(sealed, associatedData: [1, 2, 3]) }
    }

    @Test func passphrases() throws {
        let hashing = try PassphraseHashing(passes: 1, memoryKiB: 8, salt: [UInt8](repeating: 7, count: 16))
        func key(_ text: String) throws -> SymmetricKey {
            var bytes = Array(text.utf8)
            return try hashing.key(for: SecretBytes(moving: &bytes))
        }
        #expect(try key("one").secret.isEqual(to: key("one").secret))
        #expect(try !key("one").secret.isEqual(to: key("two").secret))
        #expect(throws: CryptographyError(.badParameters, "")) {
            try PassphraseHashing(passes: 1, memoryKiB: 4 << 20, salt: [UInt8](repeating: 7, count: 16))
        }
        #expect(throws: CryptographyError(.badParameters, "")) {
            try PassphraseHashing(passes: 0, memoryKiB: 8, salt: [UInt8](repeating: 7, count: 16))
        }
    }

    @Test func keyFiles() throws {
        let node = [UInt8](repeating: 9, count: 16)
        let wrapping = try SymmetricKey.generate()
        let key = try SigningKey<LogRole>.generate()
        let sealed = SealedKey(
            key, slot: 1, nodeID: node, masterKeyID: 3, wrappingKey: wrapping, createdMilliseconds: 1_700_000_000_000)
        #expect(sealed.encoded.count == SealedKey.byteCount)
        let read = try SealedKey(encoded: sealed.encoded)
        #expect(read == sealed && read.masterKeyID == 3 && read.createdMilliseconds == 1_700_000_000_000)
        let opened = try read.open(as: LogRole.self, slot: 1, nodeID: node, wrappingKey: wrapping)
        #expect(opened.verifyingKey == key.verifyingKey)

        let wrongFile = CryptographyError(.wrongKeyFile, "")
        #expect(throws: wrongFile) {
            try read.open(as: WitnessRole.self, slot: 1, nodeID: node, wrappingKey: wrapping)
        }
        #expect(throws: wrongFile) { try read.open(as: LogRole.self, slot: 2, nodeID: node, wrappingKey: wrapping) }
        #expect(throws: wrongFile) {
            try read.open(
                as: LogRole.self, slot: 1, nodeID: [UInt8](repeating: 8, count: 16), wrappingKey: wrapping)
        }
        #expect(throws: CryptographyError(.notAuthentic, "")) {
            try read.open(as: LogRole.self, slot: 1, nodeID: node, wrappingKey: .generate())
        }
        for bit in 0..<sealed.encoded.count * 8 {
            var changed = sealed.encoded
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CryptographyError.self, "bit \(bit)") {
                try SealedKey(encoded: changed).open(as: LogRole.self, slot: 1, nodeID: node, wrappingKey: wrapping)
            }
        }
    }
}

@Suite struct EncodingTests {
    @Test func base64HasOneEncoding() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
            #expect(Base64.encode(bytes) == Data(bytes).base64EncodedString())
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        for bad in ["A", "AA", "AAA", "AB==", "AAB=", "AA==\n", " AA==", "AA= =", "AA===", "A-==", "AA=A", "=AAA"] {
            #expect(Base64.decode(bad) == nil, "\(bad)")
        }
    }

    /// libsodium's decoder takes some bytes above 127 for digits.
    @Test func base64IsASCII() {
        for byte: UInt8 in 128...255 {
            for position in 0..<4 {
                var text = Array("AAAA".utf8)
                text[position] = byte
                #expect(Base64.decode(text) == nil, "byte \(byte) at \(position)")
            }
        }
    }

    @Test func hexIsLowerCase() {
        #expect(Hex.encode([0, 255, 16]) == "00ff10")
        #expect(Hex.decode("00ff10") == [0, 255, 16])
        for bad in ["0", "0g", "FF", " 0"] { #expect(Hex.decode(bad) == nil) }
    }

    @Test func bigEndian() {
        #expect(UInt32(0x0102_0304).bigEndianBytes == [1, 2, 3, 4])
        #expect(UInt32(bigEndianBytes: [1, 2, 3, 4]) == 0x0102_0304)
        #expect(UInt32(bigEndianBytes: [1, 2, 3]) == nil)
    }
}
