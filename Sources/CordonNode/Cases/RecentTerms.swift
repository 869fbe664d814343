internal import Storage

/// The rows of terms that the last commits brought, by their terms: what a look at the index of a moment ago did not
/// see. The writer keeps it.
struct RecentTerms {
    static let maximumCommits = 32
    static let maximumRows = 50_000

    /// A row of a term that was put, or went, with the hash of the term's part of its key.
    private struct Row {
        let hash: Int
        let change: RowChange
    }
    /// What each of the last commits brought, the oldest first.
    private var commits: [(number: UInt64, rows: [Row])] = []
    private var count = 0
    /// The last commit that is not known here any more.
    private var forgotten: UInt64 = 0

    private static func hash(_ term: some Collection<UInt8>) -> Int {
        var hasher = Hasher()
        _ = term.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }

    /// What a proposal does to rows of terms. `commit` is the number of the commit that it is in.
    mutating func apply(_ changes: [RowChange], commit: UInt64) {
        var rows: [Row] = []
        for change in changes where change.row.family == .index && IndexRow.isPosting(change.row.key) {
            rows.append(Row(hash: Self.hash(change.row.key.dropLast(Posting.byteCount)), change: change))
        }
        guard !rows.isEmpty else { return }
        count += rows.count
        if commits.last?.number == commit {
            commits[commits.count - 1].rows += rows
        } else {
            commits.append((commit, rows))
        }
        while commits.count > Self.maximumCommits || count > Self.maximumRows && commits.count > 1 {
            let (number, rows) = commits.removeFirst()
            forgotten = number
            count -= rows.count
        }
    }

    /// What came with commits behind `commit`, in the order of the looks, the newest first; nil where that is no longer
    /// known.
    func postings(of looks: TermLooks) -> [Int: [SearchIndex.Met]]? {
        guard looks.commit >= forgotten else { return nil }
        guard let last = commits.last?.number, last > looks.commit else { return [:] }
        // The last look of each hash; from each, the one before it.
        var places: [Int: Int] = [:]
        places.reserveCapacity(looks.terms.count)
        var before: [Int?] = []
        before.reserveCapacity(looks.terms.count)
        for (place, look) in looks.terms.enumerated() {
            before.append(places.updateValue(place, forKey: Self.hash(look.term)))
        }
        var found: [Int: [SearchIndex.Met]] = [:]
        for (number, rows) in commits where number > looks.commit {
            for row in rows {
                var next = places[row.hash]
                while let place = next {
                    next = before[place]
                    Self.tell(row.change, looks.terms[place], &found[place, default: []])
                }
            }
        }
        return found.compactMapValues { $0.isEmpty ? nil : $0.reversed() }
    }

    private static func tell(
        _ change: RowChange, _ look: (term: [UInt8], stream: UInt64), _ found: inout [SearchIndex.Met]
    ) {
        let key = change.row.key
        guard key.count == look.term.count + Posting.byteCount, key.starts(with: look.term),
            let posting = Posting(row: key), posting.stream != look.stream
        else { return }
        if let value = change.value {
            found.append((posting, Births(row: value)))
        } else {
            found.removeAll { $0.posting == posting }
        }
    }
}

/// Terms that were looked for, each for a case, when a number of commits had been made.
struct TermLooks: Sendable {
    let commit: UInt64
    var terms: [(term: [UInt8], stream: UInt64)]
}
