// One fault after the other on one port, in any order, and what a verdict says of those who could not come.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let never = Duration.seconds(600)
private let faults: [ConnectFault?] = {
    let everywhere: [ConnectFault?] = [
        nil, .refused, .slowAccept(never), .acceptThenReset, .neverAcceptedThenReset,
        .neverAcceptedThenReset(after: never),
    ]
    #if os(Linux)
        return everywhere + [.blackHole]
    #else
        return everywhere
    #endif
}()

/// Who is between two faults: what becomes of it is seen after the next.
private enum Waiting {
    case toBeServed(TestClient)
    case toBeReset(TestClient)
    case unanswered(TestClient)
}

extension MockServer {
    fileprivate func expect(_ fault: ConnectFault?) throws -> Waiting? {
        switch fault {
        case nil: try expectServed()
        case .refused?: expectRefusal()
        case .acceptThenReset?, .neverAcceptedThenReset?: expectReset()
        case .blackHole?: return .unanswered(try expectNoAnswer())
        case .slowAccept(never)?:
            let client = try connect()
            try client.send("a")
            return .toBeServed(client)
        default: return .toBeReset(try connect())
        }
        return nil
    }
}

/// Traps 8 and 9, K16: from each to each, and the port is never anybody else's.
@Test(arguments: [MockAddress.loopback, .loopbackIPv6])
func trap9_k16_anyFaultFollowsAnyOtherOnThePort(address: MockAddress) async throws {
    let server = try MockServer.answering(on: address)
    for first in faults {
        for second in faults {
            try await server.setConnectFault(first)
            server.expectPortHeld()
            let waiting = try server.expect(first)
            if case .unanswered(let client) = waiting { client.close() }  // before it knocks again
            try await server.setConnectFault(second)
            if second == first { continue }
            server.expectPortHeld()
            switch waiting {
            case .toBeServed(let client): try client.expectText("1")
            case .toBeReset(let client): client.expectReset()
            case .unanswered, nil: break
            }
        }
    }
    try await server.bringUp()
    try server.expectServed()
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
}

/// What a client may meet: it is served, or fails as one of the faults says.
@Test func trap11_aClientThatReconnectsMeetsNothingElse() async throws {
    let server = try MockServer.answering()
    let isOver = Locked(false)
    let oddities = Locked<[String]>([])
    let client = onAThread {
        while !isOver.withLock({ $0 }) {
            do {
                pause(milliseconds: 1)  // or its ports in TIME_WAIT would be all there are
                let client = try TestClient.connect(server.host, server.port, patience: 20)
                try client.send("a")
                let got = try client.receiveText(1)
                if got != "1" { oddities.withLock { $0.append("read \(got)") } }
            } catch let error as ClientError
                where [ECONNREFUSED, ECONNRESET, EPIPE, EINPROGRESS, EAGAIN].contains(error.code)
            {
                continue
            } catch {
                oddities.withLock { $0.append("\(error)") }
            }
        }
    }
    var chance = Seed.ofThisRun.round(9)
    for _ in 1...150 {
        try await server.setConnectFault(chance.pick(faults), resettingConnections: chance.next() % 4 == 0)
    }
    try await server.setConnectFault(nil)
    isOver.withLock { $0 = true }
    client.wait()
    #expect(oddities.withLock { $0 } == [], "\(Seed.ofThisRun)")
    try server.expectServed()
    let verdict = await server.finish()
    #expect(verdict.failures.allSatisfy { [.clientReset, .clientClosed, .departure].contains($0.kind) }, "\(verdict)")
}

@Test func aThreadCanSetFaults() throws {
    let server = try MockServer.answering()
    try server.setConnectFault(.acceptThenReset)
    server.expectReset()
    try server.setConnectFault(nil)
    try server.expectServed()
    _ = stopBlocking(server)
}

private func stopBlocking(_ server: MockServer) -> Verdict { server.stop() }

@Test func settingFaultsWhileFinishingNeverHangs() async throws {
    for _ in 1...50 {
        let server = try MockServer.answering(.slowAccept(never))
        let client = try server.connect()
        let setting = onAThread {
            var number = 0
            while (try? server.setConnectFault(faults[number % faults.count])) != nil { number += 1 }
        }
        _ = await server.stop()
        setting.wait()
        client.close()
    }
}

/// Trap 13: whoever connects first meets the fault, on a port that clients knock at before the server is there.
#if os(Linux)
    @Test(arguments: [ConnectFault.refused, .slowAccept(never), .acceptThenReset, .neverAcceptedThenReset])
    func trap13_theFaultIsThereBeforeTheFirstClient(fault: ConnectFault) async throws {
        for _ in 1...10 {
            let address = MockAddress.ipv4("127.0.\(Int.random(in: 1...250)).\(Int.random(in: 1...250))", port: 24_680)
            let isOver = Locked(false)
            let (knocks, answers) = (Locked(0), Locked(0))
            let client = onAThread {
                while !isOver.withLock({ $0 }) {
                    knocks.withLock { $0 += 1 }
                    guard let client = try? TestClient.connect(address.host, address.port, patience: 5) else {
                        continue
                    }
                    guard (try? client.send("a")) != nil, let got = try? client.receiveText(1) else { continue }
                    if !got.isEmpty { answers.withLock { $0 += 1 } }
                }
            }
            #expect(becomes { knocks.withLock { $0 } > 0 })
            let server = try MockServer.answering(fault, on: address)
            let before = knocks.withLock { $0 }
            #expect(becomes { knocks.withLock { $0 } > before + 3 })
            isOver.withLock { $0 = true }
            client.wait()
            let verdict = await server.stop()
            #expect(verdict.accepted == 0, "\(verdict)")
            #expect(answers.withLock { $0 } == 0)
        }
    }
