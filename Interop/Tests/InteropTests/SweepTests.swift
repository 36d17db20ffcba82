// Clients nobody here wrote, against every break and every cut of a reply.

import Foundation
import TCPMockTesting
import Testing

/// Fifty bytes: a status line of 17, a length of 20, an empty line of 2, a body of 11.
private let web: Script = [
    .expect(upTo: "\r\n\r\n", .prefix("GET /hello HTTP/1.1\r\n")),
    .send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world"),
]

/// A machine that does much else starts programs slowly.
private let patient = SweepOptions(limit: .seconds(60))

/// -q: no ~/.curlrc.
private let curl = SweepCommand(
    "curl", "-q", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "30",
    "http://{host}:{port}/hello")

/// Says the body, or the type of the exception.
private let httpClient = SweepCommand(
    "python3", "-I", "-S", "-c",
    """
    import http.client, sys
    connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=30)
    try:
        connection.request("GET", "/hello")
        print(connection.getresponse().read())
    except Exception as problem:
        print(type(problem).__name__)
        sys.exit(1)
    """, "{host}", "{port}")

@Test func curlTakesAReplyThatEndsInItsHeadForAWholeOne() async throws {
    let sweep = FaultSweep(web, faults: [.fin], options: patient)
    let result = try await sweep.run(command: curl)
    // 52: nothing came; 18: a partial file. In between the head has a status and no length yet.
    #expect(
        result.map == "fin, reply 1  0..16 exit 52 · 17..36 SILENT SUCCESS · 37..49 exit 18 · 50 ok", "\(result)")
    #expect(result.failures.map(\.rule) == ["truncationMustFail"])
    #expect(result.failures.first?.smallest?.sweepCase.position == 17)
}

@Test func curlNoticesEachReset() async throws {
    let result = try await FaultSweep(web, faults: [.reset], options: patient).run(command: curl)
    // 56: failure with receiving network data.
    #expect(result.map == "reset, reply 1  0..49 exit 56 · 50 ok", "\(result)")
    #expect(result.isClean)
}

@Test func pythonsHTTPClientTakesAReplyThatEndsInItsHeadForAWholeOne() async throws {
    let sweep = FaultSweep(web, faults: [.fin, .reset], options: patient)
    let result = try await sweep.run(command: httpClient) { ending in
        let said = String(decoding: ending.output, as: UTF8.self)
        return ending.status == 0
            ? .exited(0, output: said) : .named(said.trimmingCharacters(in: .whitespacesAndNewlines), isSuccess: false)
    }
    #expect(
        result.map == """
            fin, reply 1    0 RemoteDisconnected · 1..11 BadStatusLine · 12..33 SILENT SUCCESS · 34..49 IncompleteRead · 50 ok
            reset, reply 1  0..49 ConnectionResetError · 50 ok
            """, "\(result)")
    #expect(result.failures.map(\.rule) == ["truncationMustFail"])
}

@Test func psqlComesToTheSameHoweverItsSessionIsCut() async throws {
    let command = SweepCommand(
        ["psql"] + psqlArguments("select 1", host: "{host}", port: "{port}"), environment: psqlEnvironment)
    let result = try await SegmentationSweep(psqlSession, options: patient).run(command: command)
    #expect(result.isClean, "\(result)")
    #expect(result.records.first?.outcome == .exited(0, output: "1\n"))
    #expect(result.records.count > 100)
}

@Test(arguments: [(curl, SweepOffsets.all), (httpClient, .every(5))])
func webClientsComeToTheSameHoweverAReplyIsCut(_ client: SweepCommand, _ cuts: SweepOffsets) async throws {
    let result = try await SegmentationSweep(web, cuts: cuts, options: patient).run(command: client)
    #expect(result.isClean, "\(result)")
}
