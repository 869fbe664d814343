internal import Cryptography
internal import Synchronization

/// Entries of partners' logs whose signatures this process has verified: mostly, an envelope is opened soon after its
/// entry was judged, and need not be verified again. What is stored proves nothing of that: a disk can be changed.
///
/// An entry is known by its leaf hash, which covers the signature and the name of the key. The last ones are kept.
final class VerifiedEntries: Sendable {
    private struct Entry: Hashable {
        let partner: UInt32
        let leafHash: Digest
    }

    private struct State {
        var known: Set<Entry> = []
        /// In the order in which they came, from `oldest` on and around.
        var order: [Entry] = []
        var oldest = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// The default takes about 6 MB.
    init(capacity: Int = 1 << 16) { self.capacity = capacity }

    func insert(_ leafHashes: [Digest], of partner: UInt32) {
        state.withLock { state in
            for leafHash in leafHashes.suffix(capacity) {
                let entry = Entry(partner: partner, leafHash: leafHash)
                guard state.known.insert(entry).inserted else { continue }
                if state.order.count < capacity {
                    state.order.append(entry)
                } else {
                    state.known.remove(state.order[state.oldest])
                    state.order[state.oldest] = entry
                    state.oldest = (state.oldest + 1) % capacity
                }
            }
        }
    }

    func contains(_ leafHash: Digest, of partner: UInt32) -> Bool {
        state.withLock { $0.known.contains(Entry(partner: partner, leafHash: leafHash)) }
    }
}
