internal import Customs
public import Schema

/// An event as it stands in the journal: who, when by the node's clock, what.
public struct RecordedEvent: Sendable {
    public let sequence: UInt64
    public let timeMilliseconds: UInt64
    public let officer: UInt64
    public let event: CaseEvent
    /// Its place in its record: from 0 on where several events were decided together.
    public let place: Int

    public init(sequence: UInt64, timeMilliseconds: UInt64, officer: UInt64, event: CaseEvent, place: Int = 0) {
        self.sequence = sequence
        self.timeMilliseconds = timeMilliseconds
        self.officer = officer
        self.event = event
        self.place = place
    }
}

/// A seizure report within a case, as it reads now.
public struct CaseReport: Sendable {
    public var report: SeizureReport
    public let loggedBy: UInt64
    public let loggedAt: UInt64
    /// How often it was corrected.
    public var corrections = 0
}

public struct CaseLink: Sendable {
    public let link: LinkAdded
    public let reason: String
    public let by: UInt64
    public let at: UInt64
    public var removed: (reason: String, by: UInt64, at: UInt64)?
}

/// One step of an exhibit's chain of custody.
public struct CustodyStep: Sendable {
    public enum Kind: String, Sendable { case sealed, offered, accepted, declined, disposed }
    public let kind: Kind
    public let at: UInt64
    public let happenedAt: String
    /// Who recorded the step.
    public let by: UInt64
    public let from: UInt64
    public let to: UInt64
    public let sealNumber: String
    public let location: String
    public let reason: String
}

public struct Exhibit: Sendable {
    public let sealed: ExhibitSealed
    public var custodian: UInt64
    public var sealNumber: String
    public var location: String
    /// A hand-over that waits for the one who takes over.
    public var offer: CustodyOffered?
    public var disposal: ExhibitDisposed?
    public var chain: [CustodyStep]
}

public struct CaseTask: Sendable {
    public let task: TaskAdded
    public let by: UInt64
    public let at: UInt64
    public var done: (outcome: String, by: UInt64, at: UInt64)?
}

public struct CaseNote: Sendable {
    public let note: NoteAdded
    public let by: UInt64
    public let at: UInt64
}

/// A notice that goes from this case to partners, or the one that came and made this case.
public struct CaseNotice: Sendable {
    public enum State: Sendable, Equatable {
        case draft, withdrawn
        case released(entryID: [UInt8], index: UInt64)
        case received(entryID: [UInt8], index: UInt64, sender: String)
    }
    /// Of a draft, from 1; 0 for what the node sent by itself, and for one that came.
    public let number: UInt32
    public let kind: String
    public var subject: String
    public var recipients: [String]
    /// A `cordon.v1.Notice`, serialised.
    public var content: [UInt8]
    public var draftedBy: UInt64
    public var at: UInt64
    public var isNominal: Bool
    public var skipRefused: Bool
    /// Who said that it may go.
    public var approvals: Set<UInt64> = []
    public var state: State
    public var entryHash: [UInt8] = []
    /// What was decided last, a `cordon.v1.ReleaseDecisionRecord`, serialised.
    public var decision: [UInt8] = []
    /// What came about it since.
    public var references: [(reference: NoticeReferenced, at: UInt64)] = []

    public var isDraft: Bool { state == .draft }
    public var entryID: [UInt8]? {
        switch state {
        case .released(let id, _), .received(let id, _, _): id
        default: nil
        }
    }
}

/// A case file: the fold of its events. `apply` is total and deterministic; `decide` refuses what may not happen.
public struct CaseFile: Sendable {
    public private(set) var id = ""
    public private(set) var title = ""
    public private(set) var owner: UInt64 = 0
    public private(set) var office = ""
    public private(set) var needToKnow = false
    public private(set) var granted: Set<UInt64> = []
    public private(set) var openedAt: UInt64 = 0
    public private(set) var closedAt: UInt64?
    public private(set) var outcome = ""
    public private(set) var hold: String?
    public private(set) var retentionClass = ""
    public private(set) var reviewDate = ""
    public private(set) var reports: [CaseReport] = []
    public private(set) var links: [CaseLink] = []
    public private(set) var exhibits: [Exhibit] = []
    public private(set) var notes: [CaseNote] = []
    public private(set) var attachments: [(attachment: AttachmentAdded, by: UInt64, at: UInt64)] = []
    public private(set) var tasks: [CaseTask] = []
    public private(set) var hits: [(hit: Hit, at: UInt64)] = []
    public private(set) var notices: [CaseNotice] = []
    /// Records so far: events that were decided together count once. What `If-Match` is held against.
    public private(set) var version: UInt64 = 0
    public private(set) var changedAt: UInt64 = 0

