internal import Cryptography
internal import EntryCodec
public import TransparencyLog

/// What one node tells another about the logs it holds (`Protocols/sync.md`, "Held checkpoints"): the latest
/// checkpoint of each, and evidence against those that forked.
///
/// ```
/// kind    1   1 a checkpoint's note, 2 evidence of a fork
/// length  4
/// bytes   length
/// ```
/// repeated to the end.
public struct Gossip: Hashable, Sendable {
    public static let maximumByteCount = 1 << 20
    public static let maximumItems = 256

    public enum Item: Hashable, Sendable {
        case checkpoint(SignedNote)
        case evidence(ForkEvidence)
    }

    public let items: [Item]

    /// The first items that the limits have room for.
    public init(_ items: [Item]) {
        var total = 0
        self.items = Array(
            items.prefix(Self.maximumItems).prefix { item in
                total += 5 + Self.encode(item).bytes.count
                return total <= Self.maximumByteCount
            })
    }

    private static func encode(_ item: Item) -> (kind: UInt8, bytes: [UInt8]) {
        switch item {
        case .checkpoint(let note): (1, note.encoded)
        case .evidence(let evidence): (2, evidence.encoded)
        }
    }

    public var encoded: [UInt8] {
        var out: [UInt8] = []
        for (kind, bytes) in items.map(Self.encode) {
            out.append(kind)
            out += UInt32(bytes.count).bigEndianBytes
            out += bytes
        }
        return out
    }

    /// Throws `.malformedGossip`. Nothing in it is verified yet.
    public init(parsing bytes: [UInt8]) throws(ReplicationError) {
        func refuse(_ reason: String) -> ReplicationError { ReplicationError(.malformedGossip, reason) }
        guard bytes.count <= Self.maximumByteCount else {
            throw refuse("held checkpoints have at most \(Self.maximumByteCount) bytes")
        }
        var reader = ByteReader(bytes)
        var items: [Item] = []
        while !reader.isAtEnd {
            guard items.count < Self.maximumItems else { throw refuse("more than \(Self.maximumItems) items") }
            guard let kind = reader.integer(UInt8.self), let length = reader.integer(UInt32.self),
                let bytes = reader.bytes(Int(length))
            else { throw refuse("ends inside an item") }
            do {
                switch kind {
                case 1: items.append(.checkpoint(try SignedNote(parsing: bytes)))
                case 2: items.append(.evidence(try ForkEvidence(parsing: bytes)))
                default: throw refuse("an item of kind \(kind)")
                }
            } catch let error as TransparencyLogError {
                throw refuse(error.reason)
            } catch let error as ReplicationError {
                throw refuse(error.reason)
            } catch {
                throw refuse("not an item")
            }
        }
        self.items = items
    }
}

extension SignedNote {
    /// The name of the log that this note says it is of: its first line. Nothing is verified.
    public var claimedOrigin: String {
        String(Substring(text.utf8.prefix { $0 != UInt8(ascii: "\n") }))
    }

    /// With the signatures of these names only: what is worth telling others.
    public func signed(byOnly names: [String]) -> SignedNote {
        SignedNote(
            text: text, signatures: signatures.filter { line in names.contains { line.name.isSameOrigin(as: $0) } })
    }
}
