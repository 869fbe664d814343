import Cryptography
import EntryCodec
import Foundation
import TestSupport
import Testing

/// Entries against the vectors of another implementation.
@Suite struct EntryVectorTests {
    struct Case: Decodable {
        struct Reference: Decodable {
            let id, leafHash: String
        }
        let name, outcome, entry, key, origin: String
        let zerosAt, zeroCount: Int?
        let kind: UInt8?
        let timeMilliseconds: UInt64?
        let references: [Reference]?
        let signer, id, headerHash, leafHash, statementSHA256, recipientsCommitment, documentCommitment: String?
        let stanzaCount, paddedByteCount: Int?
        let stanzasDigest, bodyDigest, keyCommitment: String?

        var bytes: [UInt8] {
            var bytes = Hex.decode(entry)!
            bytes.insert(contentsOf: [UInt8](repeating: 0, count: zeroCount ?? 0), at: zerosAt ?? 0)
            return bytes
        }
    }

    @Test func entries() throws {
        var outcomes: Set<String> = []
        for test in try Places.vectors("entries", Case.self) {
            let result: String
            do throws(EntryError) {
                let entry = try LogEntry(parsing: test.bytes)
                let key = try! VerifyingKey<ReleaseRole>(Hex.decode(test.key)!)
                try entry.verify(key: key, origin: test.origin)
                try compare(entry, with: test)
                result = "ok"
            } catch {
                result = error.code.rawValue
            }
            #expect(result == test.outcome, "\(test.name)")
            outcomes.insert(test.outcome)
        }
        #expect(outcomes == Set(EntryError.Code.allCases.map(\.rawValue)).union(["ok"]))
    }

    private func compare(_ entry: LogEntry, with test: Case) throws(EntryError) {
        #expect(entry.encoded == test.bytes, "\(test.name)")
        #expect(entry.kind.rawValue == test.kind, "\(test.name)")
        #expect(entry.signer.hex == test.signer, "\(test.name)")
        #expect(entry.id.description == test.id, "\(test.name)")
        #expect(entry.timeMilliseconds == test.timeMilliseconds, "\(test.name)")
        #expect(entry.references.map(\.id.description) == test.references?.map(\.id), "\(test.name)")
        #expect(entry.references.map(\.leafHash.hex) == test.references?.map(\.leafHash), "\(test.name)")
        #expect(try entry.headerHash(origin: test.origin).hex == test.headerHash, "\(test.name)")
        #expect(entry.leafHash.hex == test.leafHash, "\(test.name)")
        let outline = entry.header.outline
        #expect(outline?.recipientsCommitment.hex == test.recipientsCommitment, "\(test.name)")
        #expect(outline?.documentCommitment.hex == test.documentCommitment, "\(test.name)")
        #expect(outline?.stanzaCount == test.stanzaCount, "\(test.name)")
        #expect(outline?.paddedByteCount == test.paddedByteCount, "\(test.name)")
        switch entry.content {
        case .envelope(let digests):
            #expect(digests.stanzas.hex == test.stanzasDigest, "\(test.name)")
            #expect(digests.body.hex == test.bodyDigest, "\(test.name)")
            #expect(digests.keyCommitment.hex == test.keyCommitment, "\(test.name)")
        case .statement(let statement):
            #expect(Digest.sha256(statement).hex == test.statementSHA256, "\(test.name)")
        }
    }
}
