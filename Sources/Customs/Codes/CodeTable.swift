/// A vocabulary written as text, taken apart on first use: a big literal of values takes the compiler minutes.
///
/// Entries end with `;` or the line; the fields of an entry are parted by one space each, and the last has the rest.
struct CodeTable: Sendable {
    /// In the order written.
    let codes: [String]
    private let entries: [String: [String]]

    init(fieldCount: Int, _ text: String) {
        let rows = text.split { $0 == ";" || $0 == "\n" }.map { entry in
            entry.drop { $0 == " " }.split(separator: " ", maxSplits: fieldCount - 1).map { String($0) }
        }
        codes = rows.map { $0[0] }
        entries = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0) })
    }

    /// All its fields, the code first.
    subscript(code: String) -> [String]? { entries[code] }

    /// The code that was meant: any case, spaces and separators ignored. Nil if it is not as long as that.
    static func folded(_ text: String, _ lengths: ClosedRange<Int>) -> String? {
        guard text.utf8.count <= maximumIdentifierInputByteCount, let characters = Folding.alphanumerics(text),
            lengths.contains(characters.count)
        else { return nil }
        return characters.text
    }
}
