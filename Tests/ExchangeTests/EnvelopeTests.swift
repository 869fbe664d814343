import Cryptography
import EntryCodec
import TestSupport
import Testing
import TransparencyLog

@testable import Exchange

@Suite struct EnvelopeTests {
    @Test func everyRecipientOpensWhatWasSealed() throws {
        for count in 1...20 {
            let federation = try Federation(partners: count)
            let document = (0..<count * 700).map { UInt8($0 % 251) }
            let sealed = try federation.seal(document)
            #expect(try LogEntry(parsing: sealed.entry.encoded) == sealed.entry)
            for partner in federation.partners {
                let opened = try federation.open(sealed, as: [partner])
                #expect(opened.document == document)
                #expect(opened.openedAs == partner.listed)
                #expect(opened.recipients.count == count)
            }
            #expect(throws: EnvelopeError(.notForUs, "")) { try federation.open(sealed, as: [federation.stranger]) }
        }
    }
}
