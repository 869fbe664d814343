import Cryptography
import EntryCodec
import Exchange
import TestSupport
import Testing
import TransparencyLog

@Suite struct EntryTests {
    private let origin = Federation.origin

    private func statement(_ bytes: [UInt8] = [1, 2, 3], references: [EntryReference] = []) throws -> LogEntry {
        try LogEntry(
            stating: bytes, kind: .keys, id: .random(), timeMilliseconds: Federation.time, references: references,
            key: SigningKey(seed: Federation.seed(1)), origin: origin)
    }

    @Test func codesAreThoseOfThePage() {
        #expect(EntryKind.allCases.map(\.rawValue) == [1, 2, 3])
    }

    @Test func aStatementIsReadBackAsItWasWritten() throws {
        let first = try statement()
        let second = try statement([UInt8](repeating: 7, count: 60_000), references: [EntryReference(to: first)])
        for entry in [first, second] {
            let read = try LogEntry(parsing: entry.encoded)
            #expect(read == entry)
            #expect(read.encoded.count <= LogEntry.maximumByteCount)
            try read.verify(key: SigningKey(seed: Federation.seed(1)).verifyingKey, origin: origin)
        }
        #expect(second.references == [EntryReference(id: first.id, leafHash: MerkleHash.leaf(first.encoded))])
    }

    @Test func whatWouldBeRefusedIsNotWritten() throws {
        #expect(throws: EntryError(.badStatement, "")) { try statement([]) }
        #expect(throws: EntryError(.badStatement, "")) { try statement([UInt8](repeating: 0, count: 60_001)) }
        let reference = EntryReference(to: try statement())
        #expect(throws: EntryError(.badReferences, "")) { try statement(references: [reference, reference]) }
        let many = try (0..<17).map { _ in EntryReference(to: try statement()) }
        #expect(throws: EntryError(.badReferences, "")) { try statement(references: many) }
        _ = try statement(references: Array(many.dropLast()))
        let key = try SigningKey<ReleaseRole>(seed: Federation.seed(1))
        for origin in ["", String(repeating: "o", count: 256)] {
            #expect(throws: EntryError(.badOrigin, "")) {
                try LogEntry(
                    stating: [1], kind: .erasure, id: .random(), timeMilliseconds: 0, key: key, origin: origin)
            }
        }
    }

    @Test func aChangedBitIsNoticed() throws {
        let entry = try Federation(partners: 1).seal().entry
        let key = try SigningKey<ReleaseRole>(seed: Federation.seed(1)).verifyingKey
        let bytes = entry.encoded
        #expect(bytes.count == 290)
        for bit in 0..<8 * bytes.count {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: EntryError.self, "bit \(bit)") {
                try LogEntry(parsing: changed).verify(key: key, origin: origin)
            }
        }
    }

    /// PADMÉ's sizes, as its paper's reference code gives them; none but these are taken.
    @Test func paddedSizes() {
        let expected = [
            0: 4096, 4096: 4096, 4097: 4352, 4352: 4352, 4353: 4608, 8191: 8192, 8193: 8704, 65_536: 65_536,
            65_537: 67_584, 1_000_000: 1_015_808, 1_048_577: 1_081_344,
        ]
        for (size, padded) in expected {
            #expect(Padding.paddedByteCount(of: size) == padded, "\(size)")
            #expect(Padding.isPadded(padded))
        }
        var generator = SeededGenerator(Places.seed)
        for _ in 0..<10_000 {
            let size = Int.random(in: 4096...2_000_000, using: &generator)
            let padded = Padding.paddedByteCount(of: size)
            #expect(padded >= size && padded - size < (size + 15) / 16 && Padding.isPadded(padded))
            #expect(Padding.isPadded(size) == (padded == size))
        }
        #expect(!Padding.isPadded(0) && !Padding.isPadded(4095) && !Padding.isPadded(-1))
    }
}
