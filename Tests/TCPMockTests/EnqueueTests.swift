// Steps on their way to the loop thread: those of a burst travel together, and nobody can tell.

import TestClient
import Testing

@testable import TCPMock

@Suite struct EnqueueTests {
    @Test func whatIsEnqueuedWhileTheLoopIsBusyIsPlayedInOrder() async throws {
        let server = try MockServer(options: .init(limits: Limits(step: .seconds(60))))
        let client = try server.connect()
        let block = LoopBlock.begin()
        for number in 1...300 {
            try server.enqueue(.expect(.text("\(number)?")))
            try server.enqueue(.label("answers"), .send(.text("\(number)!")))
        }
        block.release()
        try client.send((1...300).map { "\($0)?" }.joined())
        try client.expectText((1...300).map { "\($0)!" }.joined())
        try await server.join()
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.first?.transcript.contains("step 600 ok") == true)
    }

    @Test func aStepThatIsWrongTakesNoOtherWithIt() async throws {
        let server = try MockServer(options: .init(limits: Limits(step: .seconds(60))))
        let client = try server.connect()
        let block = LoopBlock.begin()
        try server.enqueue(.expect("a"))
        #expect(throws: MockError.self) { try server.enqueue(.send("")) }
        #expect(throws: MockError.self) { try server.enqueue(.send("wrong"), .expect("")) }
        try server.enqueue(.send("b"), .disconnect())
        #expect(throws: MockError.self) { try server.enqueue(.send("c")) }
        #expect(throws: MockError.self) { try server.enqueue(.expect("c"), .send("d")) }
        block.release()
        try client.send("a")
        try client.expectText("b")
        try client.expectEnd()
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aJoinWaitsForStepsThatTheLoopHasNotSeen() async throws {
        let server = try MockServer(options: .init(limits: Limits(step: .seconds(60))))
        let client = try server.connect()
        let block = LoopBlock.begin()
        try server.enqueue(.expect("a"))
        try server.enqueue(.expect("b"))
        block.release()
        try client.send("a")
        async let joined: Void = server.join()
        _ = try await server.received("a")
        #expect(server.connections.first?.currentStep == 2)
        try client.send("b")
        try await joined
        #expect(server.connections.first?.currentStep == nil)
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aFinishPlaysWhatTheLoopHasNotSeen() async throws {
        let server = try MockServer(options: .init(limits: Limits(step: .seconds(60))))
        let client = try server.connect()
        try finishWhileTheLoopIsBusy(server)
        try client.send("a")
        try client.expectText("b")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean && verdict.isComplete, "\(verdict)")
        #expect(throws: MockError.self) { try server.enqueue(.expect("c")) }
        #expect(throws: MockError.self) { try server.enqueue(.expect("c"), .send("d")) }
        // The unwritten end comes last in the plan too, where texts look for what was not run.
        #expect(server.plan.withLock { $0.scripts[0].steps.map(\.number) } == [1, 2, nil])
    }

    /// Awaits nothing while the loop stands still: others may wait for it on all threads of the pool.
    private func finishWhileTheLoopIsBusy(_ server: MockServer) throws {
        let block = LoopBlock.begin()
        defer { block.release() }
        try server.enqueue(.expect("a"), .send("b"))
        _ = onAThread { _ = server.finish() }
        while server.inbox.phase == .open { pause(milliseconds: 1) }
    }

    @Test func callsOnManyThreadsStayWhole() async throws {
        let (threads, calls) = (8, 2_000)
        let server = try MockServer(options: .init(limits: Limits(step: .seconds(60))))
        let client = try server.connect()
        try await withThrowingTaskGroup { group in
            for _ in 0..<threads {
                group.addTask {
                    for _ in 0..<calls { try server.enqueue(.send("a"), .send("b")) }
                }
            }
            try await group.waitForAll()
        }
        try client.expectText(String(repeating: "ab", count: threads * calls))
        try await server.join()
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }
}
