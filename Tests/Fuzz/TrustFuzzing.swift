import Cryptography
import Customs
import Schema
import TransparencyLog

@testable import Exchange

/// Statements of a partner that signs what it likes, and notices of one that seals what it likes.
enum TrustFuzzing {
    private static let vn = signer("vn.customs")
    private static let la = signer("la.customs")
    private static let identities = [vn, la].reduce(into: [:]) { $0[$1.prefix] = $1.verifier }

    private static func signer(_ prefix: String) -> IdentitySigner {
        let seed = Digest.sha256(Array(prefix.utf8)).bytes
        return try! IdentitySigner(
            prefix: prefix, key: SigningKey(seed: SecretBytes(count: 32) { $0.copyBytes(from: seed) }))
    }

    /// As text, and what is written back of what was read.
    private static func text<Statement>(
        _ bytes: [UInt8], _ read: (String) throws -> Statement, _ write: (Statement) -> String
    ) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self), let statement = try? read(text) else { return nil }
        precondition(Array(write(statement).utf8) == bytes, "a statement that is not written back as it was read")
        return text
    }

    static func card(_ bytes: [UInt8]) {
        _ = text(bytes, { try AuthorityCard(parsing: $0) }, \.text)
        if let card = try? SignedCard(verifying: bytes) { precondition(card.encoded == bytes) }
        if let text = String(validating: bytes, as: UTF8.self), let form = try? CardShortForm(parsing: text) {
            precondition(Array(form.description.utf8) == bytes)
        }
    }

    static func keys(_ bytes: [UInt8]) {
        guard let text = text(bytes, { try KeysStatement(parsing: $0) }, \.text) else { return }
        let note = SignedNote(text: text, signatures: [vn.signature(of: text)]).encoded
        if let signed = try? SignedKeysStatement(verifying: note, by: vn.verifier) {
            precondition(signed.encoded == note)
        }
    }

    /// Signed by both, taken into a book that has one agreement already.
    static func agreement(_ bytes: [UInt8]) {
        let text =
            text(bytes, { try Agreement(parsing: $0) }, \.text)
            ?? text(bytes, { try AgreementChange(parsing: $0) }, \.text)
        guard let text else { return }
        var book = AgreementBook(own: vn.prefix)
        for signers in [[vn], [la], [la, vn]] {
            let note = SignedNote(text: text, signatures: signers.map { $0.signature(of: text) })
            _ = try? book.apply(note.encoded, identities: identities)
        }
        for time in [0, 1_775_000_000_000, UInt64.max] {
            for found in book.agreements(inForceAt: time) { precondition(found.members.contains(vn.prefix)) }
        }
    }

    static func notice(_ bytes: [UInt8]) {
        guard let notice = try? Notice(parsing: bytes) else { return }
        precondition((try? notice.encoded()) == bytes, "a notice that is not written back as it was read")
        let origin = NoticeOrigin(
            entryID: Array(notice.id), sender: notice.sender, recipients: Set(notice.recipients))
        guard
            let (received, _, _) = try? Notice.receive(
                bytes, from: origin, codes: NoCodeLists(), nowMilliseconds: 1_775_000_000_000)
        else { return }
        var state = try! ReceivedNotice(received, deliveredMilliseconds: 0)
        _ = try? state.apply(received, at: 1)
        for action in [HandlingAction.read, .print, .export, .useInCourt, .attachToCase, .releaseOnward(to: "x")] {
            _ = state.permits(action, at: 2)
        }
        var bare = received
        bare.removeNominal()
        precondition(!bare.hasNominal, "names that were not taken out")
    }
}
