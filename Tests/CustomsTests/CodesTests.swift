import Foundation
import TestSupport
import Testing

@testable import Customs

@Suite struct CodesTests {
    @Test func countries() {
        #expect(CountryCode.all.count == 249 + 4)
        #expect(CountryCode.all.count(where: \.isUserAssigned) == 4)
        #expect(CountryCode("vn")?.name == "Viet Nam")
        #expect(CountryCode("VN")?.alpha3 == "VNM")
        #expect(CountryCode(alpha3: "gbr")?.text == "GB")
        #expect(CountryCode("XK")?.name == "Kosovo" && CountryCode("XK")?.isUserAssigned == true)
        #expect(CountryCode("CI")?.name == "Côte d'Ivoire")
        #expect(CountryCode("GB")?.name == "United Kingdom")
        for text in ["", "V", "VNM", "QQ", "UK", "SU", "AN", "1A", "🇻🇳", "--"] {
            #expect(CountryCode(text) == nil, "\(text)")
        }
        for text in ["", "VN", "XXX", "-", "XKX", "---"] { #expect(CountryCode(alpha3: text) == nil, "\(text)") }
        let alpha3 = CountryCode.all.compactMap(\.alpha3)
        #expect(Set(alpha3).count == 249)
        for country in CountryCode.all {
            #expect(!country.name.isEmpty)
            #expect(CountryCode(country.text) == country)
            if let alpha3 = country.alpha3 { #expect(alpha3.count == 3 && CountryCode(alpha3: alpha3) == country) }
        }
    }

    @Test func currencies() {
        #expect(CurrencyCode("usd")?.minorUnits == 2)
        #expect(CurrencyCode("VND")?.minorUnits == 0)
        #expect(CurrencyCode("KWD")?.minorUnits == 3)
        #expect(CurrencyCode("CLF")?.minorUnits == 4)
        #expect(CurrencyCode("XAU") != nil && CurrencyCode("XAU")?.minorUnits == nil)
        for text in ["DEM", "ZZZ", "US", "", "BGN", "HRK", "ANG"] { #expect(CurrencyCode(text) == nil, "\(text)") }
        #expect(Self.everyCode(3).count { CurrencyCode($0) != nil } == 178)
    }

    private static func everyCode(_ length: Int) -> [String] {
        (0..<length).reduce([""]) { codes, _ in
            codes.flatMap { code in "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map { code + "\($0)" } }
        }
    }

    @Test func goods() {
        let horses = HSCode("0101.21")
        #expect(horses?.digits == "010121" && horses?.description == "0101.21")
        #expect(horses?.parent?.description == "01.01" && horses?.parent?.parent == HSCode("01"))
        #expect(HSCode("01")?.parent == nil)
        #expect(horses?.chapter.digits == "01" && horses?.chapterTitle == "Live animals")
        #expect(horses!.isWithin(HSCode("01")!) && !horses!.isWithin(HSCode("0102")!))
        #expect(HSCode("0409 00")?.digits == "040900")
        for text in ["", "1", "77", "7701", "98", "99", "00", "0100", "010000", "01012", "0101210", "0101.21.00", "AB"]
        {
            #expect(HSCode(text) == nil, "\(text)")
        }
        #expect(HSCode.allChapters.count == 96)
        #expect(HSCode.allChapters.allSatisfy { !$0.chapterTitle.isEmpty })
    }

    @Test(.enabled(if: Places.hasShared("data/harmonized-system-2022.csv"), "the HS list is not here"))
    func everyCodeOfTheHarmonizedSystem() throws {
        let url = Places.shared.appendingPathComponent("data/harmonized-system-2022.csv")
        let codes = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
            .compactMap { line in line.split(separator: ",", maxSplits: 2).dropFirst().first }
        #expect(codes.count == 6_940)
        for code in codes where !code.hasPrefix("99") && code != "TOTAL" {
            #expect(HSCode(String(code)) != nil, "\(code)")
        }
    }

    @Test func places() {
        #expect(UNLocode("VN SGN")?.text == "VNSGN")
        #expect(UNLocode("vnhph")?.country.text == "VN")
        #expect(UNLocode("US2R9")?.place == "2R9")
        for text in ["VN1GN", "VNSG", "VNSGNX", "QQSGN", "", "VN-💥"] { #expect(UNLocode(text) == nil, "\(text)") }
    }

    @Test(.enabled(if: Places.hasShared("data/un-locode-codes.txt"), "the UN/LOCODE list is not here"))
    func everyPlace() throws {
        let url = Places.shared.appendingPathComponent("data/un-locode-codes.txt")
        let codes = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
        #expect(codes.count > 100_000)
        for code in codes where UNLocode(String(code))?.text != code.filter({ $0 != " " }) { Issue.record("\(code)") }
    }

    @Test func modesAndAppendices() {
        #expect(TransportMode("4") == .air && TransportMode("1")?.name == "maritime transport")
        #expect(TransportMode("10") == nil && TransportMode("") == nil && TransportMode("A") == nil)
        #expect(TransportMode.allCases.count == 10)
        #expect(CITESAppendix("ii") == .two && CITESAppendix("3") == .three && CITESAppendix.one.text == "I")
        #expect(CITESAppendix("IV") == nil && CITESAppendix("4") == nil && CITESAppendix("IIII") == nil)
    }

    @Test func packages() {
        #expect(PackageCode("bx")?.name == "box")
        #expect(PackageCode("Q7") != nil && PackageCode("Q7")?.isKnown == false)
        #expect(PackageCode("BXX") == nil && PackageCode("") == nil)
        #expect(PackageCode.allKnown.count == 139)
        for code in PackageCode.allKnown { #expect(PackageCode(code.text) == code && code.isKnown) }
    }

    @Test func units() {
        #expect(UnitCode("kgm")?.dimension == .mass)
        #expect(UnitCode("SET")?.dimension == .count && UnitCode("SET")?.factor == nil)
        #expect(UnitCode("Z9Z") != nil && UnitCode("Z9Z")?.isKnown == false && UnitCode("Z9Z")?.factor == nil)
        #expect(UnitCode("KGMM") == nil && UnitCode("K") == nil && UnitCode("K!M") == nil)
        #expect(UnitCode.allKnown.count >= 60)
        for unit in UnitCode.allKnown {
            #expect(UnitCode(unit.text) == unit)
            #expect(unit.dimension != nil, "\(unit)")
            if let factor = unit.factor { #expect(Decimal(string: factor).map { "\($0)" } == factor, "\(unit)") }
        }
        for dimension in UnitCode.Dimension.allCases {
            guard let base = dimension.baseUnit else { continue }
            #expect(base.factor == "1" && base.dimension == dimension)
        }
    }

    /// The definitions that tie the customary units together, exactly.
    @Test(arguments: [
        ("16", "ONZ", "LBR"), ("14", "LBR", "STI"), ("112", "LBR", "CWI"), ("100", "LBR", "CWA"),
        ("2240", "LBR", "LTN"),
        ("2000", "LBR", "STN"), ("7000", "GRN", "LBR"), ("480", "GRN", "APZ"), ("24", "GRN", "DWT"),
        ("12", "APZ", "LBT"),
        ("5000", "CTM", "KGM"), ("12", "INH", "FOT"), ("3", "FOT", "YRD"), ("1760", "YRD", "SMI"),
        ("144", "INK", "FTK"),
        ("9", "FTK", "YDK"), ("3097600", "YDK", "MIK"), ("1728", "INQ", "FTQ"), ("27", "FTQ", "YDQ"),
        ("231", "INQ", "GLL"), ("42", "GLL", "BLL"), ("8", "PTL", "GLL"), ("4", "QTL", "GLL"), ("128", "OZA", "GLL"),
        ("160", "OZI", "GLI"), ("8", "PTI", "GLI"), ("4", "QTI", "GLI"), ("8", "GLI", "BUI"), ("2150.42", "INQ", "BUA"),
        ("1000", "LTR", "MTQ"), ("12", "GRO", "GGR"), ("12", "DZN", "GRO"), ("10000", "MTK", "HAR"),
        ("3600", "SEC", "HUR"),
        ("3600000", "JOU", "KWH"), ("100", "LPA", "HPA"),
    ])
    func unitsAgree(count: String, part: String, whole: String) throws {
        func factor(_ code: String) throws -> Decimal {
            try #require(UnitCode(code)?.factor.flatMap { Decimal(string: $0) })
        }
        #expect(try Decimal(string: count)! * factor(part) == factor(whole))
        #expect(UnitCode(part)?.dimension == UnitCode(whole)?.dimension)
    }
}