    public init() {}

    /// One of which nothing but the number of its records is known.
    public init(version: UInt64) { self.version = version }

    public init(folding events: some Sequence<RecordedEvent>) {
        for event in events { apply(event) }
    }

    public var isOpen: Bool { version > 0 && closedAt == nil }

    /// Whether `officer` may know of the case at all: need-to-know before role.
    public func isVisible(to officer: UInt64) -> Bool {
        version > 0 && (!needToKnow || owner == officer || granted.contains(officer))
    }

    /// Whether a partner's notice made it.
    public var isReceived: Bool { received != nil }
    public var received: CaseNotice? {
        notices.first {
            if case .received = $0.state { true } else { false }
        }
    }
    public func notice(_ number: UInt32) -> CaseNotice? { number == 0 ? nil : notices.first { $0.number == number } }
    public func notice(entryID: [UInt8]) -> CaseNotice? { notices.first { $0.entryID == entryID } }

    public func report(_ id: String) -> CaseReport? { reports.first { $0.report.id == id } }
    public func exhibit(_ id: String) -> Exhibit? { exhibits.first { $0.sealed.id == id } }

    // MARK: Folding

    public mutating func apply(_ recorded: RecordedEvent) {
        if recorded.place == 0 { version += 1 }
        changedAt = recorded.timeMilliseconds
        let (by, at, reason) = (recorded.officer, recorded.timeMilliseconds, recorded.event.reason)
        switch recorded.event.body {
        case .opened(let opened):
            id = opened.id
            title = opened.title
            owner = opened.owner
            office = opened.office
            needToKnow = opened.needToKnow
            openedAt = at
            retentionClass = opened.retentionClass
            reviewDate = opened.reviewDate
        case .seizureLogged(let logged):
            reports.append(CaseReport(report: logged.report, loggedBy: by, loggedAt: at))
        case .reportCorrected(let corrected): applyCorrection(corrected)
        case .linkAdded(let link): links.append(CaseLink(link: link, reason: reason, by: by, at: at))
        case .linkRemoved(let removed):
            guard let index = links.firstIndex(where: { $0.link.number == removed.number }) else { return }
            links[index].removed = (reason, by, at)
        case .exhibitSealed, .custodyOffered, .custodyAnswered, .exhibitDisposed: applyCustody(recorded)
        case .noteAdded(let note): notes.append(CaseNote(note: note, by: by, at: at))
        case .attachmentAdded(let attachment): attachments.append((attachment, by, at))
        case .taskAdded(let task): tasks.append(CaseTask(task: task, by: by, at: at))
        case .taskDone(let done):
            guard let index = tasks.firstIndex(where: { $0.task.number == done.number }) else { return }
            tasks[index].done = (done.outcome, by, at)
        case .accessChanged(let change):
            if change.granted { granted.insert(change.officer) } else { granted.remove(change.officer) }
        case .needToKnowSet(let set): needToKnow = set.needToKnow
        case .ownerChanged(let change): owner = change.owner
        case .closed(let closed):
            closedAt = at
            outcome = closed.outcome
        case .reopened: closedAt = nil
        case .holdChanged(let change): hold = change.held ? change.authority : nil
        case .retentionSet(let set):
            retentionClass = set.class
            reviewDate = set.reviewDate
        case .hitsFound(let found): hits += found.hits.map { ($0, at) }
        case .noticeDrafted, .noticeApproved, .noticeWithdrawn, .noticeReleased, .noticeRefused, .noticeReceived,
            .noticeReferenced:
            applyNotice(recorded)
        case nil: break
        }
    }

    private mutating func applyCorrection(_ corrected: ReportCorrected) {
        guard let index = reports.firstIndex(where: { $0.report.id == corrected.reportID }) else { return }
        var report = corrected.report
        if corrected.nominalUnchanged {
            if reports[index].report.hasNominal {
                report.nominal = reports[index].report.nominal
            } else {
                report.clearNominal()
            }
        }
        reports[index].report = report
        reports[index].corrections += 1
    }

