import Exchange
import Testing

@Suite struct StateTests {
    @Test func statesAreKnownByName() {
        #expect(PartnerState.allCases.map(\.rawValue) == ["active", "suspended", "revoked", "frozen"])
    }
}
