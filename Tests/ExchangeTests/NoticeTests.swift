import Customs
import Foundation
import Schema
import SwiftProtobuf
import Testing

@testable import Exchange

@Suite struct NoticeTests {
    private func findings(_ notice: Notice) -> [Finding] {
        var copy = notice
        return copy.normaliseAndValidate(codes: NoCodeLists(), nowMilliseconds: march)
    }

    private func rejects(_ notice: Notice) -> [String] {
        findings(notice).filter { $0.strength == .reject }.map(\.pointer)
    }

    private func receive(_ notice: Notice) throws -> Notice {
        try Notice.receive(
            notice.encoded(), from: NoticeSamples.origin, codes: NoCodeLists(), nowMilliseconds: march
        ).notice
    }

    @Test func aNoticeOfEveryKindIsReceivedAsItWasSent() throws {
        for kind in NoticeKind.allCases {
            let notice = try NoticeSamples.notice(kind)
            #expect(notice.kind == kind)
            #expect(findings(notice).filter { $0.strength != .hint }.isEmpty, "\(kind): \(findings(notice))")
            #expect(try receive(notice) == notice)
            #expect(try receive(notice).encoded() == notice.encoded())
        }
    }

    @Test func everyFieldThatIsNeededIsMissed() throws {
        let changes: [(NoticeKind, String, (inout Notice) -> Void)] = [
            (.alert, "/sender", { $0.sender = "" }), (.alert, "/subject", { $0.subject = "" }),
            (.alert, "/createdAt", { $0.createdAt = "" }), (.alert, "/createdAt", { $0.createdAt = "2027-01-01" }),
            (.alert, "/conditions", { $0.clearConditions() }), (.alert, "/id", { $0.id = Data([1]) }),
            (.alert, "/recipients/1", { $0.recipients = ["la.customs", "kh.customs"] }),
            (.alert, "/recipients/1", { $0.recipients = ["la.customs", "la.customs"] }),
            (.alert, "/recipients/0", { $0.recipients = ["LA"] }),
            (.alert, "/recipients", { $0.recipients = (10..<75).map { "p\($0).customs" } }),
            (.alert, "/language", { $0.language = String(repeating: "x", count: 36) }),
            (.alert, "/subject", { $0.subject = "two\nlines" }), (.alert, "/alert/facts", { $0.alert.facts = "" }),
            (.alert, "/alert/offences", { $0.alert.offences = [] }),
            (.alert, "/alert/offences/0", { $0.alert.offences = ["contraband"] }),
            (.alert, "/alert/action", { $0.alert.action = "shoot" }),
            (
                .alert, "/alert/validUntil",
                {
                    $0.alert.validFrom = "2026-03-02"; $0.alert.validUntil = "2026-03-01"
                }
            ),
            (.alert, "/alert/conveyances/0/kind", { $0.alert.conveyances = [Conveyance()] }),
            (.alert, "/alert/nominal/persons/0/name", { $0.alert.nominal.persons = [Person()] }),
            (.request, "/request/instrument", { $0.request.instrument = " " }),
            (.request, "/request/questions", { $0.request.questions = [] }),
            (.request, "/request/questions/0", { $0.request.questions = [""] }),
            (.request, "/request/urgency", { $0.request.urgency = "1d" }),
            (.request, "/request/facts", { $0.request.facts = String(repeating: "x", count: 20_001) }),
            (.reply, "/references", { $0.references = [] }), (.reply, "/reply/text", { $0.reply.text = "" }),
            (.reply, "/references/0/entryId", { $0.references[0].entryID = Data([1]) }),
            (.reply, "/references/0/authority", { $0.references[0].authority = "" }),
            (.reply, "/references/0/relation", { $0.references[0].relation = "mentions" }),
            (.reply, "/references", { $0.references[0].relation = "concerns" }),
            (.reply, "/reply/reports/0/goods", { $0.reply.reports = [.with { $0.authority = "VN" }] }),
            (.seizure, "/seizure/report/offences", { $0.seizure.report.offences = [] }),
            (.seizure, "/seizure/report", { $0.seizure.clearReport() }),
            (.clarification, "/clarification", { $0.clarification.question = "" }),
            (.clarification, "/clarification", { $0.clarification.answer = "both" }),
            (.postponement, "/postponement/until", { $0.postponement.until = "soon" }),
            (.refusal, "/refusal/ground", { $0.refusal.ground = "" }),
            (.sighting, "/sighting/seenAt", { $0.sighting.seenAt = "" }),
            (.feedback, "/feedback/verdict", { $0.feedback.verdict = "nice" }),
            (.correction, "/correction", { $0.correction.corrected = nil }),
            (.correction, "/correction/reason", { $0.correction.reason = "" }),
            (.correction, "/correction/seizure/report/goods", { $0.correction.seizure.report.goods = [] }),
            (.handlingChange, "/handlingChange/conditions/tlp", { $0.handlingChange.conditions.tlp = "" }),
            (.receipt, "/receipt/state", { $0.receipt.state = "seen" }),
            (.consentRequest, "/consentRequest/recipients", { $0.consentRequest.recipients = [] }),
            (.consentRequest, "/consentRequest/action", { $0.consentRequest.action = "read" }),
            (.consentGrant, "/consentGrant/recipients", { $0.consentGrant.action = "print" }),
            (.consentGrant, "/consentGrant/recipients/0", { $0.consentGrant.recipients = ["KH"] }),
            (.consentDenial, "/consentDenial/action", { $0.consentDenial.action = "" }),
            (.agreement, "/agreement/note", { $0.agreement.note = Data([1]) }),
            (.erasure, "/erasure/reason", { $0.erasure.reason = "" }), (.recall, "/references", { $0.references = [] }),
            (.recall, "/attachments", { $0.attachments = [Self.attachment] }),
            (
                .seizure, "/attachments/0/blob",
                {
                    $0.attachments = [Self.attachment]; $0.attachments[0].blob = Data()
                }
            ),
            (
                .seizure, "/attachments/0/key",
                {
                    $0.attachments = [Self.attachment]; $0.attachments[0].key = Data()
                }
            ),
            (
                .seizure, "/attachments/0/fileName",
                {
                    $0.attachments = [Self.attachment]; $0.attachments[0].fileName = "../../etc/passwd"
                }
            ),
            (.seizure, "/attachments", { $0.attachments = Array(repeating: Self.attachment, count: 51) }),
            (.seizure, "/references", { $0.references = Array(repeating: NoticeReference(), count: 101) }),
            (.alert, "", { $0.body = nil }),
        ]
        for (index, (kind, pointer, change)) in changes.enumerated() {
            var notice = try NoticeSamples.notice(kind)
            change(&notice)
            #expect(rejects(notice).contains(pointer), "\(index) \(kind) \(pointer): \(rejects(notice))")
        }
    }