    private mutating func applyNotice(_ recorded: RecordedEvent) {
        let (by, at) = (recorded.officer, recorded.timeMilliseconds)
        func index(_ number: UInt32) -> Int? { number == 0 ? nil : notices.firstIndex { $0.number == number } }
        switch recorded.event.body {
        case .noticeDrafted(let drafted):
            let notice = CaseNotice(
                number: drafted.number, kind: drafted.kind, subject: drafted.subject, recipients: drafted.recipients,
                content: Array(drafted.notice), draftedBy: by, at: at, isNominal: drafted.nominal,
                skipRefused: drafted.skipRefused, state: .draft)
            // What was approved was the draft as it stood.
            if let index = index(drafted.number) { notices[index] = notice } else { notices.append(notice) }
        case .noticeApproved(let approved):
            if let index = index(approved.number) { notices[index].approvals.insert(by) }
        case .noticeWithdrawn(let withdrawn):
            if let index = index(withdrawn.number) { notices[index].state = .withdrawn }
        case .noticeRefused(let refused):
            if let index = index(refused.number) { notices[index].decision = Array(refused.decision) }
        case .noticeReleased(let released):
            let state = CaseNotice.State.released(entryID: Array(released.entryID), index: released.entryIndex)
            var notice = CaseNotice(
                number: released.number, kind: released.kind, subject: "", recipients: released.recipients,
                content: Array(released.notice), draftedBy: by, at: at, isNominal: false, skipRefused: false,
                state: state)
            let place = index(released.number)
            if let place {
                notice = notices[place]
                notice.recipients = released.recipients
                notice.content = Array(released.notice)
                notice.state = state
                notice.at = at
            }
            notice.decision = Array(released.decision)
            notice.entryHash = Array(released.entryHash)
            if let place { notices[place] = notice } else { notices.append(notice) }
        case .noticeReceived(let received):
            var notice = CaseNotice(
                number: 0, kind: received.kind, subject: received.subject, recipients: [],
                content: Array(received.notice), draftedBy: 0, at: at, isNominal: false, skipRefused: false,
                state: .received(
                    entryID: Array(received.entryID), index: received.entryIndex, sender: received.sender))
            notice.entryHash = Array(received.entryHash)
            notices.append(notice)
        case .noticeReferenced(let reference):
            guard let index = notices.firstIndex(where: { $0.entryID == Array(reference.about) }) else { return }
            notices[index].references.append((reference, at))
        default: break
        }
    }

    private mutating func applyCustody(_ recorded: RecordedEvent) {
        func step(
            _ kind: CustodyStep.Kind, from: UInt64, to: UInt64, seal: String, location: String, remarks: String? = nil
        ) -> CustodyStep {
            CustodyStep(
                kind: kind, at: recorded.timeMilliseconds, happenedAt: recorded.event.happenedAt, by: recorded.officer,
                from: from, to: to, sealNumber: seal, location: location, reason: remarks ?? recorded.event.reason)
        }
        func index(_ id: String) -> Int? { exhibits.firstIndex { $0.sealed.id == id } }
        switch recorded.event.body {
        case .exhibitSealed(let sealed):
            exhibits.append(
                Exhibit(
                    sealed: sealed, custodian: sealed.custodian, sealNumber: sealed.sealNumber,
                    location: sealed.location,
                    chain: [
                        step(
                            .sealed, from: 0, to: sealed.custodian, seal: sealed.sealNumber, location: sealed.location)
                    ]))
        case .custodyOffered(let offer):
            guard let index = index(offer.exhibitID) else { return }
            exhibits[index].offer = offer
            exhibits[index].chain.append(
                step(.offered, from: offer.from, to: offer.to, seal: offer.sealNumber, location: offer.location))
        case .custodyAnswered(let answer):
            guard let index = index(answer.exhibitID), let offer = exhibits[index].offer else { return }
            exhibits[index].offer = nil
            if answer.accepted {
                exhibits[index].custodian = offer.to
                exhibits[index].sealNumber = answer.sealNumber.isEmpty ? offer.sealNumber : answer.sealNumber
                exhibits[index].location = offer.location
            }
            exhibits[index].chain.append(
                step(
                    answer.accepted ? .accepted : .declined, from: offer.from, to: offer.to, seal: answer.sealNumber,
                    location: offer.location, remarks: answer.remarks))
        case .exhibitDisposed(let disposed):
            guard let index = index(disposed.exhibitID) else { return }
            exhibits[index].disposal = disposed
            exhibits[index].chain.append(
                step(
                    .disposed, from: exhibits[index].custodian, to: 0, seal: exhibits[index].sealNumber,
                    location: disposed.method))
        default: break
        }
    }
}

extension CaseFile {
    /// Leaves out the hits that an officer may not see.
    public mutating func keepHits(where isVisible: (Hit) throws -> Bool) rethrows {
        hits = try hits.filter { try isVisible($0.hit) }
    }
}
