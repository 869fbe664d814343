public import Customs
public import Schema
internal import SwiftProtobuf

/// What a decision may draw on. Nothing here is read from a clock or a generator by the decision itself.
public struct DecisionContext: Sendable {
    public let officer: Officer
    /// The node's country, which ids begin with.
    public let country: String
    /// A number that no object of the node has yet.
    public let number: UInt64
    public let nowMilliseconds: UInt64
    public let codes: any CodeLists
    /// Whether an active officer with this number may be given cases and exhibits.
    public let isInvestigator: @Sendable (UInt64) -> Bool

    public init(
        officer: Officer, country: String, number: UInt64, nowMilliseconds: UInt64, codes: any CodeLists,
        isInvestigator: @escaping @Sendable (UInt64) -> Bool
    ) {
        self.officer = officer
        self.country = country
        self.number = number
        self.nowMilliseconds = nowMilliseconds
        self.codes = codes
        self.isInvestigator = isInvestigator
    }

    func newID(_ kind: RecordID.Kind) -> String {
        RecordID(country: country, kind: kind, number: number).description
    }
}

/// What a command comes to: the event to record, and what validation has to say besides.
public struct CaseDecision: Sendable {
    public let event: CaseEvent
    public let findings: [Finding]
}

/// Bounds on what a case file takes in.
public enum CaseLimits {
    public static let titleByteCount = 200
    public static let textByteCount = 20_000
    public static let reasonByteCount = 2_000
    public static let reports = 10_000
    public static let exhibits = 10_000
    public static let links = 10_000
    public static let tasks = 1_000
    public static let notes = 10_000
    public static let attachments = 1_000
    public static let notices = 1_000
    /// Of one event as it is stored.
    public static let eventByteCount = 1 << 20
}

extension CaseFile {
    /// Decides whether what is proposed may happen to this case now, and completes it with what the node assigns: ids,
    /// numbers, normalised fields. Pure: the same arguments give the same decision.
    ///
    /// A proposed event is one whose assigned fields are empty. Throws `CaseError`.
    public func decide(_ proposed: CaseEvent, _ context: DecisionContext) throws(CaseError) -> CaseDecision {
        guard let body = proposed.body else { throw CaseError(.invalid, "there is nothing to do in this") }
        try context.officer.require(Self.permission(for: body))
        if case .opened = body {
            guard version == 0 else { throw CaseError(.conflict, "the case is open already") }
        } else {
            guard isVisible(to: context.officer.number) else { throw CaseError(.notFound, "there is no such case") }
            try requireState(for: body)
        }
        try checkCommon(proposed, body, context)
        var event = proposed
        var findings: [Finding] = []
        switch body {
        case .seizureLogged, .reportCorrected: findings = try decideReport(&event, context)
        case .exhibitSealed, .custodyOffered, .custodyAnswered, .exhibitDisposed: try decideCustody(&event, context)
        case .linkAdded, .linkRemoved, .noteAdded, .attachmentAdded, .taskAdded, .taskDone:
            try decideAddition(&event, context)
        default: try decideStanding(&event, context)
        }
        return CaseDecision(event: event, findings: findings)
    }

    /// What an officer needs to propose this.
    public static func permission(for body: CaseEvent.OneOf_Body) -> Permission {
        switch body {
        case .opened: .openCase
        case .closed: .closeCase
        case .reopened: .reopenCase
        case .accessChanged, .needToKnowSet: .changeAccess
        case .ownerChanged: .changeOwner
        case .holdChanged: .holdCase
        case .retentionSet: .retainCase
        case .noticeDrafted, .noticeWithdrawn: .draftNotice
        case .noticeApproved, .noticeReleased: .releaseNotice
        default: .changeCase
        }
    }

    /// Kinds of notices that say something of an earlier one and hold no intelligence.
    private static let lastWords: Set = [
        "recall", "handling-change", "consent-request", "consent-grant", "consent-denial", "feedback",
    ]

