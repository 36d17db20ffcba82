// Recording counters only: nothing of what goes well is kept, all is counted, and failures still say what was wrong.

import TestClient
import Testing

@testable import TCPMock

private let countersOnly = MockServer.Options(recording: .countersOnly)

@Suite struct CountersOnlyTests {
    @Test func ofManyConnectionsOnlyThoseThatFailedAreKept() async throws {
        let server = try MockServer(every: [.expect("PING\r\n"), .send("+PONG\r\n")], count: 50, options: countersOnly)
        for number in 1...50 {
            let client = try server.connect()
            try client.send(number == 20 ? "PONG\r\n" : "PING\r\n")
            if number != 20 { try client.expectText("+PONG\r\n") }
            client.close()
        }
        let verdict = await server.finish()
        #expect(verdict.connections.map(\.number) == [20])
        #expect(verdict.accepted == 50)
        #expect(verdict.statistics.connections == 50)
        #expect(verdict.statistics.completed == 49)
        #expect(verdict.statistics.received == 50 * 6)
        #expect(verdict.statistics.sent == 49 * 7)
    }

    @Test func thoseThatAreOpenAreShownWithTheirCounts() async throws {
        let server = try MockServer(every: [.expect("PING\r\n"), .send("+PONG\r\n")], options: countersOnly)
        let client = try server.connect()
        try client.send("PING\r\n")
        try client.expectText("+PONG\r\n")
        let record = try #require(server.connections.first)
        #expect(record.isOpen)
        #expect(record.receivedCount == 6)
        #expect(record.sentCount == 7)
        #expect(record.received.isEmpty && record.sent.isEmpty)
        #expect(try #require(server.snapshot(.whole).connections.first).events.map(\.kind) == [.connected])
        client.close()
        expectClean(await server.finish())
        #expect(server.connections.isEmpty)
    }

    @Test func thoseThatWereStoppedAreInTheVerdict() async throws {
        let server = try MockServer(
            every: [.expect("PING\r\n", within: .seconds(60)), .send("+PONG\r\n")], options: countersOnly)
        let (first, second) = (try server.connect(), try server.connect())
        try first.send("PING\r\n")
        try first.expectText("+PONG\r\n")
        first.close()
        while server.statistics.completed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let verdict = await server.stop()
        second.close()
        #expect(verdict.connections.map(\.number) == [2])
        #expect(verdict.notes == [#"connection 2 was stopped before step 1 of 2, expect "PING\r\n""#])
    }

    @Test func aListsConnectionsAreAllThereWithTheirCounts() async throws {
        let verdict = try await serve([.expect("PING\r\n"), .send("+PONG\r\n")], options: countersOnly) { client in
            try client.send("PING\r\n")
            try client.expectText("+PONG\r\n")
        }
        expectClean(verdict)
        let record = try #require(verdict.connections.first)
        #expect(record.receivedCount == 6)
        #expect(record.sentCount == 7)
        #expect(record.end == .fin)
        #expect(record.received.isEmpty && record.sent.isEmpty)
    }

    // MARK: What failures say

    @Test func aFailureShowsTheFirstWrongByteAndWhatCame() async throws {
        let server = try MockServer(
            every: [.expect("HELLO\r\n"), .expect("PING\r\n", line: 7), .send("+PONG\r\n")], options: countersOnly)
        let client = try server.connect()
        try client.send("HELLO\r\nPONG\r\n")
        client.expectReset()
        let verdict = await server.finish()
        #expect(verdict.failures.first?.offset == 1)
        expectFailure(
            verdict, line: 7,
            #"""
            connection 1, step 2 of 3: expected "PING\r\n", got "PONG\r\n": first difference at byte 1 ('I' 0x49, got 'O' 0x4F)
              expected  50 49 4e 47 0d 0a   PING..
              got       50 4f 4e 47 0d 0a   PONG..
                           ^^
              so far    +T  client 127.0.0.1:PORT connected
                        +T  <- "PONG\r\n"                             step 2 failed
              not run   3 send "+PONG\r\n"
              then      TCPMock reset the connection, so that the client does not wait
            """#)
    }

    @Test func aClientThatLeavesInTheMiddleIsTold() async throws {
        let server = try MockServer(every: [.expect("HELLO\r\n"), .expect("PING\r\n")], options: countersOnly)
        let client = try server.connect()
        try client.send("HELLO\r\nPI")
        client.close()
        let failure = try #require(await server.finish().failures.first)
        #expect(failure.kind == .clientClosed)
        #expect(
            masked(failure.details).prefix(4) == [
                "  so far    +T  client 127.0.0.1:PORT connected",
                "            +T  <- \"PI\"",
                "            +T  client ended its stream (FIN)",
                "            +T  step 2 failed",
            ], "\(failure)")
    }

    @Test func aFramesWrongByteIsTold() async throws {
        let server = try MockServer(every: [.expectFrame("hello")], options: countersOnly)
        let client = try server.connect()
        try client.send([0, 0, 0, 5] + Array("help!".utf8))
        client.expectReset()
        let failure = try #require(await server.finish().failures.first)
        #expect(failure.offset == 3)
        #expect(masked(failure.details).contains { $0.contains("<- 00 00 00 05 68 65 6c 70 21") }, "\(failure)")
        #expect(
            failure.summary.contains(
                #"expected frame "hello" (5 bytes), got frame "help!" (5 bytes): first difference at byte 3"#),
            "\(failure)")
    }

    @Test func aTemplatesWrongByteIsCountedFromItsStart() async throws {
        let server = try MockServer(
            every: [.repeat(2, [.expect("go "), .expectTemplate("USER \(capture: "name") \(any: 2)!\r\n")])],
            options: countersOnly)
        let client = try server.connect()
        try client.send("go USER ann 42!\r\ngo USER maria 43?")
        client.expectReset()
        let failure = try #require(await server.finish().failures.first)
        #expect(failure.offset == 13)
        #expect(
            failure.summary.hasSuffix(
                #"expected "USER " <name> " " ?? "!\r\n", got "?" from byte 13 on ('!' 0x21, got '?' 0x3F)"#),
            "\(failure)")
    }

    @Test func whatIsShownOfTheInputIsBounded() async throws {
        let server = try MockServer(every: [.expect("PING\r\n")], options: countersOnly)
        let client = try server.connect()
        try client.send([UInt8](repeating: 7, count: 5000))
        client.expectReset()
        let verdict = await server.finish()
        #expect(try #require(server.inbox.report).connections[0].excerpt.count == 256)
        #expect(verdict.failures.count == 1)
    }

    // MARK: Probes

    @Test func thatProbesWereNotHeardIsANote() async throws {
        let server = try MockServer(every: [.send("hello")], options: countersOnly)
        let socket = try ProbeSocket(connectingTo: server.address)
        #expect(try socket.receive(exactly: 5) == Array("hello".utf8))
        socket.close()
        let verdict = await server.finish()
        expectClean(verdict)
        #expect(
            verdict.notes == [
                "what probes say of the 1 connection that went well was not compared: their records were not kept"
            ])
    }
}
