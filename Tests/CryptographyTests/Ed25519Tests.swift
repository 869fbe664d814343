import Foundation
import TestSupport
import Testing

@testable import Cryptography

@Suite struct Ed25519Tests {
    struct Vector: Decodable {
        let number: Int
        let key: String
        let sig: String
        let msg: String
        let flags: [String]?
    }

    /// Every flag that the CCTV vectors know is refused, and nothing else is: `low_order_A`, `low_order_component_A`
    /// and `non_canonical_A` when the key is read, `low_order_R`, `non_canonical_R` and `low_order_residue` when the
    /// signature is checked, `low_order_component_R` by one or the other, `reencoded_k` since no such signature has
    /// canonical points.
    @Test(.enabled(if: Places.hasShared("vectors/ed25519.json"), "the CCTV vectors are not here"))
    func edgeCases() throws {
        let url = Places.shared.appendingPathComponent("vectors/ed25519.json")
        let vectors = try JSONDecoder().decode([Vector].self, from: Data(contentsOf: url))
        #expect(vectors.count == 914)
        var accepted = 0
        for vector in vectors {
            let key = try? VerifyingKey<LogRole>(Hex.decode(vector.key)!)
            let isValid = key?.isValid(Hex.decode(vector.sig)!, for: Array(vector.msg.utf8)) ?? false
            #expect(isValid == (vector.flags ?? []).isEmpty, "case \(vector.number): \(vector.flags ?? [])")
            accepted += isValid ? 1 : 0
        }
        #expect(accepted > 0)
    }

    /// RFC 8032, section 7.1, tests 1 to 3.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            """
            e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
            d25bf5f0595bbe24655141438e7a100b
            """
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            """
            92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
            387b2eaeb4302aeeb00d291612bb0c00
            """
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            """
            6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
            4a7c15e9716ed28dc027beceea1ec40a
            """
        ),
    ])
    func standard(seed: String, publicKey: String, message: String, signature: String) throws {
        var seed = Hex.decode(seed)!
        let key = try SigningKey<LogRole>(seed: SecretBytes(moving: &seed))
        let message = Hex.decode(message)!
        #expect(Hex.encode(key.verifyingKey.bytes) == publicKey)
        #expect(Hex.encode(key.sign(message)) == signature)
        #expect(key.verifyingKey.isValid(Hex.decode(signature)!, for: message))
        #expect(seed.allSatisfy { $0 == 0 }, "the seed was moved, so nothing of it stays behind")
    }

    @Test func everyBitCounts() throws {
        let key = try SigningKey<LogRole>.generate()
        let message = Array("a message".utf8)
        let signature = key.sign(message)
        for bit in 0..<signature.count * 8 {
            var changed = signature
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.verifyingKey.isValid(changed, for: message), "bit \(bit)")
        }
        #expect(!key.verifyingKey.isValid(signature, for: message + [0]))
        #expect(!key.verifyingKey.isValid(signature + [0], for: message))
        #expect(!key.verifyingKey.isValid([], for: message))
    }

    @Test func badKeysAreRefused() {
        for bytes in [[], [UInt8](repeating: 0, count: 31), [UInt8](repeating: 0, count: 33)] {
            #expect(throws: CryptographyError(.badPublicKey, "")) { try VerifyingKey<LogRole>(bytes) }
        }
    }
}