    @Test func oneReceiptConfirmsSeveralDeliveries() throws {
        func receipt(_ state: String, _ ids: [UInt8], relation: String = "concerns") throws -> Notice {
            try NoticeSamples.notice(.receipt) {
                $0.receipt.state = state
                $0.references = ids.map { id in
                    .with {
                        $0.entryID = Data(repeating: id, count: 16)
                        $0.authority = "vn.customs"
                        $0.relation = relation
                    }
                }
            }
        }
        #expect(try rejects(receipt("delivered", [1])).isEmpty)
        #expect(try rejects(receipt("delivered", Array(0..<100))).isEmpty)
        #expect(try rejects(receipt("delivered", Array(0..<101))) == ["/references"])
        #expect(try rejects(receipt("delivered", [])) == ["/references"])
        #expect(try rejects(receipt("delivered", [1, 2, 1])) == ["/references"])
        #expect(try rejects(receipt("delivered", [1, 2], relation: "derived-from")) == ["/references"])
        var mixed = try receipt("delivered", [1, 2])
        mixed.references[1].relation = "derived-from"
        #expect(rejects(mixed) == ["/references"])
        #expect(try rejects(receipt("read", [1])).isEmpty)
        #expect(try rejects(receipt("read", [1, 2])) == ["/references"])
    }

    private static let attachment = NoticeAttachment.with {
        $0.blob = Data(repeating: 1, count: 32)
        $0.key = Data(repeating: 2, count: 32)
        $0.size = 10
        $0.fileName = "scan.png"
    }

    @Test func conditionsThatContradictThemselvesAreRefused() throws {
        let changes: [(String, (inout HandlingConditions) -> Void)] = [
            ("/handling", { $0.handling = [] }), ("/handling", { $0.handling = ["H0", "H1"] }),
            ("/handling", { $0.handling = ["H2", "H1"] }), ("/handling", { $0.handling = ["H1", "H1"] }),
            ("/handling", { $0.handling = ["H9"] }), ("/tlp", { $0.tlp = "purple" }),
            ("/purpose", { $0.purpose = "curiosity" }), ("/agreement", { $0.agreement = "wildlife" }),
            ("/evaluation", { $0.evaluation = "Z9" }), ("/expiresAt", { $0.expiresAt = "" }),
            ("/expiresAt", { $0.expiresAt = "2026-03-01T00:00:00Z" }), ("/expiresAt", { $0.expiresAt = "later" }),
            ("/onward", { $0.onward = "yes" }), ("/mayUseInCourt", { $0.mayUseInCourt = true }),
            ("/restrictions", { $0.handling = ["H3"] }),
            (
                "/tlp",
                {
                    $0.tlp = "red"; $0.mayPrint = true
                }
            ),
            (
                "/tlp",
                {
                    $0.tlp = "red"; $0.mayExport = true
                }
            ),
            ("/restrictions", { $0.restrictions = String(repeating: "x", count: 2001) }),
        ]
        for (pointer, change) in changes {
            var notice = try NoticeSamples.notice(.alert)
            change(&notice.conditions)
            #expect(rejects(notice).contains("/conditions" + pointer), "\(pointer): \(rejects(notice))")
        }
        var good = try NoticeSamples.notice(.alert)
        good.conditions.handling = ["H1", "H2", "H3"]
        good.conditions.restrictions = "Not to the press."
        #expect(rejects(good).isEmpty)
    }

