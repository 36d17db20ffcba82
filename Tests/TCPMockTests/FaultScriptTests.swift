// Faults in scripts: what can't be meant, where they may stand, and what is said of them.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a server with this script can't be; the step stands in line 7.
private func problem(_ script: Script, at address: MockAddress = .loopback) throws -> String {
    let error = try #require(throws: MockError.self) { try MockServer(script, options: .init(address: address)) }
    #expect(error.kind == .script)
    #expect(error.location?.line == 7, "\(error)")
    return error.message
}

@Suite struct FaultScriptTests {
    // MARK: What can't be meant

    @Test(arguments: [
        (Fault.Placement.afterSending(6, of: "Hello"), "can't send 6 bytes of 5"),
        (.afterSending(-1, of: "Hello"), "can't send -1 bytes of 5"),
        (.afterSending(0, of: .hex("0")), "pairs of hex digits"),
        (.afterReceiving(-1), "can't receive -1 bytes"),
        (.onPattern(""), "needs a pattern"),
        (.onPattern("QUIT", max: 3), "the pattern alone has 4 bytes"),
        (.afterIdle(.milliseconds(-1)), "can't be negative"),
    ]) func aPlacementThatCannotBeIsThrownAtItsLine(placement: Fault.Placement, text: String) throws {
        let message = try problem([.fault(.reset, placement, line: 7)])
        #expect(message.contains(text), "\(message)")
    }

    static let misplaced: [(Script, String)] = [
        ([.fault(.reset), .send("late", line: 7)], "can't come after fault(.reset)"),
        ([.fault(.fin), .expect("late", line: 7)], "can't come after fault(.fin)"),
        ([.fault(.close, .onNextRequest), .delay(.zero, line: 7)], "can't come after fault(.close, .onNextRequest)"),
        ([.fault(.stall), .send("late", line: 7)], "can't come after fault(.stall)"),
        ([.stall(), .send("late", line: 7)], "can't come after stall"),
        ([.fault(.halfClose), .send("late", line: 7)], "can't come after fault(.halfClose)"),
        ([.halfClose(), .fault(.reset, .afterSending(1, of: "late"), line: 7)], "can't come after halfClose"),
        ([.expectEOF(), .fault(.reset, .onNextRequest, line: 7)], "can't come after expectEOF"),
        ([.stopReading(), .expect("x", line: 7)], "nothing is read there before a resumeReading"),
        ([.stopReading(), .expectSilence(for: .zero, line: 7)], "nothing is read there"),
        ([.stopReading(), .send("x"), .expectEOF(line: 7)], "nothing is read there"),
        ([.stopReading(), .fault(.reset, .afterReceiving(1), line: 7)], "nothing is read there"),
        ([.stopReading(), .fault(.reset, .afterIdle(.zero), line: 7)], "nothing is read there"),
        ([.stopReading(), .serve(.line, line: 7) { _ in "x" }], "nothing is read there"),
        ([.stall(for: .milliseconds(-1), line: 7)], "can't be negative"),
        ([.stall(for: .zero, within: .seconds(1), line: 7)], "ends by itself"),
    ]

    @Test(arguments: misplaced.indices) func aStepThatCannotComeThereIsThrownAtItsLine(index: Int) throws {
        let (script, text) = Self.misplaced[index]
        let message = try problem(script)
        #expect(message.contains(text), "\(message)")
    }

