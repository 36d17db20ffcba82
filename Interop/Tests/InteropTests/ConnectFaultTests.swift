// What curl says of each fault that meets who connects, and what faults leave behind in a process.

import Children
import TCPMockTesting
import Testing

private let apple: Script = [
    .expect(upTo: "\r\n\r\n", .prefix("GET /apple HTTP/1.1\r\n")),
    .send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nred"),
]

/// -q: no ~/.curlrc.
private func curl(_ server: MockServer, _ options: String...) async throws -> ChildResult {
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host
    return try await Child.run(
        "curl",
        ["-q", "--silent", "--show-error", "--noproxy", "*", "--max-time", "30"] + options
            + ["http://\(host):\(server.port)/apple"])
}

private func server(_ fault: ConnectFault?, on address: MockAddress = .loopback) throws -> MockServer {
    try MockServer(
        every: apple, options: .init(address: address, limits: Limits(step: .seconds(30)), connectFault: fault))
}

@Test(arguments: [MockAddress.loopback, .loopbackIPv6])
func curlGivesUpOnABlackHoleAndIsServedWhenItHasEnded(address: MockAddress) async throws {
    let server = try server(.blackHole, on: address)
    let lost = try await curl(server, "--connect-timeout", "1")
    #expect(lost.status == 28, "\(lost)")
    #expect(lost.errors.contains(/timed? ?out|Timeout/), "\(lost)")
    async let waiting = curl(server)
    try await server.setConnectFault(nil)
    let result = try await waiting
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "red")
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.accepted == 1)
}

@Test func curlIsRefused() async throws {
    let server = try server(.refused)
    let result = try await curl(server)
    #expect(result.status == 7, "\(result)")
    _ = await server.stop()
}

/// It asks as soon as it is connected, and the reset may come before (55), with (56) or after the question; on a busy
/// machine even before it has looked at its connect (7).
@Test func curlIsResetWhenItIsAccepted() async throws {
    let server = try server(.acceptThenReset)
    let result = try await curl(server)
    #expect([7, 55, 56].contains(result.status), "\(result)")
    let verdict = await server.stop()
    #expect(verdict.turnedAway == 1, "\(verdict)")
}

/// It has asked, and its system has been told that the question came.
@Test func curlIsResetThoughNobodyAcceptedIt() async throws {
    let server = try server(.neverAcceptedThenReset(after: .seconds(1)))
    let result = try await curl(server)
    #expect(result.status == 56, "\(result)")
    let verdict = await server.stop()
    #expect(verdict.turnedAway == 1, "\(verdict)")
}

@Test func curlWaitsForASlowAcceptAsLongAsItMay() async throws {
    let server = try server(.slowAccept(.seconds(2)))
    let impatient = try await curl(server, "--connect-timeout", "1")
    #expect(impatient.status == 0, "\(impatient)")  // it was connected at once
    let cut = try await curl(server, "--max-time", "1")
    #expect(cut.status == 28, "\(cut)")
    let verdict = await server.stop()
    #expect(verdict.accepted >= 1, "\(verdict)")
}

#if os(Linux)
    @Test func connectFaultsLeaveNothingBehindAndLetTheLoopSleep() async throws {
        let result = try await Child.run(
            builtExecutable("Probe"), ["connect-faults"], environment: ["TCPMOCK_TIMEOUT_SCALE": nil])
        #expect(result.status == 0, "\(result)")
        let descriptors = try #require(result.output.firstMatch(of: /descriptors: ([0-9]+) ([0-9]+)/))
        #expect(descriptors.1 == descriptors.2, "\(result)")
        let threads = try #require(result.output.firstMatch(of: /threads: ([0-9]+) ([0-9]+)/))
        #expect(threads.1 == threads.2, "\(result)")
        // Of a second in which clients wait: a loop that goes round all the time takes all of it.
        let times = result.output.matches(of: /processor ms: ([0-9]+)/).compactMap { Int($0.1) }
        #expect(times.count == 4, "\(result)")
        #expect(times.allSatisfy { $0 < 300 }, "\(result)")
    }
#endif
