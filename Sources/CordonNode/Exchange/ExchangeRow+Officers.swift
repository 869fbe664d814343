internal import Cryptography

/// Rows of what officers see of the exchange.
extension ExchangeRow {
    // MARK: Notices, newest first

    static let listKind: UInt8 = 5
    /// `~time ‖ stream ‖ number`.
    static let listPlaceByteCount = 20
    static let ours: UInt8 = 1
    static let partners: UInt8 = 2

    /// Written once, when the notice comes into its case. The time orders the list, and nothing else depends on it.
    static func listed(_ milliseconds: UInt64, _ stream: UInt64, _ number: UInt32) -> [UInt8] {
        [listKind] + (~milliseconds).bigEndianBytes + stream.bigEndianBytes + number.bigEndianBytes
    }

    static func listed(_ key: [UInt8]) -> (stream: UInt64, number: UInt32)? {
        guard key.count == 1 + listPlaceByteCount, let stream = UInt64(bigEndianBytes: key[9..<17]),
            let number = UInt32(bigEndianBytes: key[17...])
        else { return nil }
        return (stream, number)
    }

    // MARK: Facts

    static let factKind: UInt8 = 6

    static func fact(_ partner: UInt32, _ fact: UInt8, _ id: [UInt8]) -> [UInt8] {
        [factKind] + partner.bigEndianBytes + [fact] + id
    }

    static let erasureKind: UInt8 = 7

    static func erasureDue(_ day: UInt32, _ partner: UInt32, _ id: [UInt8]) -> [UInt8] {
        [erasureKind] + day.bigEndianBytes + partner.bigEndianBytes + id
    }
}
