/// One word of a folded name.
public struct FoldedToken: Hashable, Sendable {
    public enum Kind: Sendable {
        /// A word between spaces.
        case word
        /// One Han, kana or Hangul character.
        case character
        /// Two such characters that touch: narrower to search by than either of them, and no part of a key.
        case pair
    }

    /// `[a-z0-9]+` in every script that is transliterated, the original scalars, decomposed, in the others.
    public let primary: String
    /// At most `NameFolding.maximumVariants` other forms, none of them the primary. Two tokens meet when any form of
    /// one is any form of the other.
    public let variants: [String]
    /// A title, a legal form or what a company says of its trade: no part of the name proper.
    public let isWeak: Bool
    public let kind: Kind

    /// The primary form first.
    public var forms: [String] { [primary] + variants }

    public func meets(_ other: FoldedToken) -> Bool {
        primary == other.primary || variants.contains(other.primary) || other.variants.contains(primary)
            || variants.contains(where: other.variants.contains)
    }
}

/// A name as an index holds it: its words, and two keys to look up the whole of it by. A key is empty where a text has
/// no letters or digits at all; such a name belongs in no index.
public struct FoldedName: Hashable, Sendable {
    /// In the order of the name.
    public let tokens: [FoldedToken]
    /// The primary forms of all words that are not weak, in byte order, with a space between: one key for any order of
    /// a name's parts. Characters of one run stay together.
    public let nameKey: String
    /// One key for any spacing of the parts, for either end that the family name stands at, and for the variants that
    /// have one spelling in common. The words that are not weak are joined in the order of the name; an e after a, o or
    /// u is left out, y becomes i; and of all rotations of that, the least is the key. Xiaoming Wang, Wang Xiao Ming
    /// and WANG XIAO-MING meet here. Sorted words without their spaces would not do: the sorting depends on the spaces.
    ///
    /// Wider than `nameKey`: names that meet here only are likely the same, no more.
    public let joinedKey: String

    public init(_ name: String) {
        let (folder, words, primaries) = Self.read(name)
        tokens = zip(words, primaries).map { FoldedToken(folder, $0, $1) }
        let parts = Self.parts(words)
        nameKey = NameFolding.nameKey(folder.bytes, parts)
        joinedKey = NameFolding.joinedKey(folder.bytes, parts)
    }

    private static func read(_ name: String) -> (TokenFolder, words: [TokenFolder.Word], primaries: [String]) {
        let folder = TokenFolder(
            name, maximumBytes: NameFolding.maximumInputBytes, maximumWords: NameFolding.maximumTokens)
        var words = folder.words
        let primaries = words.map { String(decoding: folder.bytes[$0.range], as: UTF8.self) }
        WeakWords.mark(&words, primaries)
        return (folder, words, primaries)
    }

    /// Only this of a name.
    static func nameKey(_ name: String) -> String {
        guard !name.isEmpty else { return "" }
        let (folder, words, _) = read(name)
        return NameFolding.nameKey(folder.bytes, parts(words))
    }

    /// The bytes of the words that are not weak, or of all of them where all are; characters that touch are one part.
    private static func parts(_ words: [TokenFolder.Word]) -> [Range<Int>] {
        let isAllWeak = words.allSatisfy { $0.isWeak || $0.kind == .pair }
        var parts: [Range<Int>] = []
        for word in words where word.kind != .pair && (isAllWeak || !word.isWeak) {
            if word.continues, let last = parts.last, last.upperBound == word.range.lowerBound {
                parts[parts.count - 1] = last.lowerBound..<word.range.upperBound
            } else {
                parts.append(word.range)
            }
        }
        return parts
    }
}

/// Names folded so that the same person, company or ship, written ten ways, meets itself in an index.
///
/// 1. Scalars are decomposed and lowered (`Decomposition`), marks of Latin, Greek, Cyrillic, Hebrew and Arabic dropped.
/// 2. Latin, Greek, Cyrillic and Arabic letters become ASCII (`Transliteration`), decimal digits of any script too.
///    Every other script stays as it is: Thai, Lao, Khmer, Burmese, Devanagari keep their vowels and tones, and no
///    table here reads them. A name in Thai script meets its romanisation only where a record gives both.
/// 3. What is neither letter nor digit parts words, apostrophes and invisible characters excepted.
/// 4. Titles and legal forms are weak (`WeakWords`).
///
/// A word may have other usual spellings: Müller is `muller` and `mueller`, Mueller the reverse; Юрий is `iurii` and
/// `yuriy`; Mỹ is `my` and `mi`. These are variants and not folded away, since Huệ and Xue hold the same letters for
/// other reasons.
///
/// No string makes this trap, and the limits hold for every string: what is beyond them is left out. Equivalent strings
/// fold alike within the limits.
public enum NameFolding {
    /// Bytes of UTF-8 that are read.
    public static let maximumInputBytes = 1024
    /// Tokens of a name, pairs included.
    public static let maximumTokens = 64
    /// Bytes of each form of a token.
    public static let maximumTokenBytes = 64
    /// Variants of a token.
    public static let maximumVariants = 2
    /// Bytes of a key, by the limits above.
    public static let maximumKeyBytes = maximumTokens * (maximumTokenBytes + 1)

