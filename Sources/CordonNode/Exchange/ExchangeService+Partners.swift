internal import Casework
internal import Cryptography
public import Exchange
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization
internal import TransparencyLog

extension ExchangeService {
    // MARK: Our own card

    /// Our card with these addresses; a new revision where it is not the one that was issued last.
    @discardableResult
    public func issueCard(nodes: [String], by actor: UInt64 = 0) async throws -> SignedCard {
        try await record(by: actor) { [self] directory, _ in
            let keys = node.keys
            if let card = directory.ownCard?.card, card.nodes == nodes, card.release.key == keys.release.verifyingKey,
                card.witness.key == keys.witness.verifyingKey,
                try card.exchange == node.logVerifier(.exchange), try card.journal == node.logVerifier(.journal)
            {
                return Addition()
            }
            do {
                let card = AuthorityCard(
                    country: node.authority.country, authority: node.authority.name, prefix: own,
                    revision: (directory.ownCard?.card.revision ?? 0) + 1, issuedMilliseconds: now / 1000 * 1000,
                    identity: identity.verifier,
                    release: try ReleaseVerifier(prefix: own, key: keys.release.verifyingKey),
                    exchange: try node.logVerifier(.exchange), journal: try node.logVerifier(.journal),
                    witness: try .init(name: node.authority.keyName("witness"), key: keys.witness.verifyingKey),
                    nodes: nodes, pins: [keys.tls.verifyingKey.pin])
                let signed = try SignedCard(signing: card, by: identity)
                var addition = Addition()
                addition.events = [.with { $0.ownCardIssued = .with { $0.card = Data(signed.encoded) } }]
                return addition
            } catch let error as TrustError {
                throw CaseError.invalid("/nodes", error.reason)
            }
        }
        return directory.ownCard!
    }

    // MARK: Partners

    /// Takes a partner's card, once somebody has compared its fingerprint with the partner by another way.
    ///
    /// `replaces`: the partner has a new identity key, and that was asked of it too. Throws `.invalid` for a card that is
    /// not good, `.conflict` for one that is not the next of a known partner.
    public func addPartner(
        card bytes: [UInt8], fingerprint: String, replaces: Bool = false, reason: String = "",
        by credentials: Credentials
    ) async throws -> Partner {
        try credentials.require(.managePartners)
        let card: SignedCard
        do {
            card = try SignedCard(verifying: bytes)
        } catch {
            throw CaseError.invalid("/card", error.reason)
        }
        guard card.card.fingerprint.matches(fingerprint) else {
            throw CaseError.invalid("/fingerprint", "this is not the fingerprint of the card")
        }
        guard card.card.prefix != own else { throw CaseError.invalid("/card", "this is the node's own card") }
        try await record(by: credentials.officer.number) { [self] directory, _ in
            var addition = Addition()
            if let known = directory.partners[card.card.prefix] {
                let keys = keys(of: known.prefix) ?? AuthorityKeys(card: known.card)
                switch CardChange.judge(known: known.card, keys: keys, presented: card) {
                case .same: return addition
                case .newer: break
                case .replacement:
                    guard replaces else {
                        throw CaseError(
                            .conflict,
                            "the card has another identity key than the known one: confirm it as a replacement")
                    }
                case .refused(let refusal): throw CaseError(.conflict, refusal.sentence)
                }
            } else {
                guard directory.partners.count < limits.partners else {
                    throw CaseError(.tooLarge, "at most \(limits.partners) partners")
                }
                try Self.requireUnknown(card.card, directory)
            }
            addition.events = [
                .with {
                    $0.reason = reason
                    $0.partnerConfirmed.card = Data(card.encoded)
                    $0.partnerConfirmed.replaces = replaces
                }
            ]
            return addition
        }
        let partner = directory.partners[card.card.prefix]!
        try await readers.run { [self] in try refreshKeys(of: partner) }
        startSync(with: partner.prefix)
        return partner
    }

    /// No two partners share a key: whoever showed it could be either.
    private static func requireUnknown(_ card: AuthorityCard, _ directory: ExchangeDirectory) throws(CaseError) {
        for partner in directory.partners.values {
            let other = partner.card.card
            guard Set(other.pins).isDisjoint(with: card.pins), other.identity.key.bytes != card.identity.key.bytes
            else { throw CaseError(.conflict, "the card has a key of \(partner.prefix)") }
        }
    }

