internal import Cryptography
internal import Exchange
internal import Storage
internal import TransparencyLog

extension LogID {
    /// As keys statements name the keys that sign it.
    var keyUse: KeyUse { self == .exchange ? .exchange : .journal }
}

/// What our own keys statements say of our keys: a fold of them, in their order.
struct OwnKeys: Sendable {
    private var begun: [KeyBegin] = []
    private var ends: [Digest: UInt64] = [:]
    private var revoked: Set<Digest> = []

    mutating func apply(_ statement: KeysStatement) {
        begun += statement.begins
        for end in statement.ends { ends[end.id] = end.milliseconds }
        revoked.formUnion(statement.revocations.map(\.id))
    }

    /// By `KeyUse.id`.
    func hasBegun(_ id: Digest) -> Bool { begun.contains { $0.use.id(of: $0.vkey.publicKey) == id } }

    /// Nil where none was announced.
    func end(of id: Digest) -> UInt64? { ends[id] }

    func hasRevoked(_ id: Digest) -> Bool { revoked.contains(id) }

    /// Keys that the log was ever signed with, but for those that are revoked.
    func logKeys(_ log: LogID) -> [LogVerifier] {
        begun.filter { $0.use == log.keyUse && !revoked.contains($0.use.id(of: $0.vkey.publicKey)) }
            .compactMap { try? LogVerifier($0.vkey) }
    }
}
