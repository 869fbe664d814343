import Cryptography
import EntryCodec
import Foundation
import TestSupport
import Testing
import TransparencyLog

/// An exchange log whose entries are made here, good ones and others.
private struct ExchangeLog {
    let log: SignedLog
    let release: SigningKey<ReleaseRole>
    let identity: SigningKey<IdentityRole>
    static let time: UInt64 = 1_772_353_800_000  // 2026-03-01T08:30:00Z
    var origin: String { log.signer.verifier.origin }

    init() throws {
        log = try SignedLog()
        release = try .generate()
        identity = try .generate()
    }

    func vkey<Role>(_ key: SigningKey<Role>, type: UInt8 = VerifierKey.ed25519Type) throws -> VerifierKey {
        try VerifierKey(name: "example.org/\(Role.name)", type: type, publicKey: key.verifyingKey.bytes)
    }

    /// A signed statement as `keys` entries hold it.
    func statement(
        _ text: String = "cordon keys v1\nprefix: example.org\n", by keys: [SigningKey<IdentityRole>]? = nil
    ) throws -> [UInt8] {
        let name = try vkey(identity)
        return SignedNote(
            text: text,
            signatures: (keys ?? [identity]).map {
                NoteSignature(name: name.name, keyID: name.keyID, signature: $0.sign(Array(text.utf8)))
            }
        ).encoded
    }

    func entry(
        _ statement: [UInt8], _ kind: EntryKind = .keys, minute: UInt64 = 0, key: SigningKey<ReleaseRole>? = nil,
        origin: String? = nil
    ) throws -> [UInt8] {
        try LogEntry(
            stating: statement, kind: kind, id: .random(), timeMilliseconds: Self.time + minute * 60_000,
            key: key ?? release, origin: origin ?? self.origin
        ).encoded
    }

    func notice(minute: UInt64) throws -> [UInt8] {
        let digest = Digest.sha256([1])
        let header = try EntryHeader(
            signer: release.verifyingKey.signerID, id: .random(), kind: .notice,
            timeMilliseconds: Self.time + minute * 60_000,
            outline: EnvelopeOutline(
                recipientsCommitment: digest, documentCommitment: digest, stanzaCount: 2, paddedByteCount: 4096),
            references: [])
        return try LogEntry(
            signing: header, .envelope(EnvelopeDigests(stanzas: digest, body: digest, keyCommitment: digest)),
            key: release, origin: origin
        ).encoded
    }

    /// Keys, 300 notices, an erasure, keys.
    func good() throws -> [[UInt8]] {
        try [entry(statement())] + (1...300).map { try notice(minute: $0) } + [
            entry([7], .erasure, minute: 301), entry(statement(), minute: 302),
        ]
    }

    /// With the release key and the identity key.
    func verify(_ words: String...) throws -> Program.Result {
        let keys = try ["--release", vkey(release).description, "--identity", vkey(identity).description]
        return try Program.run("cordon-verify", [log.path, "--vkey", log.vkey] + keys + words)
    }
}

@Suite struct EntryVerifyTests {
    @Test func entriesAreCountedByKind() throws {
        let made = try ExchangeLog()
        try made.log.write(made.good())
        let result = try made.verify()
        #expect(result.status == 0, "\(result)")
        for line in [
            "300 notice, 2026-03-01T08:31:00Z to 2026-03-01T13:30:00Z",
            "2 keys, 2026-03-01T08:30:00Z to 2026-03-01T13:32:00Z",
            "1 erasure, 2026-03-01T13:31:00Z to 2026-03-01T13:31:00Z",
            "entry 0 at 2026-03-01T08:30:00Z, signed by example.org/identity",
            "entry 302 at 2026-03-01T13:32:00Z, signed by example.org/identity",
        ] {
            #expect(result.output.contains(line), "\(line): \(result.output)")
        }
        struct Report: Decodable {
            struct Entries: Decodable {
                let kind: String
                let count: Int
            }
            let entries: [Entries]
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(made.verify("--json").output.utf8))
        #expect(report.entries.map(\.kind) == ["notice", "keys", "erasure"])
        #expect(report.entries.map(\.count) == [300, 2, 1])
    }

    /// What stands behind the last entry of a good log, and what is said of it.
    @Test func entriesThatDoNotHoldAreNamed() throws {
        let made = try ExchangeLog()
        let good = try made.good()
        let notice = try made.notice(minute: 303)
        let cases: [(String, [UInt8], String)] = try [
            ("truncated", Array(notice.dropLast()), "ends inside a field"), ("longer", notice + [0], "bytes behind"),
            ("opaque", Array("entry".utf8), "another version"),
            ("flipped", notice.dropLast() + [notice.last! ^ 1], "did not sign this entry"),
            ("of another log", made.entry([7], .erasure, origin: "example.org/other"), "did not sign this entry"),
            ("of another key", made.entry([7], .erasure, key: .generate()), "a release key that was not given"),
            ("no statement", made.entry([7]), "its keys statement"),
            ("of another identity", made.entry(made.statement(by: [.generate()])), "the identity key did not sign it"),
            (
                "signed twice", made.entry(made.statement(by: [made.identity, made.identity])),
                "not signed by the identity key alone"
            ),
            ("another statement", made.entry(made.statement("cordon card v1\n")), "not a statement on keys"),
        ]
        for (name, entry, reason) in cases {
            try made.log.write(good + [entry])
            let result = try made.verify()
            #expect(result.status == 1, "\(name): \(result)")
            #expect(result.output.contains("entry 303:") && result.output.contains(reason), "\(name): \(result.output)")
            #expect(try made.log.verify(made.log.path).status == 0, "\(name): opaque bytes are good without the key")
        }
    }

    @Test func everyReleaseKeyThatIsGivenCounts() throws {
        let made = try ExchangeLog()
        let next = try SigningKey<ReleaseRole>.generate()
        try made.log.write(made.good() + [made.entry([7], .erasure, key: next)])
        #expect(try made.verify().status == 1)
        #expect(try made.verify("--release", made.vkey(next).description).status == 0)
    }

    @Test func timesBeyondTheCalendarAreNoReasonToStop() throws {
        let made = try ExchangeLog()
        let late = try LogEntry(
            stating: [7], kind: .erasure, id: .random(), timeMilliseconds: .max, key: made.release, origin: made.origin)
        try made.log.write([late.encoded])
        let result = try made.verify()
        #expect(result.status == 0 && result.output.contains("after the year 9999"), "\(result)")
    }

    @Test func keysThatAreNoneAreWrongUsage() throws {
        let made = try ExchangeLog()
        try made.log.write(made.good())
        let witness = try made.vkey(made.release, type: VerifierKey.cosignatureType).description
        #expect(try made.log.verify(made.log.path, "--release", "nonsense").status == 64)
        #expect(try made.log.verify(made.log.path, "--release", witness).status == 64)
        #expect(try made.log.verify(made.log.path, "--identity", made.vkey(made.identity).description).status == 64)
    }
}