    @Test func whatContradictsItsEntryIsRefused() throws {
        let changes: [(String, (inout Notice) -> Void)] = [
            ("/id", { $0.id = Data(NoticeSamples.other) }), ("/id", { $0.id = Data() }),
            ("/sender", { $0.sender = "la.customs" }), ("/recipients", { $0.recipients = ["la.customs"] }),
            ("/recipients", { $0.recipients.append("th.customs") }), ("/alert/facts", { $0.alert.facts = "" }),
        ]
        for (pointer, change) in changes {
            var notice = try NoticeSamples.notice(.alert)
            change(&notice)
            do {
                _ = try receive(notice)
                Issue.record("accepted: \(pointer)")
            } catch let error as NoticeError {
                #expect(error.code == .invalid && error.findings.map(\.pointer) == [pointer])
            }
        }
    }

    @Test func bytesThatAreNoNoticeAreRefused() throws {
        func parse(_ bytes: [UInt8]) throws -> Notice { try Notice(parsing: bytes) }
        #expect(throws: NoticeError(.unknownKind, "")) { try parse([]) }
        #expect(throws: NoticeError(.malformed, "")) { try parse([0xFF]) }
        #expect(throws: NoticeError(.tooLarge, "")) { try parse([UInt8](repeating: 0, count: (1 << 20) + 1)) }
        // A body of a kind that is not known here: field 99.
        #expect(throws: NoticeError(.unknownKind, "")) { try parse([0x9A, 0x06, 0x00]) }
        let good = try NoticeSamples.notice(.seizure).encoded()
        for count in 1..<good.count { _ = try? parse(Array(good[..<count])) }
        for index in good.indices {
            var changed = good
            changed[index] ^= 0x55
            _ = try? Notice.receive(
                changed, from: NoticeSamples.origin, codes: NoCodeLists(), nowMilliseconds: march)
        }
        var large = try NoticeSamples.notice(.seizure)
        large.seizure.remarks = String(repeating: "x", count: 1 << 20)
        #expect(throws: NoticeError(.tooLarge, "")) { try large.encoded() }
    }

    @Test func fieldsAreCountedBeforeAnythingIsDecoded() throws {
        // Many small messages, in each place that repeats, also behind a group that no field of ours has.
        let many = try [
            NoticeSamples.notice(.seizure) { notice in
                notice.seizure.report.goods = Array(repeating: .with { $0.number = 1 }, count: 26_000)
            },
            NoticeSamples.notice(.alert) { notice in
                notice.alert.nominal.persons = Array(repeating: .with { $0.name = "x" }, count: 26_000)
            },
            NoticeSamples.notice(.recall) { $0.references = Array(repeating: NoticeReference(), count: 51_000) },
        ]
        for notice in many {
            #expect(throws: NoticeError(.tooLarge, "")) { try notice.encoded() }
            let bytes: [UInt8] = try notice.serializedBytes()
            for start in [[], [0x9B, 0x06, 0x9C, 0x06]] as [[UInt8]] {
                #expect(throws: NoticeError(.tooLarge, "")) { try Notice(parsing: start + bytes) }
            }
        }
        let most = try NoticeSamples.notice(.seizure) { notice in
            notice.seizure.report.goods = Array(repeating: .with { $0.number = 1 }, count: 24_000)
        }
        #expect(try Notice(parsing: most.encoded()) == most)
        // One that ends in nonsense was counted up to there, wherever it stands.
        let cut: [UInt8] = Array(repeating: [0x0A, 0x00], count: 51_000).flatMap { $0 } + [0x0F]
        let length = [cut.count & 127 | 128, cut.count >> 7 & 127 | 128, cut.count >> 14].map { UInt8($0) }
        #expect(throws: NoticeError(.tooLarge, "")) { try Notice(parsing: [0xA2, 0x01] + length + cut) }
    }