    private func requireState(for body: CaseEvent.OneOf_Body) throws(CaseError) {
        switch body {
        case .reopened:
            guard !isOpen else { throw CaseError(.conflict, "the case is open") }
        case .accessChanged, .needToKnowSet, .ownerChanged, .holdChanged, .retentionSet, .hitsFound, .custodyOffered,
            .custodyAnswered, .exhibitDisposed, .noticeReceived, .noticeReferenced, .noticeReleased, .noticeRefused:
            return  // exhibits outlive the investigation, and so does the question who may look
        case .noticeDrafted(let draft) where Self.lastWords.contains(draft.kind):
            return  // what was sent from a closed case can still be taken back, or its conditions changed
        default:
            guard isOpen else { throw CaseError(.conflict, "the case is closed: reopen it first") }
        }
    }

    private func checkCommon(
        _ event: CaseEvent, _ body: CaseEvent.OneOf_Body, _ context: DecisionContext
    ) throws(CaseError) {
        try Self.text(event.reason, "/reason", upTo: CaseLimits.reasonByteCount)
        if !event.happenedAt.isEmpty {
            guard let moment = Moment(parsing: event.happenedAt) else {
                throw .invalid("/happenedAt", "a time is like 2026-03-01T08:30:00Z, or a day like 2026-03-01")
            }
            guard moment.milliseconds <= context.nowMilliseconds + 86_400_000 else {
                throw .invalid("/happenedAt", "that is in the future")
            }
        }
        let needsReason =
            switch body {
            case .reportCorrected, .linkAdded, .linkRemoved, .custodyOffered, .exhibitDisposed, .accessChanged,
                .needToKnowSet, .ownerChanged, .closed, .reopened, .holdChanged, .retentionSet:
                true
            default: false
            }
        if needsReason, event.reason.isEmpty { throw .invalid("/reason", "say why") }
    }

    static func text(
        _ text: String, _ pointer: String, upTo limit: Int, required: Bool = false
    ) throws(CaseError) {
        guard text.utf8.count <= limit else {
            throw .invalid(pointer, "this has \(text.utf8.count) bytes, and at most \(limit) are kept")
        }
        guard !required || !text.isEmpty else { throw .invalid(pointer, "this is needed") }
    }

    static func code(_ code: String, _ pointer: String, _ list: Set<String>) throws(CaseError) {
        guard list.contains(code) else {
            throw .invalid(pointer, "this is one of: \(list.sorted().joined(separator: ", "))")
        }
    }

    static func evaluation(_ text: String, _ pointer: String) throws(CaseError) {
        guard text.isEmpty || Vocabulary.isEvaluation(text) else {
            throw .invalid(pointer, "an evaluation is a source A, B, C or X and a grade 1 to 4, such as B2")
        }
    }

    // MARK: Reports

    private func decideReport(_ event: inout CaseEvent, _ context: DecisionContext) throws(CaseError) -> [Finding] {
        switch event.body {
        case .seizureLogged(var logged):
            guard reports.count < CaseLimits.reports else {
                throw CaseError(.tooLarge, "a case has at most \(CaseLimits.reports) reports")
            }
            logged.report.id = context.newID(.seizure)
            // Only an import says where a report came from, and what it was then.
            if logged.report.provenance.digest.count != 32 { logged.report.clearProvenance() }
            let findings = try Self.complete(&logged.report, context)
            event.body = .seizureLogged(logged)
            return findings
        case .reportCorrected(var corrected):
            guard let current = report(corrected.reportID)?.report else {
                throw CaseError(.notFound, "this case has no such report")
            }
            corrected.report.id = current.id
            corrected.report.provenance = current.provenance
            if !current.hasProvenance { corrected.report.clearProvenance() }
            if corrected.nominalUnchanged { corrected.report.clearNominal() }
            try refuseMoves(current, corrected)
            let findings = try Self.complete(&corrected.report, context)
            event.body = .reportCorrected(corrected)
            return findings
        default: preconditionFailure()
        }
    }

