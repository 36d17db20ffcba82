// How connections end: by the client, by the script, and how each is seen from the other side.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let big = Bytes([UInt8](repeating: 7, count: 8 << 20))  // more than both sockets hold
private let brokenPipe = ClientError(call: "send", code: EPIPE)

@Suite struct ClientLeavesTests {
    @Test func aClientThatShutsDownReadsToTheEndAndClosesIsClean() async throws {
        for _ in 0..<50 {
            let verdict = try await serve([.expect("Q"), .send("answer"), .halfClose()]) { client in
                try client.send("Q")
                client.shutDownWriting()
                let all = try client.receiveAll()
                #expect(all == Array("answer".utf8))
            }
            #expect(verdict.isClean, "\(verdict)")
            #expect(verdict.connections.first?.end == .fin)
        }
    }

    @Test func aClientThatShutsDownAndThenClosesWithUnreadBytesIsNot() async throws {
        // Its reset shows only in SO_ERROR, and only once the server has read to the end: it looks clean otherwise.
        for _ in 0..<50 {
            let verdict = try await serve([.expect("Q"), .send("answer")]) { client in
                try client.send("Q")
                client.shutDownWriting()
                #expect(client.isReadable())
            }
            #expect(verdict.failures.map(\.kind) == [.departure], "\(verdict)")
            #expect(verdict.connections.first?.end == .rstAfterFin)
        }
    }

