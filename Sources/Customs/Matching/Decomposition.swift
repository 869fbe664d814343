/// The first step of folding: a text's scalars decomposed, in lower case, their marks in canonical order, and without
/// what has no meaning for matching. The standard library normalises strings for its own comparisons and exposes
/// nothing of it, hence the table.
///
/// Hangul stays as it came; `TokenFolder` composes what was typed as jamo. Categories, combining classes and lower case
/// come with the standard library: a toolchain with a newer Unicode may fold scalars that were unassigned before, and
/// an index that has seen such text is then built anew.
struct Decomposition {
    /// Scalars, each with its combining class in the eight bits above the twenty-four of the scalar.
    private var packed: [UInt32] = []

    var count: Int { packed.count }
    subscript(index: Int) -> UInt32 { packed[index] & 0xFF_FFFF }
    /// 0 for whatever does not combine, as far as canonical ordering goes.
    func combiningClass(at index: Int) -> UInt8 { UInt8(packed[index] >> 24) }

    /// Reads whole scalars of at most `maximumBytes` bytes of UTF-8.
    init(_ text: String, maximumBytes: Int) {
        packed.reserveCapacity(min(text.utf8.count, maximumBytes) * 2)
        var left = maximumBytes
        for scalar in text.unicodeScalars {
            let value = scalar.value
            left -= value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x1_0000 ? 3 : 4
            if left < 0 { break }
            append(value)
        }
    }

    /// The letter that a base and the marks after it make, where transliteration tells it from the bare base.
    func composed(at index: Int) -> UInt32 {
        let base = self[index]
        var next = index + 1
        while next < count, combiningClass(at: next) != 0 {
            if let letter = Transliteration.composition(base, self[next]) { return letter }
            next += 1
        }
        return base
    }

    /// The index of the next scalar that is not a combining mark.
    func base(after index: Int) -> Int? {
        var next = index + 1
        while next < count, combiningClass(at: next) != 0 { next += 1 }
        return next < count ? next : nil
    }

    private mutating func append(_ value: UInt32) {
        switch value {
        case 0x41...0x5A: packed.append(value + 0x20)
        case 0x27, 0x60: return
        case 0..<0x80, 0xAC00...0xD7A3, 0x3400...0x9FFF: packed.append(value)
        default:
            guard let (first, second) = Self.decompose(value) else { return appendFinal(value) }
            append(first)
            if second != 0 { append(second) }
        }
    }

    private mutating func appendFinal(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value), !Self.isIgnorable(scalar) else { return }
        if scalar.properties.changesWhenLowercased {
            for lower in scalar.properties.lowercaseMapping.unicodeScalars { insert(lower) }
        } else {
            insert(scalar)
        }
    }

    /// Canonical ordering (UAX #15): a mark goes before those of a higher class that it follows.
    private mutating func insert(_ scalar: Unicode.Scalar) {
        let combiningClass = UInt32(scalar.properties.canonicalCombiningClass.rawValue)
        packed.append(combiningClass << 24 | scalar.value)
        guard combiningClass != 0 else { return }
        var index = packed.count - 1
        while index > 0, packed[index - 1] >> 24 > combiningClass {
            packed.swapAt(index, index - 1)
            index -= 1
        }
    }

    private static func decompose(_ value: UInt32) -> (UInt32, UInt32)? {
        guard value >= 0xAA, value <= 0x2_FA1D else { return nil }
        let rows = DecompositionTable.rows
        let key = UInt64(value) << 40
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < key { low = middle + 1 } else { high = middle }
        }
        guard low < rows.count, rows[low] >> 40 == UInt64(value) else { return nil }
        return (UInt32(rows[low] >> 20 & 0xF_FFFF), UInt32(rows[low] & 0xF_FFFF))
    }

    /// Apostrophes of all kinds, so that O'Brien is one word, and invisible characters; but a zero-width space is how
    /// Khmer, Lao and Burmese part their words, and is kept.
    private static func isIgnorable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xB4, 0x2B9...0x2BF, 0x2018...0x201B, 0x2032, 0x34F, 0xFE00...0xFE0F, 0xE0100...0xE01EF: return true
        case 0x200B: return false
        case 0x300...0x36F, 0x400..<0x483: return false
        default:
            let category = scalar.properties.generalCategory
            return category == .format || category == .enclosingMark
        }
    }
}
