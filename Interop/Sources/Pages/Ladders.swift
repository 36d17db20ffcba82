// The conversations that the pages show.

import TCPMock

struct Page {
    let name: String
    let make: @Sendable () async throws -> String
}

let pages: [Page] = [
    Page(name: "mail", make: mail), Page(name: "passing", make: passing), Page(name: "client", make: client),
    Page(name: "limit", make: limit), Page(name: "hostile", make: hostile), Page(name: "long", make: long),
    Page(name: "many", make: many), Page(name: "ends", make: ends), Page(name: "binary", make: binary),
    Page(name: "nobody", make: nobody),
]

/// Plays `clients`, one after the other, to a server.
private func met(_ server: MockServer, by clients: [Script]) async throws -> Verdict {
    for script in clients {
        let client = try MockClient(connectingTo: server.address, script)
        _ = await client.finish()
    }
    return await server.finish()
}

private let greeting: Script = [
    .send("220 mail.example.org ESMTP\r\n"), .expect("EHLO laptop\r\n"),
    .send("250-mail.example.org\r\n250-SIZE 10485760\r\n250 PIPELINING\r\n"),
]

private let greeted: Script = [
    .expect("220 mail.example.org ESMTP\r\n"), .delay(.milliseconds(3)), .send("EHLO laptop\r\n"),
    .expect("250-mail.example.org\r\n250-SIZE 10485760\r\n250 PIPELINING\r\n"),
]

@Sendable private func mail() async throws -> String {
    let server = try MockServer(connections: [
        greeting + [.expect("QUIT\r\n"), .send("221 bye\r\n"), .disconnect()],
        greeting + [
            .expect("MAIL FROM:<ada@example.org>\r\n"), .delay(.milliseconds(64)), .send("250 sender ok\r\n"),
            .expect("RCPT TO:<grace@example.org>\r\n"), .send("250 recipient ok\r\n"), .expect("DATA\r\n"),
            .send("354 go on\r\n"), .expect(upTo: "\r\n.\r\n", .any), .send("250 queued\r\n"),
        ],
    ])
    let verdict = try await met(
        server,
        by: [
            greeted + [.send("QUIT\r\n"), .expect("221 bye\r\n")],
            greeted + [
                .send("MAIL FROM:<ada@example.org>\r\n"), .expect("250 sender ok\r\n"),
                .send("RCPT TO:<grave@example.org>\r\n"), .expect("250 recipient ok\r\n"),
            ],
        ])
    return verdict.html(title: "Mailer delivers to Grace")
}

@Sendable private func passing() async throws -> String {
    let server = try MockServer([.expect("PING\r\n"), .send("+PONG\r\n"), .expectDisconnect()])
    return try await met(server, by: [[.send("PING\r\n"), .expect("+PONG\r\n")]]).html()
}

@Sendable private func client() async throws -> String {
    let server = try MockServer([
        .expect("HELLO\n"), .send("WELCOME\n"), .expect("LIST\n"), .send("one\ntwo\nthre\n"), .disconnect(),
    ])
    let client = try MockClient(
        connectingTo: server.address,
        [
            .send("HELLO\n"), .expect("WELCOME\n"), .delay(.milliseconds(20)), .send("LIST\n"),
            .expect("one\ntwo\nthree\n"), .send("BYE\n"),
        ])
    let verdict = await client.finish()
    _ = await server.stop()
    return verdict.html(title: "A list server against its client's script")
}

@Sendable private func limit() async throws -> String {
    let server = try MockServer([
        .send("* OK ready\r\n"), .expect("a1 LOGIN ada secret\r\n", within: .milliseconds(80)), .send("a1 OK\r\n"),
        .halfClose(),
    ])
    return try await met(server, by: [[.expect("* OK ready\r\n"), .send("a1 LOGIN ada"), .expect("a1 OK\r\n")]])
        .html(title: "Nobody says the rest")
}

/// What a peer might say to whoever looks at the page.
private let nasty =
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;<svg onload=alert(3)>\u{202e}-->]]></style>"

@Sendable private func hostile() async throws -> String {
    let server = try MockServer([.label(nasty), .expect("hello\n"), .send(.text(nasty))])
    return try await met(server, by: [[.send(.text(nasty)), .expect("never")]]).html(title: nasty)
}

@Sendable private func long() async throws -> String {
    let server = try MockServer([
        .repeat(110, [.expectLine(.prefix("GET key:")), .send("$5\r\nvalue\r\n")]), .expect("QUIT\r\n"),
    ])
    return try await met(
        server,
        by: [
            [
                .repeat(110, [.send("GET key:0123456789\n"), .expect("$5\r\nvalue\r\n")]), .send("QIUT\r\n"),
                .expectDisconnect(.any),
            ]
        ]
    ).html(title: "Two hundred and twenty messages")
}

@Sendable private func many() async throws -> String {
    let server = try MockServer(every: [.expect("PING\r\n"), .send("+PONG\r\n")])
    let good: Script = [.send("PING\r\n"), .expect("+PONG\r\n")]
    let bad: Script = [.send("PONG\r\n"), .expectDisconnect(.any)]
    return try await met(server, by: (1...60).map { $0 % 20 == 7 ? bad : good }).html(title: "Sixty connections")
}

@Sendable private func ends() async throws -> String {
    let server = try MockServer(connections: [
        [.expect("one\n"), .send("1\n"), .halfClose(), .expect("more\n"), .expectDisconnect()],
        [.expect("two\n"), .send("2\n"), .reset()],
        [.expect("three\n"), .send("3333\n", damage: .corrupted(byteAt: 2)), .close()],
        [.expect("four\n"), .send("4\n"), .expectDisconnect(.reset)],
    ])
    return try await met(
        server,
        by: [
            [.send("one\n"), .expect("1\n"), .expectEOF(), .send("more\n")],
            [.send("two\n"), .expect("2\n"), .expectDisconnect(.any)],
            [.send("three\n"), .receive(exactly: 5), .expectDisconnect(.any)],
            [.send("four\n"), .expect("2\n")],
        ]
    ).html(title: "How connections end")
}

@Sendable private func binary() async throws -> String {
    let body = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let server = try MockServer([
        .expectFrame(.hex("01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e")),
        .send(Bytes(body)), .expectFrame("done"),
    ])
    let request = Bytes.hex("01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e")
    return try await met(
        server, by: [[.sendFrame(request), .receive(exactly: body.count), .sendFrame("dome"), .expectDisconnect(.any)]]
    ).html(title: "Frames")
}

@Sendable private func nobody() async throws -> String {
    let server = try MockServer(
        [.expectConnect(within: .milliseconds(50)), .expect("hello\n")],
        options: .init(limits: Limits(step: .milliseconds(50))))
    return await server.finish().html()
}
