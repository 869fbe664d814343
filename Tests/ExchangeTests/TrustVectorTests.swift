import Cryptography
import Foundation
import TestSupport
import Testing
import TransparencyLog

@testable import Exchange

/// The project's own vectors of cards, keys statements and agreements, made by another implementation.
@Suite struct TrustVectorTests {
    /// What the case was read as, or nothing where it was refused as it should be.
    private func read<Value>(
        _ name: String, _ outcome: String, _ line: Int?, _ read: () throws(TrustError) -> Value
    ) -> Value? {
        do throws(TrustError) {
            let value = try read()
            #expect(outcome == "ok", "\(name): accepted")
            return value
        } catch {
            #expect(error.code.rawValue == outcome && error.line == line, "\(name): \(error.code) \(error)")
            return nil
        }
    }

    struct CardCase: Decodable {
        let name, outcome: String
        let note: Data
        let line: Int?
        let country, authority, prefix, identity, release, exchange, journal, witness: String?
        let revision, issued: UInt64?
        let nodes, pins: [String]?
        let fingerprint, shortForm: String?
    }

    @Test func cards() throws {
        for test in try Places.vectors("cards", CardCase.self) {
            let read = read(test.name, test.outcome, test.line) { () throws(TrustError) in
                try SignedCard(verifying: [UInt8](test.note))
            }
            guard let read else { continue }
            let card = read.card
            #expect(read.encoded == [UInt8](test.note), "\(test.name)")
            #expect(card.country == test.country && card.authority == test.authority && card.prefix == test.prefix)
            #expect(card.revision == test.revision && card.issuedMilliseconds / 1000 == test.issued, "\(test.name)")
            #expect(card.identity.vkey.description == test.identity && card.release.vkey.description == test.release)
            #expect(card.exchange.vkey.description == test.exchange && card.journal.vkey.description == test.journal)
            #expect(card.witness.vkey.description == test.witness, "\(test.name)")
            #expect(card.nodes == test.nodes && card.pins.map(\.hex) == test.pins, "\(test.name)")
            #expect(card.fingerprint.description == test.fingerprint, "\(test.name)")
            #expect(CardShortForm(card.identity).description == test.shortForm, "\(test.name)")
        }
    }

    struct ShortFormCase: Decodable {
        let name, outcome, text: String
        let prefix, digest, digits: String?
    }

    @Test func shortForms() throws {
        for test in try Places.vectors("short-forms", ShortFormCase.self) {
            let form = read(test.name, test.outcome, nil) { () throws(TrustError) in
                try CardShortForm(parsing: test.text)
            }
            guard let form else { continue }
            #expect(form.prefix == test.prefix && form.fingerprint.digest.hex == test.digest, "\(test.name)")
            #expect(form.fingerprint.description == test.digits && form.description == test.text, "\(test.name)")
        }
    }

    struct KeysCase: Decodable {
        struct Begin: Decodable {
            let use, vkey, id: String
            let from: UInt64
        }
        struct End: Decodable, Equatable {
            let use, id: String
            let at: UInt64
        }
        struct Epoch: Decodable {
            let number: UInt32
            let from, until: UInt64
            let id: String
        }
        struct Journal: Decodable, Equatable {
            let size: UInt64
            let root: String
        }
        let name, outcome, identity: String
        let note: Data
        let line: Int?
        let prefix: String?
        let number, issued: UInt64?
        let journal: [Journal]?
        let begins: [Begin]?
        let ends, revocations: [End]?
        let epochs: [Epoch]?
    }

