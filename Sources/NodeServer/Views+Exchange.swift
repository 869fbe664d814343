internal import Casework
internal import CordonNode
internal import Cryptography
internal import Customs
internal import Exchange
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import TransparencyLog

/// What the API shows of partners, agreements and notices.

private func time(_ milliseconds: UInt64?) -> String { milliseconds.map { Moment(milliseconds: $0).text } ?? "" }

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension SignedCard {
    var view: CardView {
        .with {
            $0.card = text(encoded)
            $0.country = card.country
            $0.authority = card.authority
            $0.prefix = card.prefix
            $0.revision = card.revision
            $0.issuedAt = time(card.issuedMilliseconds)
            $0.fingerprint = card.fingerprint.description
            $0.shortForm = CardShortForm(card.identity).description
            $0.nodes = card.nodes
        }
    }
}

extension PartnerReport {
    func view(now: UInt64) -> PartnerView {
        .with {
            $0.card = partner.card.view
            $0.state = partner.state.rawValue
            $0.reason = partner.reason
            $0.since = time(partner.since)
            $0.evidence = !partner.evidence.isEmpty
            $0.keysUntil = time(keysUntil)
            $0.logs = logs.map { log in
                .with {
                    $0.log = log.id.name
                    $0.size = log.size
                    $0.root = log.root?.hex ?? ""
                    $0.stored = log.stored
                    $0.cosigned = log.cosigned
                    $0.cosignature = text(log.cosignature)
                }
            }
            $0.figures = .with {
                $0.lastSync = lastSync == 0 ? "" : time(lastSync)
                $0.lag = lag
                $0.failures = UInt64(failures)
                $0.lastFailure = lastFailure
                $0.sent = figures.sent
                $0.received = figures.received
                $0.opened = figures.opened
                $0.refused = UInt64(refused)
                $0.receiptsOutstanding = UInt64(figures.receiptsOutstanding)
                $0.requestsOpen = UInt64(figures.requestsOpen)
                $0.requestsOverdue = UInt64(figures.requestsOverdue(at: now))
                $0.hits = figures.hits
                $0.useful = figures.useful
                $0.notUseful = figures.notUseful
                $0.ledToSeizure = figures.ledToSeizure
                $0.conditionsKept = figures.conditionsKept
                $0.conditionsMissed = figures.conditionsMissed
            }
        }
    }
}

extension AgreementReport {
    var view: AgreementView {
        let agreement = revision.agreement
        return .with {
            $0.id = agreement.id
            $0.title = agreement.title
            $0.state = state.rawValue
            $0.revision = agreement.revision
            $0.instrument = agreement.instrument.rawValue
            $0.legalBasis = agreement.legalBasis
            $0.lead = agreement.lead ?? ""
            $0.parties = agreement.parties.sorted()
            $0.members = members.sorted()
            $0.purposes = agreement.purposes.map(\.rawValue).sorted()
            $0.categories = agreement.categories.sorted()
            $0.notices = agreement.kinds.map(\.rawValue).sorted()
            $0.nominal = agreement.allowsNominal
            $0.handling = agreement.highestHandling.rawValue
            $0.tlp = agreement.highestTLP.rawValue
            $0.onward = agreement.onward.rawValue
            $0.retentionDays = agreement.retentionDays
            $0.from = time(agreement.fromMilliseconds)
            $0.until = time(agreement.untilMilliseconds)
            $0.endedAt = time(endedMilliseconds)
            $0.signed = revision.signers.sorted()
            $0.note = text(revision.signed.encoded)
            $0.changes = changes.map { signed in
                .with {
                    $0.change = signed.change.kind.rawValue
                    $0.party = signed.change.party
                    $0.issuedAt = time(signed.change.issuedMilliseconds)
                    $0.effective = time(signed.change.effectiveMilliseconds)
                    $0.reason = signed.change.reason ?? ""
                    $0.note = text(signed.encoded)
                }
            }
        }
    }
}

extension AgreementBook.Outcome {
    func view(_ note: [UInt8]) -> AgreementOutcome {
        .with {
            $0.note = text(note)
            switch self {
            case .proposed(let missing):
                $0.outcome = "proposed"
                $0.missing = missing.sorted()
            case .accepted: $0.outcome = "accepted"
            case .signaturesAdded: $0.outcome = "signatures-added"
            case .changed: $0.outcome = "changed"
            case .known: $0.outcome = "known"
            }
        }
    }
}

