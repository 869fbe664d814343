/// A unit of measure (UN/ECE Recommendation 20): two or three characters. The units that customs declarations use are
/// built in; any other code of that form is accepted as unknown.
public struct UnitCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What a unit measures. Quantities of one dimension can be added where their units have factors.
    public enum Dimension: String, Hashable, Sendable, CaseIterable {
        case mass, volume, length, area, count, alcohol, energy, radioactivity, time
        /// Kilograms of a substance within the goods, international units and the like: each by itself.
        case other

        /// The unit that factors lead to.
        public var baseUnit: UnitCode? {
            switch self {
            case .mass: UnitCode(known: "KGM")
            case .volume: UnitCode(known: "LTR")
            case .length: UnitCode(known: "MTR")
            case .area: UnitCode(known: "MTK")
            case .count: UnitCode(known: "C62")
            case .alcohol: UnitCode(known: "LPA")
            case .energy: UnitCode(known: "JOU")
            case .radioactivity: UnitCode(known: "BQL")
            case .time: UnitCode(known: "SEC")
            case .other: nil
            }
        }
    }

    /// Two or three capital letters or digits.
    public let text: String

    /// In any case. Nil when it is not of the form.
    public init?(_ text: String) {
        guard let code = CodeTable.folded(text, 2...3) else { return nil }
        self.text = code
    }

    /// Nil for a code that is not built in, as are `dimension` and `factor`.
    public var name: String? { Self.table[text]?[3] }
    public var dimension: Dimension? { Self.table[text].flatMap { Dimension(rawValue: $0[1]) } }
    /// How many of the dimension's base units it is, a decimal number without exponent, exactly. Nil as well where there
    /// is no such number: a set is as many as the seller says.
    public var factor: String? { Self.table[text].flatMap { $0[2] == "-" ? nil : $0[2] } }
    public var isKnown: Bool { name != nil }
    public var description: String { text }

    public static var allKnown: [UnitCode] { table.codes.map { UnitCode(known: $0) } }

    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }

    private init(known text: String) { self.text = text }

    /// Revision 17 (2021): code, dimension, factor, name. Factors are exact by definition, not as the recommendation
    /// rounds them (which also misplaces the troy ounce's decimal point). It gives the acre of the US survey; most who
    /// write ACR mean another, so that has no factor. It has withdrawn NMB and HAR, which declarations still use.
    private static let table = CodeTable(
        fieldCount: 4,
        """
        KGM mass 1 kilogram; GRM mass 0.001 gram; MGM mass 0.000001 milligram; MC mass 0.000000001 microgram
        CGM mass 0.00001 centigram; DG mass 0.0001 decigram; DJ mass 0.01 decagram; HGM mass 0.1 hectogram
        DTN mass 100 decitonne; TNE mass 1000 tonne; KTN mass 1000000 kilotonne; LBR mass 0.45359237 pound
        ONZ mass 0.028349523125 ounce; APZ mass 0.0311034768 troy ounce; LBT mass 0.3732417216 troy pound
        DWT mass 0.00155517384 pennyweight; GRN mass 0.00006479891 grain; STI mass 6.35029318 stone (UK)
        CWI mass 50.80234544 hundredweight (UK); CWA mass 45.359237 hundredweight (US)
        LTN mass 1016.0469088 long ton; STN mass 907.18474 short ton; CTM mass 0.0002 metric carat

        LTR volume 1 litre; MLT volume 0.001 millilitre; CLT volume 0.01 centilitre; DLT volume 0.1 decilitre
        HLT volume 100 hectolitre; K6 volume 1000 kilolitre; 4G volume 0.000001 microlitre
        MTQ volume 1000 cubic metre; DMQ volume 1 cubic decimetre; CMQ volume 0.001 cubic centimetre
        MMQ volume 0.000001 cubic millimetre; G26 volume 1000 stere; GLI volume 4.54609 gallon (UK)
        GLL volume 3.785411784 gallon (US); PTI volume 0.56826125 pint (UK); PTL volume 0.473176473 liquid pint (US)
        QTI volume 1.1365225 quart (UK); QTL volume 0.946352946 liquid quart (US)
        OZI volume 0.0284130625 fluid ounce (UK); OZA volume 0.0295735295625 fluid ounce (US)
        BLL volume 158.987294928 barrel (US); BUI volume 36.36872 bushel (UK); BUA volume 35.23907016688 bushel (US)
        INQ volume 0.016387064 cubic inch; FTQ volume 28.316846592 cubic foot; YDQ volume 764.554857984 cubic yard

        MTR length 1 metre; DMT length 0.1 decimetre; CMT length 0.01 centimetre; MMT length 0.001 millimetre
        KMT length 1000 kilometre; INH length 0.0254 inch; FOT length 0.3048 foot; YRD length 0.9144 yard
        SMI length 1609.344 statute mile; NMI length 1852 nautical mile

        MTK area 1 square metre; DMK area 0.01 square decimetre; CMK area 0.0001 square centimetre
        MMK area 0.000001 square millimetre; KMK area 1000000 square kilometre; H18 area 10000 square hectometre
        HAR area 10000 hectare; INK area 0.00064516 square inch; FTK area 0.09290304 square foot
        YDK area 0.83612736 square yard; MIK area 2589988.110336 square mile; ACR area - acre

        C62 count 1 one; H87 count 1 piece; EA count 1 each; NMB count 1 number; NAR count 1 number of articles
        NCL count 1 number of cells; PR count 2 pair; NPR count 2 number of pairs; TPR count 20 ten pairs
        HD count 6 half dozen; DZN count 12 dozen; DPC count 12 dozen pieces; DPR count 24 dozen pairs
        GRO count 144 gross; GGR count 1728 great gross; CEN count 100 hundred; MIL count 1000 thousand
        MIO count 1000000 million; SET count - set; KT count - kit; NMP count - number of packs; DZP count - dozen packs

        LPA alcohol 1 litre of pure alcohol; HPA alcohol 100 hectolitre of pure alcohol
        JOU energy 1 joule; KJO energy 1000 kilojoule; 3B energy 1000000 megajoule; GV energy 1000000000 gigajoule
        KWH energy 3600000 kilowatt hour; MWH energy 3600000000 megawatt hour; GWH energy 3600000000000 gigawatt hour
        BQL radioactivity 1 becquerel; 2Q radioactivity 1000 kilobecquerel; 4N radioactivity 1000000 megabecquerel
        GBQ radioactivity 1000000000 gigabecquerel; CUR radioactivity 37000000000 curie
        SEC time 1 second; MIN time 60 minute; HUR time 3600 hour; DAY time 86400 day; WEE time 604800 week
        MON time - month; ANN time - year

        KNI other - kilogram of nitrogen; KPP other - kilogram of phosphorus pentoxide
        KPO other - kilogram of potassium oxide; KPH other - kilogram of potassium hydroxide
        KSH other - kilogram of sodium hydroxide; KMA other - kilogram of methylamine
        KUR other - kilogram of uranium; KSD other - kilogram of substance 90 % dry
        KNS other - kilogram of named substance; NIU other - number of international units
        ASV other - percentage of alcohol by volume; CCT other - carrying capacity in tonnes
        """)
}