    @Test func keysStatements() throws {
        for test in try Places.vectors("keys-statements", KeysCase.self) {
            let identity = try IdentityVerifier(VerifierKey(parsing: test.identity))
            let read = read(test.name, test.outcome, test.line) { () throws(TrustError) in
                try SignedKeysStatement(verifying: [UInt8](test.note), by: identity)
            }
            guard let read else { continue }
            let statement = read.statement
            #expect(read.encoded == [UInt8](test.note) && statement.prefix == test.prefix, "\(test.name)")
            #expect(statement.number == test.number && statement.issuedMilliseconds / 1000 == test.issued)
            #expect(statement.begins.count == test.begins?.count, "\(test.name)")
            for (begin, expected) in zip(statement.begins, test.begins ?? []) {
                #expect(begin.use.rawValue == expected.use && begin.vkey.description == expected.vkey, "\(test.name)")
                #expect(begin.fromMilliseconds / 1000 == expected.from, "\(test.name)")
                #expect(begin.use.id(of: begin.vkey.publicKey).hex == expected.id, "\(test.name)")
            }
            func plain(_ end: KeyEnd) -> KeysCase.End {
                KeysCase.End(use: end.use.rawValue, id: end.id.hex, at: end.milliseconds / 1000)
            }
            #expect(statement.ends.map(plain) == test.ends, "\(test.name)")
            #expect(statement.revocations.map(plain) == test.revocations, "\(test.name)")
            let journal = statement.journal.map { [KeysCase.Journal(size: $0.size, root: $0.root.hex)] }
            #expect(journal ?? [] == test.journal, "\(test.name)")
            #expect(statement.epochs.count == test.epochs?.count, "\(test.name)")
            for (epoch, expected) in zip(statement.epochs, test.epochs ?? []) {
                #expect(epoch.number == expected.number && epoch.id.hex == expected.id, "\(test.name)")
                #expect(epoch.fromMilliseconds / 1000 == expected.from, "\(test.name)")
                #expect(epoch.untilMilliseconds / 1000 == expected.until, "\(test.name)")
            }
        }
    }

    struct AgreementCase: Decodable {
        let name, outcome: String
        let note: Data
        let line: Int?
        let id, title, instrument, basis, lead, nominal, handling, tlp, onward: String?
        let revision, issued, retentionDays, from, until: UInt64?
        let parties, purposes, categories, notices, signedBy: [String]?
    }

    @Test func agreements() throws {
        for test in try Places.vectors("agreements", AgreementCase.self) {
            let read = read(test.name, test.outcome, test.line) { () throws(TrustError) in
                try SignedAgreement(parsing: [UInt8](test.note))
            }
            guard let read else { continue }
            let agreement = read.agreement
            #expect(read.encoded == [UInt8](test.note) && agreement.id == test.id, "\(test.name)")
            #expect(agreement.title == test.title && agreement.legalBasis == test.basis && agreement.lead == test.lead)
            #expect(agreement.instrument.rawValue == test.instrument && agreement.revision == test.revision)
            #expect(agreement.allowsNominal == (test.nominal == "yes"), "\(test.name)")
            #expect(agreement.highestHandling.rawValue == test.handling, "\(test.name)")
            #expect(agreement.highestTLP.rawValue == test.tlp && agreement.onward.rawValue == test.onward)
            #expect(agreement.retentionDays == test.retentionDays, "\(test.name)")
            #expect(agreement.issuedMilliseconds / 1000 == test.issued, "\(test.name)")
            #expect(agreement.fromMilliseconds / 1000 == test.from, "\(test.name)")
            #expect(agreement.untilMilliseconds / 1000 == test.until, "\(test.name)")
            #expect(agreement.parties == Set(test.parties!) && agreement.categories == Set(test.categories!))
            #expect(Set(agreement.purposes.map(\.rawValue)) == Set(test.purposes!), "\(test.name)")
            #expect(Set(agreement.kinds.map(\.rawValue)) == Set(test.notices!), "\(test.name)")
            #expect(read.note.signatures.map(\.name) == test.signedBy!.map { "\($0)/identity" }, "\(test.name)")
        }
    }

    struct ChangeCase: Decodable {
        let name, outcome: String
        let note: Data
        let line: Int?
        let agreement, change, party, terms, reason: String?
        let issued, effective: UInt64?
    }

    @Test func agreementChanges() throws {
        for test in try Places.vectors("agreement-changes", ChangeCase.self) {
            let read = read(test.name, test.outcome, test.line) { () throws(TrustError) in
                try SignedAgreementChange(parsing: [UInt8](test.note))
            }
            guard let read else { continue }
            let change = read.change
            #expect(read.encoded == [UInt8](test.note) && change.agreementID == test.agreement, "\(test.name)")
            #expect(change.kind.rawValue == test.change && change.party == test.party, "\(test.name)")
            #expect(change.terms?.hex == test.terms && change.reason == test.reason, "\(test.name)")
            #expect(change.issuedMilliseconds / 1000 == test.issued, "\(test.name)")
            #expect(change.effectiveMilliseconds / 1000 == test.effective, "\(test.name)")
        }
    }
}
