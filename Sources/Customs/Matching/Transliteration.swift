/// Letters to ASCII: what is left of Latin once marks are gone, Cyrillic and Arabic by ICAO Doc 9303 Part 3 Section 6,
/// as passports write them, and Greek by ELOT 743 (ISO 843). A letter may have a second form, for names that were
/// written another usual way; a token's variant is made of these.
///
/// Arabic by Doc 9303 is a code, not a reading: it has no vowels, and محمد is never Mohammed here. Its harakat and
/// shadda are dropped, as most machine-readable zones drop them. Bulgarian is read as Russian: nothing tells them
/// apart.
enum Transliteration {
    struct Letter {
        let form: String
        /// The other usual form, or the same.
        let customary: String
    }

    /// The writing systems that read Cyrillic letters differently, told by letters that only they have, in the whole
    /// name: one that happens to have none of them is read as Russian.
    enum CyrillicOrthography {
        case common
        case ukrainian
        case belarusian
        case serbian
        case macedonian
    }

    /// Nil for what is not transliterated.
    static func letter(_ value: UInt32) -> Letter? {
        guard value >= tableStart, value < tableEnd else { return nil }
        let index = indices[Int(value - tableStart)]
        return index == 0 ? nil : letters[Int(index)]
    }

    /// A letter of Cyrillic, where a writing system has its own way, in the middle or at the start of a word.
    static func cyrillic(_ value: UInt32, _ orthography: CyrillicOrthography, startsWord: Bool) -> Letter? {
        let common = letter(value)
        guard orthography != .common, let table = exceptions[orthography] else { return common }
        if let own = table[value] { return own }
        // Resolution 55 of 2010: Ye, Yi, Y, Yu, Ya only where a word begins.
        guard orthography == .ukrainian, !startsWord, let common else { return common }
        return Letter(form: common.form, customary: common.form)
    }

    static func orthography(of text: Decomposition) -> CyrillicOrthography {
        var seen: Set<UInt32> = []
        for index in 0..<text.count where (0x430...0x491).contains(text[index]) {
            seen.insert(text.composed(at: index))
        }
        func has(_ letters: String) -> Bool { letters.unicodeScalars.contains { seen.contains($0.value) } }
        if seen.isEmpty { return .common }
        if has("ђћ") { return .serbian }
        if has("ѓќѕ") { return .macedonian }
        if has("јљњџ") { return .serbian }
        if has("ў") || has("і") && has("ыэё") { return .belarusian }
        return has("іїєґ") ? .ukrainian : .common
    }

    /// The letters below that canonical decomposition takes apart, put together again: `(base, mark)`.
    static func composition(_ base: UInt32, _ mark: UInt32) -> UInt32? {
        switch (base, mark) {
        case (0x61, 0x308): 0xE4
        case (0x61, 0x30A): 0xE5
        case (0x6F, 0x308): 0xF6
        case (0x75, 0x308): 0xFC
        case (0x3C5, 0x308): 0x3CB
        case (0x433, 0x301): 0x453
        case (0x435, 0x308): 0x451
        case (0x438, 0x306): 0x439
        case (0x43A, 0x301): 0x45C
        case (0x443, 0x306): 0x45E
        case (0x456, 0x308): 0x457
        case (0x627, 0x653): 0x622
        case (0x627, 0x654): 0x623
        case (0x627, 0x655): 0x625
        case (0x648, 0x654): 0x624
        case (0x64A, 0x654): 0x626
        case (0x6C1, 0x654): 0x6C2
        case (0x6D2, 0x654): 0x6D3
        case (0x6D5, 0x654): 0x6C0
        default: nil
        }
    }

    // Each entry is a letter, its form, and after a slash the other usual form. A form of `-` is nothing at all.

    private static let latin = """
        ä=a/ae å=a/aa ö=o/oe ø=o/oe ü=u/ue æ=ae œ=oe ß=ss ð=d đ=d þ=th ħ=h ı=i ĸ=k ł=l ŀ=l ŋ=n ŧ=t ƀ=b ɓ=b ƈ=c ɖ=d ɗ=d \
        ǝ=e ə=e/a ɛ=e ƒ=f ɠ=g ǥ=g ɣ=g ɨ=i ƙ=k ƚ=l ɲ=n ɔ=o ɵ=o ƥ=p ʂ=s ƭ=t ʈ=t ʉ=u ʋ=v ƴ=y ƶ=z ʒ=z
        """

