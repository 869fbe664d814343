import Cryptography
import TestSupport
import Testing

@testable import TransparencyLog

@Suite struct TileTests {
    @Test(arguments: [
        (TilePath(level: 0, index: 0), "tile/0/000"),
        (TilePath(level: 3, index: 1_234_067), "tile/3/x001/x234/067"),
        (TilePath(level: 63, index: 999, width: 1), "tile/63/999.p/1"),
        (TilePath(level: nil, index: 1000, width: 255), "tile/entries/x001/000.p/255"),
        (TilePath(level: nil, index: .max), "tile/entries/x018/x446/x744/x073/x709/x551/615"),
    ])
    func paths(path: TilePath, string: String) throws {
        #expect(path.string == string)
        #expect(try TilePath(parsing: string) == path)
    }

    @Test(arguments: [
        "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/64/000", "tile/-1/000", "tile/00/000",
        "tile/0/x000/000", "tile/0/x001/x002", "tile/0/001/002", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p", "tile/0/000.p/", "/tile/0/000", "tile/0/000/", "tile//000", "tile/data/000",
        "tile/entries/+01", "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/٠٠٠", "tile/0/000.p/+1",
    ])
    func badPaths(string: String) {
        #expect(throws: TransparencyLogError(.malformedPath, "")) { try TilePath(parsing: string) }
    }

    /// The example of C2SP tlog-tiles, "Partial Tiles".
    @Test func layout() {
        #expect(TileLayout.levels(size: 70_000) == 0..<3)
        #expect(TileLayout.width(level: 0, index: 272, size: 70_000) == 256)
        #expect(TileLayout.width(level: 0, index: 273, size: 70_000) == 112)
        #expect(TileLayout.width(level: 1, index: 0, size: 70_000) == 256)
        #expect(TileLayout.width(level: 1, index: 1, size: 70_000) == 17)
        #expect(TileLayout.width(level: 2, index: 0, size: 70_000) == 1)
        #expect(TileLayout.width(level: 2, index: 1, size: 70_000) == 0)
        #expect(TileLayout.levels(size: 256) == 0..<2 && TileLayout.width(level: 1, index: 0, size: 256) == 1)
        #expect(TileLayout.levels(size: 255) == 0..<1 && TileLayout.levels(size: 0).isEmpty)
        #expect(TileLayout.levels(size: .max) == 0..<8)
    }

    @Test func newResourcesAreWhatASmallerTreeLacks() {
        func all(_ size: UInt64) -> Set<TilePath> { Set(TileLayout.newResources(from: 0, to: size)) }
        #expect(all(0).isEmpty)
        for (old, new) in [(0, 1), (1, 1), (1, 2), (255, 256), (256, 257), (256, 512), (300, 65_536), (65_535, 65_537)]
            as [(UInt64, UInt64)]
        {
            let added = Set(TileLayout.newResources(from: old, to: new))
            #expect(added == all(new).subtracting(all(old)), "from \(old) to \(new)")
        }
        #expect(all(70_000).count == 274 + 274 + 2 + 1)
    }

    @Test func bundles() throws {
        let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 65_535), Array("four".utf8)]
        let bundle = EntryBundle.encode(entries)
        #expect(try EntryBundle.parse(bundle, width: 4) == entries)
        #expect(try EntryBundle.leafHashes(bundle, width: 4) == entries.map { MerkleHash.leaf($0) })
        let malformed = TransparencyLogError(.malformedBundle, "")
        #expect(throws: malformed) { try EntryBundle.parse(bundle, width: 3) }
        #expect(throws: malformed) { try EntryBundle.parse(bundle, width: 5) }
        #expect(throws: malformed) { try EntryBundle.parse(bundle + [0], width: 4) }
        for count in [0, 1, 2, 4, 5, bundle.count - 1] {
            #expect(throws: malformed) { try EntryBundle.parse(Array(bundle[..<count]), width: 4) }
        }
    }

    @Test func tiles() throws {
        let hashes = (0..<5).map { Digest.sha256([UInt8($0)]) }
        let tile = Tile.encode(hashes)
        #expect(try Tile.parse(tile, width: 5) == hashes && Tile.matches(tile, hashes))
        #expect(!Tile.matches(tile, hashes.dropLast()) && !Tile.matches(tile, hashes.reversed()))
        #expect(throws: TransparencyLogError(.malformedTile, "")) { try Tile.parse(tile, width: 4) }
        #expect(throws: TransparencyLogError(.malformedTile, "")) { try Tile.parse(tile + [0], width: 5) }
    }
}
