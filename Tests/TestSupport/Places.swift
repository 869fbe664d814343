public import Foundation

/// Where tests find their inputs and put their outputs.
public enum Places {
    /// The project's own folder.
    public static let project: URL = {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url
    }()

    /// Data and vectors made by others, beside the project where they are provided. Tests that need them say so and
    /// skip where they are absent.
    public static let shared = project.deletingLastPathComponent().appendingPathComponent("shared")

    public static func hasShared(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: shared.appendingPathComponent(path).path)
    }

    /// A program of this package, built beside the tests.
    public static func program(_ name: String) -> String {
        Bundle.main.bundleURL.appendingPathComponent(name).path
    }

    /// Whether the long version of a test is wanted (`make soak`).
    public static let isSoak = ProcessInfo.processInfo.environment["CORDON_SOAK"] != nil

    /// A number that a run of soak tests starts its randomness from, and that a failure names.
    public static let seed: UInt64 =
        ProcessInfo.processInfo.environment["CORDON_SEED"].flatMap { UInt64($0) }
        ?? (isSoak ? .random(in: 1...(.max)) : 1)

    /// The cases of a vector file in `Protocols/vectors`.
    public static func vectors<Case: Decodable>(_ name: String, _ type: Case.Type) throws -> [Case] {
        let url = project.appendingPathComponent("Protocols/vectors/\(name).json")
        return try JSONDecoder().decode(VectorFile<Case>.self, from: Data(contentsOf: url)).cases
    }
}

private struct VectorFile<Case: Decodable>: Decodable {
    let cases: [Case]
}

/// A directory that goes when its owner does.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "cordon-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public subscript(_ name: String) -> String { path + "/" + name }
}

/// Every regular file below a directory.
public func filesBelow(_ path: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.sorted().map { path + "/" + $0 }.filter {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: $0, isDirectory: &isDirectory) && !isDirectory.boolValue
    }
}

public func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

public func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

/// Repeatable randomness (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    public init(_ seed: UInt64) { state = seed }
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
