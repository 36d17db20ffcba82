// What curl makes of a broken connection, and what its kernel confirmed of the break.

import Children
import TCPMockTesting
import Testing

private let reply: Bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
private let head = 38  // bytes before the body

/// A fault in a reply, and how curl ends: the statuses are in curl(1).
struct CurlFault: Sendable, CustomTestStringConvertible {
    let fault: Fault
    let placement: Fault.Placement
    let status: Int32
    var output = ""

    static let all = [
        // 56: failure in receiving; 18: a partial file; 52: nothing was returned from the server.
        CurlFault(fault: .reset, placement: .here, status: 56),
        CurlFault(fault: .reset, placement: .afterSending(head + 3, of: reply), status: 56, output: "hel"),
        CurlFault(fault: .fin, placement: .afterSending(head + 3, of: reply), status: 18, output: "hel"),
        CurlFault(fault: .close, placement: .afterSending(head + 3, of: reply), status: 18, output: "hel"),
        CurlFault(fault: .fin, placement: .here, status: 52),
        CurlFault(fault: .close, placement: .here, status: 52),
        CurlFault(fault: .halfClose, placement: .here, status: 52),
        // Whole: it has read all it was promised before the stream ended.
        CurlFault(fault: .fin, placement: .afterSending(head + 5, of: reply), status: 0, output: "hello"),
    ]

    var testDescription: String { "\(fault) \(placement)" }
}

@Test(arguments: CurlFault.all) func curlMeetsAFaultInAReply(_ case: CurlFault) async throws {
    let end: Script = `case`.fault == .halfClose ? [.expectDisconnect(.any)] : []
    let script: Script = [
        .expect(upTo: "\r\n\r\n", .prefix("GET /hello HTTP/1.1\r\n")), .fault(`case`.fault, `case`.placement),
    ]
    let (verdict, result) = try await MockServer(script + end, options: .patient).verdict { server in
        try await Child.run(
            "curl",
            [
                "-q", "--silent", "--show-error", "--no-buffer", "--noproxy", "*", "--max-time", "30",
                "http://\(server.host):\(server.port)/hello",
            ])
    }
    #expect(verdict.isClean, "\(verdict)")
    #expect(result.status == `case`.status, "\(result)")
    #expect(result.output == `case`.output, "\(result)")
    let faults = try #require(verdict.connections.first).faults
    #expect(faults.map(\.isConfirmed) == [true], "\(faults)")
}

/// A client with a limit of its own gives up, and that it has gone is found out without reading.
@Test func curlGivesUpOnAServerThatHangs() async throws {
    let script: Script = [.receive(until: "\r\n\r\n"), .fault(.stall, within: .seconds(30))]
    let (verdict, result) = try await MockServer(script, options: .patient).verdict { server in
        try await Child.run(
            "curl", ["-q", "--silent", "--noproxy", "*", "--max-time", "1", "http://\(server.host):\(server.port)/"])
    }
    #expect(verdict.isClean, "\(verdict)")
    #expect(result.status == 28, "\(result)")  // its time was over
}
