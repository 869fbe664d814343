public import Cryptography
public import Exchange
internal import Schema
internal import SwiftProtobuf
internal import TransparencyLog

/// An authority whose card was confirmed.
public struct Partner: Sendable {
    /// In the order of confirmation, from 1: what rows of the database call it.
    public let number: UInt32
    public fileprivate(set) var card: SignedCard
    /// Of the cards before this one: what is stored may bear their signatures.
    fileprivate(set) var earlierCards: [SignedCard] = []
    public fileprivate(set) var state: PartnerState = .active
    /// What it was frozen for; empty otherwise.
    public fileprivate(set) var evidence: [UInt8] = []
    public fileprivate(set) var reason = ""
    public fileprivate(set) var since: UInt64

    public var prefix: String { card.card.prefix }
}

/// A key that notices to us are sealed to, but for its seed.
public struct RecipientKeyInfo: Sendable {
    /// 0: the records key, which has no end.
    public let epoch: UInt32
    let stream: UInt64
    public let publicKey: RecipientPublicKey
    /// Milliseconds since 1970-01-01T00:00Z.
    public let from: UInt64
    public let until: UInt64
    public fileprivate(set) var isDestroyed = false
}

/// Partners, agreements, and our own card and keys: a fold of the journal's records of kind `exchange`.
public struct ExchangeDirectory: Sendable {
    /// Records so far.
    public private(set) var version: UInt64 = 0
    public private(set) var partners: [String: Partner] = [:]
    public private(set) var book: AgreementBook
    /// In the order in which they were taken.
    public private(set) var agreementNotes: [[UInt8]] = []
    public private(set) var ownCard: SignedCard?
    public private(set) var ownStatements: [(index: UInt64, statement: [UInt8])] = []
    public private(set) var recipientKeys: [RecipientKeyInfo] = []
    /// What the last statement says of the journal that does, and the entry that it stands in.
    public private(set) var journalRestart: (index: UInt64, restart: JournalRestart)?
    private(set) var ownKeys = OwnKeys()

    /// `own`: our identity, under our name prefix.
    public init(own: IdentityVerifier) {
        identities = [own.prefix: own]
        book = AgreementBook(own: own.prefix)
    }

    /// Our own identity, and those of partners, by name prefix.
    public private(set) var identities: [String: IdentityVerifier]

    public func partner(number: UInt32) -> Partner? { partners.values.first { $0.number == number } }

    /// By the origin of one of its logs.
    public func partner(origin: String) -> (partner: Partner, log: String)? {
        for partner in partners.values {
            if AuthorityPrefix.exchange(partner.prefix) == origin { return (partner, "exchange") }
            if AuthorityPrefix.journal(partner.prefix) == origin { return (partner, "journal") }
        }
        return nil
    }

    /// Records that were checked before they were written; throws `.corrupted` on others.
    mutating func apply(_ event: ExchangeEvent, at time: UInt64) throws(NodeError) {
        do {
            try applyChecked(event, time)
        } catch {
            throw NodeError(.corrupted, "a record of the exchange is not readable")
        }
        version += 1
    }

    private mutating func applyChecked(_ event: ExchangeEvent, _ time: UInt64) throws {
        switch event.body {
        case .partnerConfirmed(let confirmed):
            let card = try SignedCard(verifying: Array(confirmed.card))
            identities[card.card.prefix] = card.card.identity
            if partners[card.card.prefix] == nil {
                partners[card.card.prefix] = Partner(number: UInt32(partners.count) + 1, card: card, since: time)
            } else {
                let earlier = partners[card.card.prefix]!.card
                partners[card.card.prefix]!.earlierCards.append(earlier)
                partners[card.card.prefix]!.card = card
            }
            // What waits for this authority's signature may have it already.
            for note in agreementNotes { _ = try? book.apply(note, identities: identities) }
        case .partnerStateSet(let set):
            guard let state = PartnerState(rawValue: set.state) else { return }
            partners[set.partner]?.state = state
            partners[set.partner]?.evidence = Array(set.evidence)
            partners[set.partner]?.reason = event.reason
            partners[set.partner]?.since = time
        case .agreementRecorded(let recorded):
            _ = try book.apply(Array(recorded.note), identities: identities)
            agreementNotes.append(Array(recorded.note))
        case .ownStatement(let own):
            ownStatements.append((own.entryIndex, Array(own.statement)))
            let statement = try KeysStatement(parsing: SignedNote(parsing: Array(own.statement)).text)
            if let restart = statement.journal { journalRestart = (own.entryIndex, restart) }
            ownKeys.apply(statement)
        case .recipientKeyMade(let made):
            recipientKeys.append(
                RecipientKeyInfo(
                    epoch: made.epoch, stream: made.stream, publicKey: try RecipientPublicKey(Array(made.publicKey)),
                    from: made.from, until: made.until))
        case .recipientKeyDestroyed(let destroyed):
            guard let index = recipientKeys.firstIndex(where: { $0.stream == destroyed.stream }) else { return }
            recipientKeys[index].isDestroyed = true
        case .ownCardIssued(let issued): ownCard = try SignedCard(verifying: Array(issued.card))
        case nil: break
        }
    }
}
