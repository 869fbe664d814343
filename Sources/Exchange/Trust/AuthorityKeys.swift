public import Cryptography
public import TransparencyLog

/// How a key stands for something of a certain place in the log, and a certain time.
public enum KeyStanding: String, Hashable, Sendable, CaseIterable {
    case active
    case notYet = "not-yet"
    case ended
    case revoked
}

/// One key of an authority and when it counts.
public struct KeyRecord: Hashable, Sendable {
    public let use: KeyUse
    public let vkey: VerifierKey
    /// The entry of the exchange log from which on it counts; 0 for a key that is known from a card only.
    public internal(set) var fromIndex: UInt64
    public internal(set) var fromMilliseconds: UInt64
    /// Whether a statement has begun it.
    public internal(set) var isAnnounced: Bool
    /// Nil: no end is known.
    public internal(set) var endMilliseconds: UInt64?
    /// The entry that revokes it.
    public internal(set) var revokedIndex: UInt64?
    /// Since when it may have been in other hands.
    public internal(set) var revokedSinceMilliseconds: UInt64?

    public let id: Digest

    init(use: KeyUse, vkey: VerifierKey, fromIndex: UInt64, fromMilliseconds: UInt64, isAnnounced: Bool) {
        self.use = use
        self.vkey = vkey
        self.fromIndex = fromIndex
        self.fromMilliseconds = fromMilliseconds
        self.isAnnounced = isAnnounced
        id = use.id(of: vkey.publicKey)
    }

    func isInForce(at milliseconds: UInt64) -> Bool {
        revokedIndex == nil && fromMilliseconds <= milliseconds && milliseconds < endMilliseconds ?? .max
    }
}

/// An authority's keys as its card and the keys statements of its exchange log give them: a fold, in the order of the
/// log (`Protocols/cards.md`, "Which key counts").
///
/// Keys overlap: an old and a new one of the same use are both in force between the new one's beginning and the old
/// one's end, so nobody has to act on a particular day.
public struct AuthorityKeys: Sendable {
    /// Every key that there ever was, so that old entries can be verified.
    public static let maximumKeys = 10_000
    /// Epochs beyond these are forgotten, the oldest first: what is sealed is sealed to one that is in force.
    public static let maximumEpochs = 64

    public let prefix: String
    public private(set) var identity: IdentityVerifier
    /// The number of the last statement; 0 where there was none.
    public private(set) var lastNumber: UInt64 = 0
    /// The entry that it stands in.
    public private(set) var lastIndex: UInt64?
    public private(set) var lastIssuedMilliseconds: UInt64 = 0
    public private(set) var keys: [KeyRecord]
    /// Those of `keys` that sign entries: a key's bytes are checked once, not for every entry of a log.
    private var releases: [Digest: ReleaseVerifier]
    public private(set) var epochs: [PublishedEpoch] = []
    public private(set) var revokedEpochs: Set<Digest> = []

    /// With the keys of a card that was confirmed.
    public init(card: SignedCard) {
        prefix = card.card.prefix
        identity = card.card.identity
        keys = Self.records(card.card, fromIndex: 0, fromMilliseconds: 0)
        releases = [keys[0].id: card.card.release]
    }

    private static func records(_ card: AuthorityCard, fromIndex: UInt64, fromMilliseconds: UInt64) -> [KeyRecord] {
        let all: [(KeyUse, VerifierKey)] = [
            (.release, card.release.vkey), (.exchange, card.exchange.vkey), (.journal, card.journal.vkey),
            (.witness, card.witness.vkey),
        ]
        return all.map {
            KeyRecord(
                use: $0.0, vkey: $0.1, fromIndex: fromIndex, fromMilliseconds: fromMilliseconds, isAnnounced: false)
        }
    }

    // MARK: Folding

    /// Takes the statement of the `keys` entry at `index`. Nothing changes when it throws: `.malformedNote`,
    /// `.malformedStatement`, `.badValue`, `.badSignature`, `.missingSignature`, `.strangeSignature`, `.wrongSubject`,
    /// `.replayed`, `.outOfOrder`, `.conflict`, `.unknownKey`, `.tooMany`.
    public mutating func apply(_ note: [UInt8], atIndex index: UInt64) throws(TrustError) {
        let statement = try SignedKeysStatement(verifying: note, by: identity).statement
        guard statement.number > lastNumber else {
            throw TrustError(.replayed, "keys statement \(statement.number) was taken before")
        }
        guard statement.number == lastNumber + 1, lastIndex.map({ $0 < index }) ?? true,
            statement.issuedMilliseconds >= lastIssuedMilliseconds
        else { throw TrustError(.outOfOrder, "the next keys statement is \(lastNumber + 1), in a later entry") }
        var next = self
        for begin in statement.begins { try next.begin(begin, index) }
        for end in statement.ends { try next.end(end) }
        for epoch in statement.epochs { try next.add(epoch) }
        for revocation in statement.revocations { try next.revoke(revocation, index) }
        guard next.keys.count <= Self.maximumKeys else { throw TrustError(.tooMany, "too many keys") }
        next.lastNumber = statement.number
        next.lastIndex = index
        next.lastIssuedMilliseconds = statement.issuedMilliseconds
        self = next
    }

