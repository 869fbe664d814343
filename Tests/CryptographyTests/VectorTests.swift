import Foundation
import TestSupport
import Testing

@testable import Cryptography

/// The project's own vectors of sealed key files, made by another implementation.
@Suite struct VectorTests {
    struct Case: Decodable {
        let name, outcome, file, role, nodeID, masterKey, wrappingKey: String
        let slot: UInt8
        let seed, publicKey: String?
        let masterKeyID: UInt32?
        let createdMilliseconds: UInt64?
    }

    private func key(_ hex: String) throws -> SymmetricKey {
        var bytes = Hex.decode(hex)!
        return try SymmetricKey(SecretBytes(moving: &bytes))
    }

    @Test func sealedKeys() throws {
        for test in try Places.vectors("sealed-key", Case.self) {
            let wrapping = try key(test.wrappingKey)
            #expect(try key(test.masterKey).subkey("cordon key file v1").secret.isEqual(to: wrapping.secret))
            func open<Role: KeyRole>(_ role: Role.Type) -> String {
                do {
                    let sealed = try SealedKey(encoded: Hex.decode(test.file)!)
                    let key = try sealed.open(
                        as: role, slot: test.slot, nodeID: Hex.decode(test.nodeID)!, wrappingKey: wrapping)
                    #expect(Hex.encode(key.verifyingKey.bytes) == test.publicKey, "\(test.name)")
                    #expect(key.withSeed { Hex.encode($0) } == test.seed, "\(test.name)")
                    #expect(sealed.masterKeyID == test.masterKeyID, "\(test.name)")
                    #expect(sealed.createdMilliseconds == test.createdMilliseconds, "\(test.name)")
                    return "ok"
                } catch {
                    return (error as? CryptographyError)?.code.rawValue ?? "\(error)"
                }
            }
            let result =
                switch test.role {
                case IdentityRole.name: open(IdentityRole.self)
                case ReleaseRole.name: open(ReleaseRole.self)
                case LogRole.name: open(LogRole.self)
                case WitnessRole.name: open(WitnessRole.self)
                case TLSRole.name: open(TLSRole.self)
                default: "an unknown role"
                }
            #expect(result == test.outcome, "\(test.name)")
        }
    }
}
