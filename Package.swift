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
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let threadPool: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")

let package = Package(
    name: "cordon",
    products: [
        .executable(name: "cordon", targets: ["cordon"]),
        .executable(name: "cordon-verify", targets: ["cordon-verify"]),
        .executable(name: "cordon-bench", targets: ["cordon-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1",
            traits: ["ConfigurationSupport"]),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
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
        .target(
            name: "Cryptography",
            dependencies: ["CSodium", "COpenSSL", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),

        // Layer 1: the vocabulary of the trade. `Schema` is generated from Protocols/schema (`make schema`).
        .target(name: "Schema", dependencies: [protobuf], swiftSettings: [.swiftLanguageMode(.v6)]),
        .target(name: "Customs", dependencies: ["Schema"], swiftSettings: settings),
        .target(name: "Interchange", swiftSettings: settings),

        // Layer 2: the log as mathematics and text, and the encrypted store.
        .target(name: "TransparencyLog", dependencies: ["Cryptography"], swiftSettings: settings),
        .target(name: "Storage", dependencies: ["CRocksDB", "Cryptography"], swiftSettings: settings),

        // Layer 2: the entries of the exchange log, as an auditor reads them.
        .target(name: "EntryCodec", dependencies: ["Cryptography", "TransparencyLog"], swiftSettings: settings),

        // Layer 3: what authorities send each other, and how they keep up with each other's logs.
        .target(
            name: "Exchange",
            dependencies: ["EntryCodec", "Cryptography", "TransparencyLog", "Customs", "Schema", protobuf],
            swiftSettings: settings),

        // Layer 3: case files as commands, events and folds.
        .target(name: "Casework", dependencies: ["Customs", "Schema", protobuf], swiftSettings: settings),

        // Layer 4: the node that wires them.
        .target(
            name: "CordonNode",
            dependencies: [
                "Casework", "Customs", "EntryCodec", "Exchange", "Schema", "Cryptography", "Storage", "TransparencyLog",
                protobuf, threadPool,
            ],
            swiftSettings: settings),

        // Layer 5: HTTP.
        .target(
            name: "NodeServer",
            dependencies: [
                "CordonNode", "Casework", "Customs", "EntryCodec", "Exchange", "Interchange", "Schema", "Cryptography",
                "TransparencyLog", protobuf,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),

        // Layer 6: the programs.
        .executableTarget(
            name: "cordon",
            dependencies: [
                "NodeServer", "Interchange", "Casework", "Customs", "EntryCodec", "Exchange", "Schema", "CordonNode",
                "Cryptography", "Storage", "TransparencyLog", argumentParser, protobuf,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "cordon-verify", dependencies: ["Cryptography", "EntryCodec", "TransparencyLog", argumentParser],
            swiftSettings: settings),
        .executableTarget(
            name: "cordon-bench",
            dependencies: [
                "NodeServer", "CordonNode", "Casework", "Customs", "EntryCodec", "Exchange", "Schema", "Cryptography",
                "Storage", "TransparencyLog", argumentParser, protobuf,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),

        // What test targets share: places, temporary directories, programs to run.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "CustomsTests", dependencies: ["Customs", "Schema", "TestSupport", protobuf], swiftSettings: settings),
        .testTarget(name: "InterchangeTests", dependencies: ["Interchange", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "TransparencyLogTests", dependencies: ["TransparencyLog", "Cryptography", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "ExchangeTests",
            dependencies: [
                "Exchange", "EntryCodec", "Cryptography", "TransparencyLog", "Customs", "Schema", "TestSupport",
                protobuf,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "FederationTests",
            dependencies: [
                "Exchange", "EntryCodec", "Cryptography", "TransparencyLog", "Schema", "TestSupport", protobuf,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "StorageTests", dependencies: ["Storage", "CRocksDB", "Cryptography", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "CordonNodeTests",
            dependencies: [
                "CordonNode", "Casework", "Customs", "Schema", "Storage", "TransparencyLog", "Cryptography",
                "TestSupport", protobuf,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "NodeServerTests",
            dependencies: [
                "NodeServer", "CordonNode", "Casework", "Customs", "Interchange", "Schema", "Storage", "Cryptography",
                "TestSupport", protobuf,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "cordon", "cordon-verify", "CordonNode", "EntryCodec", "Storage", "TransparencyLog", "Cryptography",
                "TestSupport",
            ],
            swiftSettings: settings),
    ],
    cxxLanguageStandard: .cxx17
)
