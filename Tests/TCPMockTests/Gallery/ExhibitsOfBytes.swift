// Bytes that are not those expected.

import TCPMock
import TestClient

let exhibitsOfBytes: [Exhibit] = [
    .served(
        "01-wrong-byte", "A byte differs", "The client says PONG where PING is expected.",
        {
            [
                .expect("HELLO\r\n"),
                .expect("PING\r\n"),
                .send("+OK\r\n"),
                .expectDisconnect(),
            ]
        },
        by: { client in
            try client.send("HELLO\r\nPONG\r\n")
            client.awaitEnd()
        }),
    .served(
        "02-wrong-byte-of-many", "A byte differs far inside", "One digit of two hundred is another.",
        { [.expect(.text(String(repeating: "0123456789", count: 20)))] },
        by: { client in
            var digits = Array(String(repeating: "0123456789", count: 20).utf8)
            digits[123] = UInt8(ascii: "x")
            try client.send(digits)
            client.awaitEnd()
        }),
    .served(
        "03-wrong-frame", "A frame's payload differs", "The client sends another frame than the one expected.",
        { [.expectFrame("Bonjour"), .sendFrame("Salut")] },
        by: { client in
            try client.send([0, 0, 0, 7] + Array("Bonsoir".utf8))
            client.awaitEnd()
        }),
    .served(
        "04-frame-of-another-length", "A frame is too short", "The frame's header says 5 bytes; 7 are expected.",
        { [.expectFrame("Bonjour")] },
        by: { client in
            try client.send([0, 0, 0, 5] + Array("Salut".utf8))
            client.awaitEnd()
        }),
    .served(
        "05-frame-too-long", "A frame's header declares four gigabytes",
        "The client forgot the length prefix, so that its text is read as one.",
        { [.expectFrame("Hello")] },
        by: { client in
            try client.send([0xff, 0xff, 0xff, 0xff] + Array("Hello".utf8))
            client.awaitEnd()
        }),
    .served(
        "06-bad-frame-header", "A netstring without its length", "A netstring begins with its length in digits.",
        options: .init(framing: .netstring), { [.expectFrame("Hello")] },
        by: { client in
            try client.send("Hello,")
            client.awaitEnd()
        }),
    .served(
        "07-bad-frame-end", "A netstring without its comma", "Behind the payload stands another byte than the comma.",
        options: .init(framing: .netstring), { [.expectFrame("Hello")] },
        by: { client in
            try client.send("5:Hello;")
            client.awaitEnd()
        }),
    .served(
        "08-delimiter-missing", "A head that does not end", "Ten bytes are allowed up to the empty line.",
        { [.receive(until: "\r\n\r\n", max: 10)] },
        by: { client in
            try client.send("GET / HTTP/1.1\r\n")
            client.awaitEnd()
        }),
    .served(
        "09-check", "A line that fails its check", "The line does not begin with MAIL FROM.",
        { [.expectLine(.all([.prefix("MAIL FROM:"), .suffix(">")]))] },
        by: { client in
            try client.send("RCPT TO:<a@example.org>\r\n")
            client.awaitEnd()
        }),
    .served(
        "10-check-of-a-closure", "A piece that a closure rejects", "The closure wants an even number of bytes.",
        { [.expectFrame(.where { $0.count.isMultiple(of: 2) })] },
        by: { client in
            try client.send([0, 0, 0, 3] + Array("odd".utf8))
            client.awaitEnd()
        }),
    .served(
        "11-template", "A template's fixed part differs", "The status is another one.",
        { [.expectTemplate(["SET ", .capture("key", count: 6), " 1\r\n"])] },
        by: { client in
            try client.send("SET colour 2\r\n")
            client.awaitEnd()
        }),
    .served(
        "12-no-alternative", "None of several orders", "Both commands may come in any order; another one does.",
        { [.anyOrder([.expect("USER a\r\n"), .expect("PASS b\r\n")]), .send("+OK\r\n")] },
        by: { client in
            try client.send("PASS b\r\nQUIT\r\n")
            client.awaitEnd()
        }),
    .served(
        "13-no-stub", "A request that no stub fits", "The table answers PING and ECHO.",
        { [.serve(to: ["PING": "PONG", .prefix("ECHO"): "…"], framing: .line)] },
        by: { client in
            try client.send("PIGN\r\n")
            client.awaitEnd()
        }),
    .served(
        "14-unexpected-bytes", "Bytes where the client should leave", "It says QUIT twice.",
        { [.expect("QUIT\r\n"), .expectDisconnect()] },
        by: { client in
            try client.send("QUIT\r\nQUIT\r\n")
            client.awaitEnd()
        }),
    .served(
        "15-silence-broken", "Bytes in a silence", "The client does not wait for the answer to its first command.",
        { [.expect("A\r\n"), .expectSilence(for: .seconds(60)), .send("1\r\n")] },
        by: { client in
            try client.send("A\r\nB\r\n")
            client.awaitEnd()
        }),
]

extension TestClient {
    /// Reads until the server has had enough of it, one way or the other.
    func awaitEnd() {
        _ = try? receiveAll()
    }
}
