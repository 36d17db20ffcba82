// Gates between connections, and between a script and the test's own code.

import TCPMock
import TestClient
import Testing

@Suite struct GateTests {
    @Test func aGateOrdersTwoConnections() async throws {
        let gate = Gate("ready")
        let server = try MockServer(connections: [
            [.wait(gate), .send("second")],
            [.expect("go"), .open(gate), .send("first")],
        ])
        let waiting = try server.connect()
        let opening = try server.connect()
        try opening.send("go")
        #expect(try opening.receiveText(5) == "first")
        #expect(try waiting.receiveText(6) == "second")
        waiting.close()
        opening.close()
        expectClean(await server.finish())
    }

    @Test func theTestOpensAGateAndWaitsForOne() async throws {
        let (asked, answered) = (Gate("asked"), Gate("answered"))
        let server = try MockServer([.expect("?"), .open(asked), .wait(answered, within: .seconds(30)), .send("!")])
        let client = try server.connect()
        try client.send("?")
        try await asked.opened()
        answered.open()
        #expect(try client.receiveText(1) == "!")
        client.close()
        expectClean(await server.finish())
    }

    @Test func aGateThatNobodyOpensNamesWhoShouldHave() async throws {
        let gate = Gate("ready", line: 77)
        let server = try MockServer(connections: [
            [.wait(gate, within: .milliseconds(100), line: 78), .send("never")],
            [.expect("go"), .open(gate, line: 79)],
        ])
        let client = try server.connect()
        _ = try? client.receiveAll()
        client.close()
        let failure = try #require(await server.finish().failures.first)
        #expect(failure.kind == .limit)
        #expect(failure.location.line == 78)
        #expect(
            failure.summary == "connection 1, step 1 of 2: wait(gate \"ready\") is not done: "
                + "nobody opened gate \"ready\" within 100 ms")
        #expect(failure.details.contains("gate      made at"), "\(failure)")
        #expect(failure.details.contains("step 2 of script 2, line 79, was to open it"), "\(failure)")
    }

    @Test func anOpenGateStaysOpen() async throws {
        let gate = Gate("open")
        gate.open()
        gate.open()
        #expect(gate.isOpen)
        try await gate.opened()
        expectClean(try await serve([.wait(gate), .wait(gate), .send("x")]) { _ = try $0.receiveText(1) })
    }

    @Test func waitingForAGateCanBeCancelled() async throws {
        let gate = Gate("never")
        let task = Task { try await gate.opened() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aResetEndsTheWait() async throws {
        let gate = Gate("never")
        let verdict = try await serve([.expect("x"), .wait(gate), .send("y")], staying: true) { client in
            try client.send("x")
            client.reset()
        }
        #expect(verdict.failures.first?.kind == .clientReset, "\(verdict)")
    }

    @Test func aResetWhileAGateIsWaitedForNamesTheGate() async throws {
        let server = try MockServer([.expect("x"), .wait(Gate("go"), within: .seconds(600)), .send("y")])
        let client = try server.connect()
        try client.send("x")
        try await server.received("x")
        client.reset()
        let failure = try #require(await server.finish().failures.first)
        #expect(
            failure.summary == "connection 1, step 2 of 3: wait(gate \"go\") is not done: "
                + "the client reset the connection (RST) before it was opened")
    }

    @Test func aResetBeforeAGateIsOpenedNamesTheStep() async throws {
        let server = try MockServer()
        try server.enqueue(.expect("x"))
        let client = try server.connect()
        try client.send("x")
        try await server.join()
        client.reset()
        #expect(becomes { server.connections.first?.end == .rst })
        try server.enqueue(.open(Gate("go")))
        let failure = try #require(await server.finish().failures.first)
        #expect(
            failure.summary.hasSuffix(
                ": open(gate \"go\") can't be played: the client reset the connection (RST) before it"), "\(failure)")
    }
}
