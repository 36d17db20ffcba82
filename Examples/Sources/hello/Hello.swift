// Two conversations with a scripted server: one as it should be, one that goes wrong.

import LineClient
import TCPMock

@main
struct Hello {
    static let script: Script = [
        .expect("HELLO\r\n"),
        .expect("PING\r\n"),
        .send("+OK\r\n"),
        .expectDisconnect(),
    ]

    static func main() async throws {
        print("A client that follows the script:\n")
        let followed = try await talk { client in
            try client.sendLine("HELLO")
            print("the client got", try client.ask("PING") ?? "nothing")
        }
        print(followed)
        print(followed.transcript(payload: .text, color: .automatic))

        print("\nA client that says PONG where the script expects PING:\n")
        let departed = try await talk { client in
            try client.sendLine("HELLO")
            do {
                _ = try client.ask("PONG")
            } catch {
                print("the client got", error)  // the mock resets the connection: nobody waits for a limit
            }
        }
        print(departed)

        precondition(followed.isClean && !departed.isClean)
    }

    /// Starts a server, lets a client talk to it over a real socket, and ends both.
    static func talk(_ conversation: @Sendable (LineClient) throws -> Void) async throws -> Verdict {
        let server = try MockServer(script)
        let client = try LineClient(host: server.host, port: server.port)
        try conversation(client)
        client.close()
        return await server.finish()
    }
}
