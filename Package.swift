// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "cordon",
    products: [
        .executable(name: "cordon", targets: ["cordon"]),
        .executable(name: "cordon-verify", targets: ["cordon-verify"]),
        .executable(name: "cordon-bench", targets: ["cordon-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2")
    ],
    targets: [
        // Layer 0: the C libraries.
        .target(
            name: "CRocksDB",
            cxxSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("rocksdb"), .linkedLibrary("crypto")]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // Layer 1: keys, signatures, sealing, secret memory.
        .target(name: "Cryptography", dependencies: ["CSodium", "COpenSSL"], swiftSettings: settings),

        // Layer 2: the log as mathematics and text, and the encrypted store.
        .target(name: "TransparencyLog", dependencies: ["Cryptography"], swiftSettings: settings),
        .target(name: "Storage", dependencies: ["CRocksDB", "Cryptography"], swiftSettings: settings),

        // Layer 4: the node that wires them.
        .target(
            name: "CordonNode", dependencies: ["Cryptography", "Storage", "TransparencyLog"],
            swiftSettings: settings),

        // Layer 6: the programs.
        .executableTarget(
            name: "cordon",
            dependencies: ["CordonNode", "Cryptography", "Storage", "TransparencyLog", argumentParser],
            swiftSettings: settings),
        .executableTarget(
            name: "cordon-verify", dependencies: ["Cryptography", "TransparencyLog", argumentParser],
            swiftSettings: settings),
        .executableTarget(
            name: "cordon-bench",
            dependencies: ["CordonNode", "Cryptography", "Storage", "TransparencyLog", argumentParser],
            swiftSettings: settings),

        // What test targets share: places, temporary directories, programs to run.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "TransparencyLogTests", dependencies: ["TransparencyLog", "Cryptography", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "StorageTests", dependencies: ["Storage", "CRocksDB", "Cryptography", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "CordonNodeTests",
            dependencies: ["CordonNode", "Storage", "TransparencyLog", "Cryptography", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "cordon", "cordon-verify", "CordonNode", "Storage", "TransparencyLog", "Cryptography", "TestSupport",
            ],
            swiftSettings: settings),
    ],
    cxxLanguageStandard: .cxx17
)
