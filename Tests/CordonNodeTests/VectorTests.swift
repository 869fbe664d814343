import Cryptography
import Foundation
import Storage
import TestSupport
import Testing

@testable import CordonNode

/// The project's own vectors of the watermark, made by another implementation.
@Suite struct VectorTests {
    struct Case: Decodable {
        let name, outcome, slot, masterKey: String
        let logID: UInt8
        let masterKeyID: UInt32
        let size: UInt64?
        let root: String?
    }

    @Test func watermarks() throws {
        for test in try Places.vectors("watermark", Case.self) {
            var bytes = Hex.decode(test.masterKey)!
            let key = try SymmetricKey(SecretBytes(moving: &bytes))
            let slot = try Watermark.parse(Hex.decode(test.slot)!, LogID(rawValue: test.logID)!) {
                $0 == test.masterKeyID ? key : nil
            }
            #expect((slot == nil ? "absent" : "ok") == test.outcome, "\(test.name)")
            #expect(slot?.size == test.size && slot?.root.hex == test.root, "\(test.name)")
        }
    }
}
