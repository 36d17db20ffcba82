// Limits, delays, silences, back-pressure: whose time is counted and what a busy machine does to it.

import CEvLoop
import TCPMock
import TestClient
import Testing

private let big = Bytes([UInt8](repeating: 7, count: 8 << 20))  // more than both sockets hold

@Suite(.serialized) struct StalledLoopTests {
    @Test func aLoopThatStoodStillPastALimitDoesNotFailAStepWhoseBytesAreThere() async throws {
        let server = try MockServer([.send("go"), .expect("PING", within: unscaled(.milliseconds(600))), .send("PONG")])
        let client = try server.connect()
        #expect(try client.receiveText(2) == "go")
        let block = LoopBlock.begin()
        try client.send("PING")
        pause(milliseconds: 1000)
        block.release()
        #expect(try client.receiveText(4) == "PONG")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func itsTimeIsAddedToTheLimitOnceAndTheTextSaysSo() async throws {
        let server = try MockServer([.send("go"), .expect("PING", within: unscaled(.milliseconds(300)))])
        let client = try server.connect()
        #expect(try client.receiveText(2) == "go")
        let block = LoopBlock.begin()
        pause(milliseconds: 800)
        let began = ContinuousClock.now
        block.release()
        #expect(throws: connectionReset) { try client.receiveSome() }
        #expect(ContinuousClock.now - began > .milliseconds(400))
        let verdict = await server.finish()
        #expect(verdict.failures.map(\.kind) == [.limit])
        #expect(verdict.description.contains("was late by"), "\(verdict)")
    }

    /// The first byte that came in the added time used to end it.
    @Test func theAddedTimeLastsThoughTheStepComesInPieces() async throws {
        let server = try MockServer([.send("go"), .expect("PING", within: unscaled(.milliseconds(400)))])
        let client = try server.connect()
        #expect(try client.receiveText(2) == "go")
        let block = LoopBlock.begin()
        pause(milliseconds: 2400)
        block.release()
        pause(milliseconds: 20)
        try client.send("P")
        pause(milliseconds: 100)
        try client.send("ING")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aSilenceIsJudgedByWhatCameInItThoughTheLoopStoodStill() async throws {
        let server = try MockServer([.send("go"), .expectSilence(for: .milliseconds(200))])
        let client = try server.connect()
        #expect(try client.receiveText(2) == "go")
        let block = LoopBlock.begin()
        try client.send("x")
        pause(milliseconds: 300)
        block.release()
        #expect(throws: connectionReset) { try client.receiveSome() }
        #expect(await server.finish().failures.map(\.kind) == [.unexpectedBytes])
    }
}

@Suite struct TimeTests {
    @Test func aClientThatNeverReadsMeetsTheSendsLimit() async throws {
        let line = UInt(#line) + 1
        let verdict = try await serve([.send(big, within: .milliseconds(200))], staying: true) { _ in }
        #expect(verdict.failures.map(\.kind) == [.limit])
        #expect(verdict.failures.first?.location.line == line)
        #expect(verdict.description.contains("the client does not read, or not fast enough"))
    }

    @Test func aClientThatReadsSlowlyMakesProgress() async throws {
        let options = MockServer.Options(limits: Limits(step: .seconds(1)))
        let verdict = try await serve([.send(big), .close()], options: options) { (client) throws in
            for _ in 0..<16 {
                #expect(try client.receive(512 * 1024).count == 512 * 1024)
                pause(milliseconds: 100)
            }
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func eachByteStartsTheDefaultLimitAnew() async throws {
        let options = MockServer.Options(limits: Limits(step: .milliseconds(600)))
        let verdict = try await serve([.expect("abcdef")], options: options) { client in
            for letter in "abcdef" {
                try client.send("\(letter)")
                pause(milliseconds: 150)
            }
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aStepsOwnLimitCountsTheWholeStep() async throws {
        let verdict = try await serve([.expect("abcdef", within: .milliseconds(300))], staying: true) { client in
            for letter in "abcde" {
                try? client.send("\(letter)")
                pause(milliseconds: 150)
            }
        }
        #expect(verdict.failures.map(\.kind) == [.limit])
    }

    @Test func aSilenceThatHoldsIsDone() async throws {
        let verdict = try await serve([.expectSilence(for: .milliseconds(100)), .send("ok"), .expect("x")]) { client in
            #expect(try client.receiveText(2) == "ok")
            try client.send("x")
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aSilenceThatIsBrokenFailsAtOnce() async throws {
        let line = UInt(#line) + 1
        let verdict = try await serve([.expectSilence(for: .seconds(600))], staying: true) { (client) throws in
            try client.send("psst")
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        #expect(verdict.failures.map(\.kind) == [.unexpectedBytes])
        #expect(verdict.failures.first?.location.line == line)
        #expect(verdict.description.contains("psst"))
    }

    @Test func aDelayLastsItsTime() async throws {
        let verdict = try await serve([.expect("a"), .delay(.milliseconds(100)), .send("b")]) { client in
            let began = ContinuousClock.now
            try client.send("a")
            #expect(try client.receiveText(1) == "b")
            #expect(ContinuousClock.now - began > .milliseconds(99))
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aClientThatSendsMoreThanIsHeldForItIsMadeToWait() async throws {
        let server = try MockServer(options: .init(limits: Limits(step: .seconds(20), maxBuffered: 64 * 1024)))
        let client = try server.connect()
        let most = 256 << 20
        let fitted = try client.sendWhatFits(most: most)
        #expect(fitted < most)  // all of it, were it not for the limit
        try server.enqueue(.receive(exactly: fitted), .send("taken"))
        #expect(try client.receiveText(5) == "taken")
        try server.enqueue(.receive(exactly: 1 << 20))
        try client.send([UInt8](repeating: 0, count: 1 << 20))
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.first?.receivedCount == fitted + 1 << 20)
    }
}
