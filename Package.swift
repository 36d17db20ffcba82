// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "TCPMock",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "TCPMock", targets: ["TCPMock"]),
        .library(name: "TCPMockTesting", targets: ["TCPMockTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0")
    ],
    targets: [
        .systemLibrary(name: "CLibev", providers: [.apt(["libev-dev"]), .brew(["libev"])]),
        // Linked here and not by the module map alone: a C-only consumer makes no autolink entry.
        .target(
            name: "CEvLoop", dependencies: ["CLibev"], linkerSettings: [.linkedLibrary("ev")]),
        .target(name: "TCPMock", dependencies: ["CEvLoop", .product(name: "Logging", package: "swift-log")]),
        .target(name: "TCPMockTesting", dependencies: ["TCPMock"]),
        // For tests only: the core's inner headers, and a plain blocking client.
        .target(name: "CEvLoopInternals", dependencies: ["CEvLoop"], path: "Tests/CEvLoopInternals"),
        .target(name: "TestClient", dependencies: ["TCPMock", "CEvLoop"], path: "Tests/TestClient"),
        .testTarget(name: "CEvLoopTests", dependencies: ["CEvLoop", "CEvLoopInternals", "TestClient"]),
        .testTarget(
            name: "TCPMockTests",
            dependencies: [
                "TCPMock", "CEvLoop", "CEvLoopInternals", "TestClient", .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "TCPMockTestingTests", dependencies: ["TCPMockTesting", "TestClient"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17
)

// The documentation plugin costs every user resolve time, so only documentation builds fetch it.
if Context.environment["TCPMOCK_DOCS"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
