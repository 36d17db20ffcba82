// swift-tools-version: 6.2
import PackageDescription

// Everything slow or external: clients nobody here wrote, child processes, a package of failing tests.
let package = Package(
    name: "Interop",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "TCPMock", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    ],
    targets: [
        // A small blocking client, shared with Fixture/ by a symbolic link there.
        .target(name: "PlainClient"),
        .target(name: "Children"),
        .target(
            name: "ProbeHandler",
            dependencies: [
                .product(name: "TCPMock", package: "TCPMock"), .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .executableTarget(
            name: "Probe", dependencies: [.product(name: "TCPMock", package: "TCPMock"), "PlainClient"]),
        .executableTarget(name: "Load", dependencies: [.product(name: "TCPMock", package: "TCPMock")]),
        .executableTarget(
            name: "Busy", dependencies: [.product(name: "TCPMock", package: "TCPMock"), "Children", "PlainClient"]),
        .executableTarget(
            name: "Pages", dependencies: [.product(name: "TCPMock", package: "TCPMock"), "PlainClient"]),
        .target(name: "Heap"),
        .executableTarget(name: "Soak", dependencies: [.product(name: "TCPMock", package: "TCPMock"), "Heap"]),
        .executableTarget(
            name: "Unreported", dependencies: [.product(name: "TCPMockTesting", package: "TCPMock"), "PlainClient"]),
        .testTarget(
            name: "InteropTests",
            dependencies: [
                .product(name: "TCPMockTesting", package: "TCPMock"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                "Children", "PlainClient", "Probe", "ProbeHandler", "Load", "Busy", "Unreported", "Pages",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
