internal import Customs
internal import Schema

/// Goes through a notice field by field. The fields of reports and the ways to speak of a field are those of
/// `ReportCheck`, with the pointers of a body relative to it.
struct NoticeCheck {
    static let idByteCount = 16
    static let maximumRecipients = 64
    static let maximumReferences = 100
    static let maximumAttachments = 50
    static let maximumSubjectByteCount = 500
    static let maximumReports = 100

    private let codes: any CodeLists
    private let now: UInt64
    private(set) var findings: [Finding] = []

    init(codes: any CodeLists, nowMilliseconds: UInt64) {
        self.codes = codes
        now = nowMilliseconds
    }

    /// Runs the checks of a part whose fields stand below `pointer`.
    mutating func part(_ pointer: String, _ check: (inout ReportCheck) -> Void) {
        var part = ReportCheck(codes: codes, nowMilliseconds: now)
        check(&part)
        findings += part.finish().map { Finding($0.strength, pointer + $0.pointer, $0.code, $0.message) }
    }

    mutating func notice(_ notice: inout Notice) {
        part("") { check in
            if !notice.id.isEmpty, notice.id.count != Self.idByteCount {
                check.reject("/id", "malformed", "an id has \(Self.idByteCount) bytes")
            }
            check.prefix(notice.sender, "/sender")
            check.count(notice.recipients.count, "/recipients", upTo: Self.maximumRecipients)
            for (index, recipient) in notice.recipients.enumerated() {
                check.prefix(recipient, "/recipients/\(index)")
                if index > 0, !notice.recipients[index - 1].utf8.lexicographicallyPrecedes(recipient.utf8) {
                    check.reject("/recipients/\(index)", "order", "recipients stand in ascending order, each once")
                }
            }
            _ = check.past(&notice.createdAt, "/createdAt", required: true)
            check.line(&notice.subject, "/subject", required: notice.kind?.relation == nil)
            check.line(&notice.language, "/language")
            if notice.language.utf8.count > 35 { check.reject("/language", "too-long", "a language is a BCP 47 tag") }
            check.references(&notice)
            check.attachments(&notice.attachments)
            // What goes without an agreement must not be a way round one.
            if notice.kind?.coverage == nil, !notice.attachments.isEmpty {
                check.reject("/attachments", "contradiction", "this kind of notice has no attachments")
            }
        }
        conditions(&notice)
        body(&notice)
    }

    private mutating func conditions(_ notice: inout Notice) {
        // What needs an agreement holds intelligence, and travels under conditions.
        if notice.hasConditions {
            var conditions = notice.conditions
            part("/conditions") { $0.conditions(&conditions, created: notice.createdAt) }
            notice.conditions = conditions
        } else if notice.kind?.coverage != nil {
            findings.append(Finding(.reject, "/conditions", "missing", "this kind of notice travels under conditions"))
        }
    }

    private mutating func body(_ notice: inout Notice) {
        switch notice.body {
        case .seizure(var body):
            seizure(&body, "/seizure")
            notice.seizure = body
        case .alert(var body):
            part("/alert") { $0.alert(&body) }
            notice.alert = body
        case .request(var body):
            part("/request") { $0.request(&body) }
            notice.request = body
        case .reply(var body):
            reply(&body, "/reply")
            notice.reply = body
        case .sighting(var body):
            part("/sighting") { $0.sighting(&body) }
            notice.sighting = body
        case .correction(var body):
            correction(&body)
            notice.correction = body
        case .handlingChange(var body):
            part("/handlingChange") { check in
                check.text(&body.reason, "/reason")
                check.conditions(&body.conditions, created: notice.createdAt, "/conditions")
            }
            notice.handlingChange = body
        case nil: findings.append(Finding(.reject, "", "missing", "a notice has a body"))
        default: part("") { $0.simpleBody(&notice) }
        }
    }

    private mutating func seizure(_ body: inout SeizureNotice, _ pointer: String) {
        if !body.hasReport { findings.append(Finding(.reject, "\(pointer)/report", "missing", "this is needed")) }
        part(pointer) { $0.text(&body.remarks, "/remarks") }
        report(&body.report, "\(pointer)/report")
    }

    private mutating func report(_ report: inout SeizureReport, _ pointer: String) {
        part(pointer) { $0.line(&report.id, "/id") }
        findings += report.normaliseAndValidate(codes: codes, nowMilliseconds: now).map {
            Finding($0.strength, pointer + $0.pointer, $0.code, $0.message)
        }
    }

    private mutating func reply(_ body: inout AssistanceReply, _ pointer: String) {
        part(pointer) { $0.reply(&body) }
        for index in body.reports.indices.prefix(Self.maximumReports) {
            report(&body.reports[index], "\(pointer)/reports/\(index)")
        }
    }

    private mutating func correction(_ body: inout NoticeCorrection) {
        part("/correction") { $0.text(&body.reason, "/reason", required: true) }
        switch body.corrected {
        case .seizure(var corrected):
            seizure(&corrected, "/correction/seizure")
            body.seizure = corrected
        case .alert(var corrected):
            part("/correction/alert") { $0.alert(&corrected) }
            body.alert = corrected
        case .request(var corrected):
            part("/correction/request") { $0.request(&corrected) }
            body.request = corrected
        case .reply(var corrected):
            reply(&corrected, "/correction/reply")
            body.reply = corrected
        case .sighting(var corrected):
            part("/correction/sighting") { $0.sighting(&corrected) }
            body.sighting = corrected
        case nil: findings.append(Finding(.reject, "/correction", "missing", "a correction says how it reads now"))
        }
    }
}

