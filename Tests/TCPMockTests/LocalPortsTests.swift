// Where clients connect from: addresses in turn, and what is said when their ports run out.

import TestClient
import Testing

@testable import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let three: [MockAddress] = (2...4).map { .ipv4("127.0.0.\($0)") }

private func host(_ record: ConnectionRecord) -> String {
    record.local.map { String($0.prefix { $0 != ":" }) } ?? ""
}

#if os(Linux)
    @Suite struct SourceTests {
        @Test func connectionsTakeTheSourcesInTurn() async throws {
            let server = try MockServer(every: [.expect("a")], count: 7)
            let clients = try MockClient.many(
                7, atOnce: 1, connectingTo: server.address, [.send("a")], options: .init(sources: three))
            let verdict = await clients.finish()
            expectClean(verdict)
            let served = await server.finish()
            expectClean(served)
            let expected = [2, 3, 4, 2, 3, 4, 2].map { "127.0.0.\($0)" }
            #expect(verdict.connections.map(host) == expected)
            #expect(served.connections.map(\.peer) == verdict.connections.map(\.local))
        }

        @Test func scriptsOfASequenceTakeThemInTurnToo() async throws {
            let server = try MockServer(every: [.expect("a")], count: 4)
            let client = try MockClient(
                connectingTo: server.address, sequence: Array(repeating: [.send("a")], count: 4),
                options: .init(sources: [.ipv4("127.0.0.3"), .ipv4("127.0.0.2")]))
            let verdict = await client.finish()
            expectClean(verdict)
            expectClean(await server.finish())
            #expect(verdict.connections.map(host) == ["127.0.0.3", "127.0.0.2", "127.0.0.3", "127.0.0.2"])
        }

        @Test func manyAtOnceAreSharedEvenly() async throws {
            let server = try MockServer(every: [.expect("a")], count: 300)
            let clients = try MockClient.many(
                300, atOnce: 100, connectingTo: server.address, [.send("a")], options: .init(sources: three))
            let verdict = await clients.finish()
            expectClean(verdict)
            expectClean(await server.finish())
            let counts = Dictionary(grouping: verdict.connections, by: host).mapValues(\.count)
            #expect(counts == ["127.0.0.2": 100, "127.0.0.3": 100, "127.0.0.4": 100])
        }

        @Test func whoIsRefusedKnocksAgainFromTheSameSource() async throws {
            let server = try MockServer([.expect("a")])
            try await server.takeDown()
            let client = try MockClient(
                connectingTo: server.address, [.send("a")],
                options: .init(connect: .seconds(60), sources: three))
            #expect(loopTakesAJob())  // by now it has been refused
            try await server.bringUp()
            let verdict = await client.finish()
            expectClean(verdict)
            expectClean(await server.finish())
            #expect(verdict.connections.map(host) == ["127.0.0.2"])
        }

        @Test func oneSourceThisMachineHasNotIsAFailureAtOnce() async throws {
            let server = try MockServer(every: [.expectDisconnect(.any)])
            let clients = try MockClient.many(
                3, atOnce: 1, connectingTo: server.address, [],
                options: .init(connect: .seconds(600), sources: [.ipv4("127.0.0.2"), .ipv4("192.0.2.1")]))
            let verdict = await clients.finish()
            #expect(verdict.failures.map(\.kind) == [.connect])
            #expect(verdict.accepted == 1)
            #expect(
                try firstFailure(of: verdict).details.contains(
                    "one of the 2 addresses to connect from is not this machine's"), "\(verdict)")
            _ = await server.stop()
        }
    }
#endif

@Suite struct LocalPortsTests {
    private func plan(
        _ count: Int, from sources: [MockAddress] = [], _ afterScript: MockClient.AfterScript = .leave,
        to address: MockAddress = .ipv4(port: 80), script: Script = [.send("a")]
    ) throws -> EndpointPlan {
        let options = MockClient.Options(sources: sources, afterScript: afterScript)
        let planned = try ScriptPlan(script, framing: options.framing, ending: afterScript.ending, at: here)
        var plan = EndpointPlan(
            mode: .every(count: count, oneAtATime: false), scripts: [planned], options: options.shared(with: address),
            scale: .factor(1), location: here)
        plan.dial = EndpointPlan.Dial(sources: sources, connect: .seconds(2), atOnce: 10)
        return plan
    }

    private func unreached(_ plan: EndpointPlan, tried: UInt64) throws -> ScriptFailure {
        var report = EndpointReport()
        report.unreached = Unreached(script: 3, tried: tried, attempts: 9, error: EADDRNOTAVAIL)
        return try #require(Judge.verdict(plan, report).failures.first)
    }

    @Test func aClientWithoutAPortLeftIsToldWhatToDo() throws {
        let failure = try unreached(plan(40_000), tried: 2_000_000_000)
        #expect(
            failure.summary.hasPrefix(
                "connection 4 of 40000: could not connect to 127.0.0.1:80: Cannot assign requested address (EADDRNOTAVAIL"
            ))
        #expect(failure.summary.hasSuffix(" for 2 s"))
        #expect(failure.details.contains("hint      no port is left to connect from: "))
        for way in ["`sources:`", "`afterScript: .reset`", "`.expectDisconnect()`", "TIME_WAIT"] {
            #expect(failure.details.contains(way), "\(failure.details)")
        }
    }

    @Test func anAddressThatIsNobodysIsToldApartFromThat() throws {
        #expect(try unreached(plan(4), tried: 0).details.contains("is IPv6 switched off?"))
        let one = try unreached(plan(4, from: [.ipv4("192.0.2.1")]), tried: 0)
        #expect(one.details.contains("hint      the address to connect from is not this machine's"))
        let port = try unreached(plan(4, from: [.ipv4("127.0.0.1", port: 4000)]), tried: 0)
        #expect(port.details.contains("a connection from its port is in TIME_WAIT"))
    }

    @Test func pausesForWantOfPortsAreNotedWithTheirRemedy() throws {
        var report = makeReport([])
        report.scripted = 20_000
        report.acceptPauses = 3
        report.acceptError = EADDRNOTAVAIL
        let notes = Judge.verdict(try plan(20_000), report).notes
        #expect(notes.count == 1)
        #expect(notes.first?.hasPrefix("connecting paused 3 times: Cannot assign requested address") == true)
        #expect(notes.first?.contains("several `sources:`") == true)
        #expect(notes.first?.contains("ulimit") == false)
    }

    /// The notes of a client that has made all of its connections.
    private func notes(_ plan: EndpointPlan, made count: Int) -> [String] {
        var report = makeReport([])
        report.accepted = count
        report.scripted = count
        return Judge.verdict(plan, report).notes
    }

    @Test func thatConnectingSlowsIsNotedWhereTimeWaitStaysWithTheClient() throws {
        let note = try #require(try notes(plan(19_900), made: 19_900).first)
        #expect(note.hasPrefix("19,900 connections were made from one address, and connecting slows past about 14,000"))
        let two = try #require(try notes(plan(60_000, from: [three[0], three[1]]), made: 60_000).first)
        #expect(two.hasPrefix("30,000 connections were made from each of 2 addresses"))
        #expect(try notes(plan(19_900, from: [three[0], three[1]]), made: 19_900) == [])
        #expect(try notes(plan(19_900, .reset), made: 19_900) == [])
        #expect(try notes(plan(19_900, to: .unix(path: "/tmp/x")), made: 19_900) == [])
        #expect(try notes(plan(19_900, script: [.send("a"), .expectDisconnect()]), made: 19_900) == [])
        #expect(try notes(plan(14_000), made: 14_000) == [])
    }
}
