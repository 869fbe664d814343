internal import Casework
internal import CordonNode
internal import Customs
internal import HTTPTypes
internal import Interchange
internal import Schema
internal import SwiftProtobuf

extension OfficerRoute {
    static let cases: [OfficerRoute] = [
        OfficerRoute("GET", "/cases", .permission(.readCase)) { call in
            let (files, next) = try await call.service.listCases(
                after: try call.queryNumber("cursor"), limit: Int(clamping: try call.queryNumber("limit") ?? 20),
                by: try call.credentials)
            return try .json(
                CaseList.with {
                    $0.cases = files.map(\.summary)
                    $0.next = next.map(String.init) ?? ""
                })
        },
        OfficerRoute("POST", "/cases", .permission(.openCase)) { call in
            let body = try await call.body()
            let opened = try JSONCoding.decode(body, as: CaseOpened.self)
            let change = try await call.service.open(
                opened, idempotency: try call.idempotencyKey(body), by: try call.credentials)
            return try created(change)
        },
        OfficerRoute("GET", "/cases/{id}", .permission(.readCase)) { call in
            let file = try await call.service.readCase(
                try call.parameter("id"), reason: call.reason, by: try call.credentials)
            return try .json(file.view, version: file.version)
        },
        OfficerRoute("POST", "/cases/{id}/events", .dependsOnBody) { call in
            let body = try await call.body()
            let event = try unreserved(JSONCoding.decode(body, as: CaseEvent.self))
            let change = try await call.service.change(
                try call.parameter("id"), [event], ifMatch: try call.ifMatch,
                idempotency: try call.idempotencyKey(body), by: try call.credentials)
            return try .json(change.view, version: change.file.version)
        },
        OfficerRoute("GET", "/cases/{id}/history", .permission(.readCase)) { call in
            let events = try await call.service.history(of: try call.parameter("id"), by: try call.credentials)
            return try .json(History.with { $0.entries = events.map(\.view) })
        },
        OfficerRoute("GET", "/exhibits/{id}", .permission(.readCase)) { call in
            let (exhibit, caseID) = try await call.service.exhibit(
                try call.parameter("id"), by: try call.credentials)
            return try .json(exhibit.view(caseID: caseID))
        },
        OfficerRoute("POST", "/seizures", .permission(.openCase)) { call in try await logSeizure(call) },
        OfficerRoute("GET", "/seizures/{id}", .permission(.readCase)) { call in
            let (report, file) = try await call.service.readReport(
                try call.parameter("id"), by: try call.credentials)
            return try .json(report.view(caseID: file.id), version: file.version)
        },
        OfficerRoute("PATCH", "/seizures/{id}", .permission(.changeCase)) { call in try await correct(call) },
    ]

    private static func created(_ change: CaseService.Change) throws -> Answer {
        try .json(
            change.view, change.wasReplayed ? .ok : .created, version: change.file.version,
            location: "\(prefix)/cases/\(change.file.id)")
    }

    /// Refuses what only the node itself records, and leaves out what only an import may say.
    private static func unreserved(_ event: CaseEvent) throws -> CaseEvent {
        switch event.body {
        case .opened: throw CaseError.invalid("/opened", "a case is opened with POST /cases")
        case .reportCorrected:
            throw CaseError.invalid("/reportCorrected", "a report is corrected with PATCH /seizures/{id}")
        case .hitsFound: throw CaseError.invalid("/hitsFound", "the node finds hits by itself")
        case .noticeDrafted, .noticeApproved, .noticeWithdrawn, .noticeReleased, .noticeRefused, .noticeReceived,
            .noticeReferenced:
            throw CaseError.invalid("", "notices have routes of their own: POST /cases/{id}/notices")
        case .attachmentAdded: throw CaseError.invalid("/attachmentAdded", "attachments are uploaded")
        case .seizureLogged:
            var event = event
            event.seizureLogged.report.clearProvenance()
            return event
        default: return event
        }
    }

