internal import Cryptography
internal import Customs
internal import Storage

/// Looks through the postings of terms, newest reports first.
struct SearchIndex {
    /// Tokens that a prefix or a misspelling may stand for.
    static let maximumExpansions = 64

    let database: Database
    let snapshot: Snapshot
    /// Jumps that the searches through this index may make together.
    private let maximumSteps: Int
    /// What the searches through this index have cost so far.
    private let steps = Steps()
    /// Over all terms, for looks at many of them one after the other.
    private let terms: TermCursor

    init(_ database: Database, maximumSteps: Int = .max) {
        self.database = database
        self.maximumSteps = maximumSteps
        snapshot = database.snapshot()
        terms = TermCursor(database, snapshot)
    }

    /// The newest postings of one term, one of each case, without those of one case.
    func postings(_ term: SearchTerm, limit: Int, besides stream: UInt64) throws -> [Posting] {
        try terms.postings(IndexRow.term(term), limit: limit, besides: stream)
    }

    /// One cursor for all terms: to make one costs more than to move it.
    private final class TermCursor {
        private let cursor: Cursor

        init(_ database: Database, _ snapshot: Snapshot) {
            cursor = database.cursor(.index, from: [16], upTo: [17], at: snapshot)
        }

        /// Rows that are looked at, at most, so that a case with very many of them costs no more.
        private static let maximumRows = 1_000

        func postings(_ prefix: [UInt8], limit: Int, besides stream: UInt64) throws -> [Posting] {
            var postings: [Posting] = []
            var streams: Set<UInt64> = [stream]
            var row = try cursor.seek(prefix)
            var looked = 0
            while postings.count < limit, looked < Self.maximumRows, let key = row, key.starts(with: prefix) {
                looked += 1
                if let posting = Posting(row: key), streams.insert(posting.stream).inserted { postings.append(posting) }
                row = try cursor.next()
            }
            return postings
        }
    }

    /// Whether a term stands nowhere but in one case.
    func isOnly(_ term: SearchTerm, in stream: UInt64) throws -> Bool {
        var isOnly = true
        let prefix = IndexRow.term(term)
        try database.forEach(.index, from: prefix, upTo: Self.end(prefix), at: snapshot) { key, _ in
            isOnly = Posting(row: [UInt8](key))?.stream == stream
            return isOnly
        }
        return isOnly
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

    /// Lends the postings that every group has, newest first, from behind `cursor` on, until `body` returns false.
    /// A group is met where any of its terms is. Where the search has cost all that it may, it returns the posting to go on
    /// behind, later.
    ///
    /// A leapfrog join: each group in turn jumps to the furthest posting that any has seen, until all agree.
    func forEachCommon(
        _ groups: [[SearchTerm]], after cursor: Posting?, days: ClosedRange<UInt32>?,
        _ body: (Posting) throws -> Bool
    ) throws -> Posting? {
        precondition(!groups.isEmpty)
        let unions = groups.map { Union($0, database, snapshot, steps) }
        var target = cursor?.successor
        while var found = try unions[0].seek(target) {
            var agreed = 1
            var index = 1 % unions.count
            while agreed < unions.count {
                guard let next = try unions[index].seek(found.posting) else { return nil }
                agreed = next.posting == found.posting ? agreed + 1 : 1
                found = next
                index = (index + 1) % unions.count
                // Nothing before `found` is common; whether it is itself, is not known yet.
                guard steps.count < maximumSteps else { return found.posting.predecessor }
            }
            if days?.contains(found.day) ?? true {
                guard try body(found.posting) else { return nil }
            }
            guard steps.count < maximumSteps else { return found.posting }
            target = found.posting.successor
        }
        return nil
    }

    private final class Steps {
        var count = 0
    }

    private typealias Found = (posting: Posting, day: UInt32)

    /// The postings of several terms as one list in order.
    private struct Union {
        private let lists: [List]

        init(_ terms: [SearchTerm], _ database: Database, _ snapshot: Snapshot, _ steps: Steps) {
            lists = terms.map { List($0, database, snapshot, steps) }
        }

        /// The first posting at or behind `target`.
        func seek(_ target: Posting?) throws -> Found? {
            var best: Found?
            for list in lists {
                guard let next = try list.seek(target) else { continue }
                if best == nil || next.posting < best!.posting { best = next }
            }
            return best
        }
    }

    /// The postings of one term. Targets only ever grow.
    private final class List {
        private let prefix: [UInt8]
        private let cursor: Cursor
        private let steps: Steps
        private var current: Found?
        private var hasEnded = false

        init(_ term: SearchTerm, _ database: Database, _ snapshot: Snapshot, _ steps: Steps) {
            self.steps = steps
            prefix = IndexRow.term(term)
            cursor = database.cursor(.index, from: prefix, upTo: SearchIndex.end(prefix), at: snapshot)
        }

        func seek(_ target: Posting?) throws -> Found? {
            if hasEnded { return nil }
            if let current, let target, !(current.posting < target) { return current }
            steps.count += 1
            if let key = try cursor.seek(prefix + (target?.encoded ?? [])), let posting = Posting(row: key) {
                current = (posting, UInt32(bigEndianBytes: cursor.value) ?? 0)
            } else {
                current = nil
                hasEnded = true
            }
            return current
        }
    }
}
