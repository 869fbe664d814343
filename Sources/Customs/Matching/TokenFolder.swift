/// Cuts a decomposed text into words and transliterates them. It reads each scalar once and writes all words into one
/// buffer of UTF-8, which the tokens and keys are cut from.
///
/// Han, kana and Hangul have no spaces that can be relied on: each character is a word of its own there, and two that
/// touch are a pair as well. A character is a scalar with the marks after it.
struct TokenFolder {
    struct Word {
        let kind: FoldedToken.Kind
        /// The bytes of the first form; of a pair, those of both characters.
        var range: Range<Int>
        /// The bytes of the other usual form among `otherBytes`, empty when there is none.
        var otherRange: Range<Int>
        /// Whether it touches the character before it.
        let continues: Bool
        /// Whether it was written in Latin letters and digits, whose spellings vary as `NameFolding.variants` says.
        let isLatin: Bool
        var isWeak = false
    }

    private(set) var bytes: [UInt8] = []
    private(set) var otherBytes: [UInt8] = []
    private(set) var words: [Word] = []

    private let text: Decomposition
    private let orthography: Transliteration.CyrillicOrthography
    private let maximumWords: Int
    private var start = 0
    private var otherStart = 0
    private var kind = FoldedToken.Kind.word
    /// Whether the character that is being written touches the one before it.
    private var touches = false
    /// Whether the word that is being written is in a script that is kept as it is.
    private var isKept = false
    private var isLatin = true
    /// Whether a letter of the word has another usual form.
    private var hasOther = false

    init(_ text: String, maximumBytes: Int, maximumWords: Int) {
        self.text = Decomposition(text, maximumBytes: maximumBytes)
        self.maximumWords = maximumWords
        orthography = Transliteration.orthography(of: self.text)
        bytes.reserveCapacity(self.text.count + 16)
        otherBytes.reserveCapacity(self.text.count + 16)
        var index = 0
        while index < self.text.count, words.count < maximumWords { index = read(index) }
        endWord()
    }

    /// Reads the scalar at an index, and returns the index to go on from.
    private mutating func read(_ index: Int) -> Int {
        let value = text[index]
        switch value {
        case 0x61...0x7A, 0x30...0x39: readLetter(value, index)
        case 0..<0x80: endWord()
        case 0x300...0x36F: break
        case 0x3B1...0x3C9: return readGreek(value, index)
        case 0x430...0x4FF:
            guard
                let letter = Transliteration.cyrillic(
                    text.composed(at: index), orthography, startsWord: start == bytes.count)
            else {
                readOther(value)
                break
            }
            write(letter, isLatin: false)
        default:
            if isCharacter(value) {
                readCharacter(value)
            } else if let letter = Transliteration.letter(text.composed(at: index)) {
                write(letter, isLatin: value < 0x370)
            } else {
                readOther(value)
            }
        }
        return index + 1
    }

    private mutating func readLetter(_ value: UInt32, _ index: Int) {
        if index + 1 < text.count, text.combiningClass(at: index + 1) != 0 {
            let composed = text.composed(at: index)
            if composed != value, let letter = Transliteration.letter(composed) { return write(letter, isLatin: true) }
        }
        beginWord()
        isKept = false
        guard bytes.count - start < NameFolding.maximumTokenBytes else { return }
        bytes.append(UInt8(value))
        appendOther(CollectionOfOne(UInt8(value)))
    }

    /// ELOT 743: ου is ou; αυ, ευ and ηυ end in v before a voiced sound and in f otherwise; γ is n before another
    /// velar; μπ is b at either end of a word. A υ with a diaeresis stands alone.
    private mutating func readGreek(_ value: UInt32, _ index: Int) -> Int {
        let next = text.base(after: index)
        let following = next.map { text.composed(at: $0) } ?? 0
        var form = Transliteration.letter(value)?.form ?? ""
        switch (value, following) {
        case (0x3BF, 0x3C5): form = "ou"
        case (0x3B1, 0x3C5), (0x3B5, 0x3C5), (0x3B7, 0x3C5):
            let third = next.flatMap { text.base(after: $0) }.map { text[$0] } ?? 0
            form += "αεηιουωβγδζλμνρ".unicodeScalars.contains { $0.value == third } ? "v" : "f"
        case (0x3B3, 0x3B3), (0x3B3, 0x3BE), (0x3B3, 0x3C7):
            write(Transliteration.Letter(form: "n", customary: "n"), isLatin: false)
            return index + 1
        case (0x3BC, 0x3C0):
            let third = next.flatMap { text.base(after: $0) }.map { text[$0] } ?? 0
            guard start == bytes.count || !(0x3B1...0x3C9).contains(third) else { fallthrough }
            form = "b"
        default:
            write(Transliteration.Letter(form: form, customary: form), isLatin: false)
            return index + 1
        }
        write(Transliteration.Letter(form: form, customary: form), isLatin: false)
        return next! + 1
    }

