/// Waiting times with full jitter: uniform between 0 and a bound that doubles with every failure. ("Exponential
/// Backoff And Jitter", M. Brooker, 2015.) All randomness comes from the seed (SplitMix64); it protects nothing.
struct Backoff: Sendable {
    private var state: UInt64
    let base: UInt64
    let cap: UInt64

    init(seed: UInt64, base: UInt64, cap: UInt64) {
        state = seed
        self.base = base
        self.cap = cap
    }

    /// Milliseconds to wait after `failures` in a row, 1 or more.
    mutating func delay(failures: Int) -> UInt64 {
        let doublings = UInt64(min(max(failures - 1, 0), 30))
        let bound = min(cap, base << doublings)
        return next() % (bound + 1)
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
