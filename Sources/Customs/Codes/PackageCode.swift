/// A kind of package (UN/ECE Recommendation 21, annex VI): two characters. The codes that most declarations use are
/// built in; any other of that form is accepted as unknown.
public struct PackageCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Two capital letters or digits.
    public let text: String

    /// In any case. Nil when it is not of the form.
    public init?(_ text: String) {
        guard let code = CodeTable.folded(text, 2...2) else { return nil }
        self.text = code
    }

    /// Nil for a code that is not built in.
    public var name: String? { Self.table[text]?[1] }
    public var isKnown: Bool { name != nil }
    public var description: String { text }

    public static var allKnown: [PackageCode] { table.codes.map { PackageCode(known: $0) } }

    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }

    private init(known text: String) { self.text = text }

    /// Revision 12 (2021).
    private static let table = CodeTable(
        fieldCount: 2,
        """
        1A drum, steel; 1B drum, aluminium; 1D drum, plywood; 1G drum, fibre; 1W drum, wooden; 2C barrel, wooden
        3A jerrican, steel; 3H jerrican, plastic; 43 bag, super bulk; 4A box, steel; 4B box, aluminium
        4C box, natural wood; 4D box, plywood; 4F box, reconstituted wood; 4G box, fibreboard; 4H box, plastic
        5H bag, woven plastic; 5L bag, textile; 5M bag, paper; 7A case, car; 7B case, wooden; 8A pallet, wooden
        8B crate, wooden; AE aerosol; AM ampoule, not protected; AP ampoule, protected; BA barrel; BB bobbin; BE bundle
        BG bag; BH bunch; BI bin; BJ bucket; BK basket; BL bale, compressed; BN bale, not compressed
        BO bottle, not protected, cylindrical; BQ bottle, protected, cylindrical; BR bar; BX box; CA can, rectangular
        CG cage; CH chest; CI canister; CJ coffin; CK cask; CL coil; CN container that is not transport equipment
        CO carboy, not protected; CR crate; CS case; CT carton; CU cup; CX can, cylindrical; CY cylinder; DR drum
        EC bag, plastic; ED case, with pallet base; EN envelope; FB flexibag; FC crate, fruit; FD crate, framed
        FE flexitank; FR frame; GB bottle, gas; IH drum, plastic; IN ingot; JB bag, jumbo; JC jerrican, rectangular
        JG jug; JR jar; JT jutebag; JY jerrican, cylindrical; KG keg; KI kit; LE luggage; LG log; LT lot
        LV liftvan; MB bag, multiply; MS sack, multi-wall; MT mat; MX matchbox; NA not available; NE unpacked
        NF unpacked, single unit; NG unpacked, multiple units; NT net; PA packet; PC parcel; PG plate; PH pitcher
        PI pipe; PK package; PL pail; PO pouch; PP piece; PT pot; PU tray; PX pallet; RD rod; RK rack; RL reel; RO roll
        SA sack; SB slab; SE sea-chest; SH sachet; SI skid; SL slipsheet; SO spool; ST sheet; SU suitcase
        SW shrinkwrapped; TB tub; TC tea-chest; TD tube, collapsible; TE tyre; TK tank, rectangular; TN tin; TO tun
        TR trunk; TU tube; TY tank, cylindrical; UN unit; VA vat; VG bulk, gas; VI vial; VL bulk, liquid; VN vehicle
        VO bulk, solid, large particles; VP vacuum-packed; VQ bulk, liquefied gas; VR bulk, solid, granular
        VS bulk, scrap metal; VY bulk, solid, fine particles; WA intermediate bulk container
        ZU intermediate bulk container, flexible; ZZ mutually defined
        """)
}