    /// A key of a card may be begun, once, so that statement 1 can name what the authority begins with.
    private mutating func begin(_ begin: KeyBegin, _ index: UInt64) throws(TrustError) {
        guard let place = keys.firstIndex(where: { $0.vkey.publicKey == begin.vkey.publicKey }) else {
            let record = KeyRecord(
                use: begin.use, vkey: begin.vkey, fromIndex: index, fromMilliseconds: begin.fromMilliseconds,
                isAnnounced: true)
            keys.append(record)
            if begin.use == .release { releases[record.id] = try ReleaseVerifier(begin.vkey) }
            return
        }
        guard keys[place].use == begin.use, !keys[place].isAnnounced, keys[place].endMilliseconds == nil,
            keys[place].revokedIndex == nil
        else { throw TrustError(.conflict, "a key that is known begins again") }
        keys[place].fromIndex = index
        keys[place].fromMilliseconds = begin.fromMilliseconds
        keys[place].isAnnounced = true
    }

    /// A known end may be brought forward, never put off.
    private mutating func end(_ end: KeyEnd) throws(TrustError) {
        guard let place = keys.firstIndex(where: { $0.id == end.id && $0.use == end.use }) else {
            throw TrustError(.unknownKey, "a key ends that is not known")
        }
        guard end.milliseconds < keys[place].endMilliseconds ?? .max, keys[place].fromMilliseconds <= end.milliseconds
        else { throw TrustError(.conflict, "a key ends that has ended, or before it begins") }
        keys[place].endMilliseconds = end.milliseconds
    }

    private mutating func add(_ epoch: PublishedEpoch) throws(TrustError) {
        guard epoch.number > epochs.last?.number ?? 0 || epochs.isEmpty else {
            throw TrustError(.conflict, "an epoch has a number above the last one")
        }
        guard !revokedEpochs.contains(epoch.id), !epochs.contains(where: { $0.publicKey == epoch.publicKey }) else {
            throw TrustError(.conflict, "an epoch has a key of its own")
        }
        epochs.append(epoch)
        if epochs.count > Self.maximumEpochs { epochs.removeFirst() }
    }

    private mutating func revoke(_ revocation: KeyEnd, _ index: UInt64) throws(TrustError) {
        if revocation.use == .epoch {
            guard epochs.contains(where: { $0.id == revocation.id }) else {
                throw TrustError(.unknownKey, "an epoch key is revoked that is not known")
            }
            guard revokedEpochs.insert(revocation.id).inserted else { throw TrustError(.conflict, "revoked before") }
            return
        }
        guard let place = keys.firstIndex(where: { $0.id == revocation.id && $0.use == revocation.use }) else {
            throw TrustError(.unknownKey, "a key is revoked that is not known")
        }
        guard keys[place].revokedIndex == nil else { throw TrustError(.conflict, "revoked before") }
        keys[place].revokedIndex = index
        keys[place].revokedSinceMilliseconds = revocation.milliseconds
    }

    /// Goes on with the identity of a replacement card that a person has confirmed. Keys of the card that are new begin
    /// at `index`, the exchange log's size as it is known; others that had no end, and are not on the card, end at the
    /// card's date. Statements go on being counted where they were.
    ///
    /// Throws `.wrongSubject` for a card of another authority.
    public mutating func replaceIdentity(by card: SignedCard, atIndex index: UInt64) throws(TrustError) {
        guard card.card.prefix == prefix else { throw TrustError(.wrongSubject, "a card of another authority") }
        let fresh = Self.records(card.card, fromIndex: index, fromMilliseconds: card.card.issuedMilliseconds)
        for place in keys.indices where !fresh.contains(where: { $0.id == keys[place].id }) {
            keys[place].endMilliseconds = min(keys[place].endMilliseconds ?? .max, card.card.issuedMilliseconds)
        }
        keys += fresh.filter { record in !keys.contains { $0.id == record.id } }
        releases[fresh[0].id] = card.card.release
        identity = card.card.identity
    }

    // MARK: Asking

