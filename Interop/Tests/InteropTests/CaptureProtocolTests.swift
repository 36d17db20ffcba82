// Captures of conversations with real clients: tshark dissects the protocols that were spoken.

import Children
import TCPMockTesting
import Testing

@Test func redisCLIIsDissectedAsRESP() async throws {
    let server = try MockServer(
        [
            .expect("*3\r\n$3\r\nSET\r\n$4\r\npear\r\n$1\r\n3\r\n"), .send("+OK\r\n"),
        ], options: .patient)
    let (verdict, _) = try await server.verdict { server in
        try await Child.run(
            "redis-cli", ["-h", server.host, "-p", "\(server.port)", "SET", "pear", "3"],
            environment: ["REDISCLI_AUTH": nil])
    }
    #expect(verdict.isClean, "\(verdict)")
    let capture = try CaptureOnDisk(verdict)
    try await capture.expectNothingOdd()
    let fields = try await capture.fields(
        "resp.array.length", "resp.bulk_string.value", "resp.string", of: "resp",
        decoding: "tcp.port==\(server.port),resp")
    #expect(fields == [["3", "534554,70656172,33", ""], ["", "", "OK"]])
}

@Test func curlIsDissectedAsHTTP() async throws {
    let server = try MockServer(
        [
            .expect(upTo: "\r\n\r\n", .prefix("POST /pears HTTP/1.1\r\n")), .expect("ripe=3"),
            .send("HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nthree pears"),
        ], options: .patient)
    let (verdict, _) = try await server.verdict { server in
        try await Child.run(
            "curl",
            [
                "-q", "--silent", "--noproxy", "*", "--max-time", "30", "--data", "ripe=3",
                "http://\(server.host):\(server.port)/pears",
            ])
    }
    #expect(verdict.isClean, "\(verdict)")
    let capture = try CaptureOnDisk(verdict)
    try await capture.expectNothingOdd()
    let fields = try await capture.fields(
        "http.request.method", "http.request.uri", "http.response.code", "http.file_data", of: "http",
        decoding: "tcp.port==\(server.port),http")
    #expect(fields == [["POST", "/pears", "", "ripe=3"], ["", "", "201", "three pears"]])
}

@Test func smtplibIsDissectedAsSMTP() async throws {
    let server = try MockServer(
        [
            .send("220 mock ESMTP\r\n"), .expectLine("ehlo client"), .send("250 mock\r\n"),
            .expectLine("mail FROM:<ann@example.org>"), .send("250 ok\r\n"),
            .expectLine("rcpt TO:<bob@example.org>"), .send("250 ok\r\n"), .expectLine("data"),
            .send("354 go on\r\n"), .expect(upTo: "\r\n.\r\n", .prefix("Subject: Pears\r\n")),
            .send("250 queued\r\n"), .expectLine("quit"), .send("221 bye\r\n"),
        ], options: .patient)
    let (verdict, result) = try await server.verdict { server in
        try await python(
            """
            import smtplib
            client = smtplib.SMTP(host, port, local_hostname="client", timeout=30)
            client.sendmail("ann@example.org", "bob@example.org", "Subject: Pears\\r\\n\\r\\nThree are ripe.")
            client.quit()
            """, at: server)
    }
    #expect(verdict.isClean, "\(verdict) \(result)")
    let capture = try CaptureOnDisk(verdict)
    try await capture.expectNothingOdd()
    let decoding = "tcp.port==\(server.port),smtp"
    let commands = try await capture.fields("smtp.req.command", of: "smtp.req.command", decoding: decoding)
    #expect(commands.map { $0[0].uppercased() } == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"])
    let codes = try await capture.fields("smtp.response.code", of: "smtp.response.code", decoding: decoding)
    #expect(codes.map { $0[0] } == ["220", "250", "250", "250", "354", "250", "221"])
    let subject = try await capture.fields("imf.subject", of: "imf", decoding: decoding)
    #expect(subject == [["Pears"]])
}
