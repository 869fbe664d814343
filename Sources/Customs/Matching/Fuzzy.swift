/// Names that nearly meet: deletion keys to find them by (Garbe's symmetric deletes, for one error a word), a distance
/// to check what was found, and a similarity to rank it.
public enum Fuzzy {
    /// Scalars that a token needs to have deletions: every short word is near every other.
    public static let minimumLength = 4

    /// The token, and for tokens of at least `minimumLength` scalars what remains without each one of them, all
    /// distinct.
    ///
    /// Two tokens that differ by one insertion, deletion, substitution or transposition of neighbours, of which at
    /// least one has `minimumLength` scalars, have one of these in common. The converse does not hold: `distance`
    /// tells.
    public static func deletions(_ token: String) -> [String] {
        let scalars = Array(token.unicodeScalars)
        guard scalars.count >= minimumLength else { return [token] }
        let bytes = Array(token.utf8)
        var results = [token]
        results.reserveCapacity(scalars.count + 1)
        var offset = 0
        for index in scalars.indices {
            let width = UTF8.width(scalars[index])
            // Of a run of one scalar any may go, with one result; of two different runs never.
            if index == 0 || scalars[index] != scalars[index - 1] {
                var shorter: [UInt8] = []
                shorter.reserveCapacity(bytes.count)
                shorter += bytes[..<offset]
                shorter += bytes[(offset + width)...]
                results.append(String(decoding: shorter, as: UTF8.self))
            }
            offset += width
        }
        return results
    }

    /// How many insertions, deletions, substitutions and transpositions of neighbours turn one string of scalars into
    /// the other, where no part is edited twice (optimal string alignment); nil when more than `limit`.
    public static func distance(_ a: String, _ b: String, limit: Int) -> Int? {
        distance(a.unicodeScalars.map(\.value), b.unicodeScalars.map(\.value), limit: limit)
    }

    /// The same of arrays of bytes, or of anything that can be compared.
    public static func distance<Unit: Equatable>(_ a: [Unit], _ b: [Unit], limit: Int) -> Int? {
        guard limit >= 0 else { return nil }
        var start = 0
        while start < a.count, start < b.count, a[start] == b[start] { start += 1 }
        var (endA, endB) = (a.count, b.count)
        while endA > start, endB > start, a[endA - 1] == b[endB - 1] { (endA, endB) = (endA - 1, endB - 1) }
        let (rows, columns) = (endA - start, endB - start)
        guard abs(rows - columns) <= limit else { return nil }
        guard rows > 0, columns > 0 else { return max(rows, columns) }
        return align(a[start..<endA], b[start..<endB], limit: min(limit, max(rows, columns)))
    }

    /// Fills only the diagonal band that `limit` allows. Three rows are needed, since a transposition looks back two.
    private static func align<Unit: Equatable>(_ a: ArraySlice<Unit>, _ b: ArraySlice<Unit>, limit: Int) -> Int? {
        let beyond = limit + 1
        var previous = (0...b.count).map { min($0, beyond) }
        var beforePrevious = previous
        for row in 1...a.count {
            let low = max(1, row - limit)
            let high = min(b.count, row + limit)
            var current = [Int](repeating: beyond, count: b.count + 1)
            if low == 1 { current[0] = min(row, beyond) }
            var least = current[0]
            let unit = a[a.startIndex + row - 1]
            for column in low...high {
                let other = b[b.startIndex + column - 1]
                var best = min(previous[column], current[column - 1]) + 1
                best = min(best, previous[column - 1] + (unit == other ? 0 : 1))
                if row > 1, column > 1, unit == b[b.startIndex + column - 2], a[a.startIndex + row - 2] == other {
                    best = min(best, beforePrevious[column - 2] + 1)
                }
                current[column] = min(best, beyond)
                least = min(least, current[column])
            }
            guard least <= limit else { return nil }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count] <= limit ? previous[b.count] : nil
    }
}
