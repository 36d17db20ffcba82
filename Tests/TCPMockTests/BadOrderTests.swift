// Steps that can never be reached, or contradict those before them: thrown at their line, before anything connects.

import TestClient
import Testing

@testable import TCPMock

private func problem(_ script: Script, _ options: MockServer.Options = .init()) -> MockError? {
    do {
        _ = try MockServer(script, options: options).stop()
        return nil
    } catch {
        return error as? MockError
    }
}

private func bytes(_ count: Int) -> Bytes { Bytes([UInt8](repeating: 0x78, count: count)) }

/// The wrong step stands in line 7.
private func expectRefused(_ bad: BadScript) throws {
    let error = try #require(problem(bad.script), "\(bad.text)")
    #expect(error.kind == .script)
    #expect(error.message.contains(bad.text), "\(error)")
    #expect(error.location?.line == bad.line, "\(error)")
}

@Suite struct BadOrderTests {
    // Made anew each time: what a static holds behind an enum's tagged pointers looks lost to the leak sanitizer.
    static var unreachable: [BadScript] {
        [
            BadScript([.stall(), .send("late", line: 7)], 7, "it lasts until the other side has left"),
            BadScript([.fault(.stall), .send("late", line: 7)], 7, "it lasts until the other side has left"),
            BadScript([.expectDisconnect(), .send("late", line: 7)], 7, "the other side has left there"),
            BadScript([.close(), .send("late", line: 7)], 7, "the connection has ended there"),
            BadScript([.fault(.halfClose), .send("late", line: 7)], 7, "can't come after fault(.halfClose"),
            BadScript([.serve(to: ["A": "B"]), .send("late", line: 7)], 7, "which serves until the client leaves"),
            BadScript(
                [.choose([.when("A", [.close()]), .when(.any, [.reset()])]), .send("late", line: 7)], 7,
                "can't come after choose"),
            BadScript(
                [.choose([.when("A", [.close()]), .when("B", [.serve(to: ["A": "B"])])]), .send("late", line: 7)], 7,
                "each of whose routes goes on until the client leaves"),
            BadScript(
                [.choose([.when("A", [.halfClose()]), .when("B", [.halfClose()])]), .send("late", line: 7)], 7,
                "this side of the stream has ended there"),
            BadScript(
                [.respond(to: ["A": .close, "B": .reset]), .expect("late", line: 7)], 7, "each of its replies ends"),
            BadScript([.repeat(2, [.respond(to: ["A": .close], line: 7)])], 7, "can't come after respond(to:)"),
        ]
    }

    @Test(arguments: unreachable.indices)
    func aStepThatIsNeverReachedIsThrownAtItsLine(index: Int) throws {
        try expectRefused(Self.unreachable[index])
    }

    static let contradictory: [BadScript] = [
        BadScript([.expectEOF(), .expectEOF(line: 7)], 7, "the other side's stream has ended there already"),
        BadScript([.repeat(2, [.send("x"), .expectEOF(line: 7)])], 7, "has ended there already"),
        BadScript([.expectEOF(), .expectBackpressure(line: 7)], 7, "the other side writes nothing more there"),
        BadScript([.expectDisconnect(.reset), .expectDisconnect(line: 7)], 7, "the other side leaves once"),
        BadScript([.expectDisconnect(), .expectDisconnect(.reset, line: 7)], 7, "the other side leaves once"),
        BadScript(
            [.send("abcde", slices: .everyByte, delivery: .every(.seconds(1)), within: .seconds(3), line: 7)], 7,
            "its slices take at least 4 s, and its limit is 3 s"),
        BadScript(
            [.sendFrame("abcdef", slices: .size(4), delivery: .every(.seconds(2)), within: .seconds(3), line: 7)], 7,
            "its slices take at least 4 s"),
        BadScript(
            [.fault(.reset, .afterIdle(.seconds(5)), within: .seconds(1), line: 7)], 7,
            "a silence of 5 s is longer than its limit of 1 s"),
    ]

    @Test(arguments: contradictory.indices)
    func aStepThatContradictsAnotherIsThrownAtItsLine(index: Int) throws {
        try expectRefused(Self.contradictory[index])
    }

