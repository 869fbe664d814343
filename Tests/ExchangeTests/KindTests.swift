import EntryCodec
import Testing

@Suite struct KindTests {
    @Test func codesAreThoseOfThePage() {
        #expect(EntryKind.allCases.map(\.rawValue) == [1, 2, 3])
    }
}
