// Rows of other tools' lists that are about scopes, by their number.

import TCPMockTesting
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// There closing the socket does not stop the thread that is blocked in accept.
@Test func b3_theServerIsClosedWhenTheTestThrows() async throws {
    var port = 0
    await #expect(throws: BodyError.self) {
        try await withMockServer(every: hello, options: .init(afterScript: .mayStayOpen)) { server in
            port = server.port
            try sayHello(to: server)
            throw BodyError()
        }
    }
    #expect(throws: ClientError(call: "connect", code: ECONNREFUSED)) { try TestClient.connect("127.0.0.1", port) }
}

@Test func p14_everyServerOfATestIsVerifiedWhereItsScopeEnds() async throws {
    let line = #line + 2
    try await withKnownIssue {
        try await withMockServer([.expect("Hello_1")]) { first in
            try await withMockServer([.expect("Hello_2")]) { second in
                for (server, text) in [(first, "Hello_2"), (second, "Hello_1")] {
                    let client = try TestClient.connect(server.host, server.port)
                    try client.send(text)
                    _ = try? client.receiveAll()
                }
            }
        }
    } matching: { issue in
        [line, line + 1].contains(issue.sourceLocation?.line ?? 0)
    }
}