#endif

// MARK: what the verdict says

@Suite struct ConnectFaultVerdictTests {
    private func failure(_ verdict: Verdict) throws -> ScriptFailure {
        #expect(verdict.failures.count == 1, "\(verdict)")
        return try #require(verdict.failures.first)
    }

    /// No limit runs while nobody can come, and the text names the fault and not a time.
    @Test func namesTheFaultForWhichNobodyCouldCome() async throws {
        let script: Script = [.expectConnect(within: unscaled(.milliseconds(20))), .expect("a")]
        let server = try MockServer(script, options: .init(connectFault: .acceptThenReset))
        for _ in 1...3 { server.expectReset() }
        let isOver = Locked(false)
        let joining = Task {
            defer { isOver.withLock { $0 = true } }
            try await server.join()
        }
        try await Task.sleep(for: .milliseconds(300))  // past the limit
        #expect(!isOver.withLock { $0 })
        let failure = try failure(await server.finish())
        await #expect(throws: ScriptFailed.self) { try await joining.value }
        #expect(failure.kind == .notConnected)
        #expect(
            failure.summary
                == "expected a client to connect, but nobody could: connectFault .acceptThenReset was in force")
        #expect(
            failure.details == """
                  server    was on \(server.address) with connectFault .acceptThenReset: connections are accepted and reset
                            3 connections were accepted and reset
                  not run   1 expectConnect · 2 expect "a"
                  hint      call setConnectFault(nil) before the client that is to be served connects; if none is, make a live server: MockServer(options:)
                """)
    }

    @Test func namesTheFaultBeforeWhichTooFewHadCome() async throws {
        let server = try MockServer(connections: [[.expect("a")], [.expect("b")]])
        let client = try server.connect()
        try client.send("a")
        client.close()
        try await server.setConnectFault(.refused)
        let failure = try failure(await server.finish())
        #expect(
            failure.summary
                == "expected a connection for script 2 of 2, but only 1 came before connectFault .refused was in force")
    }

    /// Who has knocked in time is not absent, however late it is let in.
    @Test func whoIsKeptWaitingIsNotCalledAbsent() async throws {
        let script: Script = [.expectConnect(within: unscaled(.milliseconds(50))), .expect("a"), .send("1")]
        let block = LoopBlock.begin()
        let server = try MockServer(
            script, options: .init(limits: Limits(step: .seconds(60)), connectFault: .slowAccept(.milliseconds(300))))
        let client = try server.connect()
        try client.send("a")
        block.release()
        try client.expectText("1")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.isComplete)
    }

    /// Of one that nobody knocked at, the slowness is told and is not the reason.
    @Test func anAbsenceUnderASlowAcceptIsOne() async throws {
        let options = MockServer.Options(
            limits: Limits(step: unscaled(.milliseconds(50))), connectFault: .slowAccept(.seconds(9)))
        let failure = try failure(await MockServer([.expect("a")], options: options).finish())
        #expect(failure.summary == "expected a client to connect, but nobody connected within 50 ms")
        #expect(
            failure.details.contains("connectFault .slowAccept(9 s): clients are kept waiting before they are accepted")
        )
    }

    /// A server for any number of clients has had one already: it could end at once.
    @Test(arguments: [true, false]) func finishingWaitsForWhoIsKeptWaiting(isPool: Bool) async throws {
        let options = MockServer.Options(limits: Limits(step: .seconds(60)))
        let script: Script = [.expect("a"), .send("1")]
        let server = try isPool ? MockServer(every: script, options: options) : MockServer(script, options: options)
        if isPool { try server.expectServed() }
        try await server.setConnectFault(.slowAccept(.milliseconds(300)))
        let began = ContinuousClock.now
        let client = try server.connect()
        try client.send("a")
        let waited = Locked(Duration.zero)
        let reading = onAThread {
            if (try? client.receiveText(1)) == "1" { waited.withLock { $0 = ContinuousClock.now - began } }
            client.close()
        }
        let verdict = await server.finish()
        reading.wait()
        #expect(waited.withLock { $0 } >= .milliseconds(300))
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.isComplete)
        #expect(verdict.accepted == (isPool ? 2 : 1))
    }

    @Test func theTextOfATakenDownServerIsAsEver() async throws {
        let server = try MockServer([.expect("a")])
        try await server.takeDown()
        let failure = try failure(await server.finish())
        #expect(
            failure.summary == "expected a client to connect, but nobody connected before the test took the server down"
        )
        #expect(failure.details.contains("was down when it was finished; it had been listening on"))
        #expect(failure.details.contains("call bringUp() before the client connects"))
    }

    @Test func aLogNamesTheFault() async throws {
        #expect(
            "\(ConnectFault.neverAcceptedThenReset(after: .milliseconds(20)))"
                == ".neverAcceptedThenReset(after: 20 ms)")
        #expect("\(ConnectFault.neverAcceptedThenReset)" == ".neverAcceptedThenReset")
        #expect("\(ConnectFault.slowAccept(.zero))" == ".slowAccept(0 s)")
    }
}
