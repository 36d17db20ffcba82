// The sweeps that find something. They are compiled always and run only when asked for, as the other failing tests.

import LineClient
import TCPMockTesting
import Testing

@Suite(.failing)
struct FailingSweeps {
    @Test func curlNoticesACutReply() async throws {
        let script: Script = [
            .expect(upTo: "\r\n\r\n", .prefix("GET ")),
            .send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world"),
        ]
        try await FaultSweep(script, faults: [.fin])
            .verify(command: ["curl", "-q", "--silent", "--noproxy", "*", "http://{host}:{port}/"])
    }

    @Test func oneReadIsOneReply() async throws {
        let script: Script = [.expect("GET\r\n"), .send("5 pears\r\n")]
        try await SegmentationSweep(script).verify(blocking: { server in
            let client = try LineClient(host: server.host, port: server.port)
            defer { client.close() }
            try client.sendLine("GET")
            return try client.receiveSome()  // the bug: it may be less than a line, or more
        })
    }

    @Test func linesEnd() async throws {
        let script: Script = [.expect("GET\r\n"), .send("5 pears\r\n")]
        try await HostileFrameSweep(script, framing: .delimiter("\r\n", max: 80)).verify(blocking: { server in
            let client = try LineClient(host: server.host, port: server.port)
            defer { client.close() }
            return try client.ask("GET")
        })
    }
}
