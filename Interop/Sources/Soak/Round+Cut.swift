// Conversations that are cut off: by a script that fails, a reset that waits for nothing, a limit, a stop.

import TCPMock

private let question = pattern(64, 3)
private let wrong = pattern(64, 5)
private let chunk = pattern(256 * 1024, 9)

extension Round {
    static let cut: [Round] = [
        mismatch, abandoned, silent, unread, stoppedServer, stoppedClient, takenDown, unscripted, refused,
    ]

    /// What a client may see of a server that is gone from one moment to the next.
    private static let goneServer: Set<ScriptFailure.Kind> = [.serverReset, .serverClosed, .departure, .send]

    private static let mismatch = Round("wrong bytes") {
        let server = try MockServer(every: [.send(question), .expect(question)], count: 200, options: $0.server())
        let clients = try MockClient.many(
            200, atOnce: 20, connectingTo: server.address,
            [.expect(question), .send(wrong), .expectDisconnect(.reset)], options: $0.client())
        let (client, verdict) = (await clients.finish(), await server.finish())
        var ledger = Ledger()
        ledger.expect(verdict, of: "server", failures: .mismatch, count: 200)
        ledger.expect(client, of: "client", onlyFailures: [], complete: true)
        // The client had read all there was before it sent what the server read and refused.
        ledger.book(verdict, client, toServer: .exactly, toClient: .exactly)
        return ledger
    }

    /// The client is gone by reset while most of what it sent is on its way.
    private static let abandoned = Round("abandoned by the client") {
        let server = try MockServer(every: [.expect(chunk), .send(question)], count: 40, options: $0.server())
        let clients = try MockClient.many(
            40, atOnce: 10, connectingTo: server.address, [.send(chunk), .reset(discardingUnsent: true)],
            options: $0.client())
        let (client, verdict) = (await clients.finish(), await server.finish())
        var ledger = Ledger()
        ledger.expect(verdict, of: "server", onlyFailures: [.clientReset, .departure, .send])
        ledger.expect(client, of: "client", onlyFailures: [], complete: true)
        ledger.book(verdict, client, toServer: .atMost, toClient: .atMost)
        return ledger
    }

    /// A client that says nothing meets the limit of the step.
    private static let silent = Round("silent client") {
        let server = try MockServer(
            every: [.send(question), .expect(question, within: .milliseconds(30))], count: 30, options: $0.server())
        let clients = try MockClient.many(
            30, atOnce: 30, connectingTo: server.address, [.expect(question), .expectDisconnect(.reset)],
            options: $0.client())
        let (client, verdict) = (await clients.finish(), await server.finish())
        var ledger = Ledger()
        ledger.expect(verdict, of: "server", failures: .limit, count: 30)
        ledger.expect(client, of: "client", onlyFailures: [], complete: true)
        ledger.book(verdict, client, toServer: .exactly, toClient: .exactly)
        return ledger
    }

    /// A client that does not read meets the limit of the send.
    private static let unread = Round("client that does not read") {
        let server = try MockServer(
            every: [.repeat(32, [.send(chunk, within: .milliseconds(50))])], count: 3, options: $0.server())
        let few = Limits(step: .seconds(60), maxBuffered: 4096)
        let clients = try MockClient.many(
            3, atOnce: 3, connectingTo: server.address, [.delay(.milliseconds(150)), .expectDisconnect(.any)],
            options: $0.client(limits: few))
        let (client, verdict) = (await clients.finish(), await server.finish())
        var ledger = Ledger()
        // On a busy machine the client may be done with its delay, and gone, before the server's limit.
        ledger.expect(verdict, of: "server", onlyFailures: [.limit, .send, .clientReset])
        if verdict.isClean { ledger.complain("the limit was not met") }
        ledger.expect(client, of: "client", onlyFailures: [.unexpectedBytes, .serverReset, .departure])
        ledger.book(verdict, client, toServer: .atMost, toClient: .atMost)
        return ledger
    }

    private static let stoppedServer = Round("server stopped in the middle") {
        let server = try MockServer(
            every: [.expect(question), .send(question), .delay(.seconds(600))], options: $0.server(isObserved: true))
        let clients = try MockClient.many(
            100, atOnce: 100, connectingTo: server.address, [.send(question), .expect(question), .expectDisconnect()],
            options: $0.client(connect: .milliseconds(100)))
        try await server.received(question)
        let verdict = await server.stop()
        let client = await clients.finish()
        var ledger = Ledger()
        ledger.expect(verdict, of: "server", onlyFailures: [])
        ledger.expect(client, of: "client", onlyFailures: goneServer.union([.connect]))
        ledger.book(verdict, client, toServer: .atMost, toClient: .atMost)
        return ledger
    }

    private static let stoppedClient = Round("client stopped in the middle") {
        let server = try MockServer(
            every: [.expect(question), .send(question), .expectDisconnect(.any)], options: $0.server(isObserved: true))
        let clients = try MockClient.many(
            100, atOnce: 100, connectingTo: server.address, [.send(question), .delay(.seconds(600))],
            options: $0.client())
        try await server.received(question)
        let client = await clients.stop()
        let verdict = await server.finish()
        var ledger = Ledger()
        ledger.expect(verdict, of: "server", onlyFailures: [.clientReset, .departure, .send])
        ledger.expect(client, of: "client", onlyFailures: [])
        ledger.book(verdict, client, toServer: .atMost, toClient: .atMost)
        return ledger
    }

    /// Away and back on the same port, three times, under clients that go on connecting.
    private static let takenDown = Round("taken down and brought up") {
        let server = try MockServer(every: [.expect(question), .send(question)], options: $0.server(isObserved: true))
        let clients = try MockClient.many(
            600, atOnce: 20, connectingTo: server.address, [.send(question), .expect(question)], options: $0.client())
        for time in 0..<3 {
            try await server.received(question)
            try await server.takeDown(resettingConnections: time.isMultiple(of: 2))
            try await server.bringUp()
        }
        let client = await clients.finish()
        let verdict = await server.finish()
        var ledger = Ledger()
        ledger.expect(verdict, of: "server", onlyFailures: [])
        ledger.expect(client, of: "client", onlyFailures: goneServer)
        if client.accepted != 600 { ledger.complain("\(client.accepted) of 600 connections") }
        ledger.book(verdict, client, toServer: .atMost, toClient: .atMost)
        return ledger
    }

    private static let unscripted = Round("connections that no script is for") {
        let server = try MockServer(
            every: [.expect(question), .delay(.milliseconds(5))], count: 1, options: $0.server())
        let clients = try MockClient.many(
            10, atOnce: 10, connectingTo: server.address, [.send(question)], options: $0.client())
        let client = await clients.finish()
        let verdict = await server.finish()
        var ledger = Ledger()
        ledger.expect(verdict, of: "server", onlyFailures: [.unscripted])
        ledger.expect(client, of: "client", onlyFailures: goneServer)
        ledger.book(verdict, client, toServer: .atMost, toClient: .atMost)
        return ledger
    }

    /// The port of a server that has finished stays reserved: clients knock until their limit has passed.
    private static let refused = Round("refused") {
        let server = try MockServer(options: $0.server())
        let verdict = await server.stop()
        let client = try MockClient(
            connectingTo: server.address, [.send(question)], options: $0.client(connect: .milliseconds(10)))
        var ledger = Ledger()
        ledger.expect(await client.finish(), of: "client", failures: .connect, count: 1)
        ledger.expect(verdict, of: "server", onlyFailures: [])
        return ledger
    }
}