extension RequestStanding {
    func view(now: UInt64) -> AssistanceView {
        .with {
            $0.partner = partner
            $0.party = party == .asking ? "asking" : "asked"
            $0.stage = state.stage.rawValue
            $0.urgency = state.urgency.rawValue
            $0.sentAt = time(state.sentMilliseconds)
            $0.deadline = time(state.deadlineMilliseconds)
            $0.overdue = state.isOverdue(at: now)
            $0.ground = state.ground ?? ""
            $0.feedback = state.feedback ?? ""
        }
    }
}

extension NoticeReport {
    func view(now: UInt64) -> NoticeSummary {
        .with {
            $0.caseID = caseID
            $0.number = notice.number
            $0.kind = notice.kind
            // What may not be read any more is not read here either.
            if standing != .recalled, standing != .expired { $0.subject = notice.subject }
            switch notice.state {
            case .draft: $0.state = "draft"
            case .withdrawn: $0.state = "withdrawn"
            case .released(let id, let index):
                $0.state = "released"
                $0.entryID = Hex.encode(id)
                $0.entryIndex = index
            case .received(let id, let index, let sender):
                $0.state = "received"
                $0.entryID = Hex.encode(id)
                $0.entryIndex = index
                $0.sender = sender
            }
            $0.recipients = notice.recipients
            $0.nominal = notice.isNominal
            $0.at = time(notice.at)
            $0.draftedBy = notice.draftedBy
            $0.approvals = notice.approvals.sorted()
            $0.standing = standing?.rawValue ?? ""
            $0.requests = requests.map { $0.view(now: now) }
        }
    }
}

extension NoticeDetails {
    func view(now: UInt64) -> NoticeView {
        .with {
            $0.summary = report.view(now: now)
            $0.notice = content.withoutKeys
            if let record = try? ReleaseDecisionRecord(serializedBytes: report.notice.decision),
                !report.notice.decision.isEmpty
            {
                $0.decision = record
            }
            $0.references = report.notice.references.map { reference, at in
                .with {
                    $0.partner = reference.partner
                    $0.kind = reference.kind
                    $0.at = time(at)
                    $0.entryID = Hex.encode(Array(reference.entryID))
                    $0.caseID = reference.caseID
                    $0.result = reference.result
                }
            }
            if let conditions = received?.conditions { $0.conditions = conditions }
            $0.consents = (received?.consents ?? []).map { consent in
                .with {
                    $0.action = consent.action
                    $0.recipients = consent.recipients.sorted()
                    $0.until = time(consent.untilMilliseconds)
                }
            }
            $0.refused = refusals.map { ReasonView($0.rawValue, $0.sentence) }
            $0.entryHash = Hex.encode(report.notice.entryHash)
        }
    }
}

extension Notice {
    /// What attachments are encrypted with never leaves the node.
    var withoutKeys: Notice {
        var copy = self
        for index in copy.attachments.indices { copy.attachments[index].key = Data() }
        return copy
    }
}

extension ReasonView {
    fileprivate init(_ code: String, _ sentence: String) {
        self = .with {
            $0.code = code
            $0.sentence = sentence
        }
    }
}

extension ExplanationView {
    init(_ record: ReleaseDecisionRecord, _ findings: [FindingView] = []) {
        let codes = Set(record.partners.flatMap(\.reasons))
        self = .with {
            $0.released = record.refusals.isEmpty
            $0.decision = record
            $0.reasons =
                record.refusals.compactMap(ReleaseRefusal.init).map { ReasonView($0.rawValue, $0.sentence) }
                + ReleaseReason.allCases.filter { codes.contains($0.rawValue) }
                .map { ReasonView($0.rawValue, $0.sentence) }
            $0.findings = findings
        }
    }
}

extension ReleaseDecision {
    var view: ExplanationView { ExplanationView(record(draftDigest: []), findings.map(\.view)) }
}

extension ExchangeService.Release {
    var view: ReleaseView {
        .with {
            $0.caseID = caseID
            $0.number = number
            $0.entryID = entryID.map { Hex.encode($0) } ?? ""
            $0.entryIndex = entryIndex ?? 0
            $0.explanation = decision.view
        }
    }
}