    @Test func fieldsAreCountedWithoutTheSchema() {
        func count(_ bytes: [UInt8]) -> Int? { WireFields(bytes[...], depth: 3, limit: 100)?.count }
        #expect(count([]) == 0 && count([0x08, 0x01]) == 1 && count([0x0A, 0x02, 0x08, 0x01]) == 2)
        // What cannot be read on counts up to there: a text, a message cut short.
        #expect(count([0x0A, 0x03] + Array("nox".utf8)) == 2 && count([0x0A, 0x01, 0x08]) == 2)
        #expect(count([0x0A, 0x04, 0x08, 0x01, 0x08, 0x01]) == 3)
        #expect(count([0x0A, 0x05, 0x08]) == nil && count([0x08]) == nil && count([0x0F]) == nil)
        #expect(count([0x0D, 1, 2, 3]) == nil && count([0x09, 1, 2, 3, 4, 5, 6, 7, 8]) == 1)
        #expect(count([UInt8](repeating: 0x80, count: 11)) == nil)
        // Four levels down nothing is looked at, and beyond the limit no further.
        #expect(count([0x0A, 8, 0x0A, 6, 0x0A, 4, 0x0A, 2, 0x08, 1]) == 4)
        #expect(count((0..<200).flatMap { _ in [0x08, 0x01] as [UInt8] }) == 101)
    }

    @Test func aNoticeHasOneEncoding() throws {
        let good = try NoticeSamples.notice(.recall) { $0.language = "en" }.encoded()
        let start: [UInt8] = [0x0A, 16]
        #expect(good.starts(with: start))
        // A field that is not known here is kept, behind those that are.
        let later = try Notice(parsing: good + [0x9A, 0x06, 0x01, 0x78])
        #expect(try later.encoded() == good + [0x9A, 0x06, 0x01, 0x78])
        let reason = Array(good[good.lastIndex(of: 0xFA)!...])
        #expect(reason.starts(with: [0xFA, 0x01]))
        let others: [(String, [UInt8])] = [
            ("in front of those that are", [0x9A, 0x06, 0x01, 0x78] + good),
            ("a length in two bytes", [0x0A, 0x90, 0x00] + good.dropFirst(2)),
            ("a tag in two bytes", [0x8A, 0x00] + good.dropFirst()),
            ("a field twice", Array(good[..<18]) + good),
            ("a default", Array(good[..<18]) + [0x4A, 0x00] + good.dropFirst(18)),
            ("out of order", Array(good[18...]) + good[..<18]),
            ("two bodies", good + [0x82, 0x02, 0x00]),
            ("a body in two parts", good + reason),
        ]
        for (name, bytes) in others {
            #expect(throws: NoticeError(.malformed, ""), "\(name)") { try Notice(parsing: bytes) }
        }
    }

    @Test func namesAreFoundWhereverTheyStandAndTakenOut() throws {
        let withNames: [(NoticeKind, (inout Notice) -> Void)] = [
            (.seizure, { $0.seizure.report.nominal = NoticeSamples.names }),
            (.alert, { $0.alert.nominal = NoticeSamples.names }),
            (.request, { $0.request.nominal = NoticeSamples.names }),
            (.reply, { $0.reply.nominal = NoticeSamples.names }),
            (
                .reply,
                {
                    $0.reply.reports = [NoticeSamples.report]
                    $0.reply.reports[0].nominal = NoticeSamples.names
                }
            ), (.sighting, { $0.sighting.nominal = NoticeSamples.names }),
            (.correction, { $0.correction.seizure.report.nominal = NoticeSamples.names }),
            (.correction, { $0.correction.alert.nominal = NoticeSamples.names }),
            (.correction, { $0.correction.request.nominal = NoticeSamples.names }),
            (.correction, { $0.correction.reply.nominal = NoticeSamples.names }),
            (.correction, { $0.correction.sighting.nominal = NoticeSamples.names }),
        ]
        for (kind, add) in withNames {
            var notice = try NoticeSamples.notice(kind)
            #expect(!notice.hasNominal)
            add(&notice)
            #expect(notice.hasNominal, "\(kind)")
            let bytes = try notice.encoded()
            #expect(bytes.firstRange(of: Array("Somebody".utf8)) != nil)
            #expect(notice.removeNominal() && !notice.hasNominal)
            #expect(try notice.encoded().firstRange(of: Array("Somebody".utf8)) == nil)
        }
        for kind in NoticeKind.allCases { #expect(try !NoticeSamples.notice(kind).hasNominal) }
    }

    @Test func whatAnAgreementMustAllow() throws {
        let covered: [NoticeKind: CoveredKind] = [
            .seizure: .seizure, .alert: .alert, .request: .request, .reply: .request, .clarification: .request,
            .sighting: .sighting, .correction: .seizure,
        ]
        for kind in NoticeKind.allCases {
            #expect(try NoticeSamples.notice(kind).coveredKind == covered[kind], "\(kind)")
        }
        var correction = try NoticeSamples.notice(.correction)
        correction.correction.reply = .with { $0.text = "other" }
        #expect(correction.coveredKind == .request)
        #expect(try NoticeSamples.notice(.seizure).categories == ["wildlife"])
    }
}
