// Who waits for whom, and failures of the test's own parts.

import TCPMock
import TestClient

private let quick = MockServer.Options(limits: Limits(step: shortly, afterScript: shortly))

let exhibitsOfWaiting: [Exhibit] = [
    .served(
        "40-nothing-came", "Nothing came", "The client is connected and silent.", options: quick,
        { [.expect("HELLO\r\n"), .send("HI\r\n")] }, by: { client in client.awaitEnd() }),
    .served(
        "41-three-bytes-missing", "The client waits for a reply, the script for three more bytes",
        "The client forgets the end of its line, and waits for the answer.", options: quick,
        { [.expect("HELLO server\r\n"), .send("HI\r\n")] },
        by: { client in
            try client.send("HELLO serve")
            client.awaitEnd()
        }),
    .served(
        "42-line-feed-alone", "A line without its carriage return", "The client says PING with a line feed alone.",
        options: quick, { [.expect(upTo: "\r\n", .any), .send("+PONG\r\n")] },
        by: { client in
            try client.send("PING\n")
            client.awaitEnd()
        }),
    .served(
        "43-frame-cut-short", "A frame promises more than comes", "The header says 500 bytes; 5 come.", options: quick,
        { [.expectFrame(.any), .sendFrame("ok")] },
        by: { client in
            try client.send([0, 0, 1, 0xf4] + Array("Hello".utf8))
            client.awaitEnd()
        }),
    .served(
        "44-answer-unread", "The client does not read the answer", "It asks once, and neither reads nor goes on.",
        options: quick, { [.expect("A\r\n"), .send("1\r\n"), .expect("B\r\n")] },
        by: { client in
            try client.send("A\r\n")
            _ = client.isReadable(within: 60_000)
            client.awaitSilently()
        }),
    .served(
        "45-send-stuck", "A send that the client does not take", "The answer is larger than both kernels' buffers.",
        options: quick, { [.expect("A\r\n"), .send(.text(String(repeating: "x", count: 16 << 20)))] },
        by: { client in
            try client.send("A\r\n")
            client.awaitSilently()
        }),
    .served(
        "46-half-closed", "The client has ended its stream and waits", "It shuts down and waits for the server's end.",
        options: quick, { [.expect("A\r\n"), .expectEOF(), .wait(Gate("saved")), .send("1\r\n")] },
        by: { client in
            try client.send("A\r\n")
            client.shutDownWriting()
            client.awaitSilently()
        }),
    .served(
        "47-gate", "A gate that nobody opens", "The test should open it once the client has logged in.",
        options: quick, { [.expect("A\r\n"), .wait(Gate("logged in")), .send("1\r\n")] },
        by: { client in
            try client.send("A\r\n")
            client.awaitEnd()
        }),
    .served(
        "48-closure-throws", "A closure that throws", "The reply can't be made of what the client asks.",
        { [.respond(.line) { request in throw Unanswerable(what: request.text) }] },
        by: { client in
            try client.send("WHAT?\r\n")
            client.awaitEnd()
        }),
    .served(
        "49-no-back-pressure", "No back-pressure", "The client should write until it is held up; it writes little.",
        options: quick, { [.expect("A\r\n"), .expectBackpressure()] },
        by: { client in
            try client.send("A\r\nB\r\n")
            client.awaitSilently()
        }),
    .played(
        "60-server-closes", "A server closes in the middle of its answer",
        "A client under the script's command sees it.",
        { [.send("GET\r\n"), .expect("Hello")] },
        by: { connection in
            _ = try connection.receive(5)
            try connection.send("Hel")
        }),
    .played(
        "61-server-says-otherwise", "A server answers otherwise", "It answers 404 where 200 is expected.",
        { [.send("GET / HTTP/1.0\r\n\r\n"), .expect("HTTP/1.0 200")] },
        by: { connection in
            _ = try connection.receive(18)
            try connection.send("HTTP/1.0 404 Not Found\r\n\r\n")
            connection.awaitEnd()
        }),
    .played(
        "63-server-resets", "A server resets the connection in the middle of its answer", "As one does that crashes.",
        { [.send("GET\r\n"), .expect("Hello")] },
        by: { connection in
            _ = try connection.receive(5)
            try connection.send("Hel")
            connection.reset()
        }),
    Exhibit(
        name: "62-refused", title: "A server that is not there", story: "Nobody listens on the port.",
        run: {
            let held = try MockServer([], options: .init(connectFault: .refused))
            let client = try MockClient(
                connectingTo: held.address, [.expectConnect(), .send("GET\r\n")],
                options: .init(connect: shortly))
            let verdict = await client.finish()
            _ = await held.stop()
            return verdict
        }),
]

/// What a closure throws that can't answer.
private struct Unanswerable: Error, CustomStringConvertible {
    let what: String
    var description: String { "no answer to \(what)" }
}

extension TestClient {
    /// Leaves what comes unread until the connection is over.
    func awaitSilently() {
        awaitHangUp()
    }
}