    @Test func nearlyWrongScriptsAreTaken() throws {
        let scripts: [Script] = [
            [.fault(.halfClose), .expect("x")], [.fault(.reset), .expectDisconnect(.any)],
            [.halfClose(), .fault(.reset, .afterSending(0, of: "x"))], [.fault(.fin, .afterSending(0, of: ""))],
            [.expectEOF(), .fault(.reset, .afterSending(1, of: "x"))], [.stall(for: .zero), .expect("x")],
            [.stopReading(), .fault(.reset, .afterSending(1, of: "x"))], [.stopReading(), .stall()],
            [.stopReading(), .resumeReading(), .expect("x")], [.stopReading(), .disconnect(discardingInput: true)],
            [.repeat(2, [.stopReading(), .resumeReading(), .expect("x")])],
        ]
        for script in scripts { #expect(try MockServer(script).stop().isClean) }
    }

    // MARK: What a transport can't do

    private static let made = Locked(0)
    private let path = MockAddress.unix(
        path: "/tmp/tcpmock-\(getpid())-faults-\(made.withLock { $0 += 1; return $0 })")

    @Test func overAUnixPathThereIsNoReset() throws {
        #expect(try problem([.reset(line: 7)], at: path).contains("knows no RST"))
        #expect(try problem([.send("x"), .fault(.reset, .onNextRequest, line: 7)], at: path).contains("knows no RST"))
        #expect(
            try problem([.repeat(2, [.optional(.expect("x"), .reset(line: 7)), .expect("y")])], at: path).contains(
                "RST"))
        #expect(try problem([.respond(to: ["x": .reset], line: 7)], at: path).contains("knows no RST"))
        #expect(throws: MockError.self) { try MockClient(connectingTo: path, [.send("x"), .reset()]) }
    }

