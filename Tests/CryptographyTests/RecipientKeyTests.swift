import Foundation
import TestSupport
import Testing

@testable import Cryptography

@Suite struct RecipientKeyTests {
    struct Case: Decodable {
        let name, outcome, kind: String
        let seed, publicKey, id, info, sealed, plaintext: String?
    }

    private func key(_ seed: String) throws -> RecipientKey {
        var bytes = Hex.decode(seed)!
        return try RecipientKey(seed: SecretBytes(moving: &bytes))
    }

    private func outcome(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "ok"
        } catch {
            return (error as? CryptographyError)?.code.rawValue ?? "\(error)"
        }
    }

    @Test func vectors() throws {
        for test in try Places.vectors("recipient-keys", Case.self) {
            let result = outcome {
                switch test.kind {
                case "keyPair":
                    let key = try key(test.seed!).publicKey
                    #expect(Hex.encode(key.bytes) == test.publicKey, "\(test.name)")
                    #expect(key.id.description == test.id, "\(test.name)")
                    #expect(try RecipientPublicKey(key.bytes) == key, "\(test.name)")
                case "publicKey":
                    #expect(try RecipientPublicKey(Hex.decode(test.publicKey!)!).id.description == test.id)
                case "opening":
                    let opened = try key(test.seed!).open(Hex.decode(test.sealed!)!, info: Hex.decode(test.info!)!)
                    #expect(opened.withUnsafeBytes { Hex.encode($0) } == test.plaintext, "\(test.name)")
                default: Issue.record("an unknown kind: \(test.kind)")
                }
            }
            #expect(result == test.outcome, "\(test.name)")
        }
    }

    @Test func whatIsSealedToAKeyOpensWithItAndWithNoOther() throws {
        let (ours, theirs) = (try RecipientKey.generate(), try RecipientKey.generate())
        let secret = try SecretBytes.random(count: 32)
        let sealed = try ours.publicKey.seal(secret, info: [1])
        #expect(sealed.count == 32 + RecipientPublicKey.sealingOverhead)
        #expect(try ours.open(sealed, info: [1]).isEqual(to: secret))
        #expect(try ours.publicKey.seal(secret, info: [1]) != sealed)
        let refusal = CryptographyError(.notAuthentic, "")
        #expect(throws: refusal) { try theirs.open(sealed, info: [1]) }
        #expect(throws: refusal) { try ours.open(sealed, info: [2]) }
        #expect(throws: refusal) { try ours.open(sealed.dropLast(), info: [1]) }
    }

    @Test func aKeyPairIsItsSeed() throws {
        let key = try RecipientKey.generate()
        #expect(try RecipientKey(seed: key.seed).publicKey == key.publicKey)
        #expect(throws: CryptographyError(.badParameters, "")) { try RecipientKey(seed: .random(count: 31)) }
    }

    @Test func descriptionsRevealNothing() throws {
        let key = try RecipientKey.generate()
        let seed = key.seed.withUnsafeBytes { Hex.encode($0) }
        var text = ""
        dump(key, to: &text)
        #expect(!text.contains(seed) && text.contains("redacted"))
        #expect("\(key)" == "RecipientKey(redacted)")
    }

    /// HKDF-Expand alone (RFC 5869, section 2.3), against the second step of the RFC's first test case.
    @Test func commitmentIsHKDFExpand() throws {
        var prk = Hex.decode("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")!
        let key = try SymmetricKey(SecretBytes(moving: &prk))
        let commitment = try key.commitment(Hex.decode("f0f1f2f3f4f5f6f7f8f9")!)
        #expect(commitment.hex == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
    }
}
