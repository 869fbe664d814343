internal import Casework
internal import CordonNode
internal import Customs
internal import Exchange
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import SwiftProtobuf
internal import TransparencyLog

extension OfficerRoute {
    static let partners: [OfficerRoute] = [
        OfficerRoute("GET", "/card", .permission(.readPartners)) { call in
            try .json(call.withExchange(.readPartners) { try $0.card(by: $1) }.view)
        },
        OfficerRoute("GET", "/partners", .permission(.readPartners)) { call in
            let (exchange, credentials) = try call.exchange(.readPartners)
            let partners = try await exchange.partners(by: credentials)
            let now = call.service.administration.now
            return try .json(PartnerList.with { $0.partners = partners.map { $0.view(now: now) } })
        },
        OfficerRoute("POST", "/partners", .permission(.managePartners)) { call in
            let (exchange, credentials) = try call.exchange(.managePartners)
            let new = try await call.message(NewPartner.self)
            let partner = try await exchange.addPartner(
                card: Array(new.card.utf8), fingerprint: new.fingerprint, replaces: new.replaces, reason: new.reason,
                by: credentials)
            return try .json(
                partner.card.view, .created, location: "\(prefix)/partners/\(escaped(partner.prefix))")
        },
        OfficerRoute("GET", "/partners/{prefix}", .permission(.readPartners)) { call in
            let (exchange, credentials) = try call.exchange(.readPartners)
            let report = try await exchange.partner(try call.parameter("prefix"), by: credentials)
            return try .json(report.view(now: call.service.administration.now))
        },
        OfficerRoute("POST", "/partners/{prefix}/state", .permission(.managePartners)) { call in
            let (exchange, credentials) = try call.exchange(.managePartners)
            let change = try await call.message(PartnerStateChange.self)
            guard let state = PartnerState(rawValue: change.state) else {
                throw CaseError.invalid("/state", "a partner is active, suspended or revoked")
            }
            try await exchange.setState(
                of: try call.parameter("prefix"), to: state, reason: change.reason, by: credentials)
            return .nothing
        },
        OfficerRoute("GET", "/partners/{prefix}/evidence", .permission(.readPartners)) { call in
            let (exchange, credentials) = try call.exchange(.readPartners)
            let evidence = try exchange.evidence(against: try call.parameter("prefix"), by: credentials)
            var answer = Answer(body: .init(byteBuffer: ByteBuffer(bytes: evidence)))
            answer.headers[.contentType] = "text/plain; charset=utf-8"
            return answer
        },
    ]

    static let agreements: [OfficerRoute] = [
        OfficerRoute("GET", "/agreements", .permission(.readPartners)) { call in
            let agreements = try call.withExchange(.readPartners) { try $0.agreements(by: $1) }
            return try .json(AgreementList.with { $0.agreements = agreements.map(\.view) })
        },
        OfficerRoute("POST", "/agreements", .permission(.manageAgreements)) { call in
            let (exchange, credentials) = try call.exchange(.manageAgreements)
            let proposal = try await call.message(AgreementProposal.self)
            let agreement: Agreement
            do throws(TrustError) {
                agreement = try Agreement(parsing: proposal.text)
            } catch {
                throw CaseError.invalid("/text", error.description)
            }
            let signed = try await exchange.propose(agreement, by: credentials)
            return try .json(
                AgreementOutcome.with {
                    $0.note = String(decoding: signed.encoded, as: UTF8.self)
                    $0.outcome = "proposed"
                    $0.missing = agreement.parties.subtracting([exchange.own]).sorted()
                }, .created)
        },
        OfficerRoute("POST", "/agreements/accept", .permission(.manageAgreements)) { call in
            let (exchange, credentials) = try call.exchange(.manageAgreements)
            let note = Array(try await call.message(AgreementNote.self).note.utf8)
            let (signed, outcome) = try await exchange.sign(note, by: credentials)
            return try .json(outcome.view(signed))
        },
        OfficerRoute("POST", "/agreements/record", .permission(.manageAgreements)) { call in
            let (exchange, credentials) = try call.exchange(.manageAgreements)
            let note = Array(try await call.message(AgreementNote.self).note.utf8)
            return try .json(try await exchange.record(note, by: credentials).view(note))
        },
        OfficerRoute("POST", "/agreements/change", .permission(.manageAgreements)) { call in
            let (exchange, credentials) = try call.exchange(.manageAgreements)
            let change = try agreementChange(try await call.message(NewAgreementChange.self), exchange, call)
            let (signed, outcome) = try await exchange.sign(change, by: credentials)
            if let outcome { return try .json(outcome.view(signed)) }
            return try .json(
                AgreementOutcome.with {
                    $0.note = String(decoding: signed, as: UTF8.self)
                    $0.outcome = "unsigned"
                    $0.missing = lead(of: change.agreementID, exchange).map { [$0] } ?? []
                })
        },
    ]

    private static func lead(of id: String, _ exchange: ExchangeService) -> String? {
        exchange.directory.book.records[id]?.revisions.last?.agreement.lead
    }

    private static func agreementChange(
        _ new: NewAgreementChange, _ exchange: ExchangeService, _ call: Call
    ) throws -> AgreementChange {
        guard let kind = AgreementChange.Kind(rawValue: new.change) else {
            throw CaseError.invalid("/change", "a change is to join, leave, exclude or terminate")
        }
        guard let last = exchange.directory.book.records[new.agreement]?.revisions.last else {
            throw CaseError.invalid("/agreement", "no accepted agreement of this name is known here")
        }
        let issued = call.service.administration.now / 1000 * 1000
        var effective = issued
        if !new.effective.isEmpty {
            guard let moment = Moment(parsing: new.effective) else {
                throw CaseError.invalid("/effective", "a time is like 2026-03-01T08:30:00Z, or a day like 2026-03-01")
            }
            effective = moment.milliseconds / 1000 * 1000
        }
        return AgreementChange(
            agreementID: new.agreement, kind: kind, party: new.party.isEmpty ? exchange.own : new.party,
            terms: kind == .join ? last.agreement.digest : nil, issuedMilliseconds: issued,
            effectiveMilliseconds: effective, reason: new.reason.isEmpty ? nil : new.reason)
    }

    private static func escaped(_ prefix: String) -> String { prefix.replacing("/", with: "%2F") }
}

extension Call {
    /// The exchange, for whoever may do this; others are not told whether there is one. Throws `.notFound` where the
    /// node does not exchange.
    func exchange(_ permission: Permission) throws -> (ExchangeService, Credentials) {
        let credentials = try credentials
        try credentials.require(permission)
        guard let exchange else {
            throw CaseError(.notFound, "this node does not exchange: it is served without its partners' side")
        }
        return (exchange, credentials)
    }

    func withExchange<R>(
        _ permission: Permission, _ work: (ExchangeService, Credentials) throws -> R
    ) throws -> R {
        let (exchange, credentials) = try exchange(permission)
        return try work(exchange, credentials)
    }
}
