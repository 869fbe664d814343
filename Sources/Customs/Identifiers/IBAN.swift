/// A bank account (ISO 13616-1): `GB82WEST12345698765432`, country, two check digits, the account as its country
/// writes it.
public enum IBAN: IdentifierScheme {
    public static let name = "iban"
    public static let source = "ISO 13616"

    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            let characters = characters.dropping(prefix: "IBAN")
            guard (8...34).contains(characters.count),
                let head = Array(characters[..<4]).fitted(to: (.letter, 2), (.digit, 2))
            else { return .malformed(why: "is not a country, two check digits and an account number") }
            let country = head[..<2].text
            var account = Array(characters[4...])
            var doubt: String?
            if let structure = structures[country] {
                let length = structure.reduce(0) { $0 + $1.1 }
                guard account.count == length else {
                    return .malformed(why: "\(country) writes \(length + 4) characters, not \(characters.count)")
                }
                if let fitted = account.fitted(to: structure) {
                    account = fitted
                } else {
                    doubt = "\(country) has digits where this has letters, or letters where this has digits"
                }
            } else {
                doubt = "\(country) is not known to have such numbers"
            }
            let check = Mod97.checkDigits(of: account + head[..<2])
            if !head[2...].elementsEqual(check) { doubt = "its check digits would be \(check.text)" }
            return outcome((head + account).text, doubt: doubt)
        }
    }

    /// What follows the check digits, by country (SWIFT, "IBAN Registry"): runs of digits (n), letters (a) and either
    /// (c), each with its length.
    private static let structures: [String: [(Slot, Int)]] = {
        let registry = """
            AD 8n12c  AE 19n  AL 8n16c  AT 16n  AZ 4a20c  BA 16n  BE 12n  BG 4a6n8c  BH 4a14c  BI 23n  BR 23n1a1c
            BY 4c4n16c  CH 5n12c  CR 18n  CY 8n16c  CZ 20n  DE 18n  DJ 23n  DK 14n  DO 4c20n  EE 16n  EG 25n  ES 20n
            FI 14n  FK 2a12n  FO 14n  FR 10n11c2n  GB 4a14n  GE 2a16n  GI 4a15c  GL 14n  GR 7n16c  GT 24c  HN 4a20n
            HR 17n  HU 24n  IE 4a14n  IL 19n  IQ 4a15n  IS 22n  IT 1a10n12c  JO 4a4n18c  KW 4a22c  KZ 3n13c  LB 4n20c
            LC 4a24c  LI 5n12c  LT 16n  LU 3n13c  LV 4a13c  LY 21n  MC 10n11c2n  MD 20c  ME 18n  MK 3n10c2n  MN 16n
            MR 23n  MT 4a5n18c  MU 4a19n3a  NI 4a20n  NL 4a10n  NO 11n  OM 3n16c  PK 4a16c  PL 24n  PS 4a21c  PT 21n
            QA 4a21c  RO 4a16c  RS 18n  RU 14n15c  SA 2n18c  SC 4a20n3a  SD 14n  SE 20n  SI 15n  SK 20n  SM 1a10n12c
            SO 19n  ST 21n  SV 4a20n  TL 19n  TN 20n  TR 6n16c  UA 6n19c  VA 18n  VG 4a16n  XK 16n  YE 4a4n18c
            """
        let words = registry.split { $0 == " " || $0 == "\n" }
        let pairs = stride(from: 0, to: words.count, by: 2).map { (String(words[$0]), runs(words[$0 + 1])) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()

    private static func runs(_ text: Substring) -> [(Slot, Int)] {
        var runs: [(Slot, Int)] = []
        var length = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "n"): runs.append((.digit, length))
            case UInt8(ascii: "a"): runs.append((.letter, length))
            case UInt8(ascii: "c"): runs.append((.either, length))
            default:
                length = length * 10 + byte.digitValue
                continue
            }
            length = 0
        }
        return runs
    }
}
