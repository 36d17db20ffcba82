// Many clients in one: a window that is never passed, every byte checked on both sides, failures told once.

import TestClient
import Testing

@testable import TCPMock

/// The most connections that were open at the same time, as their records tell it.
private func mostAtOnce(_ connections: [ConnectionReport]) -> Int {
    // At the same instant the one that ends goes first.
    let changes = connections.flatMap { [($0.accepted, 1), ($0.closed, -1)] }.sorted { $0 < $1 }
    return changes.reduce(into: (now: 0, most: 0)) { count, change in
        count.now += change.1
        count.most = max(count.most, count.now)
    }.most
}

@Suite struct MockClientManyTests {
    @Test(arguments: [1, 7, 60, 1000]) func theWindowIsNeverPassed(atOnce: Int) async throws {
        let server = try MockServer(every: [.expect("question"), .send("answer"), .expect("thanks")], count: 500)
        let clients = try MockClient.many(
            500, atOnce: atOnce, connectingTo: server.address,
            [.send("question"), .expect("answer"), .send("thanks")])
        let verdict = await clients.finish()
        expectClean(verdict)
        expectClean(await server.finish())
        #expect(verdict.accepted == 500)
        #expect(verdict.connections.count == 500)
        #expect(mostAtOnce(try #require(server.inbox.report).connections) <= atOnce)
        #expect(mostAtOnce(try #require(clients.inbox.report).connections) <= atOnce)
    }

    @Test func theWholeWindowIsOpenAtOnce() async throws {
        let server = try MockServer(every: [.expect("a"), .send("b")], count: 200)
        let clients = try MockClient.many(
            200, atOnce: 200, connectingTo: server.address, [.send("a"), .expect("b")],
            options: .init(afterScript: .stayOpen))
        try await clients.join()
        expectClean(await clients.finish())
        expectClean(await server.finish())
        #expect(mostAtOnce(try #require(server.inbox.report).connections) == 200)
    }

    @Test func aFailureDoesNotEndTheOthers() async throws {
        let server = try MockServer(connections: [
            [.send("a")], [.send("b"), .expectDisconnect(.reset)], [.send("a")],
            [.send("b"), .expectDisconnect(.reset)],
            [.send("a")],
        ])
        let clients = try MockClient.many(5, atOnce: 1, connectingTo: server.address, [.expect("a")])
        let verdict = await clients.finish()
        #expect(verdict.failures.map(\.kind) == [.mismatch])
        #expect(verdict.failures.map(\.count) == [2])
        #expect(verdict.connections.count { $0.isComplete } == 3)
        expectClean(await server.finish())
    }

    @Test func stoppedInTheMiddleTheyAreAllGone() async throws {
        let server = try MockServer(every: [.expect("a"), .expectDisconnect(.any)])
        let clients = try MockClient.many(
            100_000, atOnce: 20, connectingTo: server.address, [.send("a"), .delay(.seconds(600))])
        #expect(loopTakesAJob())  // by now the window is full
        let verdict = await clients.stop()
        #expect(verdict.failures.isEmpty)
        #expect(!verdict.isComplete)
        #expect(verdict.accepted == 20)
        #expect(verdict.notes.last == "only 20 of 100000 connections had been made when the client was stopped")
        expectClean(await server.finish())
    }

    @Test func manyOfManyClientsAtOnce() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...30 {
                group.addTask {
                    let server = try MockServer(every: [.expect("question \(number)"), .send("answer \(number)")])
                    let clients = try MockClient.many(
                        20, atOnce: 5, connectingTo: server.address,
                        [.send("question \(number)"), .expect("answer \(number)")])
                    expectClean(await clients.finish())
                    expectClean(await server.finish())
                }
            }
            try await group.waitForAll()
        }
    }
}
