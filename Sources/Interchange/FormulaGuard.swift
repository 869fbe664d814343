/// Keeps a spreadsheet from running what a cell says (CWE-1236): a cell that would begin a formula gets an apostrophe
/// in front, which Excel, LibreOffice and Google Sheets read as “this is text”.
///
/// Taking the guard off gives back exactly what it was put on, for every text: a cell that has apostrophes of its own
/// in front of such a beginning is guarded too, so that one apostrophe is always the one put there.
public enum FormulaGuard {
    /// `=`, `+`, `-`, `@`, tab, carriage return, line feed, and the first four in full width.
    private static let starts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]

    /// First bytes of what `starts` holds, and the apostrophe: almost no cell needs a closer look.
    private static let mayStart: [Bool] = {
        var bytes = [Bool](repeating: false, count: 256)
        for scalar in starts.union(["'"]) { bytes[Int(UTF8.encode(scalar)!.first!)] = true }
        return bytes
    }()

    public static func protect(_ text: String) -> String { isNeeded(for: text) ? "'" + text : text }

    public static func strip(_ text: String) -> String {
        guard text.utf8.first == UInt8(ascii: "'") else { return text }
        let rest = String(text.unicodeScalars.dropFirst())
        return isNeeded(for: rest) ? rest : text
    }

    /// `-12.5` is left alone: it is a number and nothing else. `+12` is not, since a telephone number looks like this.
    private static func isNeeded(for text: String) -> Bool {
        guard let first = text.utf8.first, mayStart[Int(first)] else { return false }
        let content = text.unicodeScalars.drop { $0 == "'" }
        guard let start = content.first, starts.contains(start) else { return false }
        return !isPlainNumber(content)
    }

    private static func isPlainNumber(_ text: Substring.UnicodeScalarView) -> Bool {
        guard text.first == "-" else { return false }
        let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= 2
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } }
    }
}
