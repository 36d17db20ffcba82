// A client of a line protocol: it hands one mail to an SMTP server.

import LineClient

/// Sends mails.
public struct MailClient {
    /// The server said something else than was asked for.
    public struct Refused: Error {
        /// What it said; nil when it said nothing.
        public let reply: String?
    }

    private let connection: LineClient

    /// Connects and greets.
    public init(host: String, port: Int) throws {
        connection = try LineClient(host: host, port: port)
        try expectReply(220)
        try command("EHLO client.example", 250)
    }

    /// Hands over one mail.
    public func send(from sender: String, to recipient: String, _ mail: String) throws {
        try command("MAIL FROM:<\(sender)>", 250)
        try command("RCPT TO:<\(recipient)>", 250)
        try command("DATA", 354)
        try command("\(mail)\r\n.", 250)
    }

    /// Says goodbye and closes.
    public func quit() throws {
        try command("QUIT", 221)
        connection.close()
    }

    /// Closes without a word.
    public func close() {
        connection.close()
    }

    private func command(_ line: String, _ code: Int) throws {
        try connection.sendLine(line)
        try expectReply(code)
    }

    /// The last line of a reply has a space behind its code, the others a hyphen.
    private func expectReply(_ code: Int) throws {
        var reply = try connection.receiveLine()
        while let line = reply, line.hasPrefix("\(code)-") { reply = try connection.receiveLine() }
        guard let line = reply, line.hasPrefix("\(code) ") else { throw Refused(reply: reply) }
    }
}
