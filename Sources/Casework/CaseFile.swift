internal import Customs
public import Schema

/// An event as it stands in the journal: who, when by the node's clock, what.
public struct RecordedEvent: Sendable {
    public let sequence: UInt64
    public let timeMilliseconds: UInt64
    public let officer: UInt64
    public let event: CaseEvent

    public init(sequence: UInt64, timeMilliseconds: UInt64, officer: UInt64, event: CaseEvent) {
        self.sequence = sequence
        self.timeMilliseconds = timeMilliseconds
        self.officer = officer
        self.event = event
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
    /// Events so far. What `If-Match` is held against.
    public private(set) var version: UInt64 = 0
    public private(set) var changedAt: UInt64 = 0

    public init() {}

    public init(folding events: some Sequence<RecordedEvent>) {
        for event in events { apply(event) }
    }

    public var isOpen: Bool { version > 0 && closedAt == nil }

    /// Whether `officer` may know of the case at all: need-to-know before role.
    public func isVisible(to officer: UInt64) -> Bool {
        version > 0 && (!needToKnow || owner == officer || granted.contains(officer))
    }

    public func report(_ id: String) -> CaseReport? { reports.first { $0.report.id == id } }
    public func exhibit(_ id: String) -> Exhibit? { exhibits.first { $0.sealed.id == id } }

    // MARK: Folding

    public mutating func apply(_ recorded: RecordedEvent) {
        version += 1
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