    @Test func overAUnixPathThereIsNoResetAfterTheScript() {
        #expect(throws: MockError.self) { try MockServer([], options: .init(address: path, afterScript: .reset)) }
        #expect(throws: MockError.self) {
            try MockClient(connectingTo: path, [], options: .init(afterScript: .reset))
        }
    }

    @Test func aResetEnqueuedOverAUnixPathIsRefusedAtItsLine() async throws {
        let server = try MockServer(options: .init(address: path))
        let line = UInt(#line) + 1
        let error = #expect(throws: MockError.self) { try server.enqueue(.send("a"), .reset()) }
        #expect(error?.location?.line == line)
        #expect(await server.stop().isClean)
    }

    @Test func aReplyThatResetsOverAUnixPathFailsItsStep() async throws {
        let options = MockServer.Options(address: path)
        let verdict = try await serve([.respond(.line) { _ in .reset }], options: options, staying: true) { client in
            try client.send("x\n")
            _ = try? client.receiveSome()
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .closure)
        #expect(
            failure.summary.contains("can't be played: reset can't be played over a Unix-domain socket"), "\(failure)")
    }

    @Test(arguments: [Fault.fin, .close, .halfClose]) func otherFaultsAreMetOverAUnixPath(fault: Fault) async throws {
        let place = FaultPlace(placement: .afterSending(3, of: "Hello"), reads: "Hel")
        let verdict = try await serve(place.script(fault), options: .init(address: path)) { try place.meet(fault, $0) }
        expectClean(verdict)
        let record = try #require(verdict.connections.first?.faults.first)
        #expect(record.isConfirmed)
        #expect(record.acknowledgedCount == 3)
    }

    @Test func backPressureCannotBeProvenOverAUnixPath() throws {
        #expect(try problem([.expectBackpressure(line: 7)], at: path).contains("can't be proven"))
    }

    @Test(.enabled(if: hasIPv6), arguments: Fault.all) func faultsAreMetOverIPv6(fault: Fault) async throws {
        let place = FaultPlace(placement: .afterSending(3, of: "Hello"), reads: "Hel")
        let options = MockServer.Options(address: .loopbackIPv6)
        let verdict = try await serve(place.script(fault), options: options) { try place.meet(fault, $0) }
        expectClean(verdict)
        #if os(Linux)
            #expect(verdict.connections.first?.faults.map(\.isConfirmed) == [true])
        #endif
    }

    // MARK: In replies

    @Test(arguments: Fault.all) func aTableOfStubsMayBreakTheConnection(fault: Fault) async throws {
        let verdict = try await serve([
            .respond(to: ["GOOD\n": "ok\n", "BAD\n": .steps([.fault(fault, .afterSending(2, of: "ok\n"))])])
        ]) { client in
            try client.send("BAD\n")
            try client.expectText("ok")
            fault == .reset ? client.expectReset() : try expectEndOrSilence(fault, client)
        }
        expectClean(verdict)
        #expect(verdict.connections.first?.faults.map(\.kind.description) == [fault.description])
    }

    @Test(arguments: Fault.all) func aClosuresReplyMayBreakTheConnectionOnTheNextRequest(fault: Fault) async throws {
        let script: Script = [
            .serve(.line) { request in .steps([.send("ok\n"), .fault(fault, .onNextRequest, within: .seconds(30))]) }
        ]
        let verdict = try await serve(script) { client in
            try client.send("one\n")
            try client.expectText("ok\n")
            try client.send("two\n")
            fault == .reset ? client.expectReset() : try expectEndOrSilence(fault, client)
        }
        expectClean(verdict)
    }

    private func expectEndOrSilence(_ fault: Fault, _ client: TestClient) throws {
        if fault == .stall { #expect(!client.isReadable(within: 50)) } else { try client.expectEnd() }
    }

    // MARK: Texts

    @Test func aFaultWhosePlaceIsNotReachedSaysWhatItWaitedFor() async throws {
        let script: Script = [.expect("Q"), .fault(.reset, .afterReceiving(5), within: .milliseconds(100))]
        let verdict = try await serve(script, staying: true) { client in
            try client.send("Qabc")
            client.expectReset()
        }
        #expect(
            verdict.failures.map(\.summary) == [
                "connection 1, step 2 of 2: expected 5 bytes before the fault .reset, got 3 (\"abc\") within 100 ms"
            ])
    }

    @Test func bytesInAnIdleTimeAreAFailure() async throws {
        let verdict = try await serve([.expect("Q"), .fault(.close, .afterIdle(.seconds(30)))], staying: true) {
            client in
            try client.send("Qx")
            client.expectReset()
        }
        #expect(
            verdict.failures.map(\.summary) == [
                "connection 1, step 2 of 2: expected silence for 30 s before the fault .close, got 1 more byte: \"x\""
            ])
    }

    @Test func aClientThatStaysAfterAFinIsTold() async throws {
        let verdict = try await serve([.fault(.fin, within: .milliseconds(100))], staying: true) { try $0.expectEnd() }
        #expect(
            verdict.failures.map(\.summary) == [
                "connection 1, step 1 of 1: expected the client to disconnect, but it was still connected after 100 ms"
            ])
    }

    @Test func faultsAreNamedAsTheyAreWritten() async throws {
        let verdict = try await serve(
            [.expect("Q"), .fault(.reset, .afterSending(4, of: "HTTP/1.1 200 OK")), .expectDisconnect(.any)],
            staying: true
        ) { client in
            try client.send("X")
            client.expectReset()
        }
        let message = try #require(verdict.failures.first).message
        #expect(
            message.contains(
                "not run   2 fault(.reset, .afterSending(4, of: \"HTTP/1.1 200 OK\")) · 3 expectDisconnect(.any)"),
            "\(message)")
    }

    /// Steps of one fault have one clock, one number and two lines.
    @Test func theTranscriptTellsWayAndFaultAndWhatTheKernelConfirmed() async throws {
        let verdict = try await serve([.expect("Q"), .fault(.reset, .afterSending(3, of: "Hello"))]) { client in
            try client.send("Q")
            try client.expectText("Hel")
            client.expectReset()
        }
        let record = try #require(verdict.connections.first)
        let lines = record.transcript.split(separator: "\n").dropFirst(2)
        let shown = lines.map { $0.replacing(/^  \+[\d.]+ ms +/, with: "").replacing(/\ {2,}/, with: "  ") }
        #expect(
            shown == [
                "<- \"Q\"  step 1 ok", "-> \"Hel\"  step 2",
                "fault(.reset, .afterSending(3, of: \"Hello\"))  step 2 ok",
                "kernel: \(record.faults[0])", "connection closed",
                "  ended  the script ended the connection; 1 byte received, 3 sent",
            ])
        #expect("\(record.faults[0])".hasPrefix("RST delivered; all 3 bytes sent were acknowledged before"))
    }
}