extension ReportCheck {
    fileprivate mutating func prefix(_ text: String, _ pointer: String) {
        if !AuthorityPrefix.isValid(text) {
            reject(pointer, "malformed", "an authority is named by its prefix, such as vn.customs")
        }
    }

    fileprivate mutating func references(_ notice: inout Notice) {
        count(notice.references.count, "/references", upTo: NoticeCheck.maximumReferences)
        for index in notice.references.indices.prefix(NoticeCheck.maximumReferences) {
            let pointer = "/references/\(index)"
            if notice.references[index].entryID.count != NoticeCheck.idByteCount {
                reject("\(pointer)/entryId", "malformed", "an entry's id has \(NoticeCheck.idByteCount) bytes")
            }
            prefix(notice.references[index].authority, "\(pointer)/authority")
            code(
                &notice.references[index].relation, "\(pointer)/relation",
                Set(NoticeRelation.allCases.map(\.rawValue)), required: true)
        }
        guard let relation = notice.kind?.relation else { return }
        let subjects = notice.references(relation)
        if notice.kind == .receipt, notice.receipt.state == "delivered" {
            // What arrives together is confirmed together.
            if subjects.isEmpty || subjects.count != notice.references.count || Set(subjects).count != subjects.count {
                reject("/references", "missing", "a receipt refers to notices by `\(relation.rawValue)`, each once")
            }
        } else if subjects.count != 1 {
            reject("/references", "missing", "this kind of notice refers to one other by `\(relation.rawValue)`")
        }
    }

    fileprivate mutating func attachments(_ attachments: inout [NoticeAttachment]) {
        count(attachments.count, "/attachments", upTo: NoticeCheck.maximumAttachments)
        for index in attachments.indices.prefix(NoticeCheck.maximumAttachments) {
            let pointer = "/attachments/\(index)"
            if attachments[index].blob.count != 32 { reject("\(pointer)/blob", "malformed", "a digest has 32 bytes") }
            if attachments[index].key.count != 32 { reject("\(pointer)/key", "malformed", "a key has 32 bytes") }
            line(&attachments[index].fileName, "\(pointer)/fileName", required: true)
            if attachments[index].fileName.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0x5C }) {
                reject("\(pointer)/fileName", "malformed", "a file's name has no slashes")
            }
            line(&attachments[index].mediaType, "\(pointer)/mediaType")
            line(&attachments[index].description_p, "\(pointer)/description")
        }
    }

    fileprivate mutating func conditions(
        _ conditions: inout HandlingConditions, created: String, _ at: String = ""
    ) {
        let codes = conditions.handlingCodes
        let isAscending = zip(conditions.handling, conditions.handling.dropFirst()).allSatisfy { $0 < $1 }
        if codes == nil || !isAscending || (codes!.contains(.h0) && codes!.count > 1) {
            reject("\(at)/handling", "unknown-code", "H0 alone, or some of H1, H2 and H3, in ascending order")
        }
        code(&conditions.tlp, "\(at)/tlp", Set(TrafficLight.allCases.map(\.rawValue)), required: true)
        code(&conditions.purpose, "\(at)/purpose", Set(ExchangePurpose.allCases.map(\.rawValue)), required: true)
        line(&conditions.agreement, "\(at)/agreement")
        if !conditions.agreement.isEmpty, !AgreementID.isValid(conditions.agreement) {
            reject("\(at)/agreement", "malformed", "an agreement's id is like vn.customs/wildlife-2026")
        }
        line(&conditions.legalBasis, "\(at)/legalBasis")
        evaluation(&conditions.evaluation, "\(at)/evaluation")
        let review = time(&conditions.reviewAt, "\(at)/reviewAt")
        let expires = time(&conditions.expiresAt, "\(at)/expiresAt", required: true)
        if let expires, let created = Moment(parsing: created), expires.milliseconds <= created.milliseconds {
            reject("\(at)/expiresAt", "order", "it expires after it was made")
        }
        if let review, let expires, review.milliseconds > expires.milliseconds {
            warn("\(at)/reviewAt", "order", "the conditions are reviewed after they have expired")
        }
        code(&conditions.onward, "\(at)/onward", NoticeVocabulary.onward, required: true)
        text(&conditions.restrictions, "\(at)/restrictions", upTo: 2_000)
        if codes?.contains(.h1) ?? false, conditions.mayUseInCourt {
            reject("\(at)/mayUseInCourt", "contradiction", "H1 is not for use in court")
        }
        if codes?.contains(.h3) ?? false, conditions.restrictions.isEmpty {
            reject("\(at)/restrictions", "missing", "H3 says in words what is restricted")
        }
        if conditions.light == .red, conditions.mayPrint || conditions.mayExport {
            reject("\(at)/tlp", "contradiction", "TLP:RED is neither printed nor exported")
        }
    }
}
