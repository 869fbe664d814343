import Foundation
import TestSupport
import Testing

@testable import Cryptography

/// The construction against vectors that another implementation made, and its own edges.
@Suite struct ChunkedEncryptionTests {
    struct Case: Decodable {
        struct Part: Decodable {
            let bytes, of: String?
            let from, to: Int?
        }
        let name, outcome, key, context, messageSHA256: String
        let messageByteCount: Int
        let salt, contentSHA256, message: String?
        let contentByteCount: Int?
        let parts: [Part]?
    }

    private func symmetric(_ hex: String) throws -> SymmetricKey {
        var bytes = Hex.decode(hex)!
        return try SymmetricKey(SecretBytes(moving: &bytes))
    }

    private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }

    private func outcome(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "ok"
        } catch {
            return (error as? CryptographyError)?.code.rawValue ?? "\(error)"
        }
    }

    @Test func vectors() throws {
        var good: [String: [UInt8]] = [:]
        for test in try Places.vectors("chunked-encryption", Case.self) {
            let key = try symmetric(test.key)
            let context = Hex.decode(test.context)!
            let message: [UInt8]
            if let count = test.contentByteCount {
                let encryptor = try ChunkedEncryptor(key: key, context: context, salt: Hex.decode(test.salt!)!)
                message = try ChunkedEncryption.seal(content(count), with: encryptor)
                if let whole = test.message { #expect(Hex.encode(message) == whole, "\(test.name)") }
                #expect(Digest.sha256(content(count)).hex == test.contentSHA256, "\(test.name)")
                #expect(ChunkedEncryption.sealedByteCount(of: count) == message.count, "\(test.name)")
                #expect(ChunkedEncryption.byteCount(ofSealed: message.count) == count, "\(test.name)")
                good[test.name] = message
            } else {
                message = test.parts!.flatMap { part in
                    part.bytes.map { Hex.decode($0)! } ?? Array(good[part.of!]![part.from!..<part.to!])
                }
            }
            #expect(message.count == test.messageByteCount, "\(test.name)")
            #expect(Digest.sha256(message).hex == test.messageSHA256, "\(test.name)")
            let result = outcome {
                let opened = try ChunkedEncryption.open(message, key: key, context: context)
                #expect(opened == content(test.contentByteCount ?? -1), "\(test.name)")
            }
            #expect(result == test.outcome, "\(test.name)")
        }
        #expect(good.count >= 10)
    }

    @Test func chunksOpenInAnyOrder() throws {
        let key = try SymmetricKey.generate()
        let whole = content(5 * ChunkedEncryption.chunkByteCount + 77)
        let message = try ChunkedEncryption.seal(whole, key: key, context: [1])
        let header = Array(message[..<ChunkedEncryption.headerByteCount])
        var decryptor = try ChunkedDecryptor(key: key, context: [1], header: header)
        func chunk(_ index: Int) -> ArraySlice<UInt8> {
            message[ChunkedEncryption.sealedOffset(ofChunk: index)...].prefix(ChunkedEncryption.sealedChunkByteCount)
        }
        for index in [5, 2, 2, 0, 4, 1, 3] {
            let start = index * ChunkedEncryption.chunkByteCount
            let expected = whole[start..<min(start + ChunkedEncryption.chunkByteCount, whole.count)]
            #expect(try decryptor.open(chunk(index), index: index) == Array(expected))
        }
        // A failure does not spoil the decryptor, and leaves nothing of the chunk behind.
        #expect(outcome { _ = try decryptor.open(chunk(1), index: 2) } == "notAuthentic")
        var target = [UInt8](repeating: 9, count: ChunkedEncryption.chunkByteCount)
        let failed = outcome {
            try chunk(1).withUnsafeBytes { sealed in
                try target.withUnsafeMutableBytes { _ = try decryptor.open(sealed, index: 3, into: $0) }
            }
        }
        #expect(failed == "notAuthentic" && target.allSatisfy { $0 == 0 })
        #expect(try decryptor.open(chunk(1), index: 1).count == ChunkedEncryption.chunkByteCount)
        for bad in [[], [UInt8](repeating: 0, count: 15), [UInt8](repeating: 0, count: 16_401)] {
            #expect(outcome { _ = try decryptor.open(bad[...], index: 0) } == "notAuthentic")
        }
        #expect(outcome { _ = try decryptor.open(chunk(0), index: 1 << 38) } == "notAuthentic")
        #expect(outcome { _ = try decryptor.open(chunk(0), index: -1) } == "notAuthentic")
    }

    @Test func aShortChunkEndsTheMessage() throws {
        var encryptor = try ChunkedEncryptor(key: .generate(), context: [])
        _ = try encryptor.seal(content(ChunkedEncryption.chunkByteCount)[...])
        _ = try encryptor.seal([1, 2, 3][...])
        do {
            _ = try encryptor.seal([4][...])
            Issue.record("sealed a chunk after the last one")
        } catch {
            #expect(error == CryptographyError(.badParameters, ""))
        }
    }

    @Test func lengths() {
        let valid = Set((0...40_000).map(ChunkedEncryption.sealedByteCount(of:)))
        #expect(valid.count == 40_001)
        for count in 0...40_050 {
            let content = ChunkedEncryption.byteCount(ofSealed: count)
            #expect((content != nil) == valid.contains(count))
            if let content { #expect(ChunkedEncryption.sealedByteCount(of: content) == count) }
        }
        let longest = ChunkedEncryption.sealedByteCount(of: ChunkedEncryption.maximumByteCount)
        #expect(ChunkedEncryption.byteCount(ofSealed: longest) == ChunkedEncryption.maximumByteCount)
        #expect(ChunkedEncryption.byteCount(ofSealed: longest + 17) == nil)
    }

    @Test func noTwoMessagesAreSealedAlike() throws {
        let key = try SymmetricKey.generate()
        let sealed = try (0..<3).map { _ in try ChunkedEncryption.seal([1, 2, 3], key: key, context: []) }
        #expect(Set(sealed.map { Array($0[..<24]) }).count == 3)
    }

    @Test func runningDigest() {
        var digest = RunningDigest()
        #expect(digest.digest() == .sha256([]))
        let bytes = content(1000)
        for start in stride(from: 0, to: 1000, by: 100) {
            bytes[start..<start + 100].withUnsafeBytes { digest.update($0) }
            #expect(digest.digest() == .sha256(Array(bytes[..<(start + 100)])))
        }
    }
}
