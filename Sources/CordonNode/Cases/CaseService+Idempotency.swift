internal import Casework
internal import Cryptography
internal import Customs
internal import Schema
internal import Storage
internal import SwiftProtobuf

/// Requests that are sent twice.
extension CaseService {
    /// A key is remembered for 7 days, and swept out at a start of the node behind that.
    static let idempotencyMilliseconds: UInt64 = 7 * 86_400_000

    func removeOldIdempotencyKeys() async throws {
        let (store, now) = (store, clock.nowMilliseconds())
        let old = try await readers.run {
            var old: [RowChange] = []
            try store.database.forEach(.index, from: [4], upTo: [5]) { key, value in
                let time = UInt64(bigEndianBytes: value.prefix(8)) ?? 0
                if time + Self.idempotencyMilliseconds < now { old.append(RowChange(.index, [UInt8](key), nil)) }
                return old.count < 100_000
            }
            return old
        }
        if !old.isEmpty { _ = try await sequencer.commit(Proposal(drafts: [], rows: old)) }
    }

    func idempotencyRow(_ key: IdempotencyKey, _ credentials: Credentials) -> [UInt8] {
        IndexRow.idempotency(credentials.officer.number, Digest.sha256(Array(key.key.utf8)).bytes)
    }

    func isUsed(_ key: IdempotencyKey?, _ credentials: Credentials) async throws -> Bool {
        guard let key else { return false }
        let row = idempotencyRow(key, credentials)
        let store = store
        return try await readers.run { try store.database.get(.index, row) } != nil
    }

    /// What came of the same request before. Throws `.conflict` when the key was used for another one.
    func replay(_ key: IdempotencyKey?, _ credentials: Credentials) async throws -> Change? {
        guard let key else { return nil }
        let row = idempotencyRow(key, credentials)
        let store = store
        guard let value = try await readers.run({ try store.database.get(.index, row) }), value.count > 40 else {
            return nil
        }
        guard Array(value[8..<40]) == key.request else {
            throw CaseError(.conflict, "this idempotency key was used for another request")
        }
        let file = try await readCase(String(decoding: value[40...], as: UTF8.self), by: credentials)
        return Change(file: file, events: [], findings: [], wasReplayed: true, hits: file.hits.map(\.hit))
    }
}
