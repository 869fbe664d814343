import Cryptography
import Testing
import TransparencyLog

@testable import Exchange

@Suite struct KeysTests {
    let vn: TestAuthority

    init() throws { vn = try TestAuthority("vn.customs") }

    private func full() throws -> KeysStatement {
        let old = KeyUse.release.id(of: vn.card.release.vkey.publicKey)
        return KeysStatement(
            prefix: "vn.customs", number: 1, issuedMilliseconds: march,
            begins: [
                try vn.begin(.release, "release 2", from: march), try vn.begin(.witness, "witness 2", from: march),
            ],
            ends: [
                KeyEnd(.release, milliseconds: march + day, id: old),
                KeyEnd(.witness, milliseconds: march + day, id: KeyUse.witness.id(of: vn.card.witness.vkey.publicKey)),
            ],
            epochs: [try vn.epoch(1, from: march), try vn.epoch(2, from: march + 7 * day)],
            revocations: [KeyEnd(.release, milliseconds: march, id: old)])
    }

    @Test func aStatementIsReadAsItWasWritten() throws {
        let signed = try SignedKeysStatement(signing: full(), by: vn.signer)
        let again = try SignedKeysStatement(verifying: signed.encoded, by: vn.identity)
        #expect(again == signed && again.encoded == signed.encoded)
        #expect(try again.statement == full())
    }

