import Cryptography
import Testing
import TransparencyLog

@testable import Exchange

@Suite struct AgreementTests {
    let vn: TestAuthority
    let la: TestAuthority
    let kh: TestAuthority
    let th: TestAuthority
    let identities: [String: IdentityVerifier]

    init() throws {
        vn = try TestAuthority("vn.customs")
        la = try TestAuthority("la.customs", country: "LA")
        kh = try TestAuthority("kh.customs", country: "KH")
        th = try TestAuthority("th.customs", country: "TH")
        identities = Dictionary(uniqueKeysWithValues: [vn, la, kh, th].map { ($0.prefix, $0.identity) })
    }

    private var joint: Agreement {
        agreement("vn.customs/mekong", parties: ["vn.customs", "la.customs", "kh.customs"], lead: "vn.customs")
    }

    private func signed(_ agreement: Agreement, _ first: TestAuthority, _ more: TestAuthority...) throws
        -> SignedAgreement
    {
        try more.reduce(SignedAgreement(proposing: agreement, by: first.signer)) { try $0.accepted(by: $1.signer) }
    }

    private func change(
        _ kind: AgreementChange.Kind, _ party: String, at time: UInt64, of id: String = "vn.customs/mekong",
        terms: Digest? = nil, _ signers: TestAuthority...
    ) throws -> [UInt8] {
        let change = AgreementChange(
            agreementID: id, kind: kind, party: party, terms: terms, issuedMilliseconds: time,
            effectiveMilliseconds: time)
        return try signers.dropFirst().reduce(SignedAgreementChange(signing: change, by: signers[0].signer)) {
            $0.signed(by: $1.signer)
        }.encoded
    }

    /// A book with the joint operation accepted.
    private func mekong() throws -> AgreementBook {
        var book = AgreementBook(own: "vn.customs")
        #expect(try book.apply(signed(joint, vn, la, kh).encoded, identities: identities) == .accepted)
        return book
    }

    @Test func anAgreementIsReadAsItWasWritten() throws {
        for agreement in [agreement(), joint, agreement(categories: ["narcotics", "wildlife"], kinds: [.alert])] {
            let signed = try SignedAgreement(proposing: agreement, by: vn.signer)
            let both = try signed.accepted(by: la.signer)
            #expect(try SignedAgreement(parsing: both.encoded) == both)
            #expect(both.agreement == agreement && both.note.signatures.map(\.name).first == "la.customs/identity")
            #expect(try both.accepted(by: vn.signer) == both)
        }
    }

    @Test func everyChangedLineIsRefused() throws {
        let texts = [joint.text, agreement(categories: ["narcotics", "wildlife"]).text]
        for (what, text) in texts.flatMap(mutations) {
            #expect(throws: TrustError.self, "\(what)") { try Agreement(parsing: text) }
        }
        let text = try SignedAgreementChange(
            parsing: change(.join, "th.customs", at: march, terms: joint.digest, th, vn)
        ).note.text
        for (what, text) in mutations(of: text) {
            #expect(throws: TrustError.self, "\(what)") { try AgreementChange(parsing: text) }
        }
    }

    @Test func termsThatContradictEachOtherAreRefused() throws {
        let bad = [
            agreement(parties: ["vn.customs", "la.customs", "kh.customs"]), agreement(parties: ["vn.customs"]),
            agreement(parties: ["la.customs", "kh.customs"]), agreement(lead: "kh.customs"), agreement(days: 0),
            agreement(purposes: []), agreement(categories: []), agreement(categories: ["all", "narcotics"]),
            agreement(categories: ["contraband"]), agreement(kinds: []), agreement(retention: 0),
            agreement(retention: 36_501), agreement("wildlife"), agreement("vn.customs/Wildlife"),
            agreement("kh.customs/wildlife"), agreement(revision: 0),
        ]
        for (index, agreement) in bad.enumerated() {
            do {
                _ = try Agreement(parsing: agreement.text)
                Issue.record("accepted: \(index)")
            } catch {
                // A missing list is a line that is not there.
                #expect([.badValue, .malformedStatement].contains(error.code) && error.line != nil, "\(index)")
            }
        }
        #expect(throws: TrustError(.wrongSubject, "")) { try SignedAgreement(proposing: agreement(), by: kh.signer) }
        #expect(throws: TrustError(.wrongSubject, "")) { try signed(agreement(), vn, kh) }
    }

