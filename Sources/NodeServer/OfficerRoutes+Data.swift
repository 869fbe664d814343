internal import Casework
internal import CordonNode
internal import Customs
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Schema
internal import Storage
internal import SwiftProtobuf

extension OfficerRoute {
    static let lookups: [OfficerRoute] = [
        // A POST, so that what is looked for stands in no address.
        OfficerRoute("POST", "/search", .permission(.search)) { call in
            let query = try await call.message(SearchRequest.self, upTo: 64 << 10)
            return try .json(await call.service.search(query, by: try call.credentials).view)
        },
        OfficerRoute("GET", "/hits", .permission(.readHits)) { call in
            let hits = try await call.service.hits(
                limit: Int(clamping: try call.queryNumber("limit") ?? 50), by: try call.credentials)
            return try .json(HitList.with { $0.hits = hits.map { hitView($0.caseID, $0.hit, at: $0.at) } })
        },
        OfficerRoute("GET", "/tasks", .permission(.readHits)) { call in
            let tasks = try await call.service.tasks(by: try call.credentials)
            return try .json(TaskList.with { $0.tasks = tasks.map { $0.task.view(caseID: $0.caseID) } })
        },
        OfficerRoute("GET", "/accesses", .permission(.listAccesses)) { call in
            let (accesses, next) = try await call.service.accesses(
                before: try call.queryNumber("cursor"), officer: try call.queryNumber("officer"),
                caseID: call.query("case"), limit: Int(clamping: try call.queryNumber("limit") ?? 100),
                by: try call.credentials)
            return try .json(
                AccessList.with {
                    $0.accesses = accesses.map(\.view)
                    $0.next = next.map(String.init) ?? ""
                })
        },
        OfficerRoute("GET", "/statistics", .permission(.readStatistics)) { call in
            let (reports, next) = try await call.service.statistics(
                after: try call.queryNumber("cursor") ?? 0,
                limit: Int(clamping: try call.queryNumber("limit") ?? 100), by: try call.credentials)
            return try .json(
                StatisticsList.with {
                    $0.reports = reports
                    $0.next = next.map(String.init) ?? ""
                })
        },
    ]

    /// Of a batch of an import: 32 MiB.
    static let maximumImportByteCount = 32 << 20

    static let data: [OfficerRoute] = [
        OfficerRoute("POST", "/imports", .permission(.importReports)) { call in
            let credentials = try call.credentials
            try credentials.require(.importReports)
            let batch = try await call.message(ImportRequest.self, upTo: maximumImportByteCount)
            let records =
                batch.seizures.map { ImportRecord.seizure($0) } + batch.statistics.map { ImportRecord.statistics($0) }
            let outcomes = try await call.service.importBatch(
                records, caseID: batch.caseID.isEmpty ? nil : batch.caseID, needToKnow: batch.needToKnow,
                dryRun: batch.dryRun, by: credentials)
            return try .json(ImportAnswer.with { $0.outcomes = outcomes.map(\.view) })
        },
        // JSON Lines, one report a line.
        OfficerRoute("POST", "/exports", .permission(.exportReports)) { call in
            let wanted = try await call.message(ExportRequest.self)
            let credentials = try call.credentials
            let export = try await call.service.beginExport(
                caseID: wanted.caseID.isEmpty ? nil : wanted.caseID, query: wanted.query,
                approval: wanted.requestID.isEmpty ? nil : wanted.requestID, reason: wanted.reason, by: credentials)
            var answer = Answer(
                body: ResponseBody { writer in
                    var export = export
                    while let reports = try await export.next() {
                        var buffer = ByteBuffer()
                        for report in reports {
                            buffer.writeBytes(try JSONCoding.bytes(report))
                            buffer.writeInteger(UInt8(ascii: "\n"))
                        }
                        try await writer.write(buffer)
                    }
                    try await writer.finish(nil)
                })
            answer.headers[.contentType] = "application/jsonl"
            answer.headers[.exportID] = export.id
            return answer
        },
        OfficerRoute("GET", "/exports/{id}", .permission(.exportReports)) { call in
            let result = try call.service.exportResult(try call.parameter("id"), by: try call.credentials)
            return try .json(
                ExportSummary.with {
                    $0.reports = UInt64(result.reports)
                    $0.withheld = UInt64(result.withheld)
                })
        },
        OfficerRoute("GET", "/codes", .permission(.readStatus)) { call in
            let loaded = call.service.codes.loaded
            return try .json(CodeListing.with { $0.lists = codeLists(loaded) })
        },
        OfficerRoute("PUT", "/codes/{list}", .permission(.importCodes)) { call in
            let credentials = try call.credentials
            try credentials.require(.importCodes)
            guard let list = CodeList(rawValue: try call.parameter("list")) else {
                let known = CodeList.allCases.map(\.rawValue).joined(separator: ", ")
                throw CaseError(.notFound, "there is no such list: known are \(known)")
            }
            let upload = try await call.message(CodeUpload.self, upTo: maximumImportByteCount)
            try await call.service.importCodes(list, upload.codes.map { ($0.code, $0.text) }, by: credentials)
            return try .json(CodeListing.with { $0.lists = codeLists(call.service.codes.loaded) })
        },
        OfficerRoute("GET", "/status", .permission(.readStatus)) { call in
            let authority = call.service.authority
            let checkpoints = try call.service.checkpoints()
            return try .json(
                NodeStatus.with {
                    $0.country = authority.country
                    $0.name = authority.name
                    $0.version = NodeServerConfiguration.version
                    $0.journalSize = checkpoints.journal.size
                    $0.journalCheckpoint = Data(checkpoints.journal.note)
                    $0.exchangeSize = checkpoints.exchange.size
                    $0.codeLists = codeLists(call.service.codes.loaded)
                })
        },
        OfficerRoute("GET", "/openapi.json", .anyone) { _ in
            var answer = Answer(body: .init(byteBuffer: ByteBuffer(bytes: OpenAPI.document)))
            answer.headers[.contentType] = "application/openapi+json"
            return answer
        },
    ]

    private static func codeLists(_ loaded: [CodeList: Int]) -> [CodeListView] {
        CodeList.allCases.map { list in
            .with {
                $0.list = list.rawValue
                $0.count = UInt64(loaded[list] ?? 0)
                $0.loaded = loaded[list] != nil
            }
        }
    }
}