    /// Links and exhibits name parts of a report by their place: none of those may move, or go.
    private func refuseMoves(_ old: SeizureReport, _ corrected: ReportCorrected) throws(CaseError) {
        let new = corrected.report
        func check<Part: Equatable>(
            _ pointer: String, _ old: [Part], _ new: [Part], _ isNamed: (Int) -> Bool
        ) throws(CaseError) {
            for index in old.indices where isNamed(index) {
                // It stands elsewhere now, or something else that was there before stands in its place.
                let hasMoved =
                    index < new.count && old[index] != new[index]
                    && (new.indices.contains { $0 != index && new[$0] == old[index] }
                        || old.indices.contains { $0 != index && old[$0] == new[index] })
                guard index < new.count, !hasMoved else {
                    throw .invalid(
                        "\(pointer)/\(index)",
                        "a link or an exhibit names this part: it stays in its place, add others behind")
                }
            }
        }
        let named = Set(
            links.filter { $0.removed == nil }.flatMap { [$0.link.from, $0.link.to] }
                .filter { $0.hasPrefix("\(old.id)#") }.map { String($0.dropFirst(old.id.utf8.count + 1)) })
        let lines = Set(exhibits.filter { $0.sealed.reportID == old.id }.map { Int($0.sealed.line) - 1 })
        try check("/goods", old.goods, new.goods) { lines.contains($0) || named.contains("goods/\($0)") }
        try check("/conveyances", old.conveyances, new.conveyances) { named.contains("conveyances/\($0)") }
        guard !corrected.nominalUnchanged else { return }
        try check("/nominal/persons", old.nominal.persons.map(\.name), new.nominal.persons.map(\.name)) {
            named.contains("P\($0 + 1)")
        }
        try check("/nominal/companies", old.nominal.companies.map(\.name), new.nominal.companies.map(\.name)) {
            named.contains("F\($0 + 1)")
        }
    }

    /// Normalises a report, numbers its parts and validates it. Throws `.invalid` with what is impossible.
    public static func complete(
        _ report: inout SeizureReport, _ context: DecisionContext
    ) throws(CaseError) -> [Finding] {
        if report.authority.isEmpty { report.authority = context.country }
        if report.office.isEmpty { report.office = context.officer.office }
        if report.status.isEmpty { report.status = "seized" }
        if report.reportedAt.isEmpty { report.reportedAt = Moment(milliseconds: context.nowMilliseconds).text }
        let findings = report.normaliseAndValidate(codes: context.codes, nowMilliseconds: context.nowMilliseconds)
        if findings.contains(where: { $0.strength == .reject }) {
            throw CaseError(.invalid, "the report cannot be taken as it is", findings: findings)
        }
        return findings
    }

    // MARK: Custody

    private func openExhibit(_ id: String) throws(CaseError) -> Exhibit {
        guard let exhibit = exhibit(id) else { throw CaseError(.notFound, "this case has no such exhibit") }
        guard exhibit.disposal == nil else { throw CaseError(.conflict, "the exhibit has been disposed of") }
        return exhibit
    }