    @Test func anAgreementOfTwoIsInForceOnceBothHaveSigned() throws {
        for own in ["vn.customs", "la.customs"] {
            var book = AgreementBook(own: own)
            let proposal = try signed(agreement(), vn)
            #expect(
                try book.apply(proposal.encoded, identities: identities) == .proposed(missing: ["la.customs"]))
            #expect(book.agreements(inForceAt: march).isEmpty)
            // The acceptance may come with its own signature alone.
            #expect(try book.apply(signed(agreement(), la).encoded, identities: identities) == .accepted)
            #expect(book.records["vn.customs/wildlife"]?.revisions[0].signed.note.signatures.count == 2)
            #expect(book.agreement("vn.customs/wildlife", inForceAt: march)?.members == ["vn.customs", "la.customs"])
            #expect(book.agreements(inForceAt: march - 1).isEmpty)
            #expect(book.agreements(inForceAt: march + 365 * day - 1).count == 1)
            #expect(book.agreements(inForceAt: march + 365 * day).isEmpty)
            #expect(try book.apply(proposal.encoded, identities: identities) == .known)
        }
    }

    @Test func aPartyCountsOnlyWithTheKeyThatIsPinnedForIt() throws {
        var book = AgreementBook(own: "vn.customs")
        let both = try signed(agreement(), vn, la)
        var known = identities
        known["la.customs"] = nil
        #expect(try book.apply(both.encoded, identities: known) == .proposed(missing: ["la.customs"]))
        // A card of another key under that name: its signature is a stranger's.
        known["la.customs"] = try TestAuthority("la.customs", identity: "other").identity
        #expect(try book.apply(both.encoded, identities: known) == .proposed(missing: ["la.customs"]))
        var forged = both.note.signatures
        forged[0] = NoteSignature(name: forged[0].name, keyID: forged[0].keyID, signature: forged[1].signature)
        let bad = SignedNote(text: both.note.text, signatures: forged)
        #expect(throws: TrustError(.badSignature, "")) { try book.apply(bad.encoded, identities: identities) }
        #expect(try book.apply(both.encoded, identities: identities) == .accepted)
        #expect(throws: TrustError(.missingSignature, "")) {
            var empty = AgreementBook(own: "vn.customs")
            return try empty.apply(signed(agreement(), la).encoded, identities: identities)
        }
    }

    @Test func signaturesAreThoseOfPartiesInOrder() throws {
        let both = try signed(agreement(), vn, la)
        let stranger = try signed(joint, vn, kh).note.signatures[0]
        for signatures in [
            both.note.signatures.reversed(), both.note.signatures + [both.note.signatures[1]],
            [stranger] + both.note.signatures,
        ] {
            #expect(throws: TrustError(.strangeSignature, "")) {
                try SignedAgreement(parsing: SignedNote(text: both.note.text, signatures: signatures).encoded)
            }
        }
    }

    @Test func anAgreementBetweenTwoOthersIsNoneOfOurs() throws {
        var book = AgreementBook(own: "kh.customs")
        #expect(throws: TrustError(.wrongSubject, "")) {
            try book.apply(signed(agreement(), vn, la).encoded, identities: identities)
        }
    }

    @Test func anAmendmentTakesEffectWhenAllHaveSignedItAgain() throws {
        var book = AgreementBook(own: "vn.customs")
        _ = try book.apply(signed(agreement(), vn, la).encoded, identities: identities)
        let second = agreement(revision: 2, issued: march + day, from: march + 10 * day, nominal: true)
        let third = agreement(revision: 3, issued: march + day, from: march + 20 * day)
        #expect(throws: TrustError(.outOfOrder, "")) {
            try book.apply(signed(third, vn, la).encoded, identities: identities)
        }
        #expect(
            try book.apply(signed(second, la).encoded, identities: identities) == .proposed(missing: ["vn.customs"]))
        #expect(book.agreement("vn.customs/wildlife", inForceAt: march + 11 * day)?.agreement.revision == 1)
        #expect(try book.apply(signed(second, vn).encoded, identities: identities) == .accepted)
        #expect(book.agreement("vn.customs/wildlife", inForceAt: march + 10 * day - 1)?.agreement.revision == 1)
        #expect(book.agreement("vn.customs/wildlife", inForceAt: march + 10 * day)?.agreement.allowsNominal == true)
        // Another text of a revision that is accepted, other parties, another date.
        #expect(throws: TrustError(.conflict, "")) {
            try book.apply(signed(agreement(revision: 2, days: 3), vn, la).encoded, identities: identities)
        }
        for bad in [
            agreement(
                revision: 3, parties: ["vn.customs", "kh.customs"], issued: march + 30 * day, from: march + 40 * day),
            agreement(revision: 3, issued: march, from: march + 40 * day),
            agreement(revision: 3, issued: march + 30 * day, from: march),
            agreement(revision: 3, lead: "vn.customs", issued: march + 30 * day, from: march + 40 * day),
        ] {
            #expect(throws: TrustError(.conflict, "")) {
                try book.apply(signed(bad, vn).encoded, identities: identities)
            }
        }
    }

    @Test func proposalsPushOutOnlyThoseThatWeHaveNotSigned() throws {
        var book = AgreementBook(own: "vn.customs")
        _ = try book.apply(signed(agreement(), vn, la).encoded, identities: identities)
        let ours = agreement(revision: 2, days: 100)
        _ = try book.apply(signed(ours, vn).encoded, identities: identities)
        for days in 1...40 {
            let proposal = agreement(revision: 2, days: UInt64(days))
            _ = try book.apply(signed(proposal, la).encoded, identities: identities)
        }
        #expect(book.records["vn.customs/wildlife"]?.proposals.count == AgreementBook.maximumProposals)
        #expect(try book.apply(signed(ours, la).encoded, identities: identities) == .accepted)
        #expect(book.records["vn.customs/wildlife"]?.proposals.isEmpty == true)
    }

    @Test func eitherOfTwoEndsTheirAgreement() throws {
        var book = AgreementBook(own: "vn.customs")
        _ = try book.apply(signed(agreement(), vn, la).encoded, identities: identities)
        let end = try change(.terminate, "la.customs", at: march + 5 * day, of: "vn.customs/wildlife", la)
        let forged = try change(.terminate, "la.customs", at: march + 5 * day, of: "vn.customs/wildlife", kh)
        let foreign = try change(.terminate, "kh.customs", at: march + 5 * day, of: "vn.customs/wildlife", kh)
        #expect(throws: TrustError(.strangeSignature, "")) { try book.apply(forged, identities: identities) }
        #expect(throws: TrustError(.conflict, "")) { try book.apply(foreign, identities: identities) }
        #expect(try book.apply(end, identities: identities) == .changed(.terminate))
        #expect(try book.apply(end, identities: identities) == .known)
        #expect(book.agreements(inForceAt: march + 5 * day - 1).count == 1)
        #expect(book.agreements(inForceAt: march + 5 * day).isEmpty)
        #expect(throws: TrustError(.conflict, "")) {
            try book.apply(signed(agreement(revision: 2), vn, la).encoded, identities: identities)
        }
        for kind in [AgreementChange.Kind.leave, .exclude, .join] {
            let bytes = try change(
                kind, "la.customs", at: march, of: "vn.customs/wildlife",
                terms: kind == .join ? Digest.sha256([]) : nil, la)
            #expect(throws: TrustError.self) { try book.apply(bytes, identities: identities) }
        }
    }

    @Test func aJointOperationNeedsItsLeadAndAllWhoseKeysAreKnown() throws {
        var book = AgreementBook(own: "vn.customs")
        #expect(
            try book.apply(signed(joint, vn).encoded, identities: identities)
                == .proposed(missing: ["kh.customs", "la.customs"]))
        #expect(try book.apply(signed(joint, la).encoded, identities: identities) == .proposed(missing: ["kh.customs"]))
        #expect(try book.apply(signed(joint, kh).encoded, identities: identities) == .accepted)
        // A party without a confirmed card neither holds it up nor counts.
        var few = identities
        few["kh.customs"] = nil
        var other = AgreementBook(own: "la.customs")
        #expect(try other.apply(signed(joint, vn, la, kh).encoded, identities: few) == .accepted)
        #expect(other.agreement("vn.customs/mekong", inForceAt: march)?.members == ["vn.customs", "la.customs"])
        #expect(try other.apply(signed(joint, vn, la, kh).encoded, identities: identities) == .signaturesAdded)
        #expect(other.agreement("vn.customs/mekong", inForceAt: march)?.members.count == 3)
        // Without the lead's key nothing counts.
        few["vn.customs"] = nil
        var blind = AgreementBook(own: "la.customs")
        #expect(throws: TrustError(.missingSignature, "")) {
            try blind.apply(signed(joint, vn, la).encoded, identities: few)
        }
    }

    @Test func membersJoinLeaveAndAreExcluded() throws {
        var book = try mekong()
        let id = "vn.customs/mekong"
        func members(_ days: UInt64) -> Set<String> { book.agreement(id, inForceAt: march + days * day)?.members ?? [] }
        let join = try change(.join, "th.customs", at: march + 2 * day, terms: joint.digest, th, vn)
        let alone = try change(.join, "th.customs", at: march + 2 * day, terms: joint.digest, th)
        let otherTerms = try change(.join, "th.customs", at: march + 2 * day, terms: Digest.sha256([1]), th, vn)
        #expect(throws: TrustError(.missingSignature, "")) { try book.apply(alone, identities: identities) }
        #expect(throws: TrustError(.conflict, "")) { try book.apply(otherTerms, identities: identities) }
        #expect(try book.apply(join, identities: identities) == .changed(.join))
        #expect(members(1).count == 3 && members(2).count == 4)
        let again = try change(.join, "th.customs", at: march + 3 * day, terms: joint.digest, th, vn)
        #expect(throws: TrustError(.conflict, "")) { try book.apply(again, identities: identities) }
        // A member leaves by itself, at once; it is not led out by others' signatures.
        let forged = try change(.leave, "kh.customs", at: march + 4 * day, vn)
        #expect(throws: TrustError(.strangeSignature, "")) { try book.apply(forged, identities: identities) }
        let leave = try change(.leave, "kh.customs", at: march + 4 * day, kh)
        #expect(try book.apply(leave, identities: identities) == .changed(.leave))
        #expect(members(3).contains("kh.customs") && !members(4).contains("kh.customs"))
        let exclude = try change(.exclude, "th.customs", at: march + 5 * day, vn)
        let byOther = try change(.exclude, "la.customs", at: march + 5 * day, th)
        #expect(throws: TrustError(.strangeSignature, "")) { try book.apply(byOther, identities: identities) }
        #expect(try book.apply(exclude, identities: identities) == .changed(.exclude))
        #expect(members(5) == ["vn.customs", "la.customs"])
        // The statement by which it joined, once more, brings nobody back.
        #expect(try book.apply(join, identities: identities) == .known)
        #expect(members(9) == ["vn.customs", "la.customs"])
        let back = try change(.join, "kh.customs", at: march + 10 * day, terms: joint.digest, kh, vn)
        #expect(try book.apply(back, identities: identities) == .changed(.join))
        #expect(members(9).count == 2 && members(10).contains("kh.customs"))
        // An amendment names those who are members at its date.
        let parties: Set = ["vn.customs", "la.customs", "kh.customs"]
        let second = agreement(
            id, revision: 2, parties: parties, lead: "vn.customs", issued: march + 11 * day, from: march + 12 * day)
        #expect(
            try book.apply(signed(second, vn, la).encoded, identities: identities) == .proposed(missing: ["kh.customs"])
        )
        #expect(try book.apply(signed(second, kh).encoded, identities: identities) == .accepted)
        #expect(members(12) == parties)
    }

    @Test func orderOfArrivalDoesNotChangeWhoIsAMember() throws {
        let changes = try [
            change(.exclude, "la.customs", at: march + 2 * day, vn),
            change(.leave, "kh.customs", at: march + 3 * day, kh),
            change(.join, "th.customs", at: march + 4 * day, terms: joint.digest, th, vn),
            change(.leave, "th.customs", at: march + 6 * day, th),
        ]
        var forwards = try mekong()
        for bytes in changes { _ = try forwards.apply(bytes, identities: identities) }
        var shuffled = try mekong()
        for index in [2, 1, 0, 3] { _ = try shuffled.apply(changes[index], identities: identities) }
        for days in UInt64(0)...8 {
            #expect(
                forwards.records["vn.customs/mekong"]?.members(at: march + days * day)
                    == shuffled.records["vn.customs/mekong"]?.members(at: march + days * day))
        }
        // Alone with nobody left, it is in force for nobody.
        #expect(forwards.agreement("vn.customs/mekong", inForceAt: march + 7 * day) == nil)
    }

    @Test func theLeadEndsAJointOperationAlsoByLeaving() throws {
        for (kind, party, signer) in [
            (AgreementChange.Kind.terminate, "vn.customs", vn), (.leave, "vn.customs", vn),
        ] {
            var book = try mekong()
            let others = try change(.terminate, "la.customs", at: march + day, la)
            #expect(throws: TrustError(.conflict, "")) { try book.apply(others, identities: identities) }
            let out = try change(.exclude, "vn.customs", at: march + day, vn)
            #expect(throws: TrustError(.conflict, "")) { try book.apply(out, identities: identities) }
            #expect(
                try book.apply(change(kind, party, at: march + 2 * day, signer), identities: identities)
                    == .changed(kind))
            #expect(book.agreements(inForceAt: march + 2 * day - 1).count == 1)
            #expect(book.agreements(inForceAt: march + 2 * day).isEmpty)
            let late = try change(.join, "th.customs", at: march + 3 * day, terms: joint.digest, th, vn)
            #expect(throws: TrustError(.conflict, "")) { try book.apply(late, identities: identities) }
        }
    }

    @Test func whoJoinsHasTheAgreementBefore() throws {
        var book = AgreementBook(own: "th.customs")
        #expect(try book.apply(signed(joint, vn, la, kh).encoded, identities: identities) == .accepted)
        #expect(book.agreements(inForceAt: march).isEmpty)
        let join = try change(.join, "th.customs", at: march + 2 * day, terms: joint.digest, th, vn)
        #expect(try book.apply(join, identities: identities) == .changed(.join))
        #expect(book.agreements(inForceAt: march + 2 * day).first?.members.count == 4)
    }

    @Test func aChangeOfAnUnknownAgreementIsRefused() throws {
        var book = AgreementBook(own: "vn.customs")
        let leave = try change(.leave, "kh.customs", at: march, kh)
        #expect(throws: TrustError(.unknownAgreement, "")) { try book.apply(leave, identities: identities) }
        #expect(throws: TrustError(.badValue, "")) {
            try SignedAgreementChange(
                signing: AgreementChange(
                    agreementID: "vn.customs/mekong", kind: .leave, party: "kh.customs", issuedMilliseconds: march,
                    effectiveMilliseconds: march - 1000), by: kh.signer)
        }
        #expect(throws: TrustError(.malformedNote, "")) { try book.apply([1, 2, 3], identities: identities) }
    }
}
