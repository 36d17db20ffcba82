// swift-tools-version: 6.2
// Runs what the README and the articles show: `make demo` runs hello, ReadmeTests has the snippets, and ProtocolTests one
// whole example for each style of protocol.
import PackageDescription

let package = Package(
    name: "TCPMockExamples",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "TCPMock", path: "..")
    ],
    targets: [
        // The program under test: a small blocking client over plain sockets.
        .target(name: "LineClient"),
        // Small clients of one protocol each, and a small server.
        .target(name: "ProtocolClients", dependencies: ["LineClient"]),
        .target(name: "LineServer"),
        .executableTarget(
            name: "hello", dependencies: ["LineClient", .product(name: "TCPMock", package: "TCPMock")]),
        .testTarget(
            name: "ReadmeTests",
            dependencies: ["LineClient", .product(name: "TCPMockTesting", package: "TCPMock")]),
        .testTarget(
            name: "ServerTests",
            dependencies: ["LineServer", .product(name: "TCPMockTesting", package: "TCPMock")]),
        .testTarget(
            name: "ProtocolTests",
            dependencies: ["ProtocolClients", .product(name: "TCPMockTesting", package: "TCPMock")]),
    ],
    swiftLanguageModes: [.v6]
)
