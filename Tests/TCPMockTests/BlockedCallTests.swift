// Threads that a call of TCPMock's own blocks can't be the client: failures name them.

import TestClient
import Testing

@testable import TCPMock

private let soon = Limits(step: .milliseconds(100))

/// Runs a test that is not async, on a thread of its own, as XCTest would.
private func failure(_ body: @escaping @Sendable () throws -> [ScriptFailure]) async throws -> ScriptFailure {
    try #require(try await onThread(body).first)
}

@Suite struct BlockedCallTests {
    @Test func aJoinOnTheOnlyThreadThatWouldBeTheClientIsNamed() async throws {
        let here = UInt(#line)
        let failure = try await failure {
            let server = try MockServer([.expect("PING\r\n"), .send("+PONG\r\n")], options: .init(limits: soon))
            let client = try server.connect()
            #expect(throws: ScriptFailed.self) { try server.join() }
            try? client.send("PING\r\n")
            return server.stop().failures
        }
        let line = here + 4
        #expect(
            failure.details.contains(
                "threads   the thread that made the server is blocked in server.join() at BlockedCallTests.swift:\(line), "
                    + "so it can't be the client that sends"), "\(failure)")
        #expect(
            failure.likelyCause?.hasSuffix(
                " or is the client to run on the thread that is blocked in server.join()?") == true, "\(failure)")
    }

    @Test func aFinishAndAReceivedAreNamedToo() async throws {
        let finish = try await failure {
            let server = try MockServer([.expect("PING\r\n")], options: .init(limits: soon))
            let client = try server.connect()
            return withExtendedLifetime(client) { server.finish().failures }
        }
        #expect(finish.details.contains("blocked in server.finish() at BlockedCallTests.swift:"), "\(finish)")
        let received = try await failure {
            let server = try MockServer([.expect("PING\r\n")], options: .init(limits: soon))
            let client = try server.connect()
            #expect(throws: MockError.self) { try server.received("PING") }
            return withExtendedLifetime(client) { server.stop().failures }
        }
        #expect(received.details.contains("blocked in server.received(\"PING\") at BlockedCallTests"), "\(received)")
    }

    @Test func aCallOnAnotherEndpointIsNamedWhenTheSameThreadMadeBoth() async throws {
        let failure = try await failure {
            let other = try MockServer([.expect("never")], options: .init(limits: Limits(step: .milliseconds(400))))
            let server = try MockServer([.expect("PING\r\n")], options: .init(limits: soon))
            let clients = (try server.connect(), try other.connect())
            #expect(throws: ScriptFailed.self) { try other.join() }
            _ = other.stop()
            return withExtendedLifetime(clients) { server.stop().failures }
        }
        #expect(failure.details.contains("blocked in server.join() at BlockedCallTests.swift:"), "\(failure)")
    }

    @Test func whoMadeAServerInATaskIsNotTakenForTheThreadOfAnother() async throws {
        #expect(try await onThread { BlockedCalls.ownThread } != 0)
        #expect(BlockedCalls.ownThread == 0, "a task has no thread of its own")
    }

    @Test func anAsyncJoinHoldsNoThread() async throws {
        let server = try MockServer([.expect("PING\r\n")], options: .init(limits: soon))
        let client = try server.connect()
        await #expect(throws: ScriptFailed.self) { try await server.join() }
        let failure = try #require(await server.finish().failures.first)
        #expect(!failure.details.contains("threads"), "\(failure)")
        client.close()
    }

    @Test func aJoinThatBeganWhenTheClientHadSpokenIsNotTheCause() async throws {
        let failure = try await failure {
            let server = try MockServer([.expect("A"), .expect("B")], options: .init(limits: soon))
            let client = try server.connect()
            try client.send("A")
            try server.received("A")
            #expect(becomes { server.connections.first?.isOpen == false })
            return withExtendedLifetime(client) { server.finish().failures }
        }
        #expect(!failure.details.contains("threads"), "\(failure)")
    }
}
