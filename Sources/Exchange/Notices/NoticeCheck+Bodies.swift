internal import Customs
internal import Schema

/// Bodies, with pointers relative to them.
extension ReportCheck {
    mutating func alert(_ body: inout AlertNotice) {
        text(&body.facts, "/facts", required: true)
        offences(&body.offences)
        code(&body.action, "/action", NoticeVocabulary.alertAction, required: true)
        let from = time(&body.validFrom, "/validFrom")
        let until = time(&body.validUntil, "/validUntil")
        if let from, let until, from.milliseconds >= until.milliseconds {
            reject("/validUntil", "order", "it ends before it begins")
        }
        conveyances(&body.conveyances)
        documents(&body.documents)
        goodsLines(&body.goods, body.offences)
        count(body.route.count, "/route", upTo: 100)
        for index in body.route.indices.prefix(100) {
            leg(&body.route[index], "/route/\(index)", body.conveyances.count)
        }
        if body.hasNominal { nominal(&body.nominal) }
    }

    mutating func request(_ body: inout AssistanceRequest) {
        line(&body.instrument, "/instrument", required: true)
        text(&body.facts, "/facts", required: true)
        offences(&body.offences)
        if body.questions.isEmpty { reject("/questions", "missing", "say what is asked for") }
        count(body.questions.count, "/questions", upTo: 100)
        for index in body.questions.indices.prefix(100) {
            text(&body.questions[index], "/questions/\(index)", upTo: 2_000, required: true)
        }
        text(&body.enquiries, "/enquiries")
        code(&body.urgency, "/urgency", Set(RequestUrgency.allCases.map(\.rawValue)), required: true)
        conveyances(&body.conveyances)
        documents(&body.documents)
        goodsLines(&body.goods, body.offences)
        if body.hasNominal { nominal(&body.nominal) }
    }

    mutating func reply(_ body: inout AssistanceReply) {
        text(&body.text, "/text", required: body.reports.isEmpty)
        count(body.reports.count, "/reports", upTo: NoticeCheck.maximumReports)
        conveyances(&body.conveyances)
        documents(&body.documents)
        if body.hasNominal { nominal(&body.nominal) }
    }

    mutating func sighting(_ body: inout SightingNotice) {
        _ = past(&body.seenAt, "/seenAt", required: true)
        if body.hasPlace { place(&body.place, "/place") }
        text(&body.text, "/text")
        conveyances(&body.conveyances)
        documents(&body.documents)
        if body.hasNominal { nominal(&body.nominal) }
    }

    /// Bodies of a few codes, times and texts.
    mutating func simpleBody(_ notice: inout Notice) {
        switch notice.body {
        case .clarification:
            text(&notice.clarification.question, "/clarification/question")
            text(&notice.clarification.answer, "/clarification/answer")
            if notice.clarification.question.isEmpty == notice.clarification.answer.isEmpty {
                reject("/clarification", "missing", "either a question, or the answer to one")
            }
        case .postponement:
            time(&notice.postponement.until, "/postponement/until", required: true)
            text(&notice.postponement.reason, "/postponement/reason", required: true)
        case .refusal:
            code(&notice.refusal.ground, "/refusal/ground", NoticeVocabulary.refusalGround, required: true)
            text(&notice.refusal.reason, "/refusal/reason")
        case .feedback:
            code(&notice.feedback.verdict, "/feedback/verdict", NoticeVocabulary.verdict, required: true)
            text(&notice.feedback.text, "/feedback/text")
        case .recall: text(&notice.recall.reason, "/recall/reason")
        case .receipt:
            code(&notice.receipt.state, "/receipt/state", NoticeVocabulary.receipt, required: true)
            _ = past(&notice.receipt.at, "/receipt/at", required: true)
        case .erasure:
            _ = past(&notice.erasure.erasedAt, "/erasure/erasedAt", required: true)
            code(&notice.erasure.reason, "/erasure/reason", NoticeVocabulary.erasure, required: true)
        case .agreement:
            let note = Array(notice.agreement.note)
            if (try? SignedAgreement(parsing: note)) == nil, (try? SignedAgreementChange(parsing: note)) == nil {
                reject("/agreement/note", "malformed", "not an agreement, or a change of one")
            }
        default: consents(&notice)
        }
    }

    private mutating func consents(_ notice: inout Notice) {
        switch notice.body {
        case .consentRequest:
            code(&notice.consentRequest.action, "/consentRequest/action", HandlingAction.codes, required: true)
            text(&notice.consentRequest.reason, "/consentRequest/reason", required: true)
            onward(notice.consentRequest.action, notice.consentRequest.recipients, "/consentRequest/recipients")
        case .consentGrant:
            code(&notice.consentGrant.action, "/consentGrant/action", HandlingAction.codes, required: true)
            time(&notice.consentGrant.until, "/consentGrant/until")
            text(&notice.consentGrant.restrictions, "/consentGrant/restrictions", upTo: 2_000)
            onward(notice.consentGrant.action, notice.consentGrant.recipients, "/consentGrant/recipients")
        case .consentDenial:
            code(&notice.consentDenial.action, "/consentDenial/action", HandlingAction.codes, required: true)
            text(&notice.consentDenial.reason, "/consentDenial/reason")
        default: break
        }
    }

    private mutating func onward(_ action: String, _ recipients: [String], _ pointer: String) {
        count(recipients.count, pointer, upTo: NoticeCheck.maximumRecipients)
        if recipients.isEmpty == (action == "release-onward") {
            reject(pointer, "missing", "recipients go with release-onward, and with it only")
        }
        for (index, recipient) in recipients.enumerated() where !AuthorityPrefix.isValid(recipient) {
            reject("\(pointer)/\(index)", "malformed", "an authority is named by its prefix, such as vn.customs")
        }
    }

    private mutating func offences(_ offences: inout [String]) {
        if offences.isEmpty { reject("/offences", "missing", "at least one offence, `other` where none fits") }
        count(offences.count, "/offences", upTo: Vocabulary.offence.count)
        for index in offences.indices { code(&offences[index], "/offences/\(index)", Vocabulary.offence) }
    }

    private mutating func conveyances(_ conveyances: inout [Conveyance]) {
        count(conveyances.count, "/conveyances")
        for index in conveyances.indices { conveyance(&conveyances[index], "/conveyances/\(index)") }
    }

    private mutating func documents(_ documents: inout [Document]) {
        count(documents.count, "/documents")
        for index in documents.indices { document(&documents[index], "/documents/\(index)") }
    }

    private mutating func goodsLines(_ lines: inout [GoodsLine], _ offences: [String]) {
        count(lines.count, "/goods")
        for index in lines.indices {
            lines[index].number = UInt32(index + 1)
            goods(&lines[index], "/goods/\(index)", offences)
        }
    }
}