    @Test func everyChangedLineIsRefusedAlsoWhenItIsSigned() throws {
        let text = try full().text
        for (what, text) in mutations(of: text) {
            #expect(throws: TrustError.self, "\(what)") { try KeysStatement(parsing: text) }
        }
        for (from, to) in [
            ("begin: release", "begin: epoch"), ("begin: release", "begin: journal"), ("begin: release", "begin: tls"),
            ("end: release", "end: epoch"), ("epoch: 1 ", "epoch: 2 "), ("epoch: 1 ", "epoch: 4294967296 "),
            ("epoch: 2 2026-03-08", "epoch: 2 2026-03-16"), ("epoch: 2 2026-03-08", "epoch: 2 2026-01-01"),
            ("number: 1", "number: 0"), ("begin: release ", "begin: release  "),
        ] {
            let changed = text.replacing(from, with: to)
            #expect(changed != text)
            #expect(throws: TrustError(.badValue, ""), "\(to)") { try KeysStatement(parsing: changed) }
        }
        #expect(throws: TrustError(.badValue, "")) {
            try KeysStatement(
                parsing: KeysStatement(prefix: "vn.customs", number: 1, issuedMilliseconds: march).text)
        }
    }

    @Test func nobodyElseSignsAStatement() throws {
        let la = try TestAuthority("la.customs")
        #expect(throws: TrustError(.wrongSubject, "")) { try SignedKeysStatement(signing: full(), by: la.signer) }
        let bytes = try vn.statement(1, begins: [vn.begin(.release, "release 2", from: march)])
        #expect(throws: TrustError(.wrongSubject, "")) { try SignedKeysStatement(verifying: bytes, by: la.identity) }
        let other = try TestAuthority("vn.customs", identity: "other")
        #expect(throws: TrustError(.missingSignature, "")) {
            try SignedKeysStatement(verifying: bytes, by: other.identity)
        }
    }

    @Test func statementsAreTakenOnceAndInOrder() throws {
        var keys = try vn.keys
        let first = try vn.statement(1, begins: [vn.begin(.release, "release 2", from: march)])
        let second = try vn.statement(2, issued: march + day, epochs: [vn.epoch(1, from: march)])
        #expect(throws: TrustError(.outOfOrder, "")) { try keys.apply(second, atIndex: 0) }
        try keys.apply(first, atIndex: 5)
        #expect(throws: TrustError(.replayed, "")) { try keys.apply(first, atIndex: 6) }
        // Behind it in number, before it in the log.
        #expect(throws: TrustError(.outOfOrder, "")) { try keys.apply(second, atIndex: 5) }
        let backdated = try vn.statement(2, issued: march - day, epochs: [vn.epoch(1, from: march)])
        #expect(throws: TrustError(.outOfOrder, "")) { try keys.apply(backdated, atIndex: 6) }
        try keys.apply(second, atIndex: 6)
        #expect(keys.lastNumber == 2 && keys.lastIndex == 6 && keys.epochs.count == 1)
    }

    @Test func aRefusedStatementChangesNothing() throws {
        var keys = try vn.keys
        let unknown = KeyEnd(.release, milliseconds: march, id: Digest.sha256([1]))
        let bad: [(TrustError.Code, [UInt8])] = [
            (.unknownKey, try vn.statement(1, begins: [vn.begin(.release, "r", from: march)], ends: [unknown])),
            (.unknownKey, try vn.statement(1, revocations: [unknown])),
            (.unknownKey, try vn.statement(1, revocations: [KeyEnd(.epoch, milliseconds: march, id: unknown.id)])),
            // A known key, in another use.
            (
                .conflict,
                try vn.statement(
                    1,
                    begins: [KeyBegin(.release, fromMilliseconds: march, vkey: vn.vkey(.release, "exchange"))])
            ),
        ]
        for (code, bytes) in bad {
            #expect(throws: TrustError(code, "")) { try keys.apply(bytes, atIndex: 1) }
            #expect(keys.lastNumber == 0 && keys.keys.count == 4)
        }
    }

    @Test func aReleaseKeyCountsInItsTimeAndPlace() throws {
        var keys = try vn.keys
        let old = KeyUse.release.id(of: vn.card.release.vkey.publicKey)
        let fresh = KeyUse.release.id(of: try vn.vkey(.release, "release 2").publicKey)
        try keys.apply(
            vn.statement(
                1, begins: [vn.begin(.release, "release 2", from: march + day)],
                ends: [KeyEnd(.release, milliseconds: march + 3 * day, id: old)]), atIndex: 10)
        func standing(_ id: Digest, _ index: UInt64?, _ time: UInt64) -> KeyStanding? {
            keys.release(id, atIndex: index, timeMilliseconds: time)?.standing
        }
        #expect(standing(old, 9, march) == .active && standing(old, 11, march + 2 * day) == .active)
        #expect(standing(old, 12, march + 3 * day) == .ended)
        #expect(standing(fresh, 9, march + 2 * day) == .notYet)
        #expect(standing(fresh, 10, march + day) == .active && standing(fresh, 11, march) == .notYet)
        // Both are in force on the day between: nobody has to act on a particular one.
        #expect(keys.keys(.release, at: march + 2 * day).map(\.id) == [fresh, old])
        #expect(keys.keys(.release, at: march).map(\.id) == [old])
        #expect(keys.keys(.release, at: march + 4 * day).map(\.id) == [fresh])
        #expect(standing(Digest.sha256([1]), 1, march) == nil)
        #expect(throws: TrustError(.unknownKey, "")) {
            try keys.releaseKey(Digest.sha256([1]), atIndex: 1, timeMilliseconds: march)
        }
        try keys.apply(
            vn.statement(2, revocations: [KeyEnd(.release, milliseconds: march + 2 * day, id: fresh)]), atIndex: 20)
        #expect(standing(fresh, 15, march + day) == .active)
        #expect(standing(fresh, 15, march + 2 * day) == .revoked)
        // Behind the revocation no time helps, nor where the place is not known.
        #expect(standing(fresh, 21, march + day) == .revoked && standing(fresh, nil, march + day) == .revoked)
        #expect(throws: TrustError(.keyRevoked, "")) {
            try keys.releaseKey(fresh, atIndex: 21, timeMilliseconds: march + day)
        }
        #expect(throws: TrustError(.keyEnded, "")) {
            try keys.releaseKey(old, atIndex: 12, timeMilliseconds: march + 3 * day)
        }
        #expect(throws: TrustError(.keyNotYet, "")) { try keys.releaseKey(fresh, atIndex: 9, timeMilliseconds: 0) }
        #expect(try keys.releaseKey(old, atIndex: 9, timeMilliseconds: march) == vn.card.release)
    }

    @Test func anEndIsBroughtForwardNeverPutOff() throws {
        var keys = try vn.keys
        let id = KeyUse.exchange.id(of: vn.card.exchange.vkey.publicKey)
        func end(_ number: UInt64, _ time: UInt64) throws {
            try keys.apply(
                vn.statement(number, ends: [KeyEnd(.exchange, milliseconds: time, id: id)]), atIndex: number)
        }
        try end(1, march + 9 * day)
        #expect(throws: TrustError(.conflict, "")) { try end(2, march + 10 * day) }
        try end(2, march + 2 * day)
        #expect(keys.logKeys(.exchange, at: march + day) == [vn.card.exchange])
        #expect(keys.logKeys(.exchange, at: march + 2 * day).isEmpty)
    }

    @Test func aKeyOfTheCardIsAnnouncedOnce() throws {
        var keys = try vn.keys
        let begin = try KeyBegin(.release, fromMilliseconds: march, vkey: vn.card.release.vkey)
        try keys.apply(vn.statement(1, begins: [begin]), atIndex: 0)
        #expect(keys.keys.count == 4 && keys.keys.first { $0.use == .release }?.fromMilliseconds == march)
        #expect(throws: TrustError(.conflict, "")) { try keys.apply(vn.statement(2, begins: [begin]), atIndex: 1) }
    }

    @Test func witnessAndLogKeysOverlap() throws {
        var keys = try vn.keys
        try keys.apply(
            vn.statement(
                1,
                begins: [
                    vn.begin(.witness, "witness 2", from: march + day),
                    vn.begin(.journal, "journal 2", from: march + day),
                ],
                ends: [
                    KeyEnd(
                        .witness, milliseconds: march + 2 * day, id: KeyUse.witness.id(of: vn.card.witness.key.bytes))
                ]), atIndex: 1)
        #expect(keys.witnessKeys(at: march) == [vn.card.witness])
        #expect(keys.witnessKeys(at: march + day).count == 2)
        #expect(keys.witnessKeys(at: march + 2 * day).map(\.vkey) == [try vn.vkey(.witness, "witness 2")])
        #expect(keys.logKeys(.journal, at: march + 2 * day).count == 2)
    }

    @Test func checkpointsOfNowAndOfLongAgoBearOtherKeys() throws {
        var keys = try vn.keys
        let (old, new) = (vn.card.exchange, try LogVerifier(vn.vkey(.exchange, "exchange 2")))
        let (oldID, newID) = (KeyUse.exchange.id(of: old.key.bytes), KeyUse.exchange.id(of: new.key.bytes))
        try keys.apply(
            vn.statement(
                1, begins: [vn.begin(.exchange, "exchange 2", from: march + day)],
                ends: [KeyEnd(.exchange, milliseconds: march + 30 * day, id: oldID)]), atIndex: 1)
        #expect(keys.logKeys(.exchange, at: march) == [old])
        #expect(keys.logKeys(.exchange, notEndedAt: march) == [new, old], "its beginning is not held against it")
        #expect(keys.logKeys(.exchange, notEndedAt: march + 30 * day - 1) == [new, old])
        #expect(keys.logKeys(.exchange, notEndedAt: march + 30 * day) == [new])
        #expect(keys.everyLogKey(.exchange) == [new, old] && keys.everyLogKey(.journal) == [vn.card.journal])
        try keys.apply(
            vn.statement(2, revocations: [KeyEnd(.exchange, milliseconds: march, id: newID)]), atIndex: 2)
        #expect(keys.logKeys(.exchange, notEndedAt: march) == [old] && keys.everyLogKey(.exchange) == [old])
        #expect(keys.everyLogKey(.exchange, includingRevoked: true) == [new, old])
    }

    @Test func whatIsSealedIsSealedToTheEpochInForce() throws {
        var keys = try vn.keys
        func key(_ now: UInt64, checked: UInt64? = nil) throws(TrustError) -> UInt32 {
            try keys.epochKey(at: now, checkedMilliseconds: checked ?? now, maximumAgeMilliseconds: 10 * day).number
        }
        #expect(throws: TrustError(.noEpochKey, "")) { try key(march) }
        // They overlap by a day.
        try keys.apply(
            vn.statement(1, epochs: [vn.epoch(0, from: march, days: 8), vn.epoch(5, from: march + 7 * day)]), atIndex: 1
        )
        #expect(throws: TrustError(.noEpochKey, "")) { try key(march - 1) }
        #expect(try key(march) == 0 && key(march + 7 * day - 1) == 0 && key(march + 7 * day) == 5)
        #expect(try key(march + 14 * day - 1) == 5)
        #expect(throws: TrustError(.noEpochKey, "")) { try key(march + 14 * day) }
        #expect(try key(march + 10 * day, checked: march) == 5)
        #expect(throws: TrustError(.directoryStale, "")) { try key(march + 10 * day + 1, checked: march) }
        #expect(try key(march, checked: march + day) == 0)
        let revoked = KeyEnd(.epoch, milliseconds: march, id: try vn.epoch(5, from: march).id)
        try keys.apply(vn.statement(2, revocations: [revoked]), atIndex: 2)
        #expect(try key(march + 7 * day) == 0)
        #expect(throws: TrustError(.noEpochKey, "")) { try key(march + 8 * day) }
        #expect(throws: TrustError(.conflict, "")) {
            try keys.apply(vn.statement(3, epochs: [vn.epoch(5, from: march + 14 * day)]), atIndex: 3)
        }
        for number in UInt32(6)..<100 {
            try keys.apply(
                vn.statement(UInt64(number) - 3, epochs: [vn.epoch(number, from: march)]), atIndex: UInt64(number))
        }
        #expect(keys.epochs.count == AuthorityKeys.maximumEpochs && keys.epochs.last?.number == 99)
        // Epochs of wrong sizes and lengths are none.
        #expect(throws: TrustError(.badValue, "")) { try vn.epoch(1, from: march, days: 32) }
        #expect(throws: TrustError(.badValue, "")) {
            try PublishedEpoch(number: 1, fromMilliseconds: 0, untilMilliseconds: 1000, publicKey: [1])
        }
    }

    @Test func aReplacedIdentityGoesOnWithTheHistory() throws {
        var keys = try vn.keys
        try keys.apply(vn.statement(1, begins: [vn.begin(.release, "release 2", from: march)]), atIndex: 1)
        let other = try TestAuthority("vn.customs", identity: "other")
        var card = other.card
        card.revision = 2
        card.issuedMilliseconds = march + 5 * day
        card.release = try ReleaseVerifier(vn.vkey(.release, "release 3"))
        let signed = try SignedCard(signing: card, by: other.signer)
        #expect(throws: TrustError(.wrongSubject, "")) {
            try keys.replaceIdentity(by: TestAuthority("la.customs").signedCard, atIndex: 9)
        }
        try keys.replaceIdentity(by: signed, atIndex: 9)
        let old = KeyUse.release.id(of: vn.card.release.vkey.publicKey)
        let fresh = KeyUse.release.id(of: card.release.vkey.publicKey)
        #expect(keys.release(old, atIndex: 3, timeMilliseconds: march)?.standing == .active)
        #expect(keys.release(old, atIndex: 12, timeMilliseconds: march + 5 * day)?.standing == .ended)
        #expect(keys.release(fresh, atIndex: 9, timeMilliseconds: march + 5 * day)?.standing == .active)
        #expect(keys.release(fresh, atIndex: 8, timeMilliseconds: march + 5 * day)?.standing == .notYet)
        #expect(keys.keys(.witness, at: march + 6 * day).count == 1)
        // The old identity says nothing any more; statements are counted on.
        #expect(throws: TrustError(.missingSignature, "")) {
            try keys.apply(vn.statement(2, epochs: [vn.epoch(1, from: march)]), atIndex: 10)
        }
        try keys.apply(other.statement(2, epochs: [other.epoch(1, from: march)]), atIndex: 10)
        #expect(keys.lastNumber == 2)
    }
}
