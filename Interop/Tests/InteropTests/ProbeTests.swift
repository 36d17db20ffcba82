// What has to be seen from outside a process, or needs one of its own: Sources/Probe and Sources/Unreported.

import Children
import Foundation
import Testing

/// Runs an executable of this package, which lies beside the tests.
private func probe(_ name: String, _ arguments: String...) async throws -> ChildResult {
    try await Child.run(builtExecutable(name), arguments, environment: ["TCPMOCK_TIMEOUT_SCALE": nil])
}

func builtExecutable(_ name: String) -> String {
    #if os(Linux)
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    #else
        let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL ?? Bundle.main.bundleURL
    #endif
    return tests.deletingLastPathComponent().appendingPathComponent(name).path
}

#if os(Linux)
    // These read /proc, and glibc's ldd.

    @Test func acceptingGoesOnWhenThereAreDescriptorsAgain() async throws {
        let result = try await probe("Probe", "descriptors")
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("the last is kept waiting: true"), "\(result)")
        #expect(result.output.contains("all are served"), "\(result)")
        #expect(result.output.contains("all went as scripted: 12 connections"), "\(result)")
        #expect(result.output.contains(/note: accepting paused [1-9][0-9]* times: Too many open files/), "\(result)")
    }

    /// A network namespace of its own has its own range of ports, and leaves everybody else's alone. unshare(1)
    @Test(.enabled(if: geteuid() == 0)) func clientsWithoutAPortLeftSayWhatToDoAndGoOnWhenThereAreSomeAgain()
        async throws
    {
        let setUp = "ip link set lo up && echo 50000 50009 > /proc/sys/net/ipv4/ip_local_port_range"
        let result = try await Child.run(
            "unshare", ["--net", "sh", "-c", "\(setUp) && exec \"$0\" ports", builtExecutable("Probe")],
            environment: ["TCPMOCK_TIMEOUT_SCALE": nil])
        #expect(result.status == 0, "\(result)")
        #expect(
            result.output.contains(
                /held: .*: connection [0-9]+ of 12: could not connect to .*: Cannot assign requested address .* for 200 ms/
            ),
            "\(result)")
        #expect(result.output.contains("hint      no port is left to connect from: "), "\(result)")
        #expect(result.output.contains("reset: all went as scripted: 100 connections"), "\(result)")
        #expect(result.output.contains("window: all went as scripted: 100 connections"), "\(result)")
        #expect(
            result.output.contains(/note: connecting paused [0-9]+ times?: Cannot assign requested address/),
            "\(result)")
        #expect(result.output.contains("sources: all went as scripted: 30 connections"), "\(result)")
    }

    @Test func twoHundredServersStopInTheMiddleOfADelayAndLeaveNothingBehind() async throws {
        let result = try await probe("Probe", "servers")
        #expect(result.status == 0, "\(result)")
        let slowestStops = result.output.matches(of: /slowest stop ms: ([0-9]+)/).compactMap { Int($0.1) }
        #expect(slowestStops.count == 3)
        // The delay is 60 s: a busy machine may need a second for 200 stops, but nobody waits for a delay.
        #expect(slowestStops.allSatisfy { $0 < 10_000 }, "\(result)")

        let descriptors = try #require(result.output.firstMatch(of: /descriptors: ([0-9]+) ([0-9]+)/))
        #expect(descriptors.1 == descriptors.2, "\(result)")
        let threads = try #require(result.output.firstMatch(of: /threads: ([0-9]+) ([0-9]+)/))
        #expect(threads.1 == threads.2, "\(result)")

        // 600 servers of one connection each: 8 MiB are 14 KiB a server, which the allocator may keep for later use.
        // A leak of the bytes each may record (32 KiB) would show.
        let resident = try #require(result.output.firstMatch(of: /resident KiB: ([0-9]+) ([0-9]+)/))
        let growth = try #require(Int(resident.2)) - #require(Int(resident.1))
        #expect(growth < 8 * 1024, "\(result)")
    }

    @Test func aSweepOfAThousandCasesLeavesNothingBehind() async throws {
        let result = try await probe("Probe", "sweep")
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("all rules held: 1,001 cases"), "\(result)")
        #expect(result.output.contains("all rules held: 200 cases"), "\(result)")
        let descriptors = try #require(result.output.firstMatch(of: /descriptors: ([0-9]+) ([0-9]+)/))
        #expect(descriptors.1 == descriptors.2, "\(result)")
        let threads = try #require(result.output.firstMatch(of: /threads: ([0-9]+) ([0-9]+)/))
        #expect(threads.1 == threads.2, "\(result)")
        #expect(result.output.contains("children: none"), "\(result)")
    }

    @Test func anExecutableWithTCPMockAloneLinksNoTestFramework() async throws {
        let engine = try await Child.run("ldd", [builtExecutable("Probe")])
        #expect(engine.output.contains("libev"), "\(engine)")
        #expect(!engine.output.contains("libTesting"), "\(engine)")
        #expect(!engine.output.contains("libXCTest"), "\(engine)")

        // With TCPMockTesting both show, so they would have been seen.
        let testing = try await Child.run("ldd", [builtExecutable("Unreported")])
        #expect(testing.output.contains("libTesting"), "\(testing)")
        #expect(testing.output.contains("libXCTest"), "\(testing)")
    }
#endif

@Test func aServerThatIsNeverFinishedSaysSoOnStandardError() async throws {
    let result = try await probe("Probe", "unfinished")
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "dropped\n")
    #expect(result.errors.hasPrefix("TCPMock: the server made at Unfinished.swift:"), "\(result)")
    #expect(result.errors.contains("was never finished"), "\(result)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result)")
}

@Test func aClientThatIsNeverFinishedSaysSoOnStandardError() async throws {
    let result = try await probe("Probe", "unfinished-client")
    #expect(result.status == 0, "\(result)")
    #expect(result.errors.hasPrefix("TCPMock: the client made at Unfinished.swift:"), "\(result)")
    #expect(result.errors.contains("or use withMockClient."), "\(result)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result)")
}

@Test(arguments: ["verify", "verify-blocking", "scope", "scope-blocking"])
func failuresAreThrownWhereNoTestFrameworkRuns(_ way: String) async throws {
    let result = try await probe("Unreported", way)
    #expect(result.status == 3, "\(result)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.first == "ScriptFailed", "\(result)")
    try #require(lines.count > 4, "\(result)")
    let summary =
        #"connection 1, step 1 of 2: expected "PING\r\n", got "PONG\r\n": first difference at byte 1 ('I' 0x49, got 'O' 0x4F)"#
    #expect(lines[1].hasSuffix(summary), "\(result)")
    #expect(lines[1].hasPrefix("main.swift:"), "\(result)")
    #expect(lines[2].hasPrefix("  expected  50 49 4e 47 0d 0a"), "\(result)")
    #expect(lines.contains { $0.hasPrefix("  not run   2 send") }, "\(result)")
}

@Test func whatTheBodyThrowsIsThrownOnAndTheFailurePrinted() async throws {
    let result = try await probe("Unreported", "body-throws")
    #expect(result.status == 4, "\(result)")
    #expect(result.output == "thrown: BodyError()\n")
    #expect(result.errors.contains(#"step 1 of 2: expected "PING\r\n", got "PONG\r\n""#), "\(result)")
}

@Test func aPassingScriptIsSilentWhereNoTestFrameworkRuns() async throws {
    let result = try await probe("Unreported", "passing")
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "went on\n")
    #expect(result.errors.isEmpty)
}