    @Test func nearlyWrongOrdersAreTaken() {
        #expect(problem([.choose([.when("A", [.close()]), .when(.any, [.send("x")])]), .send("y")]) == nil)
        #expect(problem([.choose([.when("A", [.halfClose()]), .when(.any, [.send("x")])]), .send("y")]) == nil)
        #expect(problem([.choose([.when("A", [.close()]), .when(.any, [.reset()])]), .expectDisconnect(.any)]) == nil)
        #expect(problem([.respond(to: ["A": .close, "B": "b"]), .expect("C")]) == nil)
        #expect(problem([.expectDisconnect(.reset), .expectDisconnect(.any)]) == nil)
        #expect(problem([.expectEOF(), .send("x"), .expectDisconnect()]) == nil)
        #expect(
            problem([.send("abcde", slices: .everyByte, delivery: .every(.seconds(1)), within: .seconds(4))]) == nil)
        #expect(problem([.fault(.reset, .afterIdle(.seconds(1)), within: .seconds(1))]) == nil)
    }

    @Test func aLiveScriptWhoseReplyEndedItRefusesMore() async throws {
        let server = try MockServer()
        try server.enqueue(.respond(to: ["A": .close]))
        #expect(throws: MockError.self) { try server.enqueue(.send("late")) }
        let client = try server.connect()
        try client.send("A")
        #expect(try client.receiveAll() == [])
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func waysThatAllEndAreStillPlayed() async throws {
        let script: Script = [.choose([.when("A", [.expect("A"), .send("a"), .close()]), .when(.any, [.reset()])])]
        expectClean(
            try await serve(script) { client in
                try client.send("A")
                #expect(try client.receiveAll() == Array("a".utf8))
            })
    }

    // MARK: Sends that nobody reads

    static let room = KernelRoom.bytes(over: .ipv4)
    static let tooMuch = bytes(room + 1)
    static let held = Step.expectBackpressure()

    static let unread: [BadScript] = [
        BadScript(
            [.stopReading(), .send(tooMuch, line: 7), .resumeReading(), .expect("x")], 7,
            "with it \(counted(room + 1, "byte")) are sent while nothing is read"),
        BadScript([held, .send(tooMuch, line: 7), .delay(.zero), .expect("x")], 7, "since expectBackpressure"),
        BadScript(
            [
                .stopReading(line: 3), .repeat(1000, [.send(bytes(room / 1000 + 1), line: 7)]), .resumeReading(),
                .expect("x"),
            ], 7, "while nothing is read (since stopReading, line 3)"),
        BadScript(
            [.stopReading(), .send(bytes(room - 7)), .sendFrame("abcd", line: 7), .close()], 7,
            "with it \(counted(room + 1, "byte"))"),
        BadScript(
            [
                .stopReading(), .repeat(4_000_000_000, [.repeat(4_000_000_000, [.send("ab")])]), .send("x", line: 9),
                .delay(.zero),
            ], 9, "while nothing is read"),
    ]

    @Test(arguments: unread.indices)
    func moreThanIsHeldForAPeerThatDoesNotReadIsThrownAtTheSend(index: Int) throws {
        try expectRefused(Self.unread[index])
    }

    @Test func sendsThatSomebodyReadsAreTaken() {
        #expect(problem([.send(Self.tooMuch), .expect("x")]) == nil)
        #expect(problem([.stopReading(), .send(Self.tooMuch, within: .seconds(60)), .resumeReading()]) == nil)
        #expect(problem([.stopReading(), .send(Self.tooMuch, delivery: .lockstep), .resumeReading()]) == nil)
        #expect(problem([.stopReading(), .send(bytes(Self.room)), .resumeReading(), .expect("x")]) == nil)
        #expect(problem([.stopReading(), .send(Self.tooMuch), .expectDisconnect()]) == nil)
        #expect(problem([.expectBackpressure(), .send(Self.tooMuch), .expect("x")]) == nil)
        #expect(problem([.stopReading(), .resumeReading(), .send(Self.tooMuch), .delay(.zero)]) == nil)
        let way: Script = [
            .expectBackpressure(), .send(Self.tooMuch), .choose([.when("a", [.expect("ab")]), .when("c", [])]),
            .delay(.zero),
        ]
        #expect(problem(way) == nil, "a choice reads")
        let either: Script = [.expectBackpressure(), .send(Self.tooMuch), .optional(.expect("a")), .expect("b")]
        #expect(problem(either + [.delay(.zero)]) == nil)
    }

    /// The scripts that are refused really go no further; those that read are played while the send waits.
    @Test func whatIsTakenOfAClientThatIsHeldUpInWritingIsPlayed() async throws {
        let script: Script = [
            .expectBackpressure(within: .seconds(60)), .send(bytes(8 << 20)), .receive(exactly: 8 << 20),
        ]
        let options = MockServer.Options(limits: Limits(step: .seconds(60), maxBuffered: 16 << 20))
        let server = try MockServer(script, options: options)
        try await onThread {
            let client = try server.connect()
            try client.send([UInt8](repeating: 0, count: 8 << 20))
            #expect(try client.receive(8 << 20).count == 8 << 20)
            client.close()
        }
        expectClean(await server.finish())
    }
}
