import Foundation
import TestSupport
import Testing

@testable import Customs

@Suite struct IdentifierTests {
    // MARK: Published numbers

    @Test(
        arguments: [
            ("container", "CSQU3054383", "CSQU3054383"), ("container", "tasu 117000-0", "TASU1170000"),
            ("container", "CSQU3O54383", "CSQU3054383"), ("container", "С5QU3054383", nil),
            ("container", "СSQU 305438\u{2011}3", "CSQU3054383"), ("container", "ＣＳＱＵ３０５４３８３", "CSQU3054383"),
            ("imo", "IMO 9074729", "9074729"), ("imo", "imo no. 9319466", "9319466"), ("imo", "٩٠٧٤٧٢٩", "9074729"),
            ("vin", "1M8GDM9AXKP042788", "1M8GDM9AXKP042788"), ("vin", "LM8GDM9AXKP042788", nil),
            ("vin", "IM8GDM9AXKPO42788", "1M8GDM9AXKP042788"), ("vin", "VIN 5GZCZ43D13S812715", "5GZCZ43D13S812715"),
            ("awb", "020 1234 5675", "020-12345675"), ("awb", "AWB: 020-12345675", "020-12345675"),
            ("cas", "7732-18-5", "7732-18-5"), ("cas", "50362", "50-36-2"), ("cas", "0000561-27-3", "561-27-3"),
            ("cas", "CAS RN 437-38-7", "437-38-7"),
            ("iban", "GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
            ("iban", "IBAN de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
            ("iban", "MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
            ("iban", "DE89 37O4 0044 0532 0130 00", "DE89370400440532013000"),
            ("lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12"),
            ("lei", "HWUP-KR0MPOU8FGXBT394", "HWUPKR0MPOU8FGXBT394"),
            ("postal-item", "RA 473 124 829 GB", "RA473124829GB"), ("postal-item", "ra473124829gb", "RA473124829GB"),
            ("plate", "51F-123.45", "51F12345"), ("plate", "А 123 ВС 77", "A123BC77"), ("plate", "京a·12345", "京A12345"),
            ("plate", "กข ๑๒๓๔", "กข1234"),
            ("phone", "+84 (24) 3942-0000", "+842439420000"), ("phone", "+44 (0)20 7946 0958", "+442079460958"),
            ("phone", "0084 912.345.678", "+84912345678"), ("phone", "tel:+1-202-555-0143", "+12025550143"),
            ("email", " Nguyen.An@Customs.Example ", "Nguyen.An@customs.example"),
            ("email", "mailto:a+b@x-y.co", "a+b@x-y.co"), ("email", "a＠b.example", "a@b.example"),
            ("flight", "VN 0054", "VN54"), ("flight", "hvn54", "HVN54"), ("flight", "U2 8412a", "U28412A"),
            ("flight", "9W-123", "9W123"),
            ("reference", "seal 12!", nil), ("reference", "AB/123-45 c", "AB12345C"), ("reference", "Ж 17/к", "Ж17К"),
            ("travel-document", "l898902c<", "L898902C"),
            ("record", "vn s 4f7q2 1o", "VN-S-4F7Q2-10"), ("record", "VN-S-4F7Q2-10", "VN-S-4F7Q2-10"),
        ] as [(String, String, String?)])
    func published(scheme: String, text: String, expected: String?) {
        let reading = IdentifierSchemes.named(scheme)!.read(text)
        if let expected {
            #expect(reading == .valid(expected))
        } else if case .valid = reading {
            Issue.record("\(text) is not valid")
        }
    }

    @Test(arguments: [
        ("container", "CSQU3054384", "CSQU3054384", "3"), ("container", "CSQU305438", "CSQU305438", "3"),
        ("container", "CSQA3054383", "CSQA3054383", "U, J"), ("imo", "9074728", "9074728", "9"),
        ("imo", "IMO 0000000", "0000000", "0"), ("vin", "WVWZZZ1JZ3W386752", "WVWZZZ1JZ3W386752", "Europe"),
        ("vin", "1M8GDM9A1KP042788", "1M8GDM9A1KP042788", "X"), ("awb", "020-12345674", "020-12345674", "5"),
        ("cas", "7732-18-4", "7732-18-4", "5"), ("iban", "GB83WEST12345698765432", "GB83WEST12345698765432", "82"),
        ("iban", "US64SVBKUS6S3300958879", "US64SVBKUS6S3300958879", "US"),
        ("postal-item", "RA473124829QQ", "RA473124829QQ", "QQ"), ("phone", "0912 345 678", "0912345678", "country"),
        ("phone", "+999 1234 5678", "+99912345678", "country"), ("phone", "+84 123", "+84123", "short"),
        ("record", "VN-S-4F7Q2-11", "VN-S-4F7Q2-11", "10"),
    ])
    func doubtful(scheme: String, text: String, expected: String, reason: String) {
        guard case .doubtful(expected, let why) = IdentifierSchemes.named(scheme)!.read(text) else {
            Issue.record("\(text) is doubtful")
            return
        }
        #expect(why.contains(reason))
    }

    @Test(arguments: [
        ("container", "CSQU30543833"), ("container", "1234567890A"), ("imo", "IMO"), ("vin", "1M8GDM9AXKP04278"),
        ("awb", "020-1234567"), ("cas", "07-07-3"), ("cas", "00000000-00-0"), ("iban", "GB82WEST1234569876543"),
        ("iban", "1282WEST12345698765432"), ("iban", "GB"), ("lei", "5493001KJTIIGC8Y1RAB"), ("plate", "A"),
        ("postal-item", "RA47312482GB"), ("phone", "+84 912 CALL"), ("phone", "+12345678901234567"), ("phone", "113"),
        ("phone", "++84912345678"), ("email", "a.b.example"), ("email", "a@b"), ("email", "a..b@c.example"),
        ("email", "a@-b.example"), ("email", "a@b@c.example"), ("email", "á@b.example"), ("email", "a@10.1.2.3"),
        ("flight", "VN"), ("flight", "VN12345"), ("flight", "12345"), ("flight", "VN000"), ("reference", "A1"),
        ("reference", String(repeating: "A", count: 65)), ("travel-document", "AB*123"), ("mrz", "P<UTO"),
        ("record", "VN-X-4F7Q2-10"), ("record", "VN-S-4FUQ2-10"), ("record", "VN-S-G000000000000-00"),
    ])
    func malformed(scheme: String, text: String) {
        #expect(IdentifierSchemes.named(scheme)!.read(text).normalised == nil)
    }

    // MARK: Vectors

    struct Case: Decodable {
        let scheme, text, outcome: String
        let normalised: String?
    }

    @Test func vectors() throws {
        let cases = try Places.vectors("identifiers", Case.self)
        #expect(cases.count > 1_000)
        for test in cases {
            let reading = try #require(IdentifierSchemes.named(test.scheme)).read(test.text)
            #expect(reading.outcome == test.outcome, "\(test.scheme) \(test.text)")
            #expect(reading.normalised == test.normalised, "\(test.scheme) \(test.text)")
        }
    }

    // MARK: Check digits

    private func validNumbers(_ scheme: String, _ count: Int) throws -> [String] {
        let cases = try Places.vectors("identifiers", Case.self)
        return Array(
            cases.filter { $0.scheme == scheme && $0.outcome == "valid" }.compactMap(\.normalised).prefix(count))
    }

    /// With every character in turn replaced by every other of its class: the place, the old and the new.
    private func forEachWrongCharacter(in text: String, _ body: (String, Int, UInt8, UInt8) throws -> Void) rethrows {
        let bytes = Array(text.utf8)
        for (index, old) in bytes.enumerated() {
            let others = old.isASCIIDigit ? "0123456789" : old.isASCIILetter ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ" : ""
            for new in others.utf8 where new != old {
                var changed = bytes
                changed[index] = new
                try body(changed.text, index, old, new)
            }
        }
    }

    private func isValid(_ scheme: any IdentifierScheme.Type, _ text: String) -> Bool {
        scheme.read(text).outcome == "valid"
    }

    /// ISO 6346 writes remainder 10 as 0, so it cannot tell these two apart.
    @Test func aContainersWrongCharacterIsFound() throws {
        func remainder(_ text: String) -> Int {
            let letters = [
                10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38,
            ]
            return text.utf8.prefix(10).enumerated().reduce(0) { sum, place in
                let value = place.element.isASCIIDigit ? place.element.digitValue : letters[Int(place.element) - 65]
                return sum + value << place.offset
            } % 11
        }
        for number in try validNumbers("container", 60) {
            forEachWrongCharacter(in: number) { changed, index, _, _ in
                // Letters eleven apart weigh the same.
                let isBlind = index < 10 && remainder(changed) % 10 == remainder(number) % 10
                if index >= 4, index < 10, remainder(changed) == remainder(number) { Issue.record("\(changed)") }
                #expect(isBlind || !isValid(ContainerNumber.self, changed), "\(changed)")
            }
        }
    }

    @Test func aShipsWrongDigitIsFoundWhereTheWeightAllows() throws {
        for number in try validNumbers("imo", 50) {
            forEachWrongCharacter(in: number) { changed, index, old, new in
                let isFound = index == 6 || (7 - index) * abs(Int(old) - Int(new)) % 10 != 0
                let isShip = changed.first != "0"
                #expect(isValid(IMONumber.self, changed) == (!isFound && isShip), "\(changed)")
            }
        }
    }

    /// Remainders 0 and 6 are both written 5.
    @Test func aPostalItemsWrongDigitIsFound() throws {
        func remainder(_ text: String) -> Int {
            weightedSum(text.utf8.dropFirst(2).prefix(8).map(\.digitValue), [8, 6, 4, 2, 3, 5, 9, 7]) % 11
        }
        for number in try validNumbers("postal-item", 40) {
            forEachWrongCharacter(in: number) { changed, index, _, _ in
                guard (2...10).contains(index) else { return }
                let isBlind = index < 10 && Set([remainder(changed), remainder(number)]) == [0, 6]
                #expect(isBlind || !isValid(PostalItemNumber.self, changed), "\(changed)")
            }
        }
    }

    @Test func anAirWaybillsAndASubstancesWrongCheckDigitIsFound() throws {
        for number in try validNumbers("awb", 30) {
            forEachWrongCharacter(in: number) { changed, index, old, new in
                // Modulo 7, digits seven apart are the same; the prefix is not checked.
                let isBlind = index < 3 || abs(Int(old) - Int(new)) == 7 && index != 11
                #expect(isValid(AirWaybill.self, changed) == isBlind, "\(changed)")
            }
        }
        for number in try validNumbers("cas", 50) {
            forEachWrongCharacter(in: number) { changed, index, _, _ in
                if index == number.utf8.count - 1 { #expect(!isValid(CASNumber.self, changed), "\(changed)") }
            }
        }
    }

    /// MOD 97-10 finds every one.
    @Test(arguments: ["iban", "lei", "record"])
    func aWrongCharacterIsFoundByMod97(name: String) throws {
        let scheme = IdentifierSchemes.named(name)!
        for number in try validNumbers(name, 60) {
            forEachWrongCharacter(in: number) { changed, _, _, new in
                // In a record's number these are digits.
                if name == "record", "OIL".utf8.contains(new) { return }
                #expect(!isValid(scheme, changed), "\(changed)")
            }
        }
    }

    @Test(arguments: ["iban", "lei", "record"])
    func swappedNeighboursAreFoundByMod97(name: String) throws {
        let scheme = IdentifierSchemes.named(name)!
        // These spell the same number.
        let blind: Set<Set<Character>> = [["B", "1"], ["M", "2"], ["X", "3"]]
        for number in try validNumbers(name, 90) {
            let characters = Array(number)
            for index in 1..<characters.count
            where characters[index] != characters[index - 1]
                && !blind.contains([characters[index], characters[index - 1]])
            {
                var swapped = characters
                swapped.swapAt(index, index - 1)
                // Hyphens are not looked at, and a letter in a digit's place is first taken for one.
                let pair = [characters[index], characters[index - 1]]
                if pair.contains("-") || pair.contains(where: "OIL".contains) && pair.contains(where: \.isNumber) {
                    continue
                }
                #expect(!isValid(scheme, String(swapped)), "\(String(swapped))")
            }
        }
        #expect(Mod97.checkDigits(of: "VNSB1".utf8) == Mod97.checkDigits(of: "VNS1B".utf8))
    }

    // MARK: Hostile text

    /// Nothing traps, nothing too long is looked at, and a number's one spelling reads as itself.
    @Test(arguments: IdentifierSchemes.all.map { $0.name })
    func anyTextIsRead(name: String) throws {
        let scheme = IdentifierSchemes.named(name)!
        var generator = SeededGenerator(Places.seed)
        let samples =
            try Places.vectors("identifiers", Case.self).filter { $0.scheme == name }.map(\.text)
            + ["+84 (24) 3942 0000", "a.b@c.example", "VN0054", "51F-123.45"] + [Zones.td1, Zones.td2, Zones.td3]
        for _ in 0..<20_000 { check(scheme, Self.hostileText(samples, &generator)) }
        for text in [
            "", " ", "\0", "-", "\u{FEFF}", "e\u{301}", "👨‍👩‍👧‍👦", "\u{202E}7294709", "\r\n", "ß", "ŉ", "µ12", "ΐ1", "K12",
        ] {
            check(scheme, text)
            check(scheme, text + "12")
        }
        #expect(scheme.read(String(repeating: "A", count: 257)).normalised == nil)
        #expect(scheme.read(String(repeating: "\u{301}", count: 1 << 20)).normalised == nil)
        #expect(scheme.read("").normalised == nil)
    }

    /// Every scalar there is in the two schemes that take any script.
    @Test func capitalsOfEveryScriptStayThemselves() {
        for value in UInt32(0)...0x1_FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            check(VehiclePlate.self, "1\(scalar)2")
        }
    }

    private func check(_ scheme: any IdentifierScheme.Type, _ text: String) {
        guard let normalised = scheme.read(text).normalised else { return }
        guard normalised.utf8.count <= maximumIdentifierInputByteCount else { return }
        let again = scheme.read(normalised).normalised
        if again?.utf8.elementsEqual(normalised.utf8) != true {
            Issue.record("\(scheme.name) \(text.debugDescription): \(normalised), then \(again ?? "nothing")")
        }
    }

    private static func hostileText(_ samples: [String], _ generator: inout SeededGenerator) -> String {
        func scalar() -> Unicode.Scalar {
            let bound: UInt32 = [0x80, 0x80, 0x600, 0x3100, 0x1_0000, 0x11_0000].randomElement(using: &generator)!
            return Unicode.Scalar(.random(in: 0..<bound, using: &generator)) ?? "\u{FFFD}"
        }
        if Bool.random(using: &generator) {
            let count = Int.random(in: 0...40, using: &generator)
            return String(String.UnicodeScalarView((0..<count).map { _ in scalar() }))
        }
        var scalars = Array(samples.randomElement(using: &generator)!.unicodeScalars)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let index = Int.random(in: 0...scalars.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: scalars.insert(scalar(), at: index)
            case 1 where index < scalars.count: scalars.remove(at: index)
            default:
                if index < scalars.count {
                    scalars[index] = "0ABOI1-<".unicodeScalars.randomElement(using: &generator)!
                }
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension IdentifierReading {
    fileprivate var outcome: String {
        switch self {
        case .valid: "valid"
        case .doubtful: "doubtful"
        case .malformed: "malformed"
        }
    }
}
