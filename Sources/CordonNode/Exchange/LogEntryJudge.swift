internal import Cryptography
internal import Dispatch
internal import EntryCodec
internal import Exchange
internal import Synchronization
internal import TransparencyLog

/// Judges the entries of a partner's exchange log: their form, the release key in force at each place, its signature, and
/// the keys statements, which say what counts from there on. Signatures are verified on all processors.
///
/// Its state is the statements so far: `entry index[8] ‖ length[4] ‖ statement`, repeated.
struct LogEntryJudge: EntryJudge {
    let card: SignedCard
    let origin: String

    var initialState: [UInt8] { [] }

    static func record(_ statement: [UInt8], at index: UInt64) -> [UInt8] {
        index.bigEndianBytes + UInt32(statement.count).bigEndianBytes + statement
    }

    /// The statements of a state, or of what was added to one. Throws `.corrupted`.
    static func statements(_ state: some Collection<UInt8>) throws -> [(index: UInt64, statement: [UInt8])] {
        var statements: [(UInt64, [UInt8])] = []
        var rest = Array(state)[...]
        while !rest.isEmpty {
            guard let index = UInt64(bigEndianBytes: rest.prefix(8)),
                let length = UInt32(bigEndianBytes: rest.dropFirst(8).prefix(4)).map(Int.init),
                rest.count >= 12 + length
            else { throw NodeError(.corrupted, "the keys of a partner are not readable") }
            statements.append((index, Array(rest.dropFirst(12).prefix(length))))
            rest = rest.dropFirst(12 + length)
        }
        return statements
    }

    /// The keys behind a state. Throws `.corrupted`.
    static func keys(card: SignedCard, state: [UInt8]) throws -> AuthorityKeys {
        var keys = AuthorityKeys(card: card)
        for (index, statement) in try statements(state) {
            do {
                try keys.apply(statement, atIndex: index)
            } catch {
                throw NodeError(.corrupted, "the keys of a partner do not follow on each other")
            }
        }
        return keys
    }

    func judge(_ batch: EntryBatch, state: [UInt8]) -> EntryVerdict {
        guard var keys = try? Self.keys(card: card, state: state) else {
            return .bad(index: batch.firstIndex, code: "unreadable-state")
        }
        var state = state
        var signed: [(entry: LogEntry, key: VerifyingKey<ReleaseRole>)] = []
        signed.reserveCapacity(batch.entries.count)
        for (offset, bytes) in batch.entries.enumerated() {
            let index = batch.firstIndex + UInt64(offset)
            do {
                let entry = try LogEntry(parsing: bytes)
                let key = try keys.releaseKey(entry.signer, atIndex: index, timeMilliseconds: entry.timeMilliseconds)
                signed.append((entry, key.key))
                if entry.kind == .keys, case .statement(let statement) = entry.content {
                    try keys.apply(statement, atIndex: index)
                    state += Self.record(statement, at: index)
                }
            } catch {
                return Self.verdict(verify(signed), or: index, Self.code(error), batch)
            }
        }
        if let bad = verify(signed) { return .bad(index: batch.firstIndex + UInt64(bad), code: "bad-signature") }
        return .good(state: state)
    }

    /// The first entry that is bad: one before the one that could not be judged, where its signature is.
    private static func verdict(_ bad: Int?, or index: UInt64, _ code: String, _ batch: EntryBatch) -> EntryVerdict {
        bad.map { .bad(index: batch.firstIndex + UInt64($0), code: "bad-signature") } ?? .bad(index: index, code: code)
    }

    private static func code(_ error: any Error) -> String {
        switch error {
        case let error as EntryError: error.code.rawValue
        case let error as TrustError: error.code.rawValue
        default: "unreadable"
        }
    }

    /// The place of the first bad signature.
    private func verify(_ signed: [(entry: LogEntry, key: VerifyingKey<ReleaseRole>)]) -> Int? {
        let bad = Mutex<Int?>(nil)
        let share = 64
        DispatchQueue.concurrentPerform(iterations: (signed.count + share - 1) / share) { part in
            for place in part * share..<min((part + 1) * share, signed.count) {
                guard (try? signed[place].entry.verify(key: signed[place].key, origin: origin)) == nil else { continue }
                bad.withLock { $0 = min($0 ?? place, place) }
                return
            }
        }
        return bad.withLock { $0 }
    }
}
