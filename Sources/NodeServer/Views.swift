internal import Casework
internal import CordonNode
internal import Customs
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// What the API shows of the things that the node holds.

private func time(_ milliseconds: UInt64) -> String { Moment(milliseconds: milliseconds).text }

extension CaseFile {
    var view: CaseView {
        .with {
            $0.id = id
            $0.title = title
            $0.owner = owner
            $0.office = office
            $0.needToKnow = needToKnow
            $0.granted = granted.sorted()
            $0.openedAt = time(openedAt)
            $0.closedAt = closedAt.map(time) ?? ""
            $0.outcome = outcome
            $0.hold = hold ?? ""
            $0.retentionClass = retentionClass
            $0.reviewDate = reviewDate
            $0.version = version
            $0.changedAt = time(changedAt)
            $0.reports = reports.map { $0.view(caseID: id) }
            $0.links = links.map(\.view)
            $0.exhibits = exhibits.map { $0.view(caseID: id) }
            $0.notes = notes.map { note in
                .with {
                    $0.note = note.note
                    $0.by = note.by
                    $0.at = time(note.at)
                }
            }
            $0.attachments = attachments.map { $0.attachment.view(by: $0.by, at: $0.at) }
            $0.tasks = tasks.map { $0.view(caseID: id) }
            $0.hits = hits.map(\.hit)
        }
    }

    var summary: CaseSummary {
        .with {
            $0.id = id
            $0.title = title
            $0.owner = owner
            $0.office = office
            $0.open = isOpen
            $0.needToKnow = needToKnow
            $0.openedAt = time(openedAt)
            $0.reports = UInt32(reports.count)
            $0.version = version
        }
    }
}

extension CaseReport {
    func view(caseID: String) -> ReportView {
        .with {
            $0.report = report
            $0.loggedBy = loggedBy
            $0.loggedAt = time(loggedAt)
            $0.corrections = UInt32(corrections)
            $0.caseID = caseID
        }
    }
}

extension CaseLink {
    fileprivate var view: LinkView {
        .with {
            $0.link = link
            $0.reason = reason
            $0.by = by
            $0.at = time(at)
            $0.removed = removed != nil
            $0.removedReason = removed?.reason ?? ""
        }
    }
}

extension Exhibit {
    func view(caseID: String) -> ExhibitView {
        .with {
            $0.exhibit = sealed
            $0.custodian = custodian
            $0.sealNumber = sealNumber
            $0.location = location
            $0.offeredTo = offer?.to ?? 0
            $0.disposed = disposal?.method ?? ""
            $0.chain = chain.map { step in
                .with {
                    $0.step = step.kind.rawValue
                    $0.at = time(step.at)
                    $0.happenedAt = step.happenedAt
                    $0.by = step.by
                    $0.from = step.from
                    $0.to = step.to
                    $0.sealNumber = step.sealNumber
                    $0.location = step.location
                    $0.reason = step.reason
                }
            }
            $0.caseID = caseID
        }
    }
}

extension AttachmentAdded {
    func view(by officer: UInt64, at moment: UInt64) -> AttachmentView {
        .with {
            $0.id = id
            $0.fileName = fileName
            $0.mediaType = mediaType
            $0.size = size
            $0.sha256 = sha256
            $0.description_p = description_p
            $0.reportID = reportID
            $0.by = officer
            $0.at = time(moment)
        }
    }
}

extension CaseTask {
    func view(caseID: String) -> TaskView {
        .with {
            $0.task = task
            $0.by = by
            $0.at = time(at)
            $0.done = done != nil
            $0.outcome = done?.outcome ?? ""
            $0.caseID = caseID
        }
    }
}

extension RecordedEvent {
    var view: HistoryEntry {
        .with {
            $0.sequence = sequence
            $0.at = time(timeMilliseconds)
            $0.officer = officer
            $0.event = event.shown
        }
    }
}

extension CaseEvent {
    /// Without what an attachment is encrypted with, which never leaves the node; and without the content of notices,
    /// which has a route of its own and conditions on it.
    fileprivate var shown: CaseEvent {
        var event = self
        switch body {
        case .attachmentAdded: event.attachmentAdded.key = Data()
        case .noticeDrafted: event.noticeDrafted.notice = Data()
        case .noticeReleased: event.noticeReleased.notice = Data()
        case .noticeReceived: event.noticeReceived.notice = Data()
        case .noticeReferenced: event.noticeReferenced.notice = Data()
        default: break
        }
        return event
    }
}

extension CaseService.Change {
    var view: ChangeView {
        .with {
            $0.caseID = file.id
            $0.version = file.version
            $0.events = events.map(\.shown)
            $0.findings = findings.map(\.view)
            $0.hits = hits
            $0.replayed = wasReplayed
        }
    }
}

extension SearchPage {
    var view: SearchAnswer {
        .with {
            $0.results = results.map { result in
                .with {
                    $0.caseID = result.caseID
                    $0.title = result.title
                    $0.met = result.met
                    $0.score = result.score
                    if let report = result.report {
                        $0.reportID = report.id
                        $0.report = report
                    }
                }
            }
            $0.next = next ?? ""
            $0.incomplete = isIncomplete
        }
    }
}

extension Officer {
    func view(now: UInt64) -> OfficerView {
        .with {
            $0.number = number
            $0.login = login
            $0.name = name
            $0.office = office
            $0.roles = roles.sorted().map(\.rawValue)
            $0.active = isActive
            $0.locked = lockedUntil > now
        }
    }
}

extension APIToken {
    func view(secret: String = "") -> TokenView {
        .with {
            $0.number = number
            $0.officer = officer
            $0.name = name
            $0.scopes = scopes.map(\.rawValue).sorted()
            $0.expires = time(expires)
            $0.revoked = isRevoked
            $0.secret = secret
        }
    }
}

extension TwoOfficerRequest {
    func view(now: UInt64) -> RequestView {
        .with {
            $0.id = id
            $0.kind = kind.rawValue
            $0.proposer = proposer
            $0.madeAt = time(made)
            $0.reason = reason
            $0.officer = officer
            $0.roles = roles.sorted().map(\.rawValue)
            $0.caseID = caseID
            $0.state = state == .open && hasLapsed(at: now) ? "lapsed" : state.rawValue
            $0.decider = decider
        }
    }
}

extension CaseService.Access {
    var view: AccessView {
        .with {
            $0.sequence = sequence
            $0.at = time(at)
            $0.officer = officer
            $0.action = event.action
            $0.caseID = event.caseID
            $0.recordID = event.recordID
            $0.reason = event.reason
            $0.query = event.query
            $0.count = event.count
            $0.nominal = event.nominal
            $0.shown = event.shown
            $0.shownCases = event.shownCases
        }
    }
}

func hitView(_ caseID: String, _ hit: Hit, at moment: UInt64) -> HitView {
    .with {
        $0.at = time(moment)
        $0.caseID = caseID
        $0.hit = hit
    }
}

extension ImportOutcome {
    var view: ImportOutcomeView {
        .with {
            $0.outcome = kind.rawValue
            $0.id = id
            $0.caseID = caseID
            $0.findings = findings.map(\.view)
        }
    }
}
