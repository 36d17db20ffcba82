// Whether a client has set TCP_NODELAY: what the kernel says of a socket in this process.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private func setNoDelay(_ isOn: Bool, of client: TestClient) {
    var value: Int32 = isOn ? 1 : 0
    setsockopt(client.fd, Int32(IPPROTO_TCP), TCP_NODELAY, &value, socklen_t(MemoryLayout<Int32>.size))
}

private func asked(_ isOn: Bool) async throws -> Verdict {
    try await serve([.expect("PING"), .expectNoDelay(), .send("PONG")], options: .unhurried) { client in
        setNoDelay(isOn, of: client)
        try client.send("PING")
        _ = try? client.receiveText(4)
    }
}

#if os(Linux)
    @Test func aClientThatHasSetItPasses() async throws {
        let verdict = try await asked(true)
        expectClean(verdict)
        #expect(verdict.connections.first?.noDelay == .known(true))
        #expect(verdict.inconclusive == [])
    }

    @Test func aClientThatHasNotFailsAtTheLine() async throws {
        let verdict = try await asked(false)
        #expect(
            verdict.failures.map(\.summary)
                == ["connection 1, step 2 of 3: expectNoDelay: the client has not set TCP_NODELAY"], "\(verdict)")
        #expect(verdict.failures.first?.kind == .noDelay)
        #expect(verdict.connections.first?.noDelay == .known(false))
    }

    /// What a script says that asks a client which has closed by then.
    private func askedWhenClosed(_ steps: Script) async throws -> Verdict {
        let closed = Gate("closed")
        let server = try MockServer(
            [.expect("QUIT"), .wait(closed, within: .seconds(60))] + steps, options: .unhurried)
        let client = try server.connect()
        try client.send("QUIT")
        client.close()
        closed.open()
        let verdict = await server.finish()
        expectClean(verdict)
        return verdict
    }

    @Test func ofAClientThatHasClosedNobodyCanTell() async throws {
        let verdict = try await askedWhenClosed([.expectNoDelay()])
        let doubt = try #require(verdict.inconclusive.first)
        #expect(doubt.message.contains("is not known: it had closed its socket"), "\(doubt)")
        #expect(
            verdict.connections.first.map { "\($0.noDelay)" } == "unavailable: the other side had closed its socket")
    }

    /// Of each step one is kept, with how often it was so: later ones have room.
    @Test func aStepThatRepeatsItsDoubtLeavesRoomForOthers() async throws {
        let others = Script((0..<4).map { _ in .expectNoDelay() })
        let verdict = try await askedWhenClosed([.repeat(6, [.expectNoDelay()])] + others)
        #expect(verdict.inconclusive.map(\.count) == [6, 3], "\(verdict)")
        #expect(
            verdict.notes.contains("1 connection had more inconclusive steps than the four that are kept of each"),
            "\(verdict.notes)")
    }

    @Test func aServerUnderTestIsAskedAsWell() async throws {
        let server = try TestServer { connection in
            try connection.send("HI")
            _ = try connection.receiveAll()
        }
        let client = try MockClient(
            connectingTo: .ipv4("127.0.0.1", port: server.port), [.expect("HI"), .expectNoDelay(), .send("BYE")])
        let verdict = await client.finish()
        expectClean(verdict)
        #expect(verdict.connections.first?.noDelay == .known(true))
    }
#endif

@Test func whatNobodyAskedForIsUnavailableAndSaysHowToAsk() async throws {
    let verdict = try await serve([.expect("PING")], options: .unhurried) { try $0.send("PING") }
    let fact = try #require(verdict.connections.first?.noDelay)
    #expect(fact.value == nil)
    #expect("\(fact)" == "unavailable: nobody asked: expectNoDelay() in the script does")
}

@Test func aUnixDomainSocketHasNoSuchOption() throws {
    let options = MockServer.Options(address: .unix(path: "/tmp/tcpmock-nodelay-\(UInt32.random(in: 0...UInt32.max))"))
    let error = try #require(throws: MockError.self) { try MockServer([.expectNoDelay()], options: options) }
    #expect(error.message.contains("which has no TCP_NODELAY"), "\(error)")
}
