internal import Customs
internal import Schema

extension CaseFile {
    /// Links, notes, attachments, tasks.
    func decideAddition(_ event: inout CaseEvent, _ context: DecisionContext) throws(CaseError) {
        switch event.body {
        case .linkAdded(var link):
            guard links.count < CaseLimits.links else {
                throw CaseError(.tooLarge, "a case has at most \(CaseLimits.links) links")
            }
            try checkSubject(link.from, "/from", ofThisCase: true)
            try checkSubject(link.to, "/to", ofThisCase: false)
            guard link.from != link.to else { throw .invalid("/to", "that links it to itself") }
            try Self.code(link.relation, "/relation", Vocabulary.relation)
            try Self.code(link.confidence, "/confidence", Vocabulary.confidence)
            try Self.evaluation(link.evaluation, "/evaluation")
            link.number = UInt32(links.count + 1)
            event.body = .linkAdded(link)
        case .linkRemoved(let removed):
            guard let link = links.first(where: { $0.link.number == removed.number }) else {
                throw CaseError(.notFound, "this case has no such link")
            }
            guard link.removed == nil else { throw CaseError(.conflict, "the link has been removed") }
        case .noteAdded(let note):
            guard notes.count < CaseLimits.notes else {
                throw CaseError(.tooLarge, "a case has at most \(CaseLimits.notes) notes")
            }
            try Self.text(note.text, "/text", upTo: CaseLimits.textByteCount, required: true)
            try Self.evaluation(note.evaluation, "/evaluation")
        case .attachmentAdded(var attachment):
            guard attachments.count < CaseLimits.attachments else {
                throw CaseError(.tooLarge, "a case has at most \(CaseLimits.attachments) attachments")
            }
            try Self.text(attachment.fileName, "/fileName", upTo: 255, required: true)
            try Self.text(attachment.mediaType, "/mediaType", upTo: 100)
            try Self.text(attachment.description_p, "/description", upTo: CaseLimits.textByteCount)
            if !attachment.reportID.isEmpty, report(attachment.reportID) == nil {
                throw .invalid("/reportId", "this case has no such report")
            }
            attachment.id = context.newID(.attachment)
            event.body = .attachmentAdded(attachment)
        case .taskAdded(var task):
            guard tasks.count < CaseLimits.tasks else {
                throw CaseError(.tooLarge, "a case has at most \(CaseLimits.tasks) tasks")
            }
            try Self.text(task.text, "/text", upTo: CaseLimits.textByteCount, required: true)
            guard task.due.isEmpty || Moment(parsing: task.due) != nil else {
                throw .invalid("/due", "a due date is a day like 2026-03-01, or a time")
            }
            if task.assignee == 0 { task.assignee = context.officer.number }
            guard context.isInvestigator(task.assignee), isVisible(to: task.assignee) else {
                throw .invalid("/assignee", "a task goes to an active investigator or supervisor who may see the case")
            }
            task.number = UInt32(tasks.count + 1)
            event.body = .taskAdded(task)
        case .taskDone(let done):
            guard let task = tasks.first(where: { $0.task.number == done.number }) else {
                throw CaseError(.notFound, "this case has no such task")
            }
            guard task.done == nil else { throw CaseError(.conflict, "the task is done") }
            try Self.text(done.outcome, "/outcome", upTo: CaseLimits.textByteCount)
        default: preconditionFailure()
        }
    }

    /// A subject is the case, a report of it, or a part of a report: `VN-S-4F7Q2-10#P1`.
    private func checkSubject(_ text: String, _ pointer: String, ofThisCase: Bool) throws(CaseError) {
        if text.isEmpty, ofThisCase { return }
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= 200, let id = RecordID(parsing: String(parts[0])),
            id.kind == .seizure || id.kind == .caseFile
        else {
            throw .invalid(pointer, "a subject is the id of a case or report, and #P1 or the like behind a report's")
        }
        guard ofThisCase else { return }
        guard let report = report(id.description)?.report else {
            throw .invalid(pointer, "this case has no such report")
        }
        if parts.count == 2 {
            let part = String(parts[1])
            let known =
                report.nominal.persons.map(\.id) + report.nominal.companies.map(\.id)
                + report.goods.indices.map { "goods/\($0)" } + report.conveyances.indices.map { "conveyances/\($0)" }
            guard known.contains(part) else { throw .invalid(pointer, "the report has no such part") }
        }
    }

