internal import Cryptography
internal import Customs
internal import Storage

/// What one of many looks for terms has met.
typealias TermsMet = (look: Int, postings: [SearchIndex.Met])

/// Looks through the postings of terms, newest reports first.
struct SearchIndex {
    /// Tokens that a prefix or a misspelling may stand for.
    static let maximumExpansions = 64

    let database: Database
    let snapshot: Snapshot
    /// Rows that the searches through this index may read together.
    let maximumSteps: Int
    /// What the searches through this index have cost so far.
    let steps = SearchSteps()
    /// Over all terms, for looks at many of them one after the other.
    private let terms: TermCursor

    init(_ database: Database, maximumSteps: Int = .max) {
        self.database = database
        self.maximumSteps = maximumSteps
        snapshot = database.snapshot()
        terms = TermCursor(database, snapshot)
    }

    /// A posting of a term that reports meet by, and the births of the persons in that report.
    typealias Met = (posting: Posting, births: Births)

    /// The newest postings of one term, one of each case, without those of one case.
    func postings(_ term: SearchTerm, limit: Int, besides stream: UInt64) throws -> [Met] {
        Self.leave(stream, try terms.postings(IndexRow.term(term), limit: limit + 1), limit)
    }

    /// The same of the rows of many terms, each for a case, where there are any: they are looked for in the order of
    /// the rows, which is cheaper than in any other, and are in that of the looks.
    func postings(_ looks: [(term: [UInt8], stream: UInt64)], limit: Int) throws -> [TermsMet] {
        var found: [TermsMet] = []
        var last: (term: [UInt8], postings: [Met]) = ([], [])
        for place in looks.indices.sorted(by: { looks[$0].term.precedes(looks[$1].term) }) {
            let (term, stream) = looks[place]
            if term != last.term { last = (term, try terms.postings(term, limit: limit + 1)) }
            guard !last.postings.isEmpty else { continue }
            let others = Self.leave(stream, last.postings, limit)
            if !others.isEmpty { found.append((place, others)) }
        }
        return found.sorted { $0.look < $1.look }
    }

    private static func leave(_ stream: UInt64, _ postings: [Met], _ limit: Int) -> [Met] {
        Array(postings.lazy.filter { $0.posting.stream != stream }.prefix(limit))
    }

    /// One cursor for all terms: to make one costs more than to move it.
    private final class TermCursor {
        private let cursor: Cursor

        init(_ database: Database, _ snapshot: Snapshot) {
            cursor = database.cursor(.index, from: [16], upTo: [17], at: snapshot, byBeginning: true)
        }

        /// Rows that are looked at, at most, so that a case with very many of them costs no more.
        private static let maximumRows = 1_000

        /// Where a term's rows begin.
        private var start: [UInt8] = []

        /// One of each case.
        func postings(_ term: [UInt8], limit: Int) throws -> [Met] {
            start.removeAll(keepingCapacity: true)
            start += term
            for _ in 0..<Posting.byteCount { start.append(0) }
            var postings: [Met] = []
            var row = try cursor.seek(start)
            var looked = 0
            while postings.count < limit, looked < Self.maximumRows, let key = row, key.starts(with: term) {
                looked += 1
                if let posting = Posting(row: key),
                    !postings.contains(where: { $0.posting.stream == posting.stream })
                {
                    postings.append((posting, Births(row: cursor.value)))
                }
                row = try cursor.next()
            }
            return postings
        }
    }

    /// Whether a term stands nowhere but in one case.
    func isOnly(_ term: SearchTerm, in stream: UInt64) throws -> Bool {
        var isOnly = true
        _ = try forEachCommon([[term]], after: nil, days: nil) {
            isOnly = $0.stream == stream
            return isOnly
        }
        return isOnly
    }

    /// Whether a posting is one that `groups` have in common.
    func meets(_ posting: Posting, _ groups: [[SearchTerm]]) throws -> Bool {
        try groups.allSatisfy { terms in try terms.contains { try has($0, posting) } }
    }

    private func has(_ term: SearchTerm, _ posting: Posting) throws -> Bool {
        guard term.scheme.matchRank == nil else {
            return try database.get(.index, IndexRow.posting(term, posting), at: snapshot) != nil
        }
        let row = try database.get(.index, IndexRow.block(term, PostingBlock.of(posting.number)), at: snapshot)
        return try row.map(PostingBlock.init(row:))?.day(of: posting.number) != nil
    }

    /// Behind every key that begins with `prefix`.
    static func end(_ prefix: [UInt8]) -> [UInt8] {
        var end = prefix
        while let last = end.popLast() { if last < 0xFF { return end + [last + 1] } }
        return [0xFF, 0xFF]
    }

    /// Tokens of names that `token` may be a prefix or misspelling of, itself among them.
    func expand(_ token: String, prefix: Bool, fuzzy: Bool) throws -> [String] {
        var tokens = [token]
        func add(_ candidate: String) { if !tokens.contains(candidate) { tokens.append(candidate) } }
        if prefix {
            let start = IndexRow.token(token)
            try database.forEach(.index, from: start, upTo: Self.end(start), at: snapshot) { key, _ in
                add(String(decoding: key.dropFirst(), as: UTF8.self))
                return tokens.count < Self.maximumExpansions
            }
        }
        if fuzzy {
            for variant in Fuzzy.deletions(token) where tokens.count < Self.maximumExpansions {
                let start = IndexRow.deletion(variant)
                try database.forEach(.index, from: start, upTo: Self.end(start), at: snapshot) { key, _ in
                    let candidate = String(decoding: key.dropFirst(start.count), as: UTF8.self)
                    if Fuzzy.distance(token, candidate, limit: 1) != nil { add(candidate) }
                    return tokens.count < Self.maximumExpansions
                }
            }
        }
        return tokens
    }
}
