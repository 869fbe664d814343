/// Goods in the Harmonized System (WCO, HS 2022): a chapter of 2 digits, a heading of 4, a subheading of 6. Which
/// headings there are is for a list to say; this knows the form, and the chapters.
public struct HSCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 2, 4 or 6 digits.
    public let digits: String

    /// Accepts dots and spaces, `0101.21`. Nil for other lengths, the reserved chapter 77, the national chapters 98 and
    /// 99, and a heading 00.
    public init?(_ text: String) {
        guard let code = CodeTable.folded(text, 2...6), code.utf8.count % 2 == 0,
            code.utf8.allSatisfy(\.isASCIIDigit), Self.chapters[String(code.prefix(2))] != nil,
            code.utf8.count == 2 || !code.dropFirst(2).hasPrefix("00")
        else { return nil }
        digits = code
    }

    private init(known digits: some StringProtocol) { self.digits = String(digits) }

    public var chapter: HSCode { HSCode(known: digits.prefix(2)) }
    public var chapterTitle: String { Self.chapters[chapter.digits]?[1] ?? "" }
    /// The heading of a subheading, the chapter of a heading.
    public var parent: HSCode? { digits.utf8.count == 2 ? nil : HSCode(known: digits.dropLast(2)) }

    /// Whether it is `other` or below it.
    public func isWithin(_ other: HSCode) -> Bool { digits.hasPrefix(other.digits) }

    /// `01`, `01.01`, `0101.21`: as tariffs print it.
    public var description: String {
        switch digits.utf8.count {
        case 2: digits
        case 4: "\(digits.prefix(2)).\(digits.suffix(2))"
        default: "\(digits.prefix(4)).\(digits.suffix(2))"
        }
    }

    public static func < (a: Self, b: Self) -> Bool { a.digits < b.digits }

    public static var allChapters: [HSCode] { chapters.codes.map { HSCode(known: $0) } }

    /// Titles shortened.
    private static let chapters = CodeTable(
        fieldCount: 2,
        """
        01 Live animals; 02 Meat and edible offal; 03 Fish, crustaceans, molluscs; 04 Dairy, eggs, honey
        05 Other products of animal origin; 06 Live plants, cut flowers; 07 Vegetables; 08 Fruit and nuts
        09 Coffee, tea, mate, spices; 10 Cereals; 11 Milling products, malt, starches
        12 Oil seeds, medicinal plants, straw; 13 Lac, gums, resins, vegetable extracts; 14 Vegetable plaiting materials
        15 Fats, oils and waxes; 16 Preparations of meat, fish or insects; 17 Sugars and confectionery; 18 Cocoa
        19 Preparations of cereals, flour or milk; 20 Preparations of vegetables, fruit or nuts
        21 Miscellaneous edible preparations; 22 Beverages, spirits, vinegar; 23 Food residues, animal fodder
        24 Tobacco, nicotine products; 25 Salt, sulphur, stone, cement; 26 Ores, slag, ash; 27 Mineral fuels and oils
        28 Inorganic chemicals, radioactive elements; 29 Organic chemicals; 30 Pharmaceutical products; 31 Fertilisers
        32 Tanning and dyeing extracts, paints, inks; 33 Essential oils, perfumery, cosmetics; 34 Soap, waxes, candles
        35 Albuminoids, starches, glues, enzymes; 36 Explosives, fireworks, matches; 37 Photographic goods
        38 Miscellaneous chemical products; 39 Plastics; 40 Rubber; 41 Raw hides, skins, leather
        42 Leather goods, travel goods, handbags; 43 Furskins and artificial fur; 44 Wood and charcoal; 45 Cork
        46 Straw and basketware; 47 Wood pulp, waste paper; 48 Paper and paperboard; 49 Printed books, pictures
        50 Silk; 51 Wool and animal hair; 52 Cotton; 53 Other vegetable textile fibres; 54 Man-made filaments
        55 Man-made staple fibres; 56 Wadding, felt, twine, ropes; 57 Carpets; 58 Special woven fabrics, lace
        59 Coated and technical textiles; 60 Knitted fabrics; 61 Knitted clothing; 62 Clothing, not knitted
        63 Other textile articles, worn clothing, rags; 64 Footwear; 65 Headgear; 66 Umbrellas, sticks, whips
        67 Feathers, artificial flowers, human hair; 68 Articles of stone, plaster, cement; 69 Ceramics; 70 Glass
        71 Pearls, precious stones and metals, jewellery, coin; 72 Iron and steel; 73 Articles of iron or steel
        74 Copper; 75 Nickel; 76 Aluminium; 78 Lead; 79 Zinc; 80 Tin; 81 Other base metals, cermets
        82 Tools and cutlery of base metal; 83 Miscellaneous articles of base metal; 84 Machinery, boilers, reactors
        85 Electrical machinery and equipment; 86 Railway vehicles and track; 87 Road vehicles
        88 Aircraft and spacecraft; 89 Ships and boats; 90 Optical, measuring and medical instruments
        91 Clocks and watches; 92 Musical instruments; 93 Arms and ammunition; 94 Furniture, bedding, lamps
        95 Toys, games, sports goods; 96 Miscellaneous manufactured articles; 97 Works of art, antiques
        """)
}
