// Steps that come while it runs, closures, gates, observers, and the sockets of clients under test.

import Dispatch
import TCPMock

private let question = pattern(64, 3)

extension Round {
    static let live: [Round] = [enqueued, closures, gated, probed]

    /// Both sides live, step by step.
    private static let enqueued = Round("enqueued") {
        let server = try MockServer(options: $0.server())
        let client = try MockClient(connectingTo: server.address, options: $0.client())
        for number in 0..<200 {
            let line = Bytes("line \(number)\r\n".utf8)
            try server.enqueue(.expect(line), .send(line))
            try client.enqueue(.send(line), .expect(line))
            if number.isMultiple(of: 20) { try await client.join() }
        }
        try await client.join()
        try await server.join()
        async let served = server.finish()  // a live server answers the client's end only when it is finished
        let (verdict, other) = (await client.finish(), await served)
        var ledger = Ledger()
        ledger.expect(verdict, of: "client", onlyFailures: [], complete: true)
        ledger.expect(other, of: "server", onlyFailures: [], complete: true)
        ledger.book(other, verdict, toServer: .exactly, toClient: .exactly)
        return ledger
    }

    private static let closures = Round("closures") {
        let server = try MockServer(
            every: [
                .serve(.line, startingWith: 0) { request, count in
                    count += 1
                    return .bytes("\(count) \(request.text)\r\n")
                }
            ], count: 50, options: $0.server())
        let clients = try MockClient.many(
            50, atOnce: 10, connectingTo: server.address,
            [.send("a\r\n"), .expectLine("1 a"), .send("b\r\n"), .expectLine(.where { $0 == Array("2 b".utf8) })],
            options: $0.client())
        let (client, verdict) = (await clients.finish(), await server.finish())
        var ledger = Ledger()
        ledger.expect(client, of: "client", onlyFailures: [], complete: true)
        ledger.expect(verdict, of: "server", onlyFailures: [], complete: true)
        ledger.book(verdict, client, toServer: .exactly, toClient: .exactly)
        return ledger
    }

    /// The client waits for a gate that the test opens when it has seen the client's bytes.
    private static let gated = Round("gated") {
        let gate = Gate("seen")
        let server = try MockServer(
            [.expect(question), .send(question), .expect("bye")], options: $0.server(isObserved: true))
        let client = try MockClient(
            connectingTo: server.address, [.send(question), .wait(gate), .expect(question), .send("bye")],
            options: $0.client())
        try await server.received(question)
        _ = server.connections.count
        gate.open()
        try await server.received("bye")
        let (verdict, other) = (await client.finish(), await server.finish())
        var ledger = Ledger()
        ledger.expect(verdict, of: "client", onlyFailures: [], complete: true)
        ledger.expect(other, of: "server", onlyFailures: [], complete: true)
        ledger.book(other, verdict, toServer: .exactly, toClient: .exactly)
        return ledger
    }

    /// A client under test that says what it has read.
    private static let probed = Round("probed") { try await probe(10, $0) }

    /// So many probes that the process's table of them, which keeps the latest 10,000, is full, and memory at rest.
    static let manyProbed = Round("many probed") { try await probe(10_000, $0) }

    private static func probe(_ count: Int, _ sides: Sides) async throws -> Ledger {
        let server = try MockServer(
            every: [.send(question), .expect(question)], count: count, options: sides.server())
        let address = server.address
        let counts = try await onAThread {
            try (0..<count).map { _ in
                let socket = try ProbeSocket(connectingTo: address)
                defer { socket.close() }
                let received = try socket.receive(exactly: 64)
                try socket.sendAll(question)
                return received.count
            }
        }
        let verdict = await server.finish()
        var ledger = Ledger()
        ledger.expect(verdict, of: "server", onlyFailures: [], complete: true)
        let (received, sent) = (counts.reduce(0, +), verdict.statistics.sent)
        if received != sent {
            ledger.complain("the probes have received \(received) of \(sent) bytes sent")
        }
        return ledger
    }
}

/// Blocking calls stay away from the pool's threads.
private func onAThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
}
