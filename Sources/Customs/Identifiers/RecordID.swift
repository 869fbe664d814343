/// The name that a record is known by among officers, on labels and over the telephone.
///
///     VN-S-4F7Q2-10
///     VN             the country that made it (ISO 3166-1 alpha-2)
///        S           what it is: `Kind`
///          4F7Q2     its number in Crockford's base 32, five symbols at least and thirteen at most
///                10  ISO/IEC 7064 MOD 97-10 over all before it but the hyphens, letters counted as in an IBAN
///
/// The check digits find a wrong letter among letters, a wrong digit among digits, and neighbours swapped, but for the
/// three swaps that `Mod97` names; a letter taken for a digit goes unnoticed once in about a hundred times. Read
/// aloud, O and 0 are the same, and so are I, L and 1.
public struct RecordID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public enum Kind: Character, Hashable, Sendable, CaseIterable {
        case caseFile = "C"
        case seizure = "S"
        case exhibit = "E"
        case task = "T"
        case attachment = "A"
        case request = "R"
        case officer = "O"
        case figure = "I"
        case notice = "N"
    }

    /// Two capital letters.
    public let country: String
    public let kind: Kind
    public let number: UInt64

    static let symbolCounts = 5...13

    /// `country` is two capital ASCII letters.
    public init(country: String, kind: Kind, number: UInt64) {
        precondition(
            country.utf8.count == 2 && country.utf8.allSatisfy { $0.isASCIILetter && $0 == $0.capital },
            "a country is two capital letters")
        self.country = country
        self.kind = kind
        self.number = number
    }

    /// Accepts what `description` writes and nothing else.
    public init?(parsing text: String) {
        guard Self.symbolCounts.contains(text.utf8.count - 8) else { return nil }
        let bytes = Array(text.utf8)
        guard bytes[..<2].allSatisfy({ $0.isASCIILetter && $0 == $0.capital }),
            let kind = Kind(rawValue: Character(Unicode.Scalar(bytes[3]))),
            let number = Self.number(of: bytes[5...].dropLast(3))
        else { return nil }
        self.init(country: bytes[..<2].text, kind: kind, number: number)
        guard description.utf8.elementsEqual(bytes) else { return nil }
    }

    /// Accepts what `read` calls valid.
    public init?(reading text: String) {
        guard case .success(let (id, check)) = Self.parse(text), check == id.checkDigits else { return nil }
        self = id
    }

    public var description: String { spelled() }

    public static func < (a: Self, b: Self) -> Bool {
        (a.country, a.kind.rawValue, a.number) < (b.country, b.kind.rawValue, b.number)
    }

    /// With these check digits, or else the right ones.
    private func spelled(check: [UInt8]? = nil) -> String {
        let hyphen = UInt8(ascii: "-")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        bytes += country.utf8
        bytes += [hyphen, kind.rawValue.asciiValue!, hyphen]
        appendSymbols(to: &bytes)
        let digits = check ?? Mod97.checkDigits(of: bytes.lazy.filter { $0 != hyphen })
        bytes.append(hyphen)
        bytes += digits
        return bytes.text
    }

    private var checkDigits: [UInt8] { Array(spelled().utf8.suffix(2)) }
}

// MARK: The number

extension RecordID {
    /// Crockford's alphabet: no I, L, O, U.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    private static let symbolValues: [UInt64?] = {
        var values = [UInt64?](repeating: nil, count: 256)
        for (value, symbol) in alphabet.enumerated() { values[Int(symbol)] = UInt64(value) }
        for (symbol, value) in zip("OIL".utf8, [0, 1, 1] as [UInt64]) { values[Int(symbol)] = value }
        return values
    }()

    /// Big-endian, filled up with zeros.
    private func appendSymbols(to bytes: inout [UInt8]) {
        let significant = (UInt64.bitWidth - number.leadingZeroBitCount + 4) / 5
        for place in (0..<max(significant, Self.symbolCounts.lowerBound)).reversed() {
            bytes.append(Self.alphabet[Int(number >> (5 * UInt64(place)) & 31)])
        }
    }

    /// Nil for a symbol outside the alphabet, and for a number beyond 64 bits.
    private static func number(of symbols: some Sequence<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for symbol in symbols {
            guard let value = symbolValues[Int(symbol)], number >> 59 == 0 else { return nil }
            number = number << 5 | value
        }
        return number
    }
}

// MARK: Reading

extension RecordID: IdentifierScheme {
    public static let name = "record"
    public static let source = "Cordon; Crockford base 32, ISO/IEC 7064 MOD 97-10"

    /// In any case, with or without hyphens and spaces, look-alikes put right. With wrong check digits it is doubtful,
    /// and spelled with them.
    public static func read(_ text: String) -> IdentifierReading {
        switch parse(text) {
        case .failure(let error): .malformed(why: error.why)
        case .success(let (id, check)):
            outcome(
                id.spelled(check: check),
                doubt: check == id.checkDigits ? nil : "its check digits would be \(id.checkDigits.text)")
        }
    }

    private struct Unreadable: Error {
        let why: String
    }

    /// The record's identifier and the check digits that were written with it.
    private static func parse(_ text: String) -> Result<(RecordID, check: [UInt8]), Unreadable> {
        func refuse(_ why: String) -> Result<(RecordID, check: [UInt8]), Unreadable> { .failure(Unreadable(why: why)) }
        if let why = refusal(of: text) { return refuse(why) }
        guard let characters = Folding.alphanumerics(text), symbolCounts.contains(characters.count - 5),
            let ends = Array(characters[..<3] + characters.suffix(2)).fitted(to: (.letter, 3), (.digit, 2))
        else { return refuse("is not of the form VN-S-4F7Q2-10") }
        guard let kind = Kind(rawValue: Character(Unicode.Scalar(ends[2]))) else {
            return refuse("\(ends[2...2].text) is no kind of record")
        }
        guard let number = number(of: characters[3...].dropLast(2)) else {
            return refuse("its third part is not a number in base 32")
        }
        return .success((RecordID(country: ends[..<2].text, kind: kind, number: number), Array(ends[3...])))
    }
}
