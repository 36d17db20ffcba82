// swift-tools-version: 6.2
// Runs what the README shows: `make demo` runs hello, and ReadmeTests compiles and runs every snippet.
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
        .executableTarget(
            name: "hello", dependencies: ["LineClient", .product(name: "TCPMock", package: "TCPMock")]),
        .testTarget(
            name: "ReadmeTests",
            dependencies: ["LineClient", .product(name: "TCPMockTesting", package: "TCPMock")]),
    ],
    swiftLanguageModes: [.v6]
)
