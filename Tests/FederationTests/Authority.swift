import Cryptography
import EntryCodec
import Exchange
import TransparencyLog

/// The keys of one authority of the simulated federation. The same for every seed: made once.
final class Authority: Sendable {
    let number: Int
    let name: String
    let origin: String
    let journalOrigin: String
    let release: SigningKey<ReleaseRole>
    let log: CheckpointSigner
    let journal: CheckpointSigner
    let witness: WitnessSigner
    let recipient: OpeningKey

    static let all: [Authority] = (0..<7).map { try! Authority($0) }

    private init(_ number: Int) throws {
        self.number = number
        name = "n\(number).customs.example"
        origin = name + "/exchange"
        journalOrigin = name + "/journal"
        release = try SigningKey(seed: Self.seed(number, "release"))
        log = try CheckpointSigner(origin: origin, key: SigningKey(seed: Self.seed(number, "log")))
        journal = try CheckpointSigner(origin: journalOrigin, key: SigningKey(seed: Self.seed(number, "journal")))
        witness = try WitnessSigner(name: name + "/witness", key: SigningKey(seed: Self.seed(number, "witness")))
        recipient = OpeningKey(authority: name, epoch: 1, key: try RecipientKey(seed: Self.seed(number, "recipient")))
    }

    private static func seed(_ number: Int, _ role: String) throws -> SecretBytes {
        try SecretBytes(count: 32) {
            $0.copyBytes(from: Digest.sha256(Array("simulated \(role) \(number)".utf8)).bytes)
        }
    }

    /// Entries that stand in a log before the simulation begins, so that some logs have more than one tile.
    static let history: [[UInt8]] = (0..<300).map { index in
        try! LogEntry(
            stating: Array("statement \(index)".utf8), kind: .keys, id: id(UInt64(index), 0), timeMilliseconds: 1,
            key: all[1].release, origin: all[1].origin
        ).encoded
    }

    static func id(_ high: UInt64, _ low: UInt64) -> EntryID { EntryID(high.bigEndianBytes + low.bigEndianBytes)! }
}

/// Every authority's release key is known from the start and does not change.
struct SimulatedDirectory: SignerDirectory {
    func signer(_ id: Digest, origin: String, timeMilliseconds: UInt64) -> Signer? {
        guard let authority = Authority.all.first(where: { $0.origin == origin }),
            authority.release.verifyingKey.signerID == id
        else { return nil }
        return Signer(key: authority.release.verifyingKey, status: .active)
    }
}

/// Judges entries as a node does; its state is the number of entries judged, to show that it is kept with them.
struct SimulatedJudge: EntryJudge {
    let authority: Authority
    var initialState: [UInt8] { UInt64(0).bigEndianBytes }

    func judge(_ batch: EntryBatch, state: [UInt8]) -> EntryVerdict {
        precondition(state == batch.firstIndex.bigEndianBytes, "a judge's state of another place")
        for (offset, bytes) in batch.entries.enumerated() {
            // The shared history is long and known to be good.
            if authority.number == 1, batch.firstIndex + UInt64(offset) < Authority.history.count,
                bytes == Authority.history[Int(batch.firstIndex) + offset]
            {
                continue
            }
            do {
                try LogEntry(parsing: bytes).verify(key: authority.release.verifyingKey, origin: authority.origin)
            } catch {
                return .bad(index: batch.firstIndex + UInt64(offset), code: error.code.rawValue)
            }
        }
        return .good(state: batch.endIndex.bigEndianBytes)
    }
}
