/// Descriptions of goods, remarks, narratives: folded as names are, every word alike.
public enum FreeText {
    /// Bytes of UTF-8 that are read: a description is longer than a name, and repeats itself.
    public static let maximumInputBytes = 4096
    /// Distinct words of a text.
    public static let maximumWords = 64
    /// Scalars of a word. A Han, kana or Hangul character that stands alone is a word, and exempt.
    public static let minimumLength = 2

    /// The distinct words of a text, in the order in which they first stand there, folded as `FoldedToken.primary`. Of
    /// Han, kana and Hangul there are pairs of characters, and single ones only where they stand alone. Thai, Lao, Khmer
    /// and Burmese have no spaces between words: what is between two spaces is one word.
    public static func words(_ text: String) -> [String] {
        let folder = TokenFolder(text, maximumBytes: maximumInputBytes, maximumWords: maximumInputBytes)
        var seen: Set<String> = []
        var words: [String] = []
        for (index, word) in folder.words.enumerated() {
            guard isWanted(word, before: folder.words[(index + 1)...].first) else { continue }
            let primary = String(decoding: folder.bytes[word.range], as: UTF8.self)
            guard word.kind != .word || primary.unicodeScalars.count >= minimumLength else { continue }
            guard seen.insert(primary).inserted else { continue }
            words.append(primary)
            if words.count == maximumWords { break }
        }
        return words
    }

    private static func isWanted(_ word: TokenFolder.Word, before next: TokenFolder.Word?) -> Bool {
        word.kind != .character || !word.continues && next?.continues != true
    }
}