    /// A seizure into the case named by `case`, or into one of its own.
    private static func logSeizure(_ call: Call) async throws -> Answer {
        let body = try await call.body()
        var report = try JSONCoding.decode(body, as: SeizureReport.self)
        report.clearProvenance()
        let event = CaseEvent.with { $0.seizureLogged.report = report }
        if let id = call.query("case") {
            let change = try await call.service.change(
                id, [event], ifMatch: try call.ifMatch, idempotency: try call.idempotencyKey(body),
                by: try call.credentials)
            return try created(change)
        }
        let opened = CaseOpened.with {
            $0.title = title(report)
            $0.needToKnow = call.query("needToKnow") == "true"
        }
        let change = try await call.service.open(
            opened, with: [event], idempotency: try call.idempotencyKey(body), by: try call.credentials)
        return try created(change)
    }

    /// Of a case that is opened for one report: what was seized, without names.
    private static func title(_ report: SeizureReport) -> String {
        let what = report.goods.first.map { line in
            [line.description_p, line.species.commonName, line.species.scientificName, line.category, line.hsCode]
                .first { !$0.isEmpty } ?? ""
        }
        let parts = [report.offences.first ?? "", what ?? "", report.place.name, report.place.locode]
        let title = parts.filter { !$0.isEmpty }.joined(separator: ", ")
        return title.isEmpty ? "Seizure" : String(title.prefix(60))
    }

    /// JSON Merge Patch (RFC 7396) onto the report. Without `nominal` in the patch, names stay as they are.
    private static func correct(_ call: Call) async throws -> Answer {
        let credentials = try call.credentials
        try credentials.require(.changeCase)
        let body = try await call.body()
        let patch: JSONValue
        do {
            patch = try JSONValue(parsing: body)
        } catch {
            throw CaseError(.invalid, "the body is not JSON: \(error.reason)")
        }
        guard var members = patch.object else { throw CaseError(.invalid, "a patch is an object") }
        let reason = members["reason"]?.string ?? call.reason
        members["reason"] = nil
        let (current, file) = try await call.service.readReport(try call.parameter("id"), by: credentials)
        let tree = try JSONValue(parsing: JSONCoding.bytes(current.report))
        let merged = MergePatch.apply(.object(members), to: tree)
        let event = try CaseEvent.with {
            $0.reason = reason
            $0.reportCorrected.reportID = current.report.id
            $0.reportCorrected.report = try JSONCoding.decode(merged.bytes, as: SeizureReport.self)
            $0.reportCorrected.changed = MergePatch.changed(tree, merged)
            $0.reportCorrected.nominalUnchanged = members["nominal"] == nil
        }
        guard !event.reportCorrected.changed.isEmpty else {
            throw CaseError(.conflict, "the report reads like this already")
        }
        // Held against the version that was patched, whether the client asked for it or not: nothing is lost.
        let change = try await call.service.change(
            file.id, [event], ifMatch: try call.ifMatch ?? file.version, by: credentials)
        return try .json(change.view, version: change.file.version)
    }
}

/// RFC 7396.
enum MergePatch {
    static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard case .object(let patch) = patch else { return patch }
        var result = target.object ?? JSONObject()
        for (name, value) in zip(patch.names, patch.values) {
            result[name] = value == .null ? nil : apply(value, to: result[name] ?? .null)
        }
        return .object(result)
    }

    /// Pointers of the smallest parts that differ.
    static func changed(_ old: JSONValue, _ new: JSONValue, _ pointer: String = "") -> [String] {
        guard old != new else { return [] }
        switch (old, new) {
        case (.object(let old), .object(let new)):
            let names = old.names + new.names.filter { old[$0] == nil }
            return names.flatMap { changed(old[$0] ?? .null, new[$0] ?? .null, "\(pointer)/\($0)") }
        case (.array(let old), .array(let new)) where old.count == new.count:
            return old.indices.flatMap { changed(old[$0], new[$0], "\(pointer)/\($0)") }
        default: return [pointer]
        }
    }
}