    private func isCharacter(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x1112, 0x1161...0x1175, 0x11A8...0x11C2: true
        case 0x3005, 0x3007, 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF, 0x3105...0x312F: true
        case 0x3131...0x318E, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3: true
        case 0xF900...0xFAFF, 0x2_0000...0x3_FFFF: true
        default: false
        }
    }

    private mutating func readCharacter(_ value: UInt32) {
        if (0x1161...0x11C2).contains(value), kind == .character, start < bytes.count,
            let syllable = hangul(lastCharacter, value)
        {
            bytes.removeLast(bytes.count - start)
            return append(syllable)
        }
        let touched = kind == .character && start < bytes.count
        endWord()
        kind = .character
        touches = touched
        isKept = true
        append(value)
    }

    /// The scalar that is being written, when it is alone: 0 once a mark has come.
    private var lastCharacter: UInt32 {
        var scalars = String(decoding: bytes[start...], as: UTF8.self).unicodeScalars.makeIterator()
        let first = scalars.next()?.value ?? 0
        return scalars.next() == nil ? first : 0
    }

    /// The syllable of two jamo, or of a syllable and a final one (the Unicode Standard, 3.12).
    private func hangul(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (0x1100...0x1112).contains(first), (0x1161...0x1175).contains(second) {
            return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
        }
        if (0xAC00...0xD7A3).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8...0x11C2).contains(second) {
            return first + second - 0x11A7
        }
        return nil
    }

    /// Scripts without a table, and everything that is no letter.
    private mutating func readOther(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value) else { return }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark:
            guard !isStripped(value) else { return }
            if kind == .word { isKept = true }
            append(value)
        case .decimalNumber:
            guard let digit = scalar.properties.numericValue, (0...9).contains(digit) else { return }
            beginWord()
            append(0x30 + UInt32(digit))
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber:
            beginWord()
            isKept = true
            append(value)
        case .format:
            // A zero-width space: between Khmer words it is a space, within Latin ones an accident.
            if isKept { endWord() }
        default: endWord()
        }
    }

    /// Marks that only tell how a letter is read. The marks of Indic scripts are vowels and tones: they stay.
    private func isStripped(_ value: UInt32) -> Bool {
        switch value {
        case 0x300...0x36F, 0x483...0x489, 0x591...0x5C7, 0x610...0x61A, 0x64B...0x65F, 0x670, 0x6D6...0x6ED: true
        case 0x8D3...0x8FF, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0x2DE0...0x2DFF, 0xA66F...0xA67D: true
        case 0xFE20...0xFE2F: true
        default: false
        }
    }

    private mutating func beginWord() {
        guard kind != .word else { return }
        endWord()
        kind = .word
    }

    private mutating func write(_ letter: Transliteration.Letter, isLatin isLatinLetter: Bool) {
        beginWord()
        isKept = false
        isLatin = isLatin && isLatinLetter
        guard bytes.count - start + letter.form.utf8.count <= NameFolding.maximumTokenBytes else { return }
        hasOther = hasOther || letter.form != letter.customary
        bytes.append(contentsOf: letter.form.utf8)
        appendOther(letter.customary.utf8)
    }

    private mutating func appendOther(_ form: some Collection<UInt8>) {
        guard otherBytes.count - otherStart + form.count <= NameFolding.maximumTokenBytes else { return }
        otherBytes.append(contentsOf: form)
    }

    private mutating func append(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value) else { return }
        let encoded = UTF8.encode(scalar)!
        guard bytes.count - start + encoded.count <= NameFolding.maximumTokenBytes else { return }
        // Thai and Lao: the circle of AM goes before a tone mark, however the two were typed.
        if value == 0xE4D || value == 0xECD {
            let tones: ClosedRange<UInt8> = 0x88...0x8B
            var place = bytes.count
            while place - start >= 3, bytes[place - 3] == 0xE0, bytes[place - 2] == (value == 0xE4D ? 0xB9 : 0xBB),
                tones.contains(bytes[place - 1])
            { place -= 3 }
            bytes.insert(contentsOf: encoded, at: place)
        } else {
            bytes.append(contentsOf: encoded)
        }
        isLatin = isLatin && value < 0x80
        appendOther(encoded)
    }

    private mutating func endWord() {
        defer {
            start = bytes.count
            otherStart = otherBytes.count
            kind = .word
            touches = false
            isKept = false
            isLatin = true
            hasOther = false
        }
        guard start < bytes.count, words.count < maximumWords else { return }
        let range = start..<bytes.count
        let differs = hasOther && bytes[range] != otherBytes[otherStart...]
        let previous = touches ? words.last(where: { $0.kind == .character }) : nil
        let otherRange = differs ? otherStart..<otherBytes.count : 0..<0
        words.append(Word(kind: kind, range: range, otherRange: otherRange, continues: touches, isLatin: isLatin))
        if let previous, words.count < maximumWords {
            let both = previous.range.lowerBound..<range.upperBound
            words.append(Word(kind: .pair, range: both, otherRange: 0..<0, continues: true, isLatin: false))
        }
    }
}
