internal import Cryptography
internal import EntryCodec

/// An envelope on its way to one recipient: which delivery to it this is, and which entry of the sender's log it
/// belongs to.
public struct Delivery: Hashable, Sendable {
    /// Grows from one delivery to this recipient to the next, from 1. Gaps mean nothing: a sender that had to be
    /// recovered goes on above every position it may have used.
    public let position: UInt64
    public let entryIndex: UInt64
    /// Empty where the sender has destroyed the envelope before it was fetched.
    public let envelope: [UInt8]

    public init(position: UInt64, entryIndex: UInt64, envelope: [UInt8]) {
        self.position = position
        self.entryIndex = entryIndex
        self.envelope = envelope
    }
}

/// How far deliveries from one partner have been taken in. Both numbers only grow, so that no delivery, and no entry
/// under another position, is taken twice.
public struct DeliveryCursor: Hashable, Sendable {
    /// The last position recorded; 0 before the first.
    public var position: UInt64
    /// The entry of that delivery; nil before the first.
    public var entryIndex: UInt64?

    public init(position: UInt64 = 0, entryIndex: UInt64? = nil) {
        self.position = position
        self.entryIndex = entryIndex
    }
}

/// Consecutive deliveries (`Protocols/sync.md`, "Deliveries").
///
/// ```
/// position     8   greater than the one before
/// entry index  8   greater than the one before
/// length       4
/// envelope     length
/// ```
/// repeated to the end of the page. No bytes at all is an empty page.
public enum DeliveryPage {
    public static let headerByteCount = 20

    public static func append(_ delivery: Delivery, to page: inout [UInt8]) {
        page += delivery.position.bigEndianBytes
        page += delivery.entryIndex.bigEndianBytes
        page += UInt32(delivery.envelope.count).bigEndianBytes
        page += delivery.envelope
    }

    public static func encode(_ deliveries: some Sequence<Delivery>) -> [UInt8] {
        var page: [UInt8] = []
        for delivery in deliveries { append(delivery, to: &page) }
        return page
    }

    /// The deliveries that follow `cursor`. Throws `.malformedDeliveries` unless the page is whole, positions and
    /// entries only go on, and no envelope is longer than `maximumEnvelopeByteCount`.
    public static func parse(
        _ page: [UInt8], after cursor: DeliveryCursor, maximumEnvelopeByteCount: Int
    ) throws(ReplicationError) -> [Delivery] {
        func refuse(_ reason: String) -> ReplicationError { ReplicationError(.malformedDeliveries, reason) }
        var reader = ByteReader(page)
        var deliveries: [Delivery] = []
        var last = cursor
        while !reader.isAtEnd {
            guard let position = reader.integer(UInt64.self), let index = reader.integer(UInt64.self),
                let length = reader.integer(UInt32.self)
            else { throw refuse("ends inside a delivery") }
            guard length <= maximumEnvelopeByteCount else {
                throw refuse("an envelope of more than \(maximumEnvelopeByteCount) bytes")
            }
            guard let envelope = reader.bytes(Int(length)) else { throw refuse("ends inside an envelope") }
            guard position > last.position else { throw refuse("position \(position) behind \(last.position)") }
            guard last.entryIndex.map({ index > $0 }) ?? true else {
                throw refuse("delivery \(position) goes back in the log")
            }
            last = DeliveryCursor(position: position, entryIndex: index)
            deliveries.append(Delivery(position: position, entryIndex: index, envelope: envelope))
        }
        return deliveries
    }
}
