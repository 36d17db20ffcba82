// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "TCPMockBenchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "TCPMock", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        .target(name: "CClient", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "PeerKit", dependencies: ["CClient"]),
        .executableTarget(
            name: "peer-tcpmock",
            dependencies: ["PeerKit", "CClient", .product(name: "TCPMock", package: "TCPMock")]),
        .executableTarget(
            name: "peer-nio",
            dependencies: [
                "PeerKit", "CClient",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .executableTarget(
            name: "peer-flying",
            dependencies: ["PeerKit", "CClient", .product(name: "FlyingSocks", package: "FlyingFox")]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
