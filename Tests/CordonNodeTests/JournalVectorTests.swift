import Cryptography
import Foundation
import Storage
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

/// The project's own vectors of the journal, made by another implementation.
@Suite struct JournalVectorTests {
    private func secret(_ hex: String) throws -> SecretBytes {
        var bytes = Hex.decode(hex)!
        return try SecretBytes(moving: &bytes)
    }

    private func key(_ hex: String) throws -> SymmetricKey { try SymmetricKey(secret(hex)) }

    private func hex(_ key: SymmetricKey) -> String { key.secret.withUnsafeBytes { Hex.encode($0) } }

    /// As the vectors write it.
    private func outcome(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "ok"
        } catch {
            return (error as? NodeError)?.code.rawValue ?? "\(error)"
        }
    }

    // MARK: Records

    struct RecordCase: Decodable {
        let name, outcome, record: String
        let kind: UInt8?
        let sequence, timeMilliseconds, actor: UInt64?
        let stream, payloadDigest, leafHash: String?
    }

    @Test func records() throws {
        for test in try Places.vectors("journal-records", RecordCase.self) {
            let bytes = Hex.decode(test.record)!
            var record: JournalRecord?
            #expect(outcome { record = try JournalRecord(parsing: bytes) } == test.outcome, "\(test.name)")
            guard test.outcome == "ok", let record else { continue }
            #expect(record.kind.rawValue == test.kind, "\(test.name)")
            #expect(record.sequence == test.sequence && record.actor == test.actor, "\(test.name)")
            #expect(record.timeMilliseconds == test.timeMilliseconds, "\(test.name)")
            #expect(Hex.encode(record.stream) == test.stream, "\(test.name)")
            #expect(record.payloadDigest.hex == test.payloadDigest, "\(test.name)")
            #expect(record.encoded == bytes, "\(test.name)")
            #expect(MerkleHash.leaf(bytes).hex == test.leafHash, "\(test.name)")
        }
    }

    // MARK: What records about cases hold

    struct CaseRecordCase: Decodable {
        struct Event: Decodable, Equatable {
            let content: String
            let nominal: String?
        }
        let name, outcome, content: String
        let kind: UInt8
        let nominal: String?
        let events: [Event]?
    }

    @Test func caseRecords() throws {
        for test in try Places.vectors("case-records", CaseRecordCase.self) {
            let record = CaseRecord(
                kind: .init(rawValue: test.kind)!, content: Hex.decode(test.content)!,
                nominal: test.nominal.map { Hex.decode($0)! })
            var events: [EncodedEvent] = []
            let got = outcome { events = try record.events(of: 0).map(EncodedEvent.init) }
            #expect(got == test.outcome, "\(test.name)")
            guard test.outcome == "ok" else { continue }
            let read = events.map {
                CaseRecordCase.Event(
                    content: Hex.encode($0.content), nominal: $0.nominal.map { Hex.encode($0) })
            }
            #expect(read == test.events, "\(test.name)")
            let again = CaseRecord(events)
            #expect(again.kind == record.kind && again.content == record.content, "\(test.name)")
            #expect(again.nominal == record.nominal, "\(test.name)")
        }
    }

    // MARK: Payloads

    struct PayloadCase: Decodable {
        let name, outcome, payload, payloadDigest, streamRoot, contentKey, nominalKey: String
        let kind: UInt8
        let actor, stream, place: UInt64
        let position: UInt64?
        let content, contentNonce, contentAssociatedData: String?
        let nominal, nominalNonce, nominalAssociatedData: String?
    }

    @Test func payloads() throws {
        for test in try Places.vectors("payloads", PayloadCase.self) {
            let key = try StreamKey(key(test.streamRoot))
            #expect(hex(key.content) == test.contentKey && hex(key.nominal) == test.nominalKey, "\(test.name)")
            let bytes = Hex.decode(test.payload)!
            func record(_ digest: Digest) -> JournalRecord {
                JournalRecord(
                    kind: .init(rawValue: test.kind)!, sequence: 0, timeMilliseconds: 0, actor: test.actor,
                    stream: [UInt8](repeating: 0, count: JournalRecord.referenceByteCount), payloadDigest: digest)
            }
            func open(_ bytes: [UInt8], _ digest: Digest) throws -> (content: [UInt8], nominal: [UInt8]?) {
                try Payload.open(bytes, of: record(digest), stream: test.stream, place: test.place, key)
            }
            var opened: (content: [UInt8], nominal: [UInt8]?)?
            let got = outcome { opened = try open(bytes, Digest(Hex.decode(test.payloadDigest)!)!) }
            #expect(got == test.outcome, "\(test.name)")
            guard test.outcome == "ok", let opened else { continue }
            #expect(Hex.encode(opened.content) == test.content, "\(test.name)")
            #expect(opened.nominal.map { Hex.encode($0) } == test.nominal, "\(test.name)")

            // What is sealed here differs in its nonces alone, and opens again.
            let sealed = Payload(
                kind: .init(rawValue: test.kind)!, actor: test.actor, stream: test.stream, position: test.position
            ).seal(opened.content, nominal: opened.nominal, key)
            #expect(sealed.count == bytes.count && sealed != bytes, "\(test.name)")
            #expect(sealed[..<Payload.headerByteCount] == bytes[..<Payload.headerByteCount], "\(test.name)")
            let again = try open(sealed, .sha256(sealed))
            #expect(again.content == opened.content && again.nominal == opened.nominal, "\(test.name)")

            // The parts are what their nonces, keys and associated data say.
            let split = bytes.count - (opened.nominal.map { $0.count + SymmetricKey.sealingOverhead } ?? 0)
            let parts = [
                (bytes[Payload.headerByteCount..<split], key.content, test.contentNonce, test.contentAssociatedData),
                (bytes[split...], key.nominal, test.nominalNonce, test.nominalAssociatedData),
            ]
            for (part, key, nonce, data) in parts where !part.isEmpty {
                #expect(Hex.encode(Array(part.prefix(24))) == nonce, "\(test.name)")
                _ = try key.openContent(part, associatedData: Hex.decode(data!)!)
            }
        }
    }

    // MARK: Keys

    struct KeyCase: Decodable {
        struct Row: Decodable {
            let key, value: String
        }
        let name, outcome, kind: String
        let root, contentKey, nominalKey: String?
        let referenceKey, reference: String?
        let stream: UInt64?
        let rows: [Row]?
        let erasureKeyFile, keyring, nodeID, keyFile: String?
    }

    /// A database with the rows of the column family `keys`, and the erasure key's file beside it.
    private func place(
        _ rows: [KeyCase.Row], _ file: [UInt8], _ directory: TemporaryDirectory
    ) throws -> Database {
        var options = Database.Options()
        options.create = true
        let database = try Database(path: directory["db"], keyring: nil, options: options)
        let batch = WriteBatch()
        for row in rows { database.put(.keys, Hex.decode(row.key)!, Hex.decode(row.value)!, in: batch) }
        try database.write(batch)
        try LocalFiles().replace(directory["erasure-key"], with: file, mode: 0o600)
        return database
    }

    private func keyring(_ file: String, _ nodeID: String, _ keyFile: String) throws -> Keyring {
        try Keyring(
            decoding: Hex.decode(file)!, nodeID: Hex.decode(nodeID)!, unlock: .keyFile(key(keyFile)))
    }

    @Test func streamKeys() throws {
        for test in try Places.vectors("stream-keys", KeyCase.self) {
            switch test.kind {
            case "subkeys":
                let key = try StreamKey(key(test.root!))
                #expect(hex(key.content) == test.contentKey && hex(key.nominal) == test.nominalKey, "\(test.name)")
            case "reference": break  // below: they need a database
            case "unwrapping":
                let directory = try TemporaryDirectory()
                let database = try place(test.rows!, Hex.decode(test.erasureKeyFile!)!, directory)
                let keyring = try keyring(test.keyring!, test.nodeID!, test.keyFile!)
                var found: StreamKey?
                let got = outcome {
                    let keys = try StreamKeys(directory["erasure-key"], keyring: keyring, database: database)
                    found = try keys.key(test.stream!)
                }
                #expect((got == "ok" && found == nil ? "absent" : got) == test.outcome, "\(test.name)")
                #expect(found.map { hex($0.content) } == test.contentKey, "\(test.name)")
                #expect(found.map { hex($0.nominal) } == test.nominalKey, "\(test.name)")
                guard got == "ok" else { continue }
                // Whatever an interrupted erasure left, one key is left now: the one that the database uses.
                let left = try ErasureKey.decode(bytes(of: directory["erasure-key"]), keyring: keyring)
                let used = test.rows!.first { $0.key == "00" }!.value
                #expect(left.map { Hex.encode($0.id.bigEndianBytes) } == [used], "\(test.name)")
            default: Issue.record("\(test.name): unknown kind \(test.kind)")
            }
        }
    }

    @Test func streamReferences() throws {
        let cases = try Places.vectors("stream-keys", KeyCase.self)
        let chain = try #require(cases.first { $0.kind == "unwrapping" && $0.outcome == "ok" })
        let directory = try TemporaryDirectory()
        let database = try place(chain.rows!, Hex.decode(chain.erasureKeyFile!)!, directory)
        let keys = try StreamKeys(
            directory["erasure-key"], keyring: keyring(chain.keyring!, chain.nodeID!, chain.keyFile!),
            database: database)
        let references = cases.filter { $0.kind == "reference" }
        #expect(references.count > 5)
        for test in references {
            let store = try CaseStore(
                logs: LogStore(database), keys: keys, country: "VN", referenceKey: key(test.referenceKey!))
            #expect(Hex.encode(store.reference(test.stream!)) == test.reference, "\(test.name)")
        }
    }

    struct ErasureCase: Decodable {
        struct Key: Decodable {
            let id: UInt32
            let key: String
        }
        let name, outcome, file, nodeID, keyring, keyFile: String
        let keys: [Key]?
    }

    @Test func erasureKeys() throws {
        for test in try Places.vectors("erasure-key", ErasureCase.self) {
            let keyring = try keyring(test.keyring, test.nodeID, test.keyFile)
            let file = Hex.decode(test.file)!
            var keys: [ErasureKey] = []
            #expect(outcome { keys = try ErasureKey.decode(file, keyring: keyring) } == test.outcome, "\(test.name)")
            guard test.outcome == "ok" else { continue }
            #expect(keys.map(\.id) == test.keys!.map(\.id), "\(test.name)")
            #expect(keys.map { hex($0.key) } == test.keys!.map(\.key), "\(test.name)")
            let again = try ErasureKey.encode(keys, keyring: keyring)
            #expect(again.count == file.count && again[..<25] == file[..<25], "\(test.name)")
            #expect(try ErasureKey.decode(again, keyring: keyring).map { hex($0.key) } == keys.map { hex($0.key) })
        }
    }
}
