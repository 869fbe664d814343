import Cryptography
import Foundation
import TestSupport
import Testing

@testable import TransparencyLog

/// RFC 6962, section 2.1, to the letter: the definitions, not the algorithms.
enum Definition {
    static func root(_ leaves: ArraySlice<[UInt8]>) -> Digest {
        if leaves.isEmpty { return Digest.sha256([]) }
        if leaves.count == 1 { return Digest.sha256([0] + leaves.first!) }
        let middle = leaves.startIndex + split(leaves.count)
        return Digest.sha256([1] + root(leaves[..<middle]).bytes + root(leaves[middle...]).bytes)
    }

    static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [Digest] {
        if leaves.count == 1 { return [] }
        let k = split(leaves.count)
        let middle = leaves.startIndex + k
        return index < k
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
            : path(index - k, leaves[middle...]) + [root(leaves[..<middle])]
    }

    static func proof(_ size: Int, _ leaves: ArraySlice<[UInt8]>, whole: Bool = true) -> [Digest] {
        if size == leaves.count { return whole ? [] : [root(leaves)] }
        let k = split(leaves.count)
        let middle = leaves.startIndex + k
        return size <= k
            ? proof(size, leaves[..<middle], whole: whole) + [root(leaves[middle...])]
            : proof(size - k, leaves[middle...], whole: false) + [root(leaves[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var k = 1
        while k * 2 < count { k *= 2 }
        return k
    }
}

/// A log in memory, as tiles.
struct MemoryLog {
    var edge = TileBuilder()
    var tiles: [TilePath: [Digest]] = [:]
    var entries: [[UInt8]] = []

    init(_ count: Int) {
        for index in 0..<count { append(Array("entry \(index)".utf8)) }
    }

    mutating func append(_ entry: [UInt8]) {
        entries.append(entry)
        var full: [TileBuilder.FullTile] = []
        edge.append(MerkleHash.leaf(entry)) { full.append($0) }
        for tile in full { tiles[TilePath(level: tile.level, index: tile.index)] = tile.hashes }
    }

    var reader: TileReader {
        TileReader(size: edge.size) { path in
            if let tile = tiles[path.full] { return Array(tile.prefix(path.width)) }
            return Array(edge.partial(level: path.level!).prefix(path.width))
        }
    }
}

@Suite struct MerkleTests {
    @Test func treesMatchTheDefinition() {
        var tree = MerkleTree()
        var leaves: [[UInt8]] = []
        for size in 0...600 {
            #expect(tree.size == UInt64(size))
            if size < 70 || size % 16 < 2 || size > 590 { #expect(tree.root == Definition.root(leaves[...])) }
            let entry = Array("entry \(size)".utf8)
            leaves.append(entry)
            tree.append(MerkleHash.leaf(entry))
        }
    }

    @Test func tilesBuildTheSameTree() throws {
        // 65,537 leaves: two levels of full tiles and a partial third.
        let log = MemoryLog(65_537)
        var reader = log.reader
        var tree = MerkleTree()
        for (index, entry) in log.entries.enumerated() {
            if [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536].contains(index) {
                #expect(try reader.root(size: UInt64(index)) == tree.root, "size \(index)")
            }
            tree.append(MerkleHash.leaf(entry))
        }
        #expect(try reader.root(size: 65_537) == tree.root && tree == log.edge.tree)
        #expect(log.tiles.count == 257)

        let rebuilt = TileBuilder(partials: (0..<3).map { log.edge.partial(level: $0) })
        #expect(rebuilt.size == 65_537 && rebuilt.root == tree.root)

        var byTile = TileBuilder()
        for index in 0..<256 {
            byTile.append(fullTile: MerkleHash.perfectRoot(log.tiles[TilePath(level: 0, index: UInt64(index))]!)) { _ in
            }
        }
        byTile.append(MerkleHash.leaf(log.entries[65_536])) { _ in }
        #expect(byTile.root == tree.root)
    }

    @Test func everyProofOfSmallTrees() throws {
        let log = MemoryLog(70)
        var reader = log.reader
        for size in 1...70 {
            let leaves = log.entries[..<size]
            let root = Definition.root(leaves)
            for index in 0..<size {
                let proof = try reader.inclusionProof(index: UInt64(index), size: UInt64(size))
                #expect(proof.hashes == Definition.path(index, leaves))
                try proof.verify(leaf: MerkleHash.leaf(log.entries[index]), root: root)
            }
            for old in 1...size {
                let proof = try reader.consistencyProof(size1: UInt64(old), size2: UInt64(size))
                #expect(proof.hashes == Definition.proof(old, leaves))
                try proof.verify(root1: Definition.root(log.entries[..<old]), root2: root)
            }
        }
    }

    @Test func proofsAcrossTiles() throws {
        let log = MemoryLog(66_000)
        var reader = log.reader
        let sizes: [UInt64] = [1, 2, 255, 256, 257, 600, 65_535, 65_536, 65_537, 66_000]
        for size in sizes {
            let root = try reader.root(size: size)
            for index in sizes.map({ $0 - 1 }) where index < size {
                try reader.inclusionProof(index: index, size: size)
                    .verify(leaf: MerkleHash.leaf(log.entries[Int(index)]), root: root)
            }
            for old in sizes where old <= size {
                try reader.consistencyProof(size1: old, size2: size).verify(root1: reader.root(size: old), root2: root)
            }
        }
        #expect(throws: TransparencyLogError(.outOfRange, "")) {
            try reader.inclusionProof(index: 66_000, size: 66_000)
        }
        #expect(throws: TransparencyLogError(.outOfRange, "")) { try reader.root(size: 66_001) }
        #expect(throws: TransparencyLogError(.outOfRange, "")) { try reader.consistencyProof(size1: 0, size2: 5) }
    }

    @Test func everyBitOfAProofCounts() throws {
        let log = MemoryLog(21)
        var reader = log.reader
        let root = log.edge.root
        for index: UInt64 in [0, 7, 16, 20] {
            let leaf = MerkleHash.leaf(log.entries[Int(index)])
            let proof = try reader.inclusionProof(index: index, size: 21)
            for (position, hash) in proof.hashes.enumerated() {
                for bit in 0..<256 {
                    var bytes = hash.bytes
                    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                    var hashes = proof.hashes
                    hashes[position] = Digest(bytes)!
                    #expect(throws: TransparencyLogError(.proofMismatch, "")) {
                        try InclusionProof(index: index, size: 21, hashes: hashes).verify(leaf: leaf, root: root)
                    }
                }
            }
        }
    }

    /// `transparency-dev/merkle`'s cases, as they are named.
    @Test(.enabled(if: Places.hasShared("vectors/merkle"), "the Merkle vectors are not here"))
    func conformance() throws {
        struct Inclusion: Decodable {
            let leafIdx, treeSize: UInt64
            let root, leafHash: Data
            let proof: [Data]?
            let wantErr: Bool
        }
        struct Consistency: Decodable {
            let size1, size2: UInt64
            let root1, root2: Data
            let proof: [Data]?
            let wantErr: Bool
        }
        let folder = Places.shared.appendingPathComponent("vectors/merkle").path
        let files = filesBelow(folder).filter { $0.hasSuffix(".json") }
        #expect(files.count == 196)
        for file in files {
            let data = Data(try bytes(of: file))
            let failed: Bool
            let wanted: Bool
            if file.hasPrefix(folder + "/inclusion") {
                let vector = try JSONDecoder().decode(Inclusion.self, from: data)
                wanted = vector.wantErr
                failed = fails {
                    try InclusionProof.verify(
                        index: vector.leafIdx, size: vector.treeSize, leaf: Array(vector.leafHash),
                        hashes: (vector.proof ?? []).map { Array($0) }, root: Array(vector.root))
                }
            } else {
                let vector = try JSONDecoder().decode(Consistency.self, from: data)
                wanted = vector.wantErr
                failed = fails {
                    try ConsistencyProof.verify(
                        size1: vector.size1, size2: vector.size2, hashes: (vector.proof ?? []).map { Array($0) },
                        root1: Array(vector.root1), root2: Array(vector.root2))
                }
            }
            #expect(failed == wanted, "\(file.dropFirst(folder.count))")
        }
    }

    private func fails(_ body: () throws -> Void) -> Bool { (try? body()) == nil }
}