    private func decideCustody(_ event: inout CaseEvent, _ context: DecisionContext) throws(CaseError) {
        let officer = context.officer.number
        switch event.body {
        case .exhibitSealed(var sealed):
            guard exhibits.count < CaseLimits.exhibits else {
                throw CaseError(.tooLarge, "a case has at most \(CaseLimits.exhibits) exhibits")
            }
            if !sealed.reportID.isEmpty {
                guard let report = report(sealed.reportID)?.report else {
                    throw .invalid("/reportId", "this case has no such report")
                }
                guard sealed.line == 0 || sealed.line <= report.goods.count else {
                    throw .invalid("/line", "the report has \(report.goods.count) lines")
                }
            }
            try Self.text(sealed.description_p, "/description", upTo: CaseLimits.textByteCount, required: true)
            try Self.text(sealed.sealNumber, "/sealNumber", upTo: 100, required: true)
            try Self.text(sealed.location, "/location", upTo: 500)
            if sealed.hasQuantity { try Self.quantity(sealed.quantity, "/quantity") }
            sealed.id = context.newID(.exhibit)
            sealed.custodian = officer
            event.body = .exhibitSealed(sealed)
        case .custodyOffered(var offer):
            let exhibit = try openExhibit(offer.exhibitID)
            // Where whoever holds it has left, a supervisor hands it over in their place.
            let hasLeft = !context.isInvestigator(exhibit.custodian) || !isVisible(to: exhibit.custodian)
            guard exhibit.custodian == officer || hasLeft && context.officer.roles.contains(.supervisor) else {
                throw CaseError(.forbidden, "only the officer who holds the exhibit hands it over")
            }
            guard exhibit.offer == nil else {
                throw CaseError(.conflict, "a hand-over of this exhibit waits to be answered")
            }
            guard offer.to != exhibit.custodian, context.isInvestigator(offer.to) else {
                throw .invalid("/to", "an exhibit goes to another active investigator or supervisor")
            }
            guard isVisible(to: offer.to) else {
                throw .invalid("/to", "that officer has no access to the case: grant it first")
            }
            try Self.text(offer.sealNumber, "/sealNumber", upTo: 100)
            try Self.text(offer.location, "/location", upTo: 500)
            if offer.sealNumber.isEmpty { offer.sealNumber = exhibit.sealNumber }
            if offer.location.isEmpty { offer.location = exhibit.location }
            offer.from = exhibit.custodian
            event.body = .custodyOffered(offer)
        case .custodyAnswered(var answer):
            let exhibit = try openExhibit(answer.exhibitID)
            guard let offer = exhibit.offer else {
                throw CaseError(.conflict, "no hand-over of this exhibit waits to be answered")
            }
            // The one who offered may take the offer back.
            guard offer.to == officer || !answer.accepted && offer.from == officer else {
                throw CaseError(.forbidden, "only the officer it is handed to accepts it")
            }
            try Self.text(answer.sealNumber, "/sealNumber", upTo: 100)
            try Self.text(answer.remarks, "/remarks", upTo: CaseLimits.reasonByteCount)
            if answer.sealNumber.isEmpty { answer.sealNumber = offer.sealNumber }
            if answer.accepted, answer.sealNumber != offer.sealNumber, answer.remarks.isEmpty {
                throw .invalid("/remarks", "the seal is not the one that was handed over: say why")
            }
            event.body = .custodyAnswered(answer)
        case .exhibitDisposed(let disposed): try checkDisposal(disposed, by: officer)
        default: preconditionFailure()
        }
    }

    private func checkDisposal(_ disposed: ExhibitDisposed, by officer: UInt64) throws(CaseError) {
        let exhibit = try openExhibit(disposed.exhibitID)
        guard exhibit.custodian == officer, exhibit.offer == nil else {
            throw CaseError(.forbidden, "only the officer who holds the exhibit disposes of it")
        }
        guard hold == nil else { throw CaseError(.conflict, "the case is under a legal hold") }
        try Self.code(disposed.method, "/method", Vocabulary.disposal)
        try Self.text(disposed.witness, "/witness", upTo: 500, required: true)
        try Self.text(disposed.reference, "/reference", upTo: 500)
    }

    static func quantity(_ quantity: Quantity, _ pointer: String) throws(CaseError) {
        guard DecimalText.isValid(quantity.amount) else {
            throw .invalid("\(pointer)/amount", "an amount is a decimal number, such as 12.5")
        }
        guard UnitCode(quantity.unit) != nil else {
            throw .invalid("\(pointer)/unit", "a unit is a code of UN/ECE Recommendation 20, such as KGM")
        }
    }
}
