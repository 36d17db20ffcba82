// A line protocol: SMTP.

import ProtocolClients
import TCPMockTesting
import Testing

private let greeting: Script = [
    .send("220 mail.example ESMTP\r\n"),
    .expectLine(.prefix("EHLO ")),
    .send("250-mail.example\r\n250 SIZE 1000000\r\n"),
]

private let delivery: Script = [
    .expectLine("MAIL FROM:<ann@example.org>"), .send("250 OK\r\n"),
    .expectLine("RCPT TO:<bob@example.org>"), .send("250 OK\r\n"),
    .expectLine("DATA"), .send("354 go on\r\n"),
    .expect(upTo: "\r\n.\r\n", .prefix("Subject: Pears\r\n"), as: "mail"),
    .send("250 queued\r\n"),
]

private let goodbye: Script = [.expectLine("QUIT"), .send("221 bye\r\n")]

private let mail = "Subject: Pears\r\n\r\nThree are ripe."

struct LineProtocol {
    @Test func handsOverAMail() async throws {
        let server = try MockServer(greeting + delivery.label("delivery") + goodbye)
        let client = try MailClient(host: server.host, port: server.port)
        try client.send(from: "ann@example.org", to: "bob@example.org", mail)
        try client.quit()

        let verdict = try await server.verify()
        #expect(verdict.connections[0].captures.text("mail") == mail)
    }

    @Test func toldToWaitTheClientThrows() async throws {
        try await withMockServer(greeting + [.expectLine(.any), .send("451 try later\r\n")]) { server in
            let client = try MailClient(host: server.host, port: server.port)
            #expect(throws: MailClient.Refused.self) {
                try client.send(from: "ann@example.org", to: "bob@example.org", mail)
            }
            client.close()
        }
    }

    @Test(.failing) func hangsUpWithoutAWord() async throws {
        try await withMockServer(greeting + delivery.label("delivery") + goodbye) { server in
            let client = try MailClient(host: server.host, port: server.port)
            try client.send(from: "ann@example.org", to: "bob@example.org", mail)
            client.close()  // the bug: it should say QUIT
        }
    }
}
