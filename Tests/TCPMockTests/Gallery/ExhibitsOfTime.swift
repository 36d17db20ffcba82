// Steps that came too late, or in another shape: inconclusive where the machine may have been to blame.

import TCPMock
import TestClient

let exhibitsOfTime: [Exhibit] = [
    .served(
        "50-latency", "An answer that takes too long", "The client thinks for fifty milliseconds before it answers.",
        options: .init(limits: Limits(step: shortly, afterScript: shortly)),
        { [.send("PING\r\n"), .expect("PONG\r\n", latency: .milliseconds(20))] },
        by: { client in
            _ = try client.receive(6)
            pause(milliseconds: 50)
            try client.send("PONG\r\n")
            client.awaitEnd()
        }),
    .served(
        "51-segments", "A message in three segments", "The client writes a header, a body and a line's end apart.",
        { [.expect("SET a 1\r\n", segments: 1), .send("+OK\r\n")] },
        by: { client in
            for part in ["SET ", "a 1", "\r\n"] {
                try client.send(part)
                pause(milliseconds: 5)
            }
            client.awaitEnd()
        }),
    .served(
        "52-no-delay", "A socket without TCP_NODELAY", "The client leaves Nagle's algorithm on.",
        { [.expect("PING\r\n"), .expectNoDelay(), .send("+PONG\r\n")] },
        by: { client in
            client.delaySmallWrites()
            try client.send("PING\r\n")
            client.awaitEnd()
        }),
]
