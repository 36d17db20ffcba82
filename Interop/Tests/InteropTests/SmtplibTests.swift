// Python's smtplib against scripts, and against a little mail server.

import Children
import TCPMockTesting
import Testing

private let delivery: Script = [
    .send("220 mock ESMTP\r\n"),
    .expectLine("ehlo client"), .send("250-mock\r\n250 8BITMIME\r\n"),
    .expectLine("mail FROM:<ann@example.org>"), .send("250 ok\r\n"),
    .expectLine("rcpt TO:<bob@example.org>"), .send("250 ok\r\n"),
    .expectLine("data"), .send("354 go on\r\n"),
    .expect(upTo: "\r\n.\r\n", .all([.prefix("Subject: Pears\r\n"), .suffix("\r\n\r\nThree are ripe.")])),
    .send("250 queued\r\n"),
    .expectLine("quit"), .send("221 bye\r\n"),
]

private let littleMailServer: Script = [
    .send("220 mock ESMTP\r\n"),
    .serve(
        to: [
            .prefix("ehlo "): "250 mock\r\n", .prefix("mail FROM:"): "250 ok\r\n", .prefix("rcpt TO:"): "250 ok\r\n",
            "data": "354 go on\r\n", ".": "250 queued\r\n", "quit": "221 bye\r\n",
            .any: .nothing,  // the mail, line by line
        ], framing: .line),
]

private func send(_ text: String, mails: Int = 1) -> String {
    """
    import smtplib, email.message
    mail = email.message.EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Pears", "ann@example.org", "bob@example.org"
    mail.set_content("\(text)")
    client = smtplib.SMTP(host, port, local_hostname="client", timeout=30)
    for _ in range(\(mails)):
        print(client.send_message(mail))
    client.quit()
    """
}

@Test func smtplibSendsAWholeMail() async throws {
    let result = try await withMockServer(delivery, options: .patient) {
        try await python(send("Three are ripe."), at: $0)
    }
    #expect(result.status == 0, "\(result)")
    // Nobody was refused.
    #expect(result.output == "{}\n")
}

@Test func smtplibSendsAnotherMailThanTheScript() async throws {
    let (failure, result) = try await onlyFailure(of: delivery) { try await python(send("Three are rife."), at: $0) }
    #expect(failure.summary.hasPrefix("connection 1, step 10 of 13: expected piece that passes all("), "\(failure)")
    #expect(
        failure.summary.hasSuffix(
            #"got …"\r\n\r\nThree are rife." (172 bytes): suffix "\r\n\r\nThree are ripe." fails: "#
                + "first difference at byte 169 ('p' 0x70, got 'f' 0x66)"), "\(failure)")
    #expect(try failure.writtenStep.hasPrefix(#".expect(upTo: "\r\n.\r\n", "#))
    #expect(result.status == 1, "\(result)")
    #expect(result.lastError.hasPrefix("smtplib.SMTPServerDisconnected"), "\(result)")
}

@Test func smtplibSayingEhloForHELOFailsAtTheFirstByteAndNotAtTheLimit() async throws {
    let limit = Duration.seconds(30)
    let (failure, result) = try await onlyFailure(of: [
        .send("220 mock ESMTP\r\n"), .expectLine("HELO client", within: limit), .send("250 hello\r\n"),
    ]) { try await python(send("Three are ripe."), at: $0) }
    #expect(
        failure.summary == #"connection 1, step 2 of 3: expected line "HELO client", got "ehlo client": "#
            + "first difference at byte 0 ('H' 0x48, got 'e' 0x65)")
    // From arrival to failure, on the loop's clock.
    let waited = try #require(failure.sinceLastBytes)
    #expect(waited <= limit / 100)
    #expect(result.status == 1, "\(result)")
    #expect(result.lastError.hasPrefix("smtplib.SMTPServerDisconnected"), "\(result)")
}

@Test func smtplibUsesALittleMailServer() async throws {
    let result = try await withMockServer(littleMailServer, options: .patient) {
        try await python(send("Three are ripe.", mails: 3), at: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "{}\n{}\n{}\n")
}
