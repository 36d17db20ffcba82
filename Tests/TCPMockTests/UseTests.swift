// Using a server in the wrong state, twice, or not to its end.

import TCPMock
import TestClient
import Testing

private func finishBlocking(_ server: MockServer) -> Verdict { server.finish() }
private func joinBlocking(_ server: MockServer) throws { try server.join() }

/// For tests in which another task has to get its turn first.
private let patient = MockServer.Options(limits: Limits(step: .seconds(600)))

@Suite struct UseTests {
    @Test func enqueueingOnAFixedServerThrows() async throws {
        let server = try MockServer([.send("a")])
        let error = #expect(throws: MockError.self) { try server.enqueue(.send("b")) }
        #expect(error?.kind == .misuse)
        #expect(error?.message.contains("MockServer() makes a live one") == true)
        _ = await server.stop()
    }

    @Test func enqueueingAfterFinishThrows() async throws {
        let server = try MockServer()
        _ = await server.finish()
        let error = #expect(throws: MockError.self) { try server.enqueue(.send("b")) }
        #expect(error?.kind == .misuse)
        #expect(error?.message.contains("has been finished") == true)
    }

    @Test func enqueueingNothingIsHarmless() async throws {
        let server = try MockServer()
        try server.enqueue([])
        try server.enqueue(.label("only a name"))
        try await server.join()
        #expect(await server.finish().isClean)
    }

    @Test func finishingTwiceGivesTheSameVerdict() async throws {
        let server = try MockServer([.expect("abc")])
        let client = try server.connect()
        try client.send("abx")
        #expect(throws: connectionReset) { try client.receiveSome() }
        let verdicts = [await server.finish(), await server.finish(), await server.stop(), finishBlocking(server)]
        for verdict in verdicts {
            #expect(verdict.failures == verdicts[0].failures)
            #expect(verdict.failures.map(\.kind) == [.mismatch])
        }
    }

    @Test func finishingFromManyTasksGivesAllTheSameVerdict() async throws {
        let server = try MockServer([.expect("abc"), .delay(.milliseconds(50)), .send("x"), .close()])
        let client = try server.connect()
        try client.send("abc")
        await withTaskGroup(of: Verdict.self) { group in
            for _ in 0..<20 { group.addTask { await server.finish() } }
            for await verdict in group {
                #expect(verdict.isClean, "\(verdict)")
                #expect(verdict.connections.map(\.isComplete) == [true])
            }
        }
        client.close()
    }

    @Test func joiningAfterAFailureThrowsItAgain() async throws {
        let server = try MockServer()
        try server.enqueue(.expect("abc"))
        let client = try server.connect()
        try client.send("abx")
        for _ in 0..<3 {
            let error = await #expect(throws: ScriptFailed.self) { try await server.join() }
            #expect(error?.failures.map(\.kind) == [.mismatch])
        }
        #expect(throws: ScriptFailed.self) { try joinBlocking(server) }
        #expect(await server.finish().failures.map(\.kind) == [.mismatch])
    }

    @Test func joiningAFinishedServerThrows() async throws {
        let server = try MockServer()
        _ = await server.finish()
        let error = await #expect(throws: MockError.self) { try await server.join() }
        #expect(error?.kind == .misuse)
        #expect(throws: MockError.self) { try joinBlocking(server) }
    }

    @Test func aJoinUnderWayEndsWhenTheServerIsStopped() async throws {
        let server = try MockServer(options: patient)
        try server.enqueue(.expect("never"))
        let client = try server.connect()
        async let joined: Void = server.join()
        await Task.yield()
        _ = await server.stop()
        _ = try? await joined
        client.close()
    }

    @Test func aCancelledFinishWaitsForNothing() async throws {
        let server = try MockServer([.delay(.seconds(600)), .send("late")])
        let client = try server.connect()
        let task = Task { await server.finish() }
        await Task.yield()
        let began = ContinuousClock.now
        task.cancel()
        #expect(await task.value.isClean)
        #expect(ContinuousClock.now - began < .seconds(30))
        #expect(throws: connectionReset) { try client.receiveSome() }
    }

    @Test func aFinishInATaskThatWasCancelledBeforeWaitsForNothing() async throws {
        let server = try MockServer([.expect("never")], options: patient)
        let client = try server.connect()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await server.finish()
        }
        let verdict = await task.value
        #expect(verdict.isClean, "\(verdict)")
        client.close()
    }

    @Test func aCancelledJoinThrowsAtOnce() async throws {
        let server = try MockServer()
        try server.enqueue(.delay(.seconds(600)))
        let client = try server.connect()
        let task = Task { try await server.join() }
        await Task.yield()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        _ = await server.stop()
        client.close()
    }

    @Test func aJoinInATaskThatWasCancelledBeforeThrowsAtOnce() async throws {
        let server = try MockServer([.expect("never")])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await server.join()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        _ = await server.stop()
    }

    @Test func aServerDroppedWithoutFinishResetsItsClientsAndFreesItsPort() throws {
        var server: MockServer? = try MockServer([.delay(.seconds(600))])
        let address = try #require(server?.address)
        let client = try TestClient.connect(address.host, address.port)
        server = nil
        #expect(throws: connectionReset) { try client.receiveSome() }
        #expect(becomes { (try? TestClient.connect(address.host, address.port)) == nil })
    }
}
