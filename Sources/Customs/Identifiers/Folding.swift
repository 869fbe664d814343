/// What people type, reduced to the few characters that identifiers are made of.
enum Folding {
    /// As ASCII, without white space and invisible characters. Nil with a character that has no ASCII twin.
    ///
    /// Twins are: the full-width forms, the decimal digits of every script, every dash (`-`), the dots and slashes of
    /// other scripts, and those Cyrillic and Greek letters that cannot be told from Latin ones on paper.
    static func ascii(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars where !isInvisible(scalar) {
            guard let byte = neutralTwin(scalar) ?? lookAlikes[scalar] else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// Capital ASCII letters and digits alone. Nil with anything that is neither one of them nor a separator.
    static func alphanumerics(_ text: String) -> [UInt8]? {
        guard let bytes = ascii(text) else { return nil }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        for byte in bytes where !isSeparator(byte) {
            guard byte.isASCIILetter || byte.isASCIIDigit else { return nil }
            kept.append(byte.capital)
        }
        return kept
    }

    /// Capital letters of any script and ASCII digits. In ASCII altogether if every letter has a twin there: the
    /// plates of several countries are written in Cyrillic letters chosen for having one. Accents that are characters of
    /// their own are dropped. Nil with anything that is neither letter, digit nor separator.
    static func alphanumericsOfAnyScript(_ scalars: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar]? {
        var capitals: [Unicode.Scalar] = []
        for original in scalars where !isInvisible(original) {
            for scalar in original.properties.uppercaseMapping.unicodeScalars where !isMark(scalar) {
                guard let byte = neutralTwin(scalar) else {
                    guard scalar.properties.isAlphabetic else { return nil }
                    capitals.append(scalar)
                    continue
                }
                if isSeparator(byte) { continue }
                guard byte.isASCIILetter || byte.isASCIIDigit else { return nil }
                capitals.append(Unicode.Scalar(byte.capital))
            }
        }
        let latin = capitals.compactMap { $0.isASCII ? $0 : lookAlikes[$0].map { Unicode.Scalar($0) } }
        return latin.count == capitals.count ? latin : capitals
    }

    /// The same of a text that is all ASCII letters, digits, separators and white space, as most are; nil for others.
    static func alphanumericsOfASCII(_ text: String, without isFiller: (Unicode.Scalar) -> Bool) -> [UInt8]? {
        var capitals: [UInt8] = []
        capitals.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            guard byte < 0x80 else { return nil }
            let scalar = Unicode.Scalar(byte)
            if isFiller(scalar) || isInvisible(scalar) || isSeparator(byte) { continue }
            guard byte.isASCIILetter || byte.isASCIIDigit else { return nil }
            capitals.append(byte.capital)
        }
        return capitals
    }

    static func isSeparator(_ byte: UInt8) -> Bool { "-./_:#".utf8.contains(byte) }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            ? scalar == " " || ("\t"..."\r").contains(scalar)
            : scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    /// The ASCII character that means the same.
    private static func neutralTwin(_ scalar: Unicode.Scalar) -> UInt8? {
        if scalar.isASCII { return UInt8(scalar.value) }
        if (0xFF01...0xFF5E).contains(scalar.value) { return UInt8(scalar.value - 0xFEE0) }
        let properties = scalar.properties
        if properties.isDash { return UInt8(ascii: "-") }
        if properties.numericType == .decimal, let value = properties.numericValue {
            return UInt8(ascii: "0") + UInt8(value)
        }
        switch scalar {
        case "\u{B7}", "\u{2022}", "\u{3002}": return UInt8(ascii: ".")
        case "\u{2044}", "\u{2215}": return UInt8(ascii: "/")
        default: return nil
        }
    }

    /// Cyrillic letters, their small forms, and Greek capitals, each with the Latin letter that it looks like.
    private static let lookAlikes: [Unicode.Scalar: UInt8] = {
        let foreign = "АВЕКМНОРСТУХІЈЅ" + "авекмнорстухіјѕ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
        let latin = "ABEKMHOPCTYXIJS" + "ABEKMHOPCTYXIJS" + "ABEZHIKMNOPTYX"
        return Dictionary(uniqueKeysWithValues: zip(foreign.unicodeScalars, latin.utf8))
    }()
}

/// What may stand at a place of an identifier.
enum Slot {
    case letter, digit, either

    /// The character itself, or the one that was surely meant: nobody can tell 0 from O and 1 from I on a worn label.
    func fitted(_ byte: UInt8) -> UInt8? {
        switch self {
        case .either: byte
        case .letter where byte.isASCIILetter: byte
        case .digit where byte.isASCIIDigit: byte
        case .letter where byte == UInt8(ascii: "0"): UInt8(ascii: "O")
        case .letter where byte == UInt8(ascii: "1"): UInt8(ascii: "I")
        case .digit where byte == UInt8(ascii: "O"): UInt8(ascii: "0")
        case .digit where "IL".utf8.contains(byte): UInt8(ascii: "1")
        case .letter, .digit: nil
        }
    }
}

extension [UInt8] {
    /// Capital letters and digits, fitted to as many places of each kind. Nil when they do not fit.
    func fitted(to slots: (Slot, Int)...) -> [UInt8]? { fitted(to: slots) }

    func fitted(to slots: [(Slot, Int)]) -> [UInt8]? {
        guard slots.reduce(0, { $0 + $1.1 }) == count else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        for (slot, width) in slots {
            for byte in self[result.count..<result.count + width] {
                guard let byte = slot.fitted(byte) else { return nil }
                result.append(byte)
            }
        }
        return result
    }

    /// Without a word that people write in front, if more follows it.
    func dropping(prefix: String) -> [UInt8] {
        starts(with: prefix.utf8) && count > prefix.utf8.count ? Array(dropFirst(prefix.utf8.count)) : self
    }
}

extension Collection<UInt8> {
    /// Bytes that are ASCII by construction.
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension UInt8 {
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isASCIILetter: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(capital) }
    var capital: UInt8 { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) ? self - 0x20 : self }
    /// Of an ASCII digit.
    var digitValue: Int { Int(self) - 0x30 }
    /// Of an ASCII digit, or of a capital letter as ISO/IEC 7064, ISO 13616 and ICAO count them: A is 10, Z is 35.
    var alphanumericValue: Int { isASCIIDigit ? digitValue : Int(self) - 0x37 }
}

extension IdentifierScheme {
    /// What every scheme does first: bounds the input and folds it to capital letters and digits.
    static func reading(of text: String, _ body: ([UInt8]) -> IdentifierReading) -> IdentifierReading {
        if let why = refusal(of: text) { return .malformed(why: why) }
        guard let characters = Folding.alphanumerics(text) else {
            return .malformed(why: "has a character that is neither a letter, a digit nor a separator")
        }
        return characters.isEmpty ? .malformed(why: "is empty") : body(characters)
    }

    /// Why a text is not even looked at.
    static func refusal(of text: String) -> String? {
        text.utf8.count > maximumIdentifierInputByteCount
            ? "is longer than \(maximumIdentifierInputByteCount) bytes" : nil
    }

    /// `valid`, or `doubtful` when something speaks against it.
    static func outcome(_ text: String, doubt: String?) -> IdentifierReading {
        doubt.map { .doubtful(text, why: $0) } ?? .valid(text)
    }
}