    /// Suspends, revokes, or takes up again. A revoked partner stays revoked: a new card is a new beginning.
    public func setState(
        of prefix: String, to new: PartnerState, reason: String, by credentials: Credentials
    ) async throws {
        try credentials.require(.managePartners)
        guard !reason.isEmpty else { throw CaseError.invalid("/reason", "a reason is needed") }
        guard new != .frozen else { throw CaseError.invalid("/state", "only the node itself freezes a partner") }
        try await setState(of: prefix, to: new, reason: reason, evidence: [], actor: credentials.officer.number)
    }

    func setState(
        of prefix: String, to new: PartnerState, reason: String, evidence: [UInt8], actor: UInt64
    ) async throws {
        try await record(by: actor) { directory, _ in
            guard let partner = directory.partners[prefix] else {
                throw CaseError(.notFound, "there is no such partner")
            }
            guard partner.state != .revoked else { throw CaseError(.conflict, "the partner was revoked, for good") }
            guard partner.state != new else { return Addition() }
            var addition = Addition()
            addition.events = [
                .with {
                    $0.reason = reason
                    $0.partnerStateSet.partner = prefix
                    $0.partnerStateSet.state = new.rawValue
                    $0.partnerStateSet.evidence = Data(evidence)
                }
            ]
            return addition
        }
        guard let partner = directory.partners[prefix] else { return }
        if new == .active {
            let mirrors = mirrors
            try await readers.run { try mirrors.setFrozen(partner.number, false) }
            startSync(with: prefix)
        } else {
            await stopSync(with: prefix)
        }
    }

    // MARK: Agreements

    /// Takes a signed agreement, or a change of one, from a file or a notice.
    @discardableResult
    public func recordAgreement(_ note: [UInt8], by actor: UInt64) async throws -> AgreementBook.Outcome {
        let outcome = Mutex<AgreementBook.Outcome?>(nil)
        try await record(by: actor) { directory, _ in
            var book = directory.book
            do throws(TrustError) {
                let result = try book.apply(note, identities: directory.identities)
                outcome.withLock { $0 = result }
                if result == .known { return Addition() }
            } catch {
                throw CaseError.invalid("/note", error.reason)
            }
            var addition = Addition()
            addition.events = [.with { $0.agreementRecorded = .with { $0.note = Data(note) } }]
            return addition
        }
        return outcome.withLock { $0! }
    }

    /// Proposes terms in the name of our authority. Returns the note for the other parties to sign.
    public func propose(_ agreement: Agreement, by credentials: Credentials) async throws -> SignedAgreement {
        try credentials.require(.manageAgreements)
        let signed: SignedAgreement
        do {
            signed = try SignedAgreement(proposing: agreement, by: identity)
        } catch {
            throw CaseError.invalid("/agreement", error.reason)
        }
        try await recordAgreement(signed.encoded, by: credentials.officer.number)
        return signed
    }

    /// Signs what another party has proposed. Returns the note with our signature, for the others.
    public func accept(_ note: [UInt8], by credentials: Credentials) async throws -> SignedAgreement {
        try credentials.require(.manageAgreements)
        let signed: SignedAgreement
        do throws(TrustError) {
            signed = try SignedAgreement(parsing: note).accepted(by: identity)
        } catch {
            throw CaseError.invalid("/note", error.reason)
        }
        try await recordAgreement(note, by: credentials.officer.number)
        try await recordAgreement(signed.encoded, by: credentials.officer.number)
        return signed
    }

    /// Ends, joins, leaves or excludes, as far as that is ours to sign.
    public func change(
        _ change: AgreementChange, by credentials: Credentials
    ) async throws -> SignedAgreementChange {
        try credentials.require(.manageAgreements)
        let signed: SignedAgreementChange
        do {
            signed = try SignedAgreementChange(signing: change, by: identity)
        } catch {
            throw CaseError.invalid("/change", error.reason)
        }
        // One that waits for another's signature is passed on as a file and recorded when it is whole.
        _ = try? await recordAgreement(signed.encoded, by: credentials.officer.number)
        return signed
    }
}
