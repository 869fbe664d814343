import TestSupport
import Testing

@testable import Customs

/// The specimens of ICAO Doc 9303, parts 4 to 6.
enum Zones {
    static let td1 = """
        I<UTOD231458907<<<<<<<<<<<<<<<
        7408122F1204159UTO<<<<<<<<<<<6
        ERIKSSON<<ANNA<MARIA<<<<<<<<<<
        """
    static let td2 = """
        I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<
        D231458907UTO7408122F1204159<<<<<<<6
        """
    static let td3 = """
        P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
        L898902C36UTO7408122F1204159ZE184226B<<<<<10
        """
    /// A number of twelve characters.
    static let longNumber = """
        I<UTOD23145890<7349<<<<<<<<<<<
        3407127M9507122UTO<<<<<<<<<<<2
        STEVENSON<<PETER<JOHN<<<<<<<<<
        """
}

@Suite struct TravelDocumentTests {
    @Test(arguments: [Zones.td1, Zones.td2, Zones.td3])
    func specimens(text: String) throws {
        let zone = try MachineReadableZone(parsing: text)
        #expect(zone.wrongCheckDigits.isEmpty)
        #expect(zone.primaryName == "ERIKSSON")
        #expect(zone.secondaryName == "ANNA MARIA")
        #expect(zone.issuer == "UTO" && zone.nationality == "UTO" && zone.issuingCountry == nil)
        #expect(zone.sex == .female)
        #expect(zone.birthDate.isoDate(latestYear: 2025) == "1974-08-12")
        #expect(zone.expiryDate.isoDate(latestYear: 2060) == "2012-04-15")
        #expect(MachineReadableZone.read(text) == .valid(text))
    }

    @Test func fields() throws {
        let passport = try MachineReadableZone(parsing: Zones.td3)
        #expect(passport.format == .td3 && passport.documentCode == "P")
        #expect(passport.documentNumber == "L898902C3" && passport.optionalData == "ZE184226B")
        let card = try MachineReadableZone(parsing: Zones.longNumber)
        #expect(card.format == .td1 && card.documentCode == "I")
        #expect(card.documentNumber == "D23145890734" && card.optionalData == "" && card.wrongCheckDigits.isEmpty)
        #expect(card.birthDate.isoDate(latestYear: 2025) == "1934-07-12")
    }

    /// OCR adds spaces, joins lines, and takes letters for digits.
    @Test func damagedZonesAreRead() throws {
        let joined = Zones.td3.split(separator: "\n").joined(separator: "  ").lowercased()
        #expect(try MachineReadableZone(parsing: joined) == MachineReadableZone(parsing: Zones.td3))
        let misread = Zones.td3.replacing("7408122F12O4159", with: "7408122F1204159")
            .replacing("ERIKSSON<<ANNA", with: "ER1KSS0N«ANNA").replacing("1204159ZE", with: "I2O4I59ZE")
        #expect(try MachineReadableZone(parsing: misread) == MachineReadableZone(parsing: Zones.td3))
    }

    @Test(
        arguments: [
            ("L898902C36UTO", "L898902C37UTO", [.documentNumber, .composite]),
            ("UTO7408122F", "UTO7408123F", [.birthDate, .composite]),
            ("F1204159", "F1204150", [.expiryDate, .composite]),
            ("ZE184226B<<<<<1", "ZE184226B<<<<<2", [.optionalData, .composite]),
            ("<<<<<10", "<<<<<11", [.composite]),
            ("L898902C36UTO", "L898902D36UTO", [.documentNumber, .composite]),
        ] as [(String, String, [MachineReadableZone.Field])])
    func wrongCheckDigitsAreNamed(from: String, to: String, wrong: [MachineReadableZone.Field]) throws {
        let text = Zones.td3.replacing(from, with: to)
        #expect(try MachineReadableZone(parsing: text).wrongCheckDigits == wrong)
        #expect(MachineReadableZone.read(text).normalised == text)
    }

    @Test func everyWrongDigitOfADateIsFound() throws {
        for index in Array(58...64) + Array(66...72) {
            for digit in "0123456789" {
                var characters = Array(Zones.td3)
                if characters[index] == digit { continue }
                characters[index] = digit
                #expect(try !MachineReadableZone(parsing: String(characters)).wrongCheckDigits.isEmpty)
            }
        }
    }

    @Test func othersAreRefused() {
        for text in [
            Zones.td3.replacing("P<", with: "V<"), String(Zones.td3.dropLast()), Zones.td3 + "<", "",
            Zones.td3.replacing("7408122F", with: "74X8122F"), Zones.td3.replacing("2F1", with: "2Q1"),
            Zones.td3.replacing("ANNA", with: "ÄNNA"),
        ] {
            #expect(throws: MalformedZone.self) { try MachineReadableZone(parsing: text) }
        }
    }

    @Test func unknownPartsOfABirthDate() throws {
        // Doc 9303-3 section 4.8: fillers, which count as 0.
        let text = Zones.td2.replacing("7408122F", with: "74<<<<1F")
        let zone = try MachineReadableZone(parsing: text)
        #expect(zone.birthDate.year == 74 && zone.birthDate.month == nil && zone.birthDate.day == nil)
        #expect(zone.birthDate.isoDate(latestYear: 2025) == nil)
        #expect(!zone.wrongCheckDigits.contains(.birthDate))
    }

    @Test func issuers() {
        #expect(CountryCode(travelDocumentCode: "D")?.text == "DE")
        #expect(CountryCode(travelDocumentCode: "GBO")?.text == "GB")
        #expect(CountryCode(travelDocumentCode: "RKS")?.text == "XK")
        #expect(CountryCode(travelDocumentCode: "VNM")?.text == "VN")
        #expect(CountryCode(travelDocumentCode: "XXA") == nil)
    }
}
