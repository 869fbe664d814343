/// A currency in use (ISO 4217 alphabetic code): national currencies, funds codes, metals and the codes for testing
/// and for none.
public struct CurrencyCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Three capital letters.
    public let text: String

    /// In any case. Nil for a code that is not, or no longer, in use.
    public init?(_ text: String) {
        guard let code = CodeTable.folded(text, 3...3), Self.minorUnits[code] != nil else { return nil }
        self.text = code
    }

    /// How many decimals an amount has. Nil where the standard says "not applicable", as for gold.
    public var minorUnits: Int? { Self.minorUnits[text].flatMap { $0 } }
    public var description: String { text }

    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }

    /// ISO 4217 list one, published 2026-01-01.
    private static let minorUnits: [String: Int?] = {
        let lists: [(Int?, String)] = [
            (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
            (
                2,
                """
                AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
                CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
                HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
                MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
                RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
                USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
                """
            ),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
            (4, "CLF UYW"),
            (nil, "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX"),
        ]
        return Dictionary(
            uniqueKeysWithValues: lists.flatMap { units, codes in
                codes.split { $0 == " " || $0 == "\n" }.map { (String($0), units) }
            })
    }()
}
