// What is recorded of faults: what the kernel confirmed, and what it could not.

import TCPMock
import TestClient
import Testing

#if os(Linux)
    @Suite struct FaultProofTests {
        @Test func whatTheClientHadNotReadIsTold() async throws {
            let server = try MockServer([.send("OneTwo"), .expect("read"), .reset()])
            let client = try server.connect()
            try client.expectText("One")
            try client.send("read")
            let verdict = await server.finish()
            try client.expectText("Two")
            client.expectReset()
            expectClean(verdict)
            let record = try #require(verdict.connections.first?.faults.first)
            #expect(record.unreadByClient == 3)
            #expect("\(record)" == "RST delivered; all 6 bytes sent were acknowledged before, 3 of them unread")
        }

        /// Parity trap 1: close(2) with input unread is a reset, whatever the script calls it.
        @Test func aCloseWithInputUnreadIsToldAsAReset() async throws {
            let sent = Gate("sent")
            let server = try MockServer([.expect("Q"), .stopReading(), .send("A"), .wait(sent), .close()])
            let client = try server.connect()
            try client.send("Q")
            try client.expectText("A")
            try client.send("more")
            sent.open()
            client.expectReset()
            let verdict = await server.finish()
            expectClean(verdict)
            let record = try #require(verdict.connections.first?.faults.first)
            #expect(record.unreadHere == 4)
            #expect(record.sentReset)
            #expect("\(record)" == "RST delivered; the 1 byte sent was acknowledged before")
        }

        /// A client that takes nothing can't be sent a FIN: it is behind the bytes.
        @Test func aFinThatCouldNotGetThroughIsNotConfirmed() async throws {
            let big = Bytes([UInt8](repeating: 7, count: 1 << 20))
            let gate = Gate("filled")
            let server = try MockServer([.send(big), .open(gate), .halfClose(), .expect("never")])
            let client = try server.connect()
            try await gate.opened()
            #expect(becomes { server.connections.first?.faults.isEmpty == false })
            let verdict = await server.stop()
            let record = try #require(verdict.connections.first?.faults.first)
            #expect(record.acknowledgedCount < record.sentCount)
            guard case .unconfirmed = record.confirmation else {
                Issue.record("\(record)")
                return
            }
            #expect("\(record)".hasPrefix("FIN not confirmed: "), "\(record)")
            client.close()
        }

        @Test func eachFaultOfAConnectionIsRecorded() async throws {
            let script: Script = [
                .expect("Q"), .stall(for: .milliseconds(1)), .stall(for: .milliseconds(1)), .halfClose(), .expect("x"),
                .reset(),
            ]
            let verdict = try await serve(script) { client in
                try client.send("Q")
                try client.expectEnd()
                try client.send("x")
                let isBroken = becomes { (try? client.send("x")) == nil }
                #expect(isBroken)
            }
            expectClean(verdict)
            let faults = try #require(verdict.connections.first).faults
            #expect(faults.map(\.kind) == [.stall, .stall, .halfClose, .reset])
            #expect(faults.map(\.step) == [2, 3, 4, 6])
            #expect(faults.map(\.isConfirmed) == [true, true, true, true])
            #expect(zip(faults, faults.dropFirst()).allSatisfy { $0.time < $1.time })
        }

        @Test func moreFaultsThanAreKeptKeepTheLatest() async throws {
            let script: Script = [.repeat(20, [.stall(for: .zero)]), .close()]
            let verdict = try await serve(script) { try $0.expectEnd() }
            expectClean(verdict)
            let faults = try #require(verdict.connections.first).faults
            #expect(faults.count == 8)
            #expect(faults.last?.kind == .close)
        }

        @Test func endsThatNoScriptWroteAskForNoProof() async throws {
            for options in [MockServer.Options(), .init(afterScript: .closeFirst), .init(afterScript: .reset)] {
                let verdict = try await serve([.send("a")], options: options) { client in
                    try client.expectText("a")
                    if options.afterScript == .closeFirst { try client.expectEnd() }
                    if options.afterScript == .reset { client.expectReset() }
                }
                expectClean(verdict)
                #expect(verdict.connections.map(\.faults) == [[]])
            }
            let polite = try await serve([.send("a"), .disconnect()]) { try $0.expectText("a") }
            expectClean(polite)
            #expect(polite.connections.map(\.faults) == [[]])
        }

        /// While others come and go.
        @Test func manyResetsAreEachConfirmed() async throws {
            let server = try MockServer(
                every: [.expect("Q"), .fault(.reset, .afterSending(3, of: "Hello"))], count: 300)
            let clients = try MockClient.many(
                300, atOnce: 50, connectingTo: server.address, [.send("Q"), .expect("Hel"), .expectDisconnect(.reset)])
            expectClean(await clients.finish())
            let verdict = await server.finish()
            expectClean(verdict)
            let faults = verdict.connections.flatMap(\.faults)
            #expect(faults.count == 300)
            let unconfirmed = faults.filter { !$0.isConfirmed }.map { "\($0)" }
            #expect(unconfirmed == [])
        }
    }
#endif

// MARK: Traps, by number

/// On loopback Nagle hardly shows, nor how a reply was cut: what counts is the bytes before the cut, at each of them.
@Test func trap7_aCutIsAtItsByteHoweverTheReplyIsWritten() async throws {
    let reply = "HTTP/1.1 200 OK\r\n\r\n"
    for count in 0...reply.utf8.count {
        let script: Script = [.fault(.fin, .afterSending(count, of: .text(reply)), within: .seconds(30))]
        let verdict = try await serve(script) { client in
            let got = try client.receiveAll()
            #expect(got == Array(reply.utf8.prefix(count)))
        }
        expectClean(verdict)
        #expect(verdict.connections.map(\.sentCount) == [count])
    }
}

/// Clients keep connections: a fault says which connection it is for, or which request.
@Test func trap12_aFaultIsOfAConnectionOrOfARequest() async throws {
    let ofTheSecond: [Script] = [
        [.expect("Q"), .send("A")], [.expect("Q"), .fault(.reset)], [.expect("Q"), .send("A")],
    ]
    let server = try MockServer(connections: ofTheSecond)
    for number in 1...3 {
        let client = try server.connect()
        try client.send("Q")
        number == 2 ? client.expectReset() : try client.expectText("A")
        client.close()
    }
    expectClean(await server.finish())
    let ofTheThird: Script = [
        .serve(.line) { request in request.number == 3 ? .steps([.fault(.reset, .afterSending(1, of: "ok\n"))]) : "ok\n"
        }
    ]
    let verdict = try await serve(ofTheThird) { client in
        for _ in 1...2 {
            try client.send("Q\n")
            try client.expectText("ok\n")
        }
        try client.send("Q\n")
        try client.expectText("o")
        client.expectReset()
    }
    expectClean(verdict)
}
