/// The machine-readable zone of a passport or identity card (ICAO Doc 9303, parts 3 to 6).
///
///     TD1, cards        3 lines of 30   document, number | birth, sex, expiry, nationality | names
///     TD2, large cards  2 lines of 36   document, names | number, nationality, birth, sex, expiry
///     TD3, passports    2 lines of 44   as TD2
///
/// Visas (part 7) have other lines and are refused. A zone with a wrong check digit is read all the same, and
/// `wrongCheckDigits` says whose it is.
public struct MachineReadableZone: Hashable, Sendable {
    public enum Format: Hashable, Sendable { case td1, td2, td3 }

    /// What has a check digit.
    public enum Field: String, Hashable, Sendable, CaseIterable {
        case documentNumber, birthDate, expiryDate, optionalData, composite
    }

    public enum Sex: String, Hashable, Sendable { case female = "F", male = "M", unspecified = "<" }

    public let format: Format
    /// `P`, `ID`, `AC` and the like, without filler.
    public let documentCode: String
    /// The issuer and the holder's nationality as written, `VNM`, `D`, `UNO`: Doc 9303-3 section 5 adds to ISO 3166-1.
    public let issuer: String
    public let nationality: String
    public let documentNumber: String
    /// The part before `<<`, and the part after it, which may be empty.
    public let primaryName: String
    public let secondaryName: String
    public let birthDate: TwoDigitYearDate
    public let sex: Sex
    public let expiryDate: TwoDigitYearDate
    /// Personal numbers and what else the issuer likes, without filler.
    public let optionalData: String
    public let wrongCheckDigits: [Field]
    /// As it should stand on the document, joined by newlines.
    public let lines: [String]

    public var issuingCountry: CountryCode? { CountryCode(travelDocumentCode: issuer) }
    public var nationalityCountry: CountryCode? { CountryCode(travelDocumentCode: nationality) }
}

/// Six digits of a zone: the century has to be known from elsewhere. Parts of a birth date may be unknown.
public struct TwoDigitYearDate: Hashable, Sendable {
    public let year: Int?
    public let month: Int?
    public let day: Int?

    /// `YYYY-MM-DD`, in the latest year up to `latestYear` that ends in those two digits. Nil unless the date is
    /// complete and of the calendar.
    public func isoDate(latestYear: Int) -> String? {
        guard let year, let month, let day else { return nil }
        let whole = latestYear - ((latestYear - year) % 100 + 100) % 100
        let isLeap = whole % 4 == 0 && (whole % 100 != 0 || whole % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...9999).contains(whole), (1...12).contains(month), (1...days[month - 1]).contains(day) else {
            return nil
        }
        func padded(_ number: Int, _ width: Int) -> String {
            String(repeating: "0", count: width - String(number).count) + String(number)
        }
        return "\(padded(whole, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// Six digits, or `<<` for what is not known. Nil for anything else.
    fileprivate init?(_ bytes: ArraySlice<UInt8>) {
        let pairs = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { bytes[$0..<$0 + 2] }
        guard pairs.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) || $0.elementsEqual("<<".utf8) }) else { return nil }
        let numbers = pairs.map { Int($0.text) }
        (year, month, day) = (numbers[0], numbers[1], numbers[2])
    }
}

// MARK: Reading

/// Not a zone: why.
public struct MalformedZone: Error, Hashable {
    public let why: String
}

extension MachineReadableZone: IdentifierScheme {
    public static let name = "mrz"
    public static let source = "ICAO Doc 9303-3 to 9303-6"

    public static func read(_ text: String) -> IdentifierReading {
        do {
            let zone = try MachineReadableZone(parsing: text)
            let wrong = zone.wrongCheckDigits.map(\.rawValue).joined(separator: ", ")
            return outcome(
                zone.lines.joined(separator: "\n"), doubt: wrong.isEmpty ? nil : "wrong check digits: \(wrong)")
        } catch {
            return .malformed(why: error.why)
        }
    }

