// Clients that leave too early, too late, or in another manner.

import TCPMock
import TestClient

let exhibitsOfLeaving: [Exhibit] = [
    .served(
        "20-closed-in-a-message", "The client closes in the middle of a message", "Three of five bytes came.",
        { [.expect("Hello"), .send("World")] },
        by: { client in
            try client.send("Hel")
            client.close()
        }),
    .served(
        "21-closed-before-a-frame", "The client closes where a frame should begin", "An end is no empty frame.",
        { [.expectFrame("")] }, by: { client in client.close() }),
    .served(
        "22-reset-in-a-message", "The client resets the connection in the middle of a message",
        "Three of five bytes came, then a RST.",
        { [.expect("Hello"), .send("World")] },
        by: { client in
            try client.send("Hel")
            client.reset()
        }),
    .served(
        "23-reset-instead-of-close", "The client resets where it should close",
        "It sets SO_LINGER to nothing, as some pools do.",
        { [.expect("QUIT\r\n"), .expectDisconnect()] },
        by: { client in
            try client.send("QUIT\r\n")
            client.reset()
        }),
    Exhibit(
        name: "24-closed-with-unread-bytes", title: "The client closes without reading all of the answer",
        story: "It reads three of the six bytes sent, says so, and is gone.",
        run: {
            let server = try MockServer([.expect("GET\r\n"), .send("OneTwo"), .expect("THANKS\r\n")])
            return try await onThread {
                let client = try server.connect()
                try client.send("GET\r\n")
                _ = try client.receive(3)
                try client.send("THANKS\r\n")
                try server.join()  // the kernel has been asked by then
                client.close()
                return server.finish()
            }
        }),
    .served(
        "25-closed-instead-of-reset", "The client closes where it should reset", "The script wants an aborted upload.",
        { [.expect("PUT\r\n"), .expectDisconnect(.reset)] },
        by: { client in
            try client.send("PUT\r\n")
            client.close()
        }),
    .served(
        "26-gone-before-the-step", "The client is gone before the next step",
        "It closes after its first request; the script has another one.",
        { [.expect("A\r\n"), .send("1\r\n"), .expect("B\r\n")] },
        by: { client in
            try client.send("A\r\n")
            _ = try client.receive(3)
            client.close()
        }),
    .served(
        "27-send-refused", "The client refuses what is sent", "It has closed when the answer comes, in two parts.",
        { [.expect("A\r\n"), .expectEOF(), .send("1"), .delay(.milliseconds(20)), .send("2")] },
        by: { client in
            try client.send("A\r\n")
            client.close()
        }),
    .served(
        "28-stays", "The client does not leave", "The script is over, and the client keeps its connection.",
        options: .init(limits: Limits(step: shortly)), { [.expect("QUIT\r\n"), .send("BYE\r\n")] },
        by: { client in
            try client.send("QUIT\r\n")
            _ = try client.receive(5)
        }),
    Exhibit(
        name: "29-nobody-connects", title: "Nobody connects",
        story: "The client under test was given another port.",
        run: {
            let server = try MockServer(
                [.expectConnect(within: shortly), .expect("HELLO\r\n")], options: .init(limits: Limits(step: shortly)))
            return await server.finish()
        }),
    Exhibit(
        name: "30-second-connection", title: "A connection too many",
        story: "The client opens a second connection; the server is for one.",
        run: {
            let server = try MockServer([.expect("HELLO\r\n"), .send("HI\r\n")])
            return try await onThread {
                let first = try server.connect()
                try first.send("HEL")
                let second = try server.connect()
                second.awaitEnd()
                try first.send("LO\r\n")
                _ = try first.receive(4)
                first.close()
                return server.finish()
            }
        }),
    .served(
        "31-nothing-more-can-be-sent", "A reply behind the stream's end",
        "The script's closure has ended its own side of the stream; the client asks on.",
        { [.serve(.line) { $0.number == 1 ? .steps([.halfClose()]) : "ok\n" }] },
        by: { client in
            try client.send("A\n")
            _ = try client.receiveAll()
            try client.send("B\n")
        }),
    Exhibit(
        name: "32-taken-but-not-read", title: "The client's code has not read all that its library took",
        story: "A probe in its read loop counts three of the six bytes, and then the client closes.",
        run: {
            let server = try MockServer([.send("OneTwo")])
            return try await onThread {
                let client = try server.connect()
                let probe = ReadProbe(descriptor: client.fd)
                _ = try client.receive(6)
                probe.noteRead(3)
                probe.end()
                client.close()
                return server.finish()
            }
        }),
]
