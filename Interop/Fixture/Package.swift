// swift-tools-version: 6.2
import PackageDescription

// Tests that fail on purpose. ../Tests/InteropTests/Fixture runs them as a child and checks what they print.
let package = Package(
    name: "Fixture",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "TCPMock", path: "../..")],
    targets: [
        .target(name: "PlainClient"),
        .testTarget(
            name: "FixtureTests",
            dependencies: [.product(name: "TCPMockTesting", package: "TCPMock"), "PlainClient"]),
    ],
    swiftLanguageModes: [.v6]
)
