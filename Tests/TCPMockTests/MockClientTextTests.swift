// What a client's failures say, word for word: the other side is the server.

import TCPMock
import TestClient
import Testing

private let scaled = unscaled(.milliseconds(100))

@Suite struct MockClientTextTests {
    /// Plays `script` when the server has read `bytes`, however busy the machine is: to these texts it makes a difference.
    private func send(_ bytes: Bytes, then script: Script) async throws -> Verdict {
        let server = try MockServer()
        try server.enqueue(.expect(bytes))
        let client = try MockClient(connectingTo: server.address, options: .init(limits: Limits(step: scaled)))
        try client.enqueue(.send(bytes))
        try await server.join()
        try client.enqueue(script)
        let verdict = await client.finish()
        _ = await server.stop()
        return verdict
    }

    @Test func aWrongByteFromTheServer() async throws {
        let line = #line + 1
        let step = Step.expect("+PONG\r\n")
        let (_, client) = try await talk(
            [.expect("PING\r\n"), .send("+PANG\r\n"), .expectDisconnect(.any)],
            [.send("PING\r\n"), step, .send("QUIT\r\n")])
        expectFailure(
            client, line: line,
            #"""
            connection 1, step 2 of 3: expected "+PONG\r\n", got "+PANG\r\n": first difference at byte 2 ('O' 0x4F, got 'A' 0x41)
              expected  2b 50 4f 4e 47 0d 0a   +PONG..
              got       2b 50 41 4e 47 0d 0a   +PANG..
                              ^^
              so far    +T  connected to server 127.0.0.1:PORT
                        +T  -> "PING\r\n"                             step 1 ok
                        +T  <- "+PANG\r\n"                            step 2 failed
              not run   3 send "QUIT\r\n"
              then      TCPMock reset the connection, so that the server does not wait
            """#)
    }

    @Test func aServerThatClosesTooEarly() async throws {
        let line = #line + 1
        let step = Step.expect("+PONG\r\n")
        let (_, client) = try await talk([.expect("PING\r\n"), .send("+PO"), .close()], [.send("PING\r\n"), step])
        expectFailure(
            client, line: line,
            #"""
            connection 1, step 2 of 2: expected "+PONG\r\n", got 3 of 7 bytes ("+PO"), then the server ended its stream (FIN)
              so far    +T  connected to server 127.0.0.1:PORT
                        +T  -> "PING\r\n"                             step 1 ok
                        +T  <- "+PO"
                        +T  server ended its stream (FIN)
                        +T  step 2 failed
              then      TCPMock reset the connection
            """#)
    }

    @Test func aServerThatStaysSilent() async throws {
        let line = #line + 1
        let step = Step.expect("+PONG\r\n")
        let client = try await send("PING\r\n", then: [step, .send("QUIT\r\n")])
        expectFailure(
            client, line: line,
            #"""
            connection 1, step 2 of 3: expected "+PONG\r\n", got 0 of 7 bytes in 100 ms
              server    has sent nothing at all
              kernel    the server's queue was empty: it had taken all 6 bytes sent to it, asked at the failure
              hint      does the server wait for step 3, send "QUIT\r\n", which comes only after this one? Or has it not flushed?
              so far    +T  connected to server 127.0.0.1:PORT
                        +T  -> "PING\r\n"                             step 1 ok
                        +T  limit passed                              step 2 failed
              not run   3 send "QUIT\r\n"
              then      TCPMock reset the connection, so that the server does not wait
            """#)
    }

    @Test func aServerThatDoesNotLeaveFirst() async throws {
        let line = #line + 1
        let step = Step.expectDisconnect(within: scaled)
        let client = try await send("QUIT\r\n", then: [step])
        expectFailure(
            client, line: line,
            #"""
            connection 1, step 2 of 2: expected the server to disconnect, but it was still connected after 100 ms
              server    has sent nothing at all
              kernel    the server's queue was empty: it had taken all 6 bytes sent to it, asked at the failure
              hint      here the server must close first; without expectDisconnect the client closes when its script has ended
              so far    +T  connected to server 127.0.0.1:PORT
                        +T  -> "QUIT\r\n"                             step 1 ok
                        +T  limit passed                              step 2 failed
              then      TCPMock reset the connection, so that the server does not wait
            """#)
    }

    @Test func aPathOnWhichNobodyListens() async throws {
        let line = #line + 1
        let client = try MockClient(
            connectingTo: .unix(path: "/tmp/tcpmock-nobody"), [.send("PING\r\n"), .expect("+PONG\r\n")],
            options: .init(connect: scaled), line: UInt(line))
        expectFailure(
            await client.finish(), line: line,
            #"""
            could not connect to /tmp/tcpmock-nobody: No such file or directory (ENOENT 2) for 100 ms
              client    knocked N times
              not run   1 send "PING\r\n" · 2 expect "+PONG\r\n"
              hint      nobody listens there: is the server started, and on this address? `connect:` of the options gives it longer
            """#)
    }

    @Test func aConnectionThatIsRefusedToTheEnd() async throws {
        // The port of a finished server stays reserved: nobody listens there, and nobody else can.
        let server = try MockServer()
        _ = await server.stop()
        let line = #line + 1
        let step = Step.expectConnect()
        let client = try MockClient(
            connectingTo: server.address, sequence: [[step, .expect("+OK\r\n")], [.expect("+OK\r\n")]],
            options: .init(connect: scaled))
        expectFailure(
            await client.finish(), line: line,
            #"""
            connection 1 of 2: could not connect to 127.0.0.1:\#(server.port): Connection refused (ECONNREFUSED 111) for 100 ms
              client    knocked N times
              not run   1 expectConnect · 2 expect "+OK\r\n"
                        nor the script of 1 connection more
              hint      nobody listens there: is the server started, and on this address? `connect:` of the options gives it longer
            """#)
    }

    @Test func aTranscriptSaysWhomItConnectedTo() async throws {
        let (_, client) = try await talk([.expect("a"), .send("b")], [.send("a"), .expect("b")])
        #expect(
            masked(client.transcript) == [
                "connection 1",
                "  +T  connected to server 127.0.0.1:PORT",
                #"  +T  -> "a"                                    step 1 ok"#,
                #"  +T  <- "b"                                    step 2 ok"#,
                "  +T  server ended its stream (FIN)",
                "  +T  connection closed",
                "  ended        the server closed (FIN); 1 byte received, 1 sent",
            ])
    }
}
