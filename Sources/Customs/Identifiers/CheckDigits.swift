/// ISO/IEC 7064 MOD 97-10: two check digits that find every wrong digit and every two digits swapped.
///
/// With letters among them, as ISO 13616 writes them (A is 10, Z is 35), it still finds every letter taken for another
/// and every two letters swapped. It misses three swaps of a letter with a digit, which spell the same number: B1 and
/// 1B, M2 and 2M, X3 and 3X.
enum Mod97 {
    /// Of capital letters and digits, 02 to 98: those that make the whole 1 modulo 97.
    static func checkDigits(of characters: some Sequence<UInt8>) -> [UInt8] {
        let check = 98 - remainder(of: characters) * 100 % 97
        return [UInt8(ascii: "0") + UInt8(check / 10), UInt8(ascii: "0") + UInt8(check % 10)]
    }

    private static func remainder(of characters: some Sequence<UInt8>) -> Int {
        characters.reduce(0) { sum, byte in
            let value = byte.alphanumericValue
            return (sum * (value < 10 ? 10 : 100) + value) % 97
        }
    }
}

/// The sum of values times weights, which most older check digits are a remainder of.
func weightedSum(_ values: some Sequence<Int>, _ weights: some Sequence<Int>) -> Int {
    zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
}