    /// Lines may be broken anywhere or not at all, and have spaces in them.
    public init(parsing text: String) throws(MalformedZone) {
        if let why = Self.refusal(of: text) { throw MalformedZone(why: why) }
        guard let folded = Folding.ascii(text.replacingGuillemets)?.map(\.capital),
            folded.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == filler })
        else { throw MalformedZone(why: "has a character that is not a letter, a digit or <") }
        guard let layout = Layout.all.first(where: { $0.lineLength * $0.lineCount == folded.count }) else {
            throw MalformedZone(why: "is not three lines of 30 characters, two of 36 or two of 44")
        }
        let zone = layout.repaired(folded)
        guard zone[0].isASCIILetter, zone[0] != UInt8(ascii: "V") else {
            throw MalformedZone(why: "is not the zone of a passport or identity card")
        }
        guard let birth = TwoDigitYearDate(zone[layout.birth]), let expiry = TwoDigitYearDate(zone[layout.expiry])
        else { throw MalformedZone(why: "has no dates where they belong") }
        guard let sex = Sex(rawValue: zone[layout.sex...layout.sex].text) else {
            throw MalformedZone(why: "has neither F, M nor < for the sex")
        }
        let names = zone[layout.names].text.separated(by: "<<")
        let number = layout.documentNumber(in: zone)

        format = layout.format
        documentCode = zone[0..<2].unfilled
        issuer = zone[2..<5].unfilled
        nationality = zone[layout.nationality].unfilled
        documentNumber = number.characters.unfilled
        primaryName = names.0.split(separator: "<").joined(separator: " ")
        secondaryName = names.1.split(separator: "<").joined(separator: " ")
        birthDate = birth
        self.sex = sex
        expiryDate = expiry
        optionalData = ([number.rest] + layout.otherOptional.map { zone[$0] }).map(\.unfilled).filter { !$0.isEmpty }
            .joined(separator: " ")
        wrongCheckDigits = layout.wrongCheckDigits(in: zone, number: number)
        lines = stride(from: 0, to: zone.count, by: layout.lineLength).map { zone[$0..<$0 + layout.lineLength].text }
    }
}

private let filler = UInt8(ascii: "<")

/// Where the fields of a format are, lines joined.
private struct Layout {
    let format: MachineReadableZone.Format
    let lineLength: Int
    let lineCount: Int
    /// The document number's nine places; its check digit follows.
    let number: Range<Int>
    let nationality: Range<Int>
    /// Six places each; a check digit follows.
    let birth: Range<Int>
    let sex: Int
    let expiry: Range<Int>
    let names: Range<Int>
    /// Into which a longer document number may run on.
    let optional: Range<Int>
    let otherOptional: [Range<Int>]
    /// The place of the optional data's own check digit: passports alone have one.
    let optionalCheck: Int?
    /// What the composite check digit, the second line's last, is over.
    let composite: [Range<Int>]

    /// Doc 9303-5 section 4.2.2, 9303-6 section 4.2.2, 9303-4 section 4.2.2.
    static let all = [
        Layout(
            format: .td1, lineLength: 30, lineCount: 3, number: 5..<14, nationality: 45..<48, birth: 30..<36, sex: 37,
            expiry: 38..<44, names: 60..<90, optional: 15..<30, otherOptional: [48..<59], optionalCheck: nil,
            composite: [5..<30, 30..<37, 38..<45, 48..<59]),
        Layout(
            format: .td2, lineLength: 36, lineCount: 2, number: 36..<45, nationality: 46..<49, birth: 49..<55, sex: 56,
            expiry: 57..<63, names: 5..<36, optional: 64..<71, otherOptional: [], optionalCheck: nil,
            composite: [36..<46, 49..<56, 57..<71]),
        Layout(
            format: .td3, lineLength: 44, lineCount: 2, number: 44..<53, nationality: 54..<57, birth: 57..<63, sex: 64,
            expiry: 65..<71, names: 5..<44, optional: 72..<86, otherOptional: [], optionalCheck: 86,
            composite: [44..<54, 57..<64, 65..<87]),
    ]