    /// Opening, closing, access, holds, retention.
    func decideStanding(_ event: inout CaseEvent, _ context: DecisionContext) throws(CaseError) {
        let officer = context.officer
        switch event.body {
        case .opened(var opened):
            try Self.text(opened.title, "/title", upTo: CaseLimits.titleByteCount, required: true)
            if opened.retentionClass.isEmpty { opened.retentionClass = "standard" }
            try Self.code(opened.retentionClass, "/retentionClass", Vocabulary.retention)
            opened.id = context.newID(.caseFile)
            opened.owner = officer.number
            opened.office = officer.office
            opened.reviewDate = Self.reviewDate(opened.retentionClass, from: context.nowMilliseconds)
            event.body = .opened(opened)
        case .accessChanged(let change):
            try requireOwnerOrSupervisor(officer)
            guard context.isInvestigator(change.officer) || !change.granted else {
                throw .invalid("/officer", "access is for active officers who work on cases")
            }
            guard granted.contains(change.officer) != change.granted else {
                throw CaseError(.conflict, "the officer \(change.granted ? "has access" : "has no access") already")
            }
        case .needToKnowSet(let set):
            try requireOwnerOrSupervisor(officer)
            guard set.needToKnow != needToKnow else { throw CaseError(.conflict, "it is so already") }
        case .ownerChanged(let change):
            guard context.isInvestigator(change.owner) else {
                throw .invalid("/owner", "a case belongs to an active investigator or supervisor")
            }
        case .closed(let closed):
            try Self.text(closed.outcome, "/outcome", upTo: CaseLimits.textByteCount)
            if let task = tasks.first(where: { $0.done == nil }) {
                throw CaseError(.conflict, "task \(task.task.number) is not done")
            }
            if exhibits.contains(where: { $0.offer != nil }) {
                throw CaseError(.conflict, "a hand-over of an exhibit waits to be answered")
            }
        case .reopened: break
        case .holdChanged(let change):
            guard change.held != (hold != nil) else { throw CaseError(.conflict, "it is so already") }
            try Self.text(change.authority, "/authority", upTo: 500, required: change.held)
        case .retentionSet(var set):
            try Self.code(set.class, "/class", Vocabulary.retention)
            if set.reviewDate.isEmpty { set.reviewDate = Self.reviewDate(set.class, from: openedAt) }
            guard let date = Moment(parsing: set.reviewDate), date.isDay else {
                throw .invalid("/reviewDate", "a review date is a day like 2031-03-01")
            }
            let earliest = Self.reviewDate(set.class, from: openedAt)
            guard set.reviewDate >= earliest else {
                throw .invalid("/reviewDate", "the class \(set.class) keeps it until \(earliest) at least")
            }
            event.body = .retentionSet(set)
        case .hitsFound, .noticeReceived, .noticeReferenced, .noticeReleased, .noticeRefused: break
        case .noticeDrafted(var drafted):
            try Self.text(drafted.subject, "/subject", upTo: CaseLimits.titleByteCount, required: true)
            let next = (notices.map(\.number).max() ?? 0) + 1
            if drafted.number == 0 { drafted.number = next }
            if let before = notice(drafted.number) {
                guard before.isDraft else { throw CaseError(.conflict, "the notice was released or withdrawn") }
            } else {
                guard drafted.number == next, notices.count < CaseLimits.notices else {
                    throw .invalid("/number", "there is no such draft")
                }
            }
            event.body = .noticeDrafted(drafted)
        case .noticeApproved(let approved):
            guard let draft = notice(approved.number), draft.isDraft else {
                throw .invalid("/number", "there is no such draft")
            }
            guard draft.draftedBy != officer.number else {
                throw CaseError(.needsSecondOfficer, "another officer than the one who drafted it approves it")
            }
        case .noticeWithdrawn(let withdrawn):
            guard let draft = notice(withdrawn.number), draft.isDraft else {
                throw .invalid("/number", "there is no such draft")
            }
        default: preconditionFailure()
        }
    }

    private func requireOwnerOrSupervisor(_ officer: Officer) throws(CaseError) {
        guard owner == officer.number || officer.roles.contains(.supervisor) else {
            throw CaseError(.forbidden, "only the case's owner or a supervisor decides who may see it")
        }
    }

    /// Years from opening to review: short 1, standard 5, long 10, permanent 100.
    static func reviewDate(_ retention: String, from start: UInt64) -> String {
        let years: UInt64 =
            switch retention {
            case "short": 1
            case "standard": 5
            case "long": 10
            default: 100
            }
        return Moment(milliseconds: start + years * 365 * 86_400_000 + years / 4 * 86_400_000).day
    }

    /// Whether this case may be erased now. Throws `.conflict` with the reason.
    public func requireErasable(at now: UInt64) throws(CaseError) {
        guard version > 0 else { throw CaseError(.notFound, "there is no such case") }
        guard hold == nil else { throw CaseError(.conflict, "the case is under a legal hold") }
        guard closedAt != nil else { throw CaseError(.conflict, "the case is open: close it first") }
        guard exhibits.allSatisfy({ $0.disposal != nil }) else {
            throw CaseError(.conflict, "an exhibit of the case has not been disposed of")
        }
        guard let due = Moment(parsing: reviewDate), due.milliseconds <= now else {
            throw CaseError(.conflict, "the case is kept until \(reviewDate)")
        }
    }
}
