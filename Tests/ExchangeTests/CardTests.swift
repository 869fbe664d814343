import Cryptography
import Testing
import TransparencyLog

@testable import Exchange

@Suite struct CardTests {
    let vn: TestAuthority

    init() throws { vn = try TestAuthority("vn.customs") }

    @Test func aCardIsReadAsItWasWritten() throws {
        let signed = try vn.signedCard
        let again = try SignedCard(verifying: signed.encoded)
        #expect(again == signed && again.card == vn.card && again.encoded == signed.encoded)
        var bare = vn.card
        bare.nodes = []
        bare.pins = []
        bare.authority = "Tổng cục Hải quan · ກົມ\u{200B}ພາສີ"
        #expect(try SignedCard(verifying: SignedCard(signing: bare, by: vn.signer).encoded).card == bare)
    }

    @Test func everyChangedBitIsRefused() throws {
        let bytes = try vn.signedCard.encoded
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: TrustError.self, "bit \(bit)") { try SignedCard(verifying: changed) }
        }
        for count in 0..<bytes.count {
            #expect(throws: TrustError.self) { try SignedCard(verifying: Array(bytes[..<count])) }
        }
    }

    @Test func everyChangedLineIsRefusedAlsoWhenItIsSigned() throws {
        for (what, text) in mutations(of: vn.card.text) {
            #expect(throws: TrustError.self, "\(what)") { try AuthorityCard(parsing: text) }
        }
        // Whatever single character is changed: refused, or another card with exactly that text.
        let characters = Array(vn.card.text.utf8)
        for index in characters.indices {
            for other in [UInt8(ascii: " "), UInt8(ascii: "0"), UInt8(ascii: "z"), UInt8(ascii: "\n")] {
                var changed = characters
                changed[index] = other
                let text = String(decoding: changed, as: UTF8.self)
                if let card = try? AuthorityCard(parsing: text) { #expect(card.text == text) }
            }
        }
    }

    @Test func refusalsNameTheLine() throws {
        let lines = vn.card.text.split(separator: "\n").map(String.init)
        let bad: [(Int, String)] = [
            (2, "country: vn"), (2, "country: QQ"), (3, "authority: " + String(repeating: "x", count: 201)),
            (4, "prefix: VN.customs"), (4, "prefix: vn customs"), (4, "prefix: vn.customs/"), (5, "revision: 0"),
            (5, "revision: 01"), (5, "revision: +1"), (6, "issued: 2026-03-01"),
            (6, "issued: 2026-03-01T00:00:00+00:00"),
            (6, "issued: 2026-02-30T00:00:00Z"), (7, "identity: \(vn.card.release.vkey)"),
            (8, "release: \(vn.card.exchange.vkey)"), (11, "witness: \(vn.card.journal.vkey)"),
            (12, "node: node.example"), (12, "node: node.example:0"), (12, "node: node.example:08443"),
            (12, "node: Node.example:1"), (12, "node: -a:1"), (13, "tls: " + String(repeating: "A", count: 64)),
            (13, "tls: 00"),
        ]
        for (number, line) in bad {
            var changed = lines
            changed[number - 1] = line
            do {
                _ = try AuthorityCard(parsing: changed.joined(separator: "\n") + "\n")
                Issue.record("accepted: \(line)")
            } catch {
                #expect(error.line == number, "\(line): \(error)")
                #expect(error.code == .badValue, "\(line): \(error)")
            }
        }
    }

    @Test func listsAreBoundedAndHoldNothingTwice() throws {
        var card = vn.card
        card.nodes = (1...8).map { "node\($0).example:8443" }
        card.pins = (0..<4).map { Digest.sha256([UInt8($0)]) }
        #expect(try AuthorityCard(parsing: card.text) == card)
        card.nodes.append("node9.example:8443")
        #expect(throws: TrustError(.badValue, "")) { try AuthorityCard(parsing: card.text) }
        card.nodes = ["[2001:db8::1]:443", "[2001:db8::1]:443"]
        #expect(throws: TrustError(.badValue, "")) { try AuthorityCard(parsing: card.text) }
        card.nodes.removeLast()
        #expect(try AuthorityCard(parsing: card.text) == card)
        card.pins = []
        #expect(throws: TrustError(.badValue, "")) { try AuthorityCard(parsing: card.text) }
    }

    @Test func oneKeyInTwoRolesIsRefused() throws {
        var card = vn.card
        let shared: SigningKey<LogRole> = try TestAuthority.key("vn.customs", "exchange")
        card.journal = try LogVerifier(origin: "vn.customs/journal", key: shared.verifyingKey)
        #expect(throws: TrustError(.badValue, "")) { try SignedCard(signing: card, by: vn.signer) }
    }

    @Test func aCardIsSignedByItsOwnIdentityAloneAndOnce() throws {
        let la = try TestAuthority("la.customs", country: "LA")
        #expect(throws: TrustError(.wrongSubject, "")) { try SignedCard(signing: vn.card, by: la.signer) }
        let note = try vn.signedCard.note
        let foreign = la.signer.signature(of: note.text)
        #expect(throws: TrustError(.strangeSignature, "")) {
            try SignedCard(verifying: SignedNote(text: note.text, signatures: note.signatures + [foreign]).encoded)
        }
        #expect(throws: TrustError(.strangeSignature, "")) {
            try SignedCard(
                verifying: SignedNote(text: note.text, signatures: note.signatures + note.signatures).encoded)
        }
        #expect(throws: TrustError(.missingSignature, "")) {
            try SignedCard(verifying: SignedNote(text: note.text, signatures: [foreign]).encoded)
        }
        var fractions = vn.card
        fractions.issuedMilliseconds += 1
        #expect(throws: TrustError(.badValue, "")) { try SignedCard(signing: fractions, by: vn.signer) }
    }

    @Test func aPresentedCardIsJudgedAgainstTheKnownOne() throws {
        let known = try vn.signedCard
        var keys = try vn.keys
        func judge(_ change: (inout AuthorityCard) throws -> Void, by signer: IdentitySigner? = nil) throws
            -> CardChange
        {
            var card = vn.card
            try change(&card)
            let presented = try SignedCard(signing: card, by: signer ?? vn.signer)
            return CardChange.judge(known: known, keys: keys, presented: presented)
        }
        func next(_ card: inout AuthorityCard) {
            card.revision += 1
            card.nodes = ["other.example:8443"]
        }
        #expect(try judge { _ in } == .same)
        #expect(try judge(next) == .newer)
        #expect(try judge { $0.nodes = [] } == .refused(.sameRevision))
        #expect(
            try judge {
                next(&$0)
                $0.issuedMilliseconds -= 1000
            } == .refused(.older))
        #expect(
            try judge {
                next(&$0)
                $0.country = "LA"
            } == .refused(.anotherCountry))
        let la = try TestAuthority("la.customs", country: "LA").signedCard
        #expect(CardChange.judge(known: known, keys: keys, presented: la) == .refused(.anotherAuthority))
        let thief = try TestAuthority("vn.customs", identity: "other")
        #expect(try judge({ $0 = thief.card }, by: thief.signer) == .replacement)
        // A key that the log has not announced, then announced, then revoked.
        func rotated(_ card: inout AuthorityCard) throws {
            next(&card)
            card.release = try ReleaseVerifier(vn.vkey(.release, "release 2"))
        }
        #expect(try judge(rotated) == .refused(.unannouncedKey))
        try keys.apply(vn.statement(1, begins: [vn.begin(.release, "release 2", from: march)]), atIndex: 3)
        #expect(try judge(rotated) == .newer)
        let id = KeyUse.release.id(of: try vn.vkey(.release, "release 2").publicKey)
        try keys.apply(
            vn.statement(2, revocations: [KeyEnd(.release, milliseconds: march, id: id)]), atIndex: 4)
        #expect(try judge(rotated) == .refused(.unannouncedKey))
        // A log's key, which the log cannot announce to who was away while it changed; but none that is revoked.
        func changedLog(_ card: inout AuthorityCard) throws {
            next(&card)
            card.exchange = try LogVerifier(vn.vkey(.exchange, "exchange 2"))
        }
        #expect(try judge(changedLog) == .newer)
        let logID = KeyUse.exchange.id(of: try vn.vkey(.exchange, "exchange 2").publicKey)
        try keys.apply(
            vn.statement(
                3, begins: [vn.begin(.exchange, "exchange 2", from: march)],
                revocations: [KeyEnd(.exchange, milliseconds: march, id: logID)]), atIndex: 5)
        #expect(try judge(changedLog) == .refused(.unannouncedKey))
        // Against a known revision 2, revision 1 is older.
        var second = vn.card
        next(&second)
        let later = try SignedCard(signing: second, by: vn.signer)
        #expect(CardChange.judge(known: later, keys: keys, presented: known) == .refused(.older))
        for refusal in CardChange.Refusal.allCases { #expect(refusal.sentence.hasSuffix(".")) }
    }

    @Test func fingerprintsAreSixtyDigitsOfNameAndKey() throws {
        let fingerprint = vn.card.fingerprint
        #expect(
            fingerprint.groups.count == 12 && fingerprint.groups.allSatisfy { $0.utf8.count == 5 && Int($0) != nil })
        #expect(fingerprint.matches(fingerprint.description))
        #expect(fingerprint.matches(fingerprint.groups.joined(separator: "-\n\t")))
        #expect(!fingerprint.matches(fingerprint.groups.dropLast().joined()))
        #expect(!fingerprint.matches(fingerprint.groups.reversed().joined(separator: " ")))
        #expect(!fingerprint.matches(""))
        // The same key under another name has another one.
        let key: SigningKey<IdentityRole> = try TestAuthority.key("vn.customs", "identity")
        #expect(Fingerprint(try IdentityVerifier(prefix: "la.customs", key: key.verifyingKey)) != fingerprint)
        #expect(
            Fingerprint(digest: Digest([UInt8](repeating: 0, count: 32))!).groups
                == Array(repeating: "00000", count: 12))
        // 2^256 − 1 modulo 10^60.
        let all = Fingerprint(digest: Digest([UInt8](repeating: 255, count: 32))!)
        #expect(
            all.groups.joined() == "237316195423570985008687907853269984665640564039457584007913129639935".suffix(60))
    }

    @Test func everyChangedCharacterOfAShortFormIsRefused() throws {
        let form = CardShortForm(vn.identity)
        let text = form.description
        let again = try CardShortForm(parsing: text)
        #expect(again == form && again.description == text && again.matches(vn.card))
        #expect(text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || $0 == 58 })
        #expect(!again.matches(try TestAuthority("la.customs").card))
        #expect(!again.matches(try TestAuthority("vn.customs", identity: "other").card))
        for index in text.utf8.indices {
            for other in "0AZ" where UInt8(other.asciiValue!) != text.utf8[index] {
                var changed = Array(text.utf8)
                changed[text.utf8.distance(from: text.utf8.startIndex, to: index)] = other.asciiValue!
                #expect(throws: TrustError(.malformedShortForm, "")) {
                    try CardShortForm(parsing: String(decoding: changed, as: UTF8.self))
                }
            }
        }
        for other in ["", "CORDON1:", text + "0", String(text.dropLast()), text.lowercased(), text + "\n"] {
            #expect(throws: TrustError(.malformedShortForm, "")) { try CardShortForm(parsing: other) }
        }
    }

    @Test func base32HasOneEncoding() {
        for count in 0...41 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            let text = Base32.encode(bytes)
            #expect(Base32.decode(text.utf8) == bytes)
            #expect(Base32.decode((text + "0").utf8).map(Base32.encode) != text)
        }
        #expect(Base32.encode([0xFF]) == "ZW" && Base32.decode("ZX".utf8) == nil && Base32.decode("0".utf8) == nil)
    }
}
