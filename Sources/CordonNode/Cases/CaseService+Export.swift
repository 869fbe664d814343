internal import Casework
internal import Cryptography
internal import Customs
internal import Exchange
public import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization
internal import TransparencyLog

/// What an export came to.
public struct ExportResult: Sendable {
    let id: String
    public fileprivate(set) var reports = 0
    /// Reports that came from partners who do not allow it.
    public fileprivate(set) var withheld = 0
}

extension CaseService {
    // MARK: Export

    /// Reports on their way out, a batch at a time.
    public struct Export: Sendable {
        fileprivate let service: CaseService
        fileprivate let credentials: Credentials
        fileprivate let withNames: Bool
        fileprivate let caseID: String?
        fileprivate var query: SearchRequest
        fileprivate var hasEnded = false
        fileprivate var result: ExportResult

        /// What the officer asks for its result by.
        public var id: String { result.id }

        /// Nil at the end.
        public mutating func next() async throws -> [SeizureReport]? {
            guard !hasEnded else {
                let (officer, result) = (credentials.officer.number, result)
                service.exports.withLock { $0[officer] = result }
                return nil
            }
            let reports: [SeizureReport]
            if let caseID {
                let file = try await service.visibleCase(caseID, credentials)
                try file.requireAllowed(.export, at: service.clock.nowMilliseconds())
                reports = file.reports.map(\.report)
                hasEnded = true
            } else {
                let (asked, service, officer) = (query, service, credentials.officer)
                let page = try await service.readers.run {
                    try service.searchWithoutRecord(asked, officer: officer, withNames: true)
                }
                reports = page.results.compactMap { $0.mayBeExported ? $0.report : nil }
                result.withheld += page.results.count { !$0.mayBeExported && $0.report != nil }
                hasEnded = page.next == nil
                query.cursor = page.next ?? ""
            }
            result.reports += reports.count
            guard !withNames else { return reports }
            return reports.map { report in
                var report = report
                report.clearNominal()
                return report
            }
        }
    }

    /// The reports of one case, or of all that a query's filters find, as the officer may see them. With names only
    /// where another officer approved. What came from a partner who does not allow it stays here: of one case it is
    /// refused, of many it is left out and counted. Journalled before anything is handed out.
    public func beginExport(
        caseID: String?, query: SearchRequest, approval: String?, reason: String, by credentials: Credentials
    ) async throws -> Export {
        var query = query
        query.text = ""
        let withNames = try await recordExport(
            caseID: caseID, Self.summary(query), approval: approval, reason: reason, by: credentials)
        query.limit = UInt32(limits.pageSize)
        return Export(
            service: self, credentials: credentials, withNames: withNames, caseID: caseID, query: query,
            result: ExportResult(id: Hex.encode(randomBytes(count: 8))))
    }

    /// What an export came to, once it was handed out whole: known until the officer's next one, or the node's next
    /// start.
    public func exportResult(_ id: String, by credentials: Credentials) throws -> ExportResult {
        try credentials.require(.exportReports)
        guard let result = exports.withLock({ $0[credentials.officer.number] }), result.id == id else {
            throw CaseError(.notFound, "there is no such export, or it is not finished")
        }
        return result
    }

    private func recordExport(
        caseID: String?, _ query: String, approval: String?, reason: String, by credentials: Credentials
    ) async throws -> Bool {
        try credentials.require(.exportReports)
        guard (1...CaseLimits.reasonByteCount).contains(reason.utf8.count) else {
            throw CaseError.invalid("/reason", "say what the export is for")
        }
        var withNames = false
        if let approval {
            guard let request = administration.directory.requests[approval], request.kind == .exportNominal,
                request.proposer == credentials.officer.number, request.state == .approved,
                !request.hasLapsed(at: clock.nowMilliseconds()),
                request.caseID.isEmpty || request.caseID == caseID
            else {
                throw CaseError(
                    .needsSecondOfficer,
                    "names leave only with an approved request of your own, for this case or for all")
            }
            withNames = true
        }
        if let caseID {
            try await visibleCase(caseID, credentials).requireAllowed(.export, at: clock.nowMilliseconds())
        }
        let nominal = withNames
        try await recordAccess(by: credentials) {
            $0.action = "export"
            $0.query = query
            $0.caseID = caseID ?? ""
            $0.recordID = approval ?? ""
            $0.reason = reason
            $0.nominal = nominal
        }
        return withNames
    }
}
