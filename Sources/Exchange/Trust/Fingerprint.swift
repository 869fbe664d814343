public import Cryptography

/// What two people read to each other to make sure that they hold the same card: 60 decimal digits in twelve groups of
/// five, for an authority's name prefix and identity key.
///
///     digest = SHA-256("cordon fingerprint v1\n" ‖ prefix ‖ "\n" ‖ identity key[32])
///     digits = digest as a big-endian number, modulo 10^60, with leading zeros
///
/// Groups of five digits, read aloud, are Signal's safety numbers (Marlinspike 2016). Those show 30 digits for each side
/// and stretch the hash 5,200 times; here all 60 are of one key, 199 bits, and nothing needs stretching.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    public static let groupCount = 12

    public let digest: Digest

    public init(_ identity: IdentityVerifier) {
        let context = Array("cordon fingerprint v1\n\(identity.prefix)\n".utf8)
        digest = Digest.sha256(context + identity.key.bytes)
    }

    init(digest: Digest) { self.digest = digest }

    /// Five digits each.
    public var groups: [String] {
        // Twelve divisions by 10^5 leave the groups as remainders, the last group first.
        var number = digest.bytes
        var groups: [String] = []
        for _ in 0..<Self.groupCount {
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(value / 100_000)
                remainder = value % 100_000
            }
            let digits = "\(remainder)"
            groups.append(String(repeating: "0", count: 5 - digits.utf8.count) + digits)
        }
        return groups.reversed()
    }

    /// The groups, with spaces between.
    public var description: String { groups.joined(separator: " ") }

    /// Whether `typed` is the whole of it, with spaces and hyphens anywhere.
    public func matches(_ typed: String) -> Bool {
        let digits = typed.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D, 0x2D].contains($0) }
        return digits.elementsEqual(groups.joined().utf8)
    }
}

/// A card's short form, for a QR code: it names the authority and binds its identity key, and nothing else of the card.
///
///     "CORDON1:" ‖ base 32 of (fingerprint digest[32] ‖ prefix ‖ check[4])
///     check = SHA-256("cordon short form v1\n" ‖ digest ‖ prefix)[:4]
///
/// Crockford's base 32, capital letters, the bits that are left over zero; all characters are of the QR code's
/// alphanumeric mode (ISO/IEC 18004).
public struct CardShortForm: Hashable, Sendable, CustomStringConvertible {
    public static let start = "CORDON1:"

    public let prefix: String
    public let fingerprint: Fingerprint

    public init(_ identity: IdentityVerifier) {
        prefix = identity.prefix
        fingerprint = Fingerprint(identity)
    }

    public var description: String {
        Self.start + Base32.encode(fingerprint.digest.bytes + Array(prefix.utf8) + check)
    }

    /// Throws `.malformedShortForm`. Accepts exactly what `description` writes.
    public init(parsing text: String) throws(TrustError) {
        let refusal = TrustError(.malformedShortForm, "not a card's short form, or mistyped")
        let limit = Self.start.utf8.count + 400
        guard text.utf8.count <= limit, text.utf8.starts(with: Self.start.utf8),
            let bytes = Base32.decode(text.utf8.dropFirst(Self.start.utf8.count)), bytes.count > Digest.byteCount + 4,
            let prefix = String(validating: bytes[32..<bytes.count - 4], as: UTF8.self), AuthorityPrefix.isValid(prefix)
        else { throw refusal }
        self.prefix = prefix
        fingerprint = Fingerprint(digest: Digest(bytes[..<32])!)
        guard check == bytes.suffix(4) else { throw refusal }
    }

    public func matches(_ card: AuthorityCard) -> Bool {
        card.prefix == prefix && card.fingerprint == fingerprint
    }

    private var check: [UInt8] {
        let bytes = Array("cordon short form v1\n".utf8) + fingerprint.digest.bytes + Array(prefix.utf8)
        return Array(Digest.sha256(bytes).bytes[..<4])
    }
}

/// Crockford's base 32, without check symbols and hyphens: five bits a symbol, big-endian, filled up with zero bits.
enum Base32 {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var symbols: [UInt8] = []
        var bits = 0
        var pending = 0
        for byte in bytes {
            pending = pending << 8 | Int(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                symbols.append(alphabet[pending >> bits & 31])
            }
            pending &= 1 << bits - 1
        }
        if bits > 0 { symbols.append(alphabet[pending << (5 - bits) & 31]) }
        return String(decoding: symbols, as: UTF8.self)
    }

    /// Nil when `symbols` is not the one encoding of some bytes.
    static func decode(_ symbols: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits = 0
        var pending = 0
        for symbol in symbols {
            guard let value = alphabet.firstIndex(of: symbol) else { return nil }
            pending = pending << 5 | value
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(pending >> bits & 255))
            }
            pending &= 1 << bits - 1
        }
        return bits < 5 && pending == 0 ? bytes : nil
    }
}
