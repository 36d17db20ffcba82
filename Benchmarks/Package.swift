// swift-tools-version: 6.2
import Foundation
import PackageDescription

// What TCPMock costs, beside bare C and beside what else a test could use. Linux only; run it with `make bench`.

/// A target is declared when its folder is there, so that one part of the package builds without the others.
func present(_ targets: [Target]) -> [Target] {
    targets.filter { FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Sources/\($0.name)") }
}

let tcpMock = Target.Dependency.product(name: "TCPMock", package: "TCPMock")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let sockets = Target.Dependency.product(name: "FlyingSocks", package: "FlyingFox")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let gnu = [CSetting.define("_GNU_SOURCE")]

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "TCPMock", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: present([
        // The orchestrator: it starts the other programs, measures none of them itself and links none of them.
        .executableTarget(name: "bench", dependencies: [histogram]),
        // What the C programs agree on: the bytes of each job, their options, their one line of JSON.
        .target(name: "CWire", cSettings: gnu),
        .executableTarget(name: "loadgen", dependencies: ["CWire"], cSettings: gnu),
        .executableTarget(name: "peer-epoll", dependencies: ["CWire"], cSettings: gnu),
        .executableTarget(
            name: "peer-libev", dependencies: ["CWire"], cSettings: gnu, linkerSettings: [.linkedLibrary("ev")]),
        // A tiny blocking client, linked into the peers that are measured inside one process.
        .target(name: "CClient", cSettings: gnu),
        // What the peers in Swift have in common: options, messages, one line of JSON, timing.
        .target(name: "PeerKit", dependencies: ["CClient"]),
        .executableTarget(name: "peer-tcpmock", dependencies: [tcpMock, "CClient", "PeerKit"]),
        .executableTarget(name: "peer-nio", dependencies: [nioCore, nioPosix, "CClient", "PeerKit"]),
        .executableTarget(name: "peer-flying", dependencies: [sockets, "CClient", "PeerKit"]),
    ]),
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
