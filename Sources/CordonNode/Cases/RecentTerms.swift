internal import Storage

/// The rows of terms that the last commits brought, by their terms: what a look at the index of a moment ago did not
/// see. The writer keeps it.
struct RecentTerms {
    static let maximumCommits = 32
    static let maximumRows = 100_000

    private struct Row {
        let commit: UInt64
        let met: SearchIndex.Met
    }
    /// Those of one term, oldest first. Most terms have one.
    private struct Rows {
        var older: [Row] = []
        var newest: Row

        var all: [Row] { older + [newest] }
    }
    private var rows: [RowBytes: Rows] = [:]
    /// What each of the last commits brought, the oldest first.
    private var commits: [(number: UInt64, terms: [RowBytes])] = []
    private var count = 0
    /// The last commit that is not known here any more.
    private var forgotten: UInt64 = 0

    /// What a proposal does to rows of terms. `commit` is the number of the commit that it is in.
    mutating func apply(_ changes: [RowChange], commit: UInt64) {
        var terms: [RowBytes] = []
        for change in changes where change.row.family == .index {
            guard let (prefix, posting) = IndexRow.termAndPosting(change.row.key) else { continue }
            let term = RowBytes(prefix)
            guard let value = change.value else {
                var kept = rows[term]?.all.filter { $0.met.posting != posting } ?? []
                rows[term] = kept.popLast().map { Rows(older: kept, newest: $0) }
                continue
            }
            let row = Row(commit: commit, met: (posting, Births(row: value)))
            if let place = rows.index(forKey: term) {
                let last = rows.values[place].newest
                rows.values[place].older.append(last)
                rows.values[place].newest = row
            } else {
                rows[term] = Rows(newest: row)
            }
            terms.append(term)
        }
        guard !terms.isEmpty else { return }
        count += terms.count
        if commits.last?.number == commit {
            commits[commits.count - 1].terms += terms
        } else {
            commits.append((commit, terms))
        }
        while commits.count > Self.maximumCommits || count > Self.maximumRows && commits.count > 1 { forget() }
    }

    private mutating func forget() {
        let (number, terms) = commits.removeFirst()
        forgotten = number
        count -= terms.count
        for term in terms {
            guard let place = rows.index(forKey: term) else { continue }
            if rows.values[place].newest.commit <= number {
                rows.remove(at: place)
            } else {
                rows.values[place].older.removeAll { $0.commit <= number }
            }
        }
    }

    /// What came with commits behind `commit`, in the order of the looks, the newest first; nil where that is no longer
    /// known.
    func postings(of looks: TermLooks) -> [Int: [SearchIndex.Met]]? {
        guard looks.commit >= forgotten else { return nil }
        var found: [Int: [SearchIndex.Met]] = [:]
        for (place, look) in looks.terms.enumerated() {
            guard let known = rows[RowBytes(look.term)], known.newest.commit > looks.commit else { continue }
            let since = known.all.filter { $0.commit > looks.commit && $0.met.posting.stream != look.stream }
            if !since.isEmpty { found[place] = since.reversed().map(\.met) }
        }
        return found
    }
}

/// Terms that were looked for, each for a case, when a number of commits had been made.
struct TermLooks: Sendable {
    let commit: UInt64
    var terms: [(term: [UInt8], stream: UInt64)]
}
