internal import TransparencyLog

/// What a card is to an authority that a card was confirmed of before.
public enum CardChange: Hashable, Sendable {
    /// The very card that is known.
    case same
    /// A later card of the same identity, with keys that its log has announced: it takes the known one's place.
    case newer
    /// Another identity key under the same name: only a person who has compared fingerprints may accept it.
    case replacement
    case refused(Refusal)

    public enum Refusal: String, Hashable, Sendable, CaseIterable {
        /// It is about another authority.
        case anotherAuthority = "another-authority"
        /// Its revision is below the known one's, or it has an earlier date.
        case older
        /// The revision of the known card, with other content.
        case sameRevision = "same-revision"
        /// The authority's country is another.
        case anotherCountry = "another-country"
        /// A release or witness key that the authority's log has not announced: fetch the log first. Or a key that it has
        /// revoked.
        case unannouncedKey = "unannounced-key"

        public var sentence: String {
            switch self {
            case .anotherAuthority: "This is a card of another authority."
            case .older: "A later card of this authority is known."
            case .sameRevision: "A card of this revision is known, and it says something else."
            case .anotherCountry: "The card names another country than the known one."
            case .unannouncedKey: "The card has a key that the authority's log has not announced: fetch its log first."
            }
        }
    }

    /// `keys` is what the known card and the authority's log have given. A log key need not be among them: who was away
    /// while it changed cannot read the log without it. The log has to go on from what is held of it all the same.
    public static func judge(known: SignedCard, keys: AuthorityKeys, presented: SignedCard) -> CardChange {
        let (old, new) = (known.card, presented.card)
        guard old.prefix == new.prefix else { return .refused(.anotherAuthority) }
        if old.text.utf8.elementsEqual(new.text.utf8) { return .same }
        guard old.identity == new.identity else { return .replacement }
        guard old.country == new.country else { return .refused(.anotherCountry) }
        guard new.revision >= old.revision else { return .refused(.older) }
        guard new.revision > old.revision else { return .refused(.sameRevision) }
        guard new.issuedMilliseconds >= old.issuedMilliseconds else { return .refused(.older) }
        let areAnnounced =
            keys.holds(.release, new.release.vkey) && keys.holds(.witness, new.witness.vkey)
            && !keys.hasRevoked(.exchange, new.exchange.vkey) && !keys.hasRevoked(.journal, new.journal.vkey)
        return areAnnounced ? .newer : .refused(.unannouncedKey)
    }
}
