internal import Casework
internal import CordonNode
internal import Cryptography
internal import Customs
internal import Exchange
internal import Foundation
internal import Schema
internal import Storage
internal import SwiftProtobuf

/// A real node of the measured federation, with the officers that an exchange needs.
final class BenchNode: Sendable {
    let node: Node
    let cases: CaseService
    let exchange: ExchangeService
    let investigator: Credentials
    let releaseOfficer: Credentials
    private let administrator: Credentials

    init(at path: String, country: String) async throws {
        let unlock = Unlock.keyFile(try .generate())
        try Node.create(at: path, authority: Authority(country: country, name: "Bench"), unlock: unlock)
        node = try Node(opening: path, unlock: unlock)
        let sequencer = try node.startSequencer()
        let cases = try node.caseService(sequencer)
        try await cases.start()
        self.cases = cases
        func officer(_ login: String, _ role: Role) async throws -> Credentials {
            var password = Array("bench password".utf8)
            return Credentials(
                officer: try await cases.administration.addOfficer(
                    login: login, name: login.capitalized, office: "Bench", roles: [role],
                    password: SecretBytes(moving: &password), founding: true, by: 0))
        }
        investigator = try await officer("lan", .investigator)
        releaseOfficer = try await officer("ha", .releaseOfficer)
        administrator = try await officer("ad", .administrator)
        exchange = try node.exchangeService(cases)
        try await exchange.tend()
    }

    var prefix: String { exchange.own }

    func trust(_ card: SignedCard) async throws {
        _ = try await exchange.addPartner(
            card: card.encoded, fingerprint: card.card.fingerprint.description, by: administrator)
    }

    /// An agreement with these, signed by all of them, led by us where there are several. Returns its id.
    func agree(with others: [IdentitySigner]) async throws -> String {
        let now = wholeSeconds()
        let agreement = Agreement(
            id: "\(prefix)/bench-\(others.count)", revision: 1, issuedMilliseconds: now, title: "Measuring",
            instrument: .bilateralTreaty, legalBasis: "Article 1", lead: others.count > 1 ? prefix : nil,
            parties: Set(others.map(\.prefix) + [prefix]), purposes: Set(ExchangePurpose.allCases),
            categories: [Agreement.allCategories], kinds: Set(CoveredKind.allCases), allowsNominal: true,
            highestHandling: .h2, highestTLP: .red, onward: .withConsent, retentionDays: 365, fromMilliseconds: now,
            untilMilliseconds: now + 365 * 86_400_000)
        var signed = try await exchange.propose(agreement, by: releaseOfficer)
        for other in others { signed = try signed.accepted(by: other) }
        try await exchange.recordAgreement(signed.encoded, by: 0)
        return agreement.id
    }

    /// A case with this report, and the draft of a notice of it. Returns the case.
    func draft(_ report: SeizureReport, to recipients: [String], under agreement: String) async throws -> String {
        let opened = try await cases.open(
            .with { $0.title = "Measured" }, with: [.with { $0.seizureLogged.report = report }], by: investigator)
        let id = opened.file.id
        _ = try await exchange.draft(
            seizureNotice(SeizureReport(), under: agreement), to: recipients, in: id, withNames: true, by: investigator)
        return id
    }

    func release(in caseID: String) async throws {
        let released = try await exchange.release(1, in: caseID, by: releaseOfficer)
        guard released.entryID != nil else {
            throw StorageError(.inputOutput, "not released: \(released.decision.refusals)")
        }
    }

    /// Whether one report, and no more than it, has this seal.
    func hasReport(withSeal seal: String) throws -> Bool {
        let query = SearchRequest.with { $0.text = seal }
        return try !cases.searchWithoutRecord(query, officer: investigator.officer).results.isEmpty
    }

    /// Waits until `condition` holds. Where it never does, what the node says of its partners is in the error.
    func wait(
        atMost seconds: Double, every milliseconds: Int = 10, for what: String, _ condition: () throws -> Bool
    ) async throws {
        let end = Date().timeIntervalSince1970 + seconds
        while try !condition() {
            guard Date().timeIntervalSince1970 < end else {
                let partners = try await exchange.partnerReports().map {
                    "\($0.partner.prefix): \($0.figures.received) received, \($0.refused) refused, \($0.lastFailure)"
                }
                throw StorageError(.inputOutput, "it never came to \(what). \(partners.joined(separator: "; "))")
            }
            try await Task.sleep(for: .milliseconds(milliseconds))
        }
    }

    func stop() async {
        await exchange.stop()
        await cases.stop()
    }
}

/// Milliseconds since 1970-01-01T00:00Z, whole seconds.
func wholeSeconds() -> UInt64 { UInt64(Date().timeIntervalSince1970) * 1000 }

func seizureNotice(_ report: SeizureReport, under agreement: String) -> Notice {
    .with {
        $0.subject = "Seized at the border"
        $0.conditions = .with {
            $0.handling = ["H0"]
            $0.tlp = "green"
            $0.purpose = "investigation"
            $0.agreement = agreement
            $0.legalBasis = "Article 1"
            $0.evaluation = "B2"
            $0.expiresAt = Moment(milliseconds: wholeSeconds() + 90 * 86_400_000).text
            $0.onward = "no"
        }
        $0.seizure.report = report
    }
}
