import Cryptography
import Testing

@testable import CordonNode

@Suite struct VerifiedEntriesTests {
    private static let leaves = (0..<20).map { Digest.sha256([$0]) }

    @Test func theLastOnesAreKnown() {
        let verified = VerifiedEntries(capacity: 4)
        for leaf in Self.leaves.prefix(6) { verified.insert([leaf], of: 1) }
        #expect(Self.leaves.map { verified.contains($0, of: 1) } == (0..<20).map { (2..<6).contains($0) })
        // One that is known takes nobody's place.
        verified.insert([Self.leaves[5], Self.leaves[5]], of: 1)
        #expect(verified.contains(Self.leaves[2], of: 1))
        verified.insert(Array(Self.leaves), of: 1)
        #expect(Self.leaves.map { verified.contains($0, of: 1) } == (0..<20).map { $0 >= 16 })
    }

    @Test func anEntryIsKnownInItsLogAlone() {
        let verified = VerifiedEntries()
        verified.insert([Self.leaves[0]], of: 1)
        #expect(verified.contains(Self.leaves[0], of: 1) && !verified.contains(Self.leaves[0], of: 2))
        #expect(!verified.contains(Self.leaves[1], of: 1))
    }
}