    /// The release key that entries name by `id`, and how it stood for the entry at `index` of that time. Nil when the
    /// authority has never named it.
    ///
    /// A revoked key is revoked for every entry behind the revocation whatever its time, since a thief writes what time
    /// he likes, and before it for those from the time on at which it may have been in other hands. Without an index the
    /// entry is not known to have been in the log before.
    public func release(
        _ id: Digest, atIndex index: UInt64?, timeMilliseconds: UInt64
    ) -> (key: ReleaseVerifier, standing: KeyStanding)? {
        guard let record = keys.first(where: { $0.use == .release && $0.id == id }),
            let key = releases[id]
        else { return nil }
        if let revoked = record.revokedIndex,
            index.map({ $0 > revoked }) ?? true || timeMilliseconds >= record.revokedSinceMilliseconds ?? 0
        {
            return (key, .revoked)
        }
        if index.map({ $0 < record.fromIndex }) ?? false || timeMilliseconds < record.fromMilliseconds {
            return (key, .notYet)
        }
        return (key, timeMilliseconds < record.endMilliseconds ?? .max ? .active : .ended)
    }

    /// The same, where only an active key will do. Throws `.unknownKey`, `.keyNotYet`, `.keyEnded`, `.keyRevoked`.
    public func releaseKey(
        _ id: Digest, atIndex index: UInt64?, timeMilliseconds: UInt64
    ) throws(TrustError) -> ReleaseVerifier {
        guard let (key, standing) = release(id, atIndex: index, timeMilliseconds: timeMilliseconds) else {
            throw TrustError(.unknownKey, "signed with a release key that \(prefix) has not named")
        }
        switch standing {
        case .active: return key
        case .notYet: throw TrustError(.keyNotYet, "signed with a release key before its time")
        case .ended: throw TrustError(.keyEnded, "signed with a release key after its time")
        case .revoked: throw TrustError(.keyRevoked, "signed with a release key that \(prefix) has revoked")
        }
    }

    /// Keys that checkpoints of the exchange log or the journal may be signed with now: two during a change.
    public func logKeys(_ use: KeyUse, at milliseconds: UInt64) -> [LogVerifier] {
        keys(use, at: milliseconds).compactMap { try? LogVerifier($0.vkey) }
    }

    /// Keys that a checkpoint may be signed with which is shown now. The beginning of a key is not held against it:
    /// clocks differ, and who signs with it has announced it.
    public func logKeys(_ use: KeyUse, notEndedAt milliseconds: UInt64) -> [LogVerifier] {
        logKeys(use) { $0.revokedIndex == nil && milliseconds < $0.endMilliseconds ?? .max }
    }

    /// Keys that some checkpoint was signed with: all that were ever named. Those that are revoked say nothing, but for
    /// what was taken in before.
    public func everyLogKey(_ use: KeyUse, includingRevoked: Bool = false) -> [LogVerifier] {
        logKeys(use) { includingRevoked || $0.revokedIndex == nil }
    }

    private func logKeys(_ use: KeyUse, where counts: (KeyRecord) -> Bool) -> [LogVerifier] {
        keys.filter { $0.use == use && counts($0) }.reversed().compactMap { try? LogVerifier($0.vkey) }
    }

    /// Keys that the authority cosigns with now.
    public func witnessKeys(at milliseconds: UInt64) -> [WitnessVerifier] {
        keys(.witness, at: milliseconds).compactMap { try? WitnessVerifier($0.vkey) }
    }

    /// Those in force, the newest first.
    public func keys(_ use: KeyUse, at milliseconds: UInt64) -> [KeyRecord] {
        keys.filter { $0.use == use && $0.isInForce(at: milliseconds) }.reversed()
    }

    /// The key to seal to now: that of the highest epoch which has begun, has not ended and is not revoked.
    ///
    /// `checkedMilliseconds` is when the partner's log was last seen to its end. Throws `.directoryStale` when that is
    /// longer ago than `maximumAgeMilliseconds`, `.noEpochKey` when no epoch is in force.
    public func epochKey(
        at milliseconds: UInt64, checkedMilliseconds: UInt64, maximumAgeMilliseconds: UInt64
    ) throws(TrustError) -> PublishedEpoch {
        let inForce = epochs.last {
            $0.fromMilliseconds <= milliseconds && milliseconds < $0.untilMilliseconds && !revokedEpochs.contains($0.id)
        }
        guard let inForce else {
            throw TrustError(
                .noEpochKey,
                epochs.isEmpty ? "\(prefix) has published no epoch key" : "no epoch key of \(prefix) is in force now")
        }
        guard milliseconds <= checkedMilliseconds || milliseconds - checkedMilliseconds <= maximumAgeMilliseconds else {
            throw TrustError(.directoryStale, "the log of \(prefix) was not looked at for too long")
        }
        return inForce
    }

    func hasRevoked(_ use: KeyUse, _ vkey: VerifierKey) -> Bool {
        keys.contains { $0.use == use && $0.vkey == vkey && $0.revokedIndex != nil }
    }

    /// Whether the key of a card is one that is known and not revoked.
    func holds(_ use: KeyUse, _ vkey: VerifierKey) -> Bool {
        keys.contains { $0.use == use && $0.vkey == vkey && $0.revokedIndex == nil }
    }
}
