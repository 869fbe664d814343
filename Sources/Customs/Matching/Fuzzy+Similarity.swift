extension Fuzzy {
    /// What a weak token weighs, beside 1 for every other.
    static let weakWeight = 0.1
    /// The least similarity of names whose keys meet. Below 1, which is for names of the same words.
    static let nameKeyFloor = 0.98
    static let joinedKeyFloor = 0.95
    /// What two tokens are worth that meet by a variant, and an initial before the word that it stands for.
    private static let variantScore = 0.95
    private static let initialScore = 0.6

    /// How alike two names are, 0 to 1, whatever the order of their words: for ranking what an index has found, and of
    /// no meaning as a probability. Symmetric.
    ///
    /// Each word is given its best partner, the best pairs first. A word without one counts in full against the names,
    /// a weak one a tenth. Names with one key in common do not fall below that key's floor.
    public static func similarity(_ a: FoldedName, _ b: FoldedName) -> Double {
        let (first, second) = (words(a), words(b))
        guard !first.isEmpty, !second.isEmpty else { return 0 }
        // The same order of both, whichever is given first: ties are then broken alike.
        let isSwapped = second.lexicographicallyPrecedes(first) { $0.primary < $1.primary }
        let score = isSwapped ? assign(second, first) : assign(first, second)
        if a.nameKey == b.nameKey { return max(score, nameKeyFloor) }
        return a.joinedKey == b.joinedKey ? max(score, joinedKeyFloor) : score
    }

    private static func words(_ name: FoldedName) -> [FoldedToken] {
        name.tokens.filter { $0.kind != .pair }.sorted { $0.primary < $1.primary }
    }

    private static func weight(_ token: FoldedToken) -> Double { token.isWeak ? weakWeight : 1 }

    private static func assign(_ a: [FoldedToken], _ b: [FoldedToken]) -> Double {
        let (unitsA, unitsB) = (a.map(units), b.map(units))
        var pairs: [(score: Double, a: Int, b: Int)] = []
        for i in a.indices {
            for j in b.indices {
                let score = score(a[i], unitsA[i], b[j], unitsB[j])
                if score > 0 { pairs.append((score, i, j)) }
            }
        }
        pairs.sort { ($1.score, $0.a, $0.b) < ($0.score, $1.a, $1.b) }
        var (isTakenA, isTakenB) = ([Bool](repeating: false, count: a.count), [Bool](repeating: false, count: b.count))
        var met = 0.0
        for pair in pairs where !isTakenA[pair.a] && !isTakenB[pair.b] {
            (isTakenA[pair.a], isTakenB[pair.b]) = (true, true)
            met += pair.score * (weight(a[pair.a]) + weight(b[pair.b]))
        }
        return min(1, met / (a.map(weight).reduce(0, +) + b.map(weight).reduce(0, +)))
    }

    private static func units(_ token: FoldedToken) -> [UInt32] { token.primary.unicodeScalars.map(\.value) }

    /// One error is forgiven in words of four to seven scalars, two in longer ones.
    private static func score(_ a: FoldedToken, _ unitsA: [UInt32], _ b: FoldedToken, _ unitsB: [UInt32]) -> Double {
        if unitsA == unitsB { return 1 }
        if a.meets(b) { return variantScore }
        guard a.kind == .word, b.kind == .word else { return 0 }
        let shorter = min(unitsA.count, unitsB.count)
        if shorter == 1 { return unitsA[0] == unitsB[0] ? initialScore : 0 }
        let limit = shorter >= 2 * minimumLength ? 2 : shorter >= minimumLength ? 1 : 0
        guard limit > 0, let distance = distance(unitsA, unitsB, limit: limit) else { return 0 }
        return 1 - Double(distance) / Double(max(unitsA.count, unitsB.count))
    }
}