    private var compositeCheck: Int { 2 * lineLength - 1 }

    /// Digits that OCR took for letters, and the reverse, where only the one can be.
    func repaired(_ zone: [UInt8]) -> [UInt8] {
        var zone = zone
        func repair(_ indices: some Sequence<Int>, _ slot: Slot) {
            for index in indices { zone[index] = slot.fitted(zone[index]) ?? zone[index] }
        }
        repair([birth, expiry].joined(), .digit)
        repair([birth.upperBound, expiry.upperBound, compositeCheck] + (optionalCheck.map { [$0] } ?? []), .digit)
        repair([0..<1, 2..<5, nationality, names].joined(), .letter)
        return zone
    }

    /// The number, the check digit that stands with it, and the optional data that is not the number's.
    ///
    /// Doc 9303-5 section 4.2.2 note j (and 9303-6): a number of more than nine characters has a filler in the check
    /// digit's place and runs on in the optional data, its check digit last, then a filler.
    func documentNumber(
        in zone: [UInt8]
    ) -> (characters: ArraySlice<UInt8>, check: UInt8, rest: ArraySlice<UInt8>) {
        let check = zone[number.upperBound]
        let tail = zone[optional].prefix { $0 != filler }
        guard format != .td3, check == filler, tail.count >= 2, !zone[number].contains(filler) else {
            return (zone[number], check, zone[optional])
        }
        let whole = Array(zone[number]) + tail.dropLast()
        return (whole[...], tail.last!, zone[tail.endIndex..<optional.upperBound])
    }

    func wrongCheckDigits(
        in zone: [UInt8], number: (characters: ArraySlice<UInt8>, check: UInt8, rest: ArraySlice<UInt8>)
    ) -> [MachineReadableZone.Field] {
        func isRight(_ field: ArraySlice<UInt8>, at index: Int) -> Bool { checkDigit(of: field) == zone[index] }
        var wrong: [MachineReadableZone.Field] = []
        if checkDigit(of: number.characters) != number.check { wrong.append(.documentNumber) }
        if !isRight(zone[birth], at: birth.upperBound) { wrong.append(.birthDate) }
        if !isRight(zone[expiry], at: expiry.upperBound) { wrong.append(.expiryDate) }
        if let optionalCheck, !isRight(zone[optional], at: optionalCheck) {
            // Doc 9303-4 section 4.2.2: with nothing in the field, a filler will do.
            let mayBeFiller = zone[optional].allSatisfy { $0 == filler }
            if zone[optionalCheck] != filler || !mayBeFiller { wrong.append(.optionalData) }
        }
        if !isRight(composite.flatMap { zone[$0] }[...], at: compositeCheck) { wrong.append(.composite) }
        return wrong
    }
}

/// Doc 9303-3 section 4.9: weights 7, 3, 1; A is 10, Z is 35, the filler 0; modulo 10.
private func checkDigit(of field: ArraySlice<UInt8>) -> UInt8 {
    let weights = [7, 3, 1]
    let sum = field.enumerated().reduce(0) { sum, place in
        sum + (place.element == filler ? 0 : place.element.alphanumericValue) * weights[place.offset % 3]
    }
    return UInt8(ascii: "0") + UInt8(sum % 10)
}

extension Collection<UInt8> {
    /// Without the fillers at the end; those within are spaces.
    fileprivate var unfilled: String { text.split(separator: "<").joined(separator: " ") }
}

extension String {
    /// OCR takes two fillers for one quotation mark.
    fileprivate var replacingGuillemets: String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars { result += scalar == "\u{AB}" ? "<<".unicodeScalars : .init([scalar]) }
        return String(result)
    }

    /// At the first `separator`, if there is one.
    fileprivate func separated(by separator: String) -> (Substring, Substring) {
        guard let range = utf8.firstRange(of: separator.utf8) else { return (self[...], "") }
        return (self[..<range.lowerBound], self[range.upperBound...])
    }
}