    @Test func aHalfClosedClientIsServedToTheEnd() async throws {
        let verdict = try await serve([.expect("Q"), .expectEOF(), .send("a"), .send("b"), .halfClose()]) { client in
            try client.send("Q")
            client.shutDownWriting()
            let all = try client.receiveAll()
            #expect(all == Array("ab".utf8))
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aHalfClosedClientThatReadsToTheImplicitEndIsClean() async throws {
        // The script ends without closing: the server's own FIN comes once the client has taken everything.
        let verdict = try await serve([.expect("Q"), .send("answer")]) { client in
            try client.send("Q")
            client.shutDownWriting()
            let all = try client.receiveAll()
            #expect(all == Array("answer".utf8))
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aClientThatClosesWithUnreadBytesIsTold() async throws {
        let verdict = try await serve([.send("OneTwo")]) { client in
            let some = try client.receive(3)
            #expect(some.count == 3)
            pause(milliseconds: 50)  // for the server to see what is left
        }
        #expect(verdict.failures.map(\.kind) == [.departure])
        #expect(verdict.connections.first?.end == .rst)
    }

    @Test func aResetInTheMiddleOfTheScriptIsTold() async throws {
        let line = UInt(#line) + 1
        let verdict = try await serve([.expect("ab"), .expect("cd")]) { client in
            try client.send("abc")
            client.reset()
        }
        #expect(verdict.failures.map(\.kind) == [.clientReset])
        #expect(verdict.failures.first?.step == 2)
        #expect(verdict.failures.first?.offset == 1)
        #expect(verdict.failures.first?.location.line == line)
    }

    @Test func aResetInADelayIsToldAtOnce() async throws {
        let began = ContinuousClock.now
        let verdict = try await serve([.expect("a"), .delay(.seconds(600)), .send("b")]) { client in
            try client.send("a")
            client.reset()
        }
        #expect(verdict.failures.map(\.kind) == [.clientReset])
        #expect(verdict.failures.first?.step == 2)
        #expect(ContinuousClock.now - began < .seconds(60))
    }

    @Test func aResetInASilenceIsToldAtOnce() async throws {
        let verdict = try await serve([.expect("a"), .expectSilence(for: .seconds(600))]) { client in
            try client.send("a")
            client.reset()
        }
        #expect(verdict.failures.map(\.kind) == [.clientReset])
    }

    @Test func aResetThatIsExpectedIsClean() async throws {
        for how in [Departure.reset, .any] {
            let verdict = try await serve([.expect("a"), .expectDisconnect(how)]) { client in
                try client.send("a")
                client.reset()
            }
            #expect(verdict.isClean, "\(verdict)")
            #expect(verdict.connections.first?.end == .rst)
        }
    }

    @Test func aCleanEndIsNoReset() async throws {
        let verdict = try await serve([.expectDisconnect(.reset)]) { _ in }
        #expect(verdict.failures.map(\.kind) == [.departure])
        #expect(try await serve([.expectDisconnect(.any)]) { _ in }.isClean)
    }

    @Test func lastWordsBeforeAResetAreStillJudged() async throws {
        let verdict = try await serve([.expect("QUIT"), .expectDisconnect(.reset)]) { client in
            try client.send("QUIT")
            client.reset()
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aSendToAClientThatHasClosedIsToldAsAResetAndNoEnd() async throws {
        // The failed write takes the reset away: what is read then looks like a FIN that nobody sent.
        let script: Script = [.expect("a"), .repeat(100_000, [.send("b"), .delay(.microseconds(100))])]
        let verdict = try await serve(script) { client in
            try client.send("a")
            client.close()
        }
        #expect(verdict.failures.count == 1)
        #expect(verdict.failures.first.map { [.send, .clientReset].contains($0.kind) } == true, "\(verdict)")
        #expect(verdict.connections.first?.end == .rst)
    }
}

@Suite struct ServerLeavesTests {
    @Test func resetDeliversEverythingFirst() async throws {
        let verdict = try await serve([.send(big), .reset()]) { (client) throws in
            pause(milliseconds: 20)
            #expect(try client.receive(big.array.count).count == big.array.count)
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.first?.end == .byScript)
    }

    @Test func resetThatDiscardsDoesNotWait() async throws {
        let script: Script = [.send("x"), .reset(discardingUnsent: true)]
        let verdict = try await serve(script) { client in
            #expect(throws: connectionReset) { while try !client.receiveSome().isEmpty {} }
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func resetWaitsForAClientThatDoesNotReadOnlyItsLimit() async throws {
        let script: Script = [.send(big), .reset(within: .milliseconds(100))]
        let options = MockServer.Options(limits: Limits(step: .milliseconds(300)))
        let verdict = try await serve(script, options: options, staying: true) { _ in }
        #expect(verdict.failures.map(\.kind) == [.limit])
    }

    @Test func closeEndsBothDirections() async throws {
        let verdict = try await serve([.send("bye"), .close()]) { (client) throws in
            #expect(try client.receiveAll() == Array("bye".utf8))
            // The first write meets a closed socket, and the next its reset.
            #expect(throws: brokenPipe) {
                for _ in 0..<10_000 {
                    try client.send("x")
                    pause(milliseconds: 1)
                }
            }
        }
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.first?.end == .byScript)
    }

    @Test func closeWithUnreadInputResets() async throws {
        // As close(2) does: the client gets what was sent, then a reset.
        let verdict = try await serve([.expect("ab"), .delay(.milliseconds(100)), .send("bye"), .close()]) { client in
            try client.send("ab")
            #expect(try client.receiveAll() == Array("bye".utf8))
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func halfCloseLeavesTheClientsDirectionOpen() async throws {
        let verdict = try await serve([.send("bye"), .halfClose(), .expect("but wait")]) { client in
            #expect(try client.receiveAll() == Array("bye".utf8))
            try client.send("but wait")
        }
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.first?.end == .fin)
    }

    @Test func disconnectIsACleanEndForTheClient() async throws {
        let verdict = try await serve([.send("bye"), .disconnect()]) { client in
            let all = try client.receiveAll()
            #expect(all == Array("bye".utf8))
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func bytesAfterDisconnectAreAFailureUnlessDiscarded() async throws {
        func verdict(_ step: Step) async throws -> Verdict {
            try await serve([step]) { client in
                #expect(try client.receiveAll().isEmpty)
                try client.send("late")
            }
        }
        #expect(try await verdict(.disconnect()).failures.map(\.kind) == [.unexpectedBytes])
        let tolerated = try await verdict(.disconnect(discardingInput: true))
        #expect(tolerated.isClean, "\(tolerated)")
    }

    @Test func disconnectWaitsForTheClientOnlyItsLimit() async throws {
        let verdict = try await serve([.disconnect(within: .milliseconds(100))], staying: true) { (client) throws in
            #expect(try client.receiveAll().isEmpty)
            _ = client.isReadable(within: 200)
        }
        #expect(verdict.failures.map(\.kind) == [.limit])
    }
}
