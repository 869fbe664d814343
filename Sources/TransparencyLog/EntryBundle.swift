public import Cryptography

/// The entries of a bundle: each with its length in front, a big-endian uint16 (C2SP tlog-tiles, "Log entries").
public enum EntryBundle {
    public static let maximumEntryByteCount = 65_535
    /// The largest bundle there can be: 256 of the longest entries.
    public static let maximumByteCount = TilePath.fullWidth * (2 + maximumEntryByteCount)

    public static func append(_ entry: some Collection<UInt8>, to bundle: inout [UInt8]) {
        precondition(entry.count <= maximumEntryByteCount)
        bundle.append(UInt8(entry.count >> 8))
        bundle.append(UInt8(entry.count & 255))
        bundle.append(contentsOf: entry)
    }

    public static func encode(_ entries: some Sequence<[UInt8]>) -> [UInt8] {
        var bundle: [UInt8] = []
        for entry in entries { append(entry, to: &bundle) }
        return bundle
    }

    /// Lends each entry in turn. Throws `.malformedBundle` unless `bundle` is exactly `width` entries.
    public static func forEach(
        in bundle: [UInt8], width: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try bundle.withUnsafeBytes { bytes in
            var offset = 0
            for position in 0..<width {
                guard bytes.count - offset >= 2 else { throw Self.truncated(position, width) }
                let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
                offset += 2
                guard bytes.count - offset >= length else { throw Self.truncated(position, width) }
                try body(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
                offset += length
            }
            guard offset == bytes.count else {
                throw TransparencyLogError(
                    .malformedBundle, "\(bytes.count - offset) bytes behind the last of \(width) entries")
            }
        }
    }

    /// The entries, copied out.
    public static func parse(_ bundle: [UInt8], width: Int) throws -> [[UInt8]] {
        var entries: [[UInt8]] = []
        try forEach(in: bundle, width: width) { entries.append([UInt8]($0)) }
        return entries
    }

    /// The leaf hashes of the entries.
    public static func leafHashes(_ bundle: [UInt8], width: Int) throws -> [Digest] {
        var hashes: [Digest] = []
        hashes.reserveCapacity(width)
        try forEach(in: bundle, width: width) { hashes.append(MerkleHash.leaf($0)) }
        return hashes
    }

    private static func truncated(_ position: Int, _ width: Int) -> TransparencyLogError {
        TransparencyLogError(.malformedBundle, "ends inside entry \(position) of \(width)")
    }
}