    /// The words of a name, in its order.
    public static func tokens(_ name: String) -> [FoldedToken] { FoldedName(name).tokens }

    /// `FoldedName.nameKey`.
    public static func nameKey(_ name: String) -> String { FoldedName.nameKey(name) }

    /// `FoldedName.joinedKey`.
    public static func joinedKey(_ name: String) -> String { FoldedName(name).joinedKey }

    /// The other usual spellings of a Latin word that is folded already: those that can be told from its letters. ae,
    /// oe and ue are how ä, ö and ü are written without dots; y and i are one vowel at the end of a Vietnamese word.
    public static func variants(_ primary: String) -> [String] {
        let bytes = Array(primary.utf8)
        var variants: [String] = []
        var collapsed = bytes
        collapsed.removeAll(keepingCapacity: true)
        for (index, byte) in bytes.enumerated() where !(byte == 0x65 && index > 0 && takesUmlaut(bytes[index - 1])) {
            collapsed.append(byte)
        }
        if collapsed.count < bytes.count { variants.append(String(decoding: collapsed, as: UTF8.self)) }
        if endsInVietnameseY(bytes) { variants.append(String(decoding: bytes.dropLast() + [0x69], as: UTF8.self)) }
        return variants
    }

    private static func takesUmlaut(_ byte: UInt8) -> Bool { byte == 0x61 || byte == 0x6F || byte == 0x75 }

    /// After a consonant or qu: Lý and Lí, Quý and Quí, but Thúy is never Thúi.
    private static func endsInVietnameseY(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2, bytes[bytes.count - 1] == 0x79 else { return false }
        switch bytes[bytes.count - 2] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "y"): return false
        case UInt8(ascii: "u"): return bytes.count >= 3 && bytes[bytes.count - 3] == UInt8(ascii: "q")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return true
        default: return false
        }
    }

    static func nameKey(_ bytes: [UInt8], _ parts: [Range<Int>]) -> String {
        let sorted = parts.sorted { bytes[$0].lexicographicallyPrecedes(bytes[$1]) }
        var key: [UInt8] = []
        for part in sorted {
            if !key.isEmpty { key.append(0x20) }
            key += bytes[part]
        }
        return String(decoding: key, as: UTF8.self)
    }

    static func joinedKey(_ bytes: [UInt8], _ parts: [Range<Int>]) -> String {
        let joined = parts.flatMap { bytes[$0] }
        var loose: [UInt8] = []
        loose.reserveCapacity(joined.count)
        for (index, byte) in joined.enumerated() {
            // The byte before the first is the last: a rotation of the name is then a rotation of this.
            if byte == 0x65, takesUmlaut(joined[(index == 0 ? joined.count : index) - 1]) { continue }
            loose.append(byte == 0x79 ? 0x69 : byte)
        }
        let start = leastRotation(loose)
        return String(decoding: loose[start...] + loose[..<start], as: UTF8.self)
    }

    /// Where the least rotation begins: two candidates run against each other, and the loser skips what it lost by.
    /// UTF-8's continuation bytes count as the greatest, so that no rotation begins within a scalar.
    private static func leastRotation(_ bytes: [UInt8]) -> Int {
        func rank(_ index: Int) -> UInt8 {
            let byte = bytes[index < bytes.count ? index : index - bytes.count]
            return byte < 0x80 ? byte : byte ^ 0x40
        }
        var first = 0
        var second = 1
        var length = 0
        while first < bytes.count, second < bytes.count, length < bytes.count {
            let (a, b) = (rank(first + length), rank(second + length))
            if a == b {
                length += 1
                continue
            }
            if a > b { first += length + 1 } else { second += length + 1 }
            if first == second { second += 1 }
            length = 0
        }
        return min(first, second)
    }
}

extension FoldedToken {
    init(_ folder: TokenFolder, _ word: TokenFolder.Word, _ primary: String) {
        var variants: [String] = []
        if !word.otherRange.isEmpty {
            variants.append(String(decoding: folder.otherBytes[word.otherRange], as: UTF8.self))
        }
        if word.isLatin {
            for variant in NameFolding.variants(primary) where !variants.contains(variant) && variant != primary {
                variants.append(variant)
            }
        }
        self.init(
            primary: primary, variants: Array(variants.prefix(NameFolding.maximumVariants)), isWeak: word.isWeak,
            kind: word.kind)
    }
}
