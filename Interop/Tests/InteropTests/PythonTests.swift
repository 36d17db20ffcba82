// Clients of Python's standard library against scripts: http.client and a bare socket.

import Children
import TCPMockTesting
import Testing

// MARK: http.client

private func post(_ body: String) -> String {
    """
    import http.client
    connection = http.client.HTTPConnection(host, port, timeout=30)
    connection.request("POST", "/items", body="\(body)", headers={"Host": "mock", "Accept-Encoding": "identity"})
    reply = connection.getresponse()
    print(reply.status, reply.read().decode())
    connection.close()
    """
}

private let items: Script = [
    .expect(upTo: "\r\n\r\n", .prefix("POST /items HTTP/1.1\r\n")),
    .expect("name=pear"),
    .send("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"),
]

@Test func httpClientPostsABody() async throws {
    let result = try await withMockServer(items, options: .patient) { try await python(post("name=pear"), at: $0) }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "201 ok\n")
}

@Test func httpClientPostsAnotherBodyThanTheScript() async throws {
    let (failure, result) = try await onlyFailure(of: items) { try await python(post("name=plum"), at: $0) }
    #expect(
        failure.summary == "connection 1, step 2 of 3: expected \"name=pear\", got \"name=plum\": "
            + "first difference at byte 6 ('e' 0x65, got 'l' 0x6C)")
    #expect(try failure.writtenStep == #".expect("name=pear"),"#)
    #expect(result.status == 1, "\(result)")
    #expect(result.lastError.hasPrefix("ConnectionResetError"), "\(result)")
}

// MARK: A bare socket

private func bareSocket(_ conversation: String) -> String {
    """
    import socket
    client = socket.create_connection((host, port), timeout=30)
    \(conversation)
    client.close()
    """
}

@Test func aPythonSocketExchangesFrames() async throws {
    let result = try await withMockServer(
        [.expectFrame("ping"), .sendFrame("pong"), .expectDisconnect()], options: .patient
    ) {
        try await python(
            bareSocket(
                """
                client.sendall(b"\\0\\0\\0\\4ping")
                print(client.recv(8, socket.MSG_WAITALL))
                """), at: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == #"b'\x00\x00\x00\x04pong'"# + "\n")
}

@Test func aPythonSocketThatClosesInTheMiddleOfAFrameFailsThoughItIsContent() async throws {
    let server = try MockServer([.expectFrame("ping"), .sendFrame("pong")], options: .patient)
    let (verdict, result) = try await server.verdict {
        try await python(bareSocket(#"client.sendall(b"\0\0\0\4pi")"#), at: $0)
    }

    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1, "\(verdict)")
    #expect(failure.kind == .clientClosed)
    #expect(failure.step == 1)
    #expect(failure.offset == 2)
    #expect(failure.summary.contains(#"got its length prefix and 2 of 4 bytes of payload ("pi")"#), "\(failure)")
    // The client has noticed nothing: only the script knows.
    #expect(result.status == 0, "\(result)")
    #expect(result.errors.isEmpty)
}

@Test func aPythonSocketThatLeavesAReplyUnreadIsNoCleanDisconnect() async throws {
    let server = try MockServer([.expect("get"), .send("abcdef"), .expectDisconnect()], options: .patient)
    let (verdict, result) = try await server.verdict {
        try await python(
            bareSocket(
                """
                client.sendall(b"get")
                print(client.recv(3))
                """), at: $0)
    }

    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1, "\(verdict)")
    #expect(failure.kind == .departure)
    #expect(failure.step == 3)
    #expect(failure.summary.contains("it reset the connection (RST)"), "\(failure)")
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "b'abc'\n")
}
