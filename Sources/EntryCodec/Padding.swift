/// PADMÉ (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, section
/// 4): a size is rounded up so that it has, as a binary number, no more significant digits than its exponent has
/// digits. That costs at most 6.25 % here, and leaves O(log log n) bits of the size to see.
public enum Padding {
    /// Of what is sealed, however little it is.
    public static let minimumByteCount = 4 << 10

    /// The size that a content of `byteCount` bytes is padded to.
    public static func paddedByteCount(of byteCount: Int) -> Int {
        precondition(byteCount >= 0 && byteCount <= 1 << 40)
        let size = max(byteCount, minimumByteCount)
        let exponent = Int.bitWidth - 1 - size.leadingZeroBitCount
        let digits = Int.bitWidth - exponent.leadingZeroBitCount
        let mask = 1 << (exponent - digits) - 1
        return (size + mask) & ~mask
    }

    /// Whether some content is padded to exactly this size.
    public static func isPadded(_ byteCount: Int) -> Bool {
        byteCount >= minimumByteCount && byteCount <= 1 << 40 && paddedByteCount(of: byteCount) == byteCount
    }
}
