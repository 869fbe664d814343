internal import Casework
internal import CordonNode
internal import Exchange
internal import HTTPTypes
internal import Schema
internal import SwiftProtobuf

extension OfficerRoute {
    static let notices: [OfficerRoute] = [
        OfficerRoute("GET", "/notices", .permission(.readCase)) { call in
            let (exchange, credentials) = try call.exchange(.readCase)
            var filter: NoticeFilter?
            if let text = call.query("which") {
                filter = NoticeFilter(rawValue: text)
                guard filter != nil else { throw CaseError.invalid("/which", "one of drafts, sent, received") }
            }
            let (notices, next) = try await exchange.notices(
                filter, after: call.query("cursor"), limit: Int(clamping: try call.queryNumber("limit") ?? 50),
                by: credentials)
            let now = call.service.administration.now
            return try .json(
                NoticeSummaryList.with {
                    $0.notices = notices.map { $0.view(now: now) }
                    $0.next = next ?? ""
                })
        },
        OfficerRoute("GET", "/cases/{id}/notices", .permission(.readCase)) { call in
            let (exchange, credentials) = try call.exchange(.readCase)
            let (notices, version) = try await exchange.notices(in: try call.parameter("id"), by: credentials)
            let now = call.service.administration.now
            return try .json(
                NoticeSummaryList.with { $0.notices = notices.map { $0.view(now: now) } }, version: version)
        },
        OfficerRoute("POST", "/cases/{id}/notices", .permission(.draftNotice)) { call in
            let (exchange, credentials) = try call.exchange(.draftNotice)
            let body = try await call.body()
            let new = try JSONCoding.decode(body, as: NewNotice.self)
            let change = try await exchange.draft(
                new.notice, to: new.recipients, in: try call.parameter("id"), number: new.number,
                withNames: new.withNames, attachments: new.attachments, skipRefused: new.skipRefused,
                ifMatch: try call.ifMatch, idempotency: try call.idempotencyKey(body), by: credentials)
            return try drafted(change)
        },
        OfficerRoute("POST", "/cases/{id}/answers", .permission(.draftNotice)) { call in
            let (exchange, credentials) = try call.exchange(.draftNotice)
            let body = try await call.body()
            let new = try JSONCoding.decode(body, as: NewAnswer.self)
            guard let about = NoticePlace(new.about.isEmpty ? "0" : new.about) else {
                throw CaseError.invalid("/about", "a number, or an entry's id in hexadecimal")
            }
            let change = try await exchange.answer(
                new.notice, to: about, in: try call.parameter("id"), recipients: new.recipients,
                attachments: new.attachments, skipRefused: new.skipRefused, ifMatch: try call.ifMatch,
                idempotency: try call.idempotencyKey(body), by: credentials)
            return try drafted(change)
        },
        OfficerRoute("GET", "/cases/{id}/notices/{number}", .permission(.readCase)) { call in
            let (exchange, credentials) = try call.exchange(.readCase)
            let details = try await exchange.notice(
                try call.noticePlace, in: try call.parameter("id"), reason: call.reason, by: credentials)
            return try .json(details.view(now: call.service.administration.now), version: details.version)
        },
        OfficerRoute("GET", "/cases/{id}/notices/{number}/explain", .permission(.draftNotice)) { call in
            let (exchange, credentials) = try call.exchange(.draftNotice)
            let (number, caseID) = (try call.draftNumber, try call.parameter("id"))
            if let record = try await exchange.decision(on: number, in: caseID, by: credentials) {
                return try .json(ExplanationView(record))
            }
            return try .json(await exchange.explain(number, in: caseID, by: credentials).view)
        },
        OfficerRoute("POST", "/cases/{id}/notices/{number}/approve", .permission(.releaseNotice)) { call in
            let (exchange, credentials) = try call.exchange(.releaseNotice)
            let change = try await exchange.approve(
                try call.draftNumber, in: try call.parameter("id"), by: credentials)
            return try .json(change.view, version: change.file.version)
        },
        OfficerRoute("POST", "/cases/{id}/notices/{number}/release", .permission(.releaseNotice)) { call in
            let (exchange, credentials) = try call.exchange(.releaseNotice)
            let release = try await exchange.release(
                try call.draftNumber, in: try call.parameter("id"), by: credentials)
            return try .json(release.view)
        },
        OfficerRoute("POST", "/cases/{id}/notices/{number}/withdraw", .permission(.draftNotice)) { call in
            let (exchange, credentials) = try call.exchange(.draftNotice)
            let change = try await exchange.withdraw(
                try call.draftNumber, in: try call.parameter("id"),
                reason: try await call.message(NoticeWithdrawal.self).reason, by: credentials)
            return try .json(change.view, version: change.file.version)
        },
        OfficerRoute("POST", "/cases/{id}/notices/{number}/recall", .permission(.releaseNotice)) { call in
            let (exchange, credentials) = try call.exchange(.releaseNotice)
            let recall = try await call.message(NewRecall.self)
            let release = try await exchange.recall(
                try call.noticePlace, in: try call.parameter("id"), reason: recall.reason, erase: recall.erase,
                by: credentials)
            return try .json(release.view)
        },
    ]

    private static func drafted(_ change: CaseService.Change) throws -> Answer {
        var location: String?
        if case .noticeDrafted(let draft) = change.events.last?.body {
            location = "\(prefix)/cases/\(change.file.id)/notices/\(draft.number)"
        }
        return try .json(
            change.view, change.wasReplayed ? .ok : .created, version: change.file.version, location: location)
    }
}

extension Call {
    fileprivate var noticePlace: NoticePlace {
        get throws {
            guard let place = NoticePlace(try parameter("number")) else {
                throw CaseError(.notFound, "there is no such notice")
            }
            return place
        }
    }

    fileprivate var draftNumber: UInt32 {
        get throws {
            guard case .number(let number) = try noticePlace else {
                throw CaseError(.notFound, "there is no such draft")
            }
            return number
        }
    }
}
