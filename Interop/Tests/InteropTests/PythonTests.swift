// Clients of Python's standard library against scripts: http.client, smtplib and a bare socket.

import Children
import TCPMockTesting
import Testing

/// Runs a program to which `host` and `port` are known.
private func python(_ program: String, at server: MockServer) async throws -> ChildResult {
    // -I: isolated from the user's environment and modules.
    try await Child.run(
        "python3",
        [
            "-I", "-c", "import sys\nhost, port = sys.argv[1], int(sys.argv[2])\n" + program, server.host,
            "\(server.port)",
        ])
}

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
    .receive(until: "\r\n\r\n", max: 4096),
    .expect("name=pear"),
    .send("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"),
]

@Test func httpClientPostsABody() async throws {
    let result = try await withMockServer(items, options: .patient) { try await python(post("name=pear"), at: $0) }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "201 ok\n")
}

@Test func httpClientPostsAnotherBodyThanTheScript() async throws {
    let server = try MockServer(items, options: .patient)
    let (verdict, result) = try await server.verdict { try await python(post("name=plum"), at: $0) }

    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1, "\(verdict)")
    #expect(failure.kind == .mismatch)
    #expect(failure.step == 2)
    #expect(failure.offset == 6)
    #expect(
        failure.summary.contains(#"expected "name=pear", got "name=plum": first difference at byte 6"#), "\(failure)")
    #expect(result.status == 1, "\(result)")
    #expect(result.lastError.hasPrefix("ConnectionResetError"), "\(result)")
}

// MARK: smtplib

private func smtp(_ greeting: String) -> String {
    """
    import smtplib
    client = smtplib.SMTP(host, port, local_hostname="client", timeout=30)
    print(client.\(greeting)())
    client.quit()
    """
}

@Test func smtplibSaysHelo() async throws {
    let result = try await withMockServer(
        [
            .send("220 mock ESMTP\r\n"),
            .expect("helo client\r\n"), .send("250 hello\r\n"),
            .expect("quit\r\n"), .send("221 bye\r\n"),
            .expectDisconnect(),
        ], options: .patient
    ) { try await python(smtp("helo"), at: $0) }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "(250, b'hello')\n")
}

@Test func smtplibSayingEhloForHELOFailsAtTheFirstByteAndNotAtTheLimit() async throws {
    let limit = Duration.seconds(30)
    let server = try MockServer([
        .send("220 mock ESMTP\r\n"), .expect("HELO client\r\n", within: limit), .send("250 hello\r\n"),
    ])
    let (verdict, result) = try await server.verdict { try await python(smtp("ehlo"), at: $0) }

    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1, "\(verdict)")
    #expect(failure.kind == .mismatch)
    #expect(failure.step == 2)
    #expect(failure.offset == 0)
    #expect(failure.summary.contains("first difference at byte 0 ('H' 0x48, got 'e' 0x65)"), "\(failure)")
    // From arrival to failure, on the loop's clock.
    let waited = try #require(failure.sinceLastBytes)
    #expect(waited <= limit / 100)
    #expect(result.status == 1, "\(result)")
    #expect(result.lastError.hasPrefix("smtplib.SMTPServerDisconnected"), "\(result)")
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
