public import Casework
internal import Cryptography
internal import Customs
public import Schema
internal import Storage
internal import SwiftProtobuf
internal import TransparencyLog

extension CaseService {
    /// Cases that the officer may see, newest first, from behind the number `cursor` on. Journalled.
    public func listCases(
        after cursor: UInt64?, limit: Int, by credentials: Credentials
    ) async throws -> (cases: [CaseFile], next: UInt64?) {
        try credentials.require(.readCase)
        let store = store
        let limit = min(max(limit, 1), limits.pageSize)
        let officer = credentials.officer.number
        let streams = try await readers.run {
            var streams: [UInt64] = []
            let snapshot = store.database.snapshot()
            let end = cursor.map(IndexRow.object) ?? [2]
            try store.database.forEach(.index, from: [1], upTo: end, backwards: true, at: snapshot) { key, value in
                guard let stream = IndexRow.caseStream(key, value) else { return true }
                if try store.isVisible(stream, to: officer, at: snapshot) { streams.append(stream) }
                return streams.count < limit
            }
            return streams
        }
        let files = try await readers.run { try streams.map { try store.caseFile($0) } }
        let visible = files.filter { $0.isVisible(to: officer) }
        try await recordAccess(by: credentials) {
            $0.action = "list-cases"
            $0.shownCases = visible.map(\.id)
            $0.count = UInt64(visible.count)
        }
        return (visible, streams.count == limit ? streams.last : nil)
    }

    /// Hits into cases of the officer, newest first. Journalled.
    public func hits(limit: Int, by credentials: Credentials) async throws -> [(caseID: String, hit: Hit, at: UInt64)] {
        try credentials.require(.readHits)
        let store = store
        let limit = min(max(limit, 1), limits.pageSize)
        let officer = credentials.officer.number
        let hits = try await readers.run { () -> [(String, Hit, UInt64)] in
            var hits: [(String, Hit, UInt64)] = []
            let prefix = [8] + officer.bigEndianBytes
            try store.database.forEach(.index, from: prefix, upTo: SearchIndex.end(prefix)) { key, _ in
                guard key.count == 17, let complement = UInt64(bigEndianBytes: key[9...]) else { return true }
                let stream = ~complement
                let file = try store.caseFile(stream)
                guard file.isVisible(to: officer) else { return true }
                var visible = file
                try visible.keepHits { hit in
                    try Self.stream(caseID: hit.otherCaseID, country: store.country)
                        .map { try store.isVisible($0, to: officer) } ?? true
                }
                hits += visible.hits.map { (file.id, $0.hit, $0.at) }
                return hits.count < limit
            }
            return Array(hits.sorted { $0.2 > $1.2 }.prefix(limit))
        }
        try await recordAccess(by: credentials) {
            $0.action = "hits"
            $0.shownCases = Set(hits.map(\.0)).sorted()
            $0.count = UInt64(hits.count)
            $0.nominal = true
        }
        return hits.map { (caseID: $0.0, hit: $0.1, at: $0.2) }
    }

    /// Open tasks of the officer, in the order of their cases. Journalled.
    public func tasks(by credentials: Credentials) async throws -> [(caseID: String, task: CaseTask)] {
        try credentials.require(.readHits)
        let store = store
        let officer = credentials.officer.number
        let limit = limits.pageSize
        let tasks = try await readers.run { () -> [(String, CaseTask)] in
            var tasks: [(String, CaseTask)] = []
            let prefix = [9] + officer.bigEndianBytes
            try store.database.forEach(.index, from: prefix, upTo: SearchIndex.end(prefix)) { key, _ in
                guard key.count == 21, let stream = UInt64(bigEndianBytes: key[9..<17]),
                    let number = UInt32(bigEndianBytes: key[17...])
                else { return true }
                let file = try store.caseFile(stream)
                if file.isVisible(to: officer), let task = file.tasks.first(where: { $0.task.number == number }) {
                    tasks.append((file.id, task))
                }
                return tasks.count < limit
            }
            return tasks
        }
        try await recordAccess(by: credentials) {
            $0.action = "tasks"
            $0.shownCases = Set(tasks.map(\.0)).sorted()
            $0.count = UInt64(tasks.count)
        }
        return tasks.map { (caseID: $0.0, task: $0.1) }
    }

    /// An exhibit, wherever it is. Journalled.
    public func exhibit(_ id: String, by credentials: Credentials) async throws -> (exhibit: Exhibit, caseID: String) {
        try credentials.require(.readCase)
        let missing = CaseError(.notFound, "there is no such exhibit")
        guard let id = RecordID(reading: id), id.kind == .exhibit, id.country == authority.country else {
            throw missing
        }
        let store = store
        let officer = credentials.officer.number
        let found = try await readers.run { () -> (Exhibit, CaseFile)? in
            guard let stream = try store.stream(of: id.number) else { return nil }
            let file = try store.caseFile(stream)
            return file.exhibit(id.description).map { ($0, file) }
        }
        guard let found, found.1.isVisible(to: officer) else { throw missing }
        try await recordAccess(by: credentials) {
            $0.action = "custody"
            $0.caseID = found.1.id
            $0.recordID = id.description
            $0.count = 1
        }
        return (found.0, found.1.id)
    }

    /// Who looked at what.
    public struct Access: Sendable {
        public let position: UInt64
        public let sequence: UInt64
        public let at: UInt64
        public let officer: UInt64
        public let event: AccessEvent
    }

    /// Newest first, from before `cursor` on; only an officer's or a case's, where asked for. That an auditor looked is
    /// journalled too.
    public func accesses(
        before cursor: UInt64?, officer: UInt64?, caseID: String?, limit: Int, by credentials: Credentials
    ) async throws -> (accesses: [Access], next: UInt64?) {
        try credentials.require(.listAccesses)
        let store = store
        let limit = min(max(limit, 1), 1000)
        let caseID = caseID.map { RecordID(reading: $0)?.description ?? $0 }
        let found = try await readers.run { () -> ([Access], UInt64?) in
            var accesses: [Access] = []
            var stepped = 0
            var next: UInt64?
            try store.forEachRecordBackwards(of: Streams.audit, before: cursor) { position, opened in
                let event = try AccessEvent(serializedBytes: opened.content)
                if officer.map({ $0 == opened.record.actor }) ?? true,
                    caseID.map({ $0 == event.caseID || event.shownCases.contains($0) }) ?? true
                {
                    accesses.append(
                        Access(
                            position: position, sequence: opened.record.sequence,
                            at: opened.record.timeMilliseconds, officer: opened.record.actor, event: event))
                }
                stepped += 1
                guard accesses.count < limit, stepped < 100_000 else {
                    next = position
                    return false
                }
                return true
            }
            return (accesses, next == 0 ? nil : next)
        }
        try await recordAccess(by: credentials) {
            $0.action = "list-accesses"
            $0.caseID = caseID ?? ""
            $0.count = UInt64(found.0.count)
        }
        return (found.0, found.1)
    }

    // MARK: The logs

    /// The last checkpoints that were published.
    public func checkpoints() throws -> (
        journal: (size: UInt64, note: [UInt8]), exchange: (size: UInt64, note: [UInt8])
    ) {
        func published(_ log: LogID) throws -> (size: UInt64, note: [UInt8]) {
            let note = sequencer.published(log)
            return (try Checkpoint(parsing: note.text).size, note.encoded)
        }
        return (try published(.journal), try published(.exchange))
    }
}