    private static let greek = """
        α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r ς=s σ=s τ=t υ=y ϋ=y φ=f χ=ch ψ=ps ω=o
        """

    private static let cyrillic = """
        а=a б=b в=v г=g д=d е=e ё=e/yo ж=zh з=z и=i й=i/y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch \
        ш=sh щ=shch ъ=ie/- ы=y ь=- э=e ю=iu/yu я=ia/ya ђ=d ѓ=g є=ie/ye ѕ=dz і=i ї=i/yi ј=j љ=lj њ=nj ћ=c ќ=k \
        ў=u џ=dz ѣ=ie ѫ=u ѵ=y ґ=g ғ=g җ=j қ=k ң=n ү=u ұ=u ҳ=h ҷ=ch һ=h ә=a ө=o
        """

    private static let exceptions: [CyrillicOrthography: [UInt32: Letter]] = [
        // Doc 9303 writes г as g in Ukrainian names too; Ukraine itself, since 2010, as h.
        .ukrainian: dictionary("г=g/h и=y"),
        .belarusian: dictionary("г=h ё=io/yo"),
        // Doc 9303 writes г as h in Serbian names, Serbia itself as g; ђ is also written dj.
        .serbian: dictionary("г=h/g ђ=d/dj ж=z х=h ц=c ч=c ш=s ћ=c"),
        .macedonian: dictionary("ѓ=gj ќ=kj х=h ц=c џ=dj"),
    ]

    // The other form leaves out what is as often not typed: hamza and madda, the dots of the last letter, the Persian
    // and Urdu shapes of Arabic letters.
    private static let arabic = """
        ء=xe/- آ=xaa/a أ=xae/a ؤ=u/w إ=i/a ئ=xi/y ا=a ب=b ة=xah/h ت=t ث=xth ج=j ح=xh خ=xkh د=d ذ=xdh ر=r ز=z س=s \
        ش=xsh ص=xss ض=xdz ط=xtt ظ=xzz ع=e غ=g ـ=- ف=f ق=q ك=k ل=l م=m ن=n ه=h و=w ى=xay/y ي=y ٱ=xxa/a ٹ=xxt/t ټ=xrt/t \
        پ=p ځ=xke څ=xxh چ=xc ڈ=xxd/d ډ=xdr/d ڑ=xxr/r ړ=xrr/r ږ=xrx ژ=xj ښ=xxs ک=xkk/k ګ=xxk/k ڭ=xng گ=xgg ں=xnn/n \
        ڼ=xxn/n ھ=xdo/h ۀ=xyh/h ہ=xxg/h ۂ=xge/h ۃ=xtg/h ی=xya/y ۍ=xxy/y ې=y ے=xyb/y ۓ=xbe/y ە=h
        """

    private static let tableStart: UInt32 = 0x80
    private static let tableEnd: UInt32 = 0x700
    /// The first stands for "none".
    private static let letters: [Letter] =
        [Letter(form: "", customary: "")] + entries.map(\.letter)
    /// For each scalar from `tableStart` to `tableEnd`, its place in `letters`, or 0.
    private static let indices: [UInt8] = {
        var indices = [UInt8](repeating: 0, count: Int(tableEnd - tableStart))
        for (index, entry) in entries.enumerated() { indices[Int(entry.value - tableStart)] = UInt8(index + 1) }
        return indices
    }()
    private static let entries = [latin, greek, cyrillic, arabic].flatMap { parse($0) }

    private static func dictionary(_ table: String) -> [UInt32: Letter] {
        Dictionary(uniqueKeysWithValues: parse(table).map { ($0.value, $0.letter) })
    }

    private static func parse(_ table: String) -> [(value: UInt32, letter: Letter)] {
        table.split(separator: " ").map { entry in
            let forms = entry.unicodeScalars.dropFirst(2).split(separator: "/").map { String($0) }
                .map { $0 == "-" ? "" : $0 }
            return (entry.unicodeScalars.first!.value, Letter(form: forms[0], customary: forms.last!))
        }
    }
}
