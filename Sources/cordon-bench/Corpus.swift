internal import Cryptography

/// Entries that look like releases: incompressible, and made beforehand so that making them is not measured.
struct Corpus: Sendable {
    let entries: [[UInt8]]

    init(count: Int = 4096, byteCount: Int = 300) {
        entries = (0..<count).map { _ in randomBytes(count: byteCount) }
    }

    subscript(_ index: Int) -> [UInt8] { entries[index % entries.count] }
}
