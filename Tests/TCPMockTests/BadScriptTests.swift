// Scripts that can't be played as written: thrown when the server is made, at the line that is wrong.

import TCPMock
import Testing

/// Makes a server that must not come to be; answers why.
private func problem(_ make: () throws -> MockServer) -> MockError? {
    do {
        let server = try make()
        _ = server.stop()
        return nil
    } catch {
        return error as? MockError
    }
}

/// Repeats inside each other, the innermost in line 7.
private func nested(_ depth: Int) -> Step {
    (1...depth).reduce(.send("x")) { step, level in .repeat(2, [step], line: level == 1 ? 7 : 1) }
}

struct BadScript: Sendable {
    let script: Script
    let line: UInt
    let text: String

    init(_ script: Script, _ line: UInt, _ text: String) {
        self.script = script
        self.line = line
        self.text = text
    }
}

@Suite struct BadScriptTests {
    static let one: [BadScript] = [
        BadScript([.expect("")], #line, "expects nothing"),
        BadScript([.send("")], #line, "sends nothing"),
        BadScript([.receive(exactly: 0)], #line, "at least one byte"),
        BadScript([.receive(exactly: -1)], #line, "at least one byte"),
        BadScript([.receive(atLeast: 0)], #line, "at least one byte"),
        BadScript([.receive(until: "")], #line, "delimiter of at least one byte"),
        BadScript([.receive(until: "\r\n", max: 1)], #line, "can never be met"),
        BadScript([.repeat(0, [.send("x")])], #line, "at least once"),
        BadScript([.repeat(-1, [.send("x")])], #line, "at least once"),
        BadScript([.repeat(2, [])], #line, "no steps"),
        BadScript([.repeat(2, [.label("only")])], #line, "no steps"),
        BadScript([nested(9)], 7, "8 deep"),
        BadScript([.expect(.hex("0"))], #line, "pairs of hex digits"),
        BadScript([.send(.hex("zz"))], #line, "pairs of hex digits"),
        BadScript([.expectFrame(.hex("0x00"))], #line, "pairs of hex digits"),
        BadScript([.delay(.milliseconds(-1))], #line, "can't be negative"),
        BadScript([.expectSilence(for: .milliseconds(-1))], #line, "can't be negative"),
        BadScript([.expect("x", within: .milliseconds(-1))], #line, "can't be negative"),
        BadScript(
            [.expect("x", within: .milliseconds(20), latency: .milliseconds(50), line: 7)], 7,
            "its limit of 20 ms ends the step first"),
        BadScript([.expectEOF(within: .seconds(1), latency: .seconds(2))], #line, "ends the step first"),
        BadScript([.sendFrame("12345678", framing: .lengthPrefix(max: 7))], #line, "maximum of 7"),
        BadScript([.expectFrame("12345678", framing: .lengthPrefix(max: 7))], #line, "maximum of 7"),
        BadScript(
            [.sendFrame(Bytes([UInt8](repeating: 0, count: 256)), framing: .lengthPrefix(UInt8.self))], #line,
            "does not fit"),
        BadScript([.sendFrame("a\nb", framing: .line)], #line, "would be cut at its byte 1"),
        BadScript([.sendFrame("abc", framing: .fixed(4))], #line, "no frame of 4 bytes"),
        BadScript([.sendFrame("abc", framing: .delimiter(""))], #line, "1 to 255 bytes"),
        BadScript([.sendFrame("abc", framing: .delimiter(.hex("0")))], #line, "pairs of hex digits"),
    ]

    @Test(arguments: one.indices)
    func aStepThatCanNeverBeDoneIsThrownAtItsLine(index: Int) throws {
        let bad = Self.one[index]
        let error = try #require(problem { try MockServer(bad.script) })
        #expect(error.kind == .script)
        #expect(error.message.contains(bad.text), "\(error)")
        #expect(error.location?.line == bad.line)
    }

    /// The wrong step stands in line 7.
    static let two: [BadScript] = [
        BadScript([.close(), .send("late", line: 7)], 7, "can't come after close"),
        BadScript([.reset(), .expect("late", line: 7)], 7, "can't come after reset"),
        BadScript([.disconnect(), .delay(.zero, line: 7)], 7, "can't come after disconnect"),
        BadScript([.expectDisconnect(), .expect("late", line: 7)], 7, "can't come after expectDisconnect"),
        BadScript([.expectDisconnect(.reset), .close(line: 7)], 7, "can't come after expectDisconnect"),
        BadScript([.halfClose(), .send("late", line: 7)], 7, "can't come after halfClose"),
        BadScript([.halfClose(), .expect("fine"), .sendFrame("late", line: 7)], 7, "can't come after halfClose"),
        BadScript([.expectEOF(), .expect("late", line: 7)], 7, "can't come after expectEOF"),
        BadScript([.expectEOF(), .send("fine"), .receive(exactly: 1, line: 7)], 7, "can't come after expectEOF"),
        BadScript([.send("x"), .expectConnect(line: 7)], 7, "only as the first step"),
        BadScript([.repeat(1, [.send("x"), .expectConnect(line: 7)])], 7, "only as the first step"),
    ]

    @Test(arguments: two.indices)
    func aStepThatCanNotComeThereIsThrownAtItsLine(index: Int) throws {
        let bad = Self.two[index]
        let error = try #require(problem { try MockServer(bad.script) })
        #expect(error.kind == .script)
        #expect(error.message.contains(bad.text), "\(error)")
        #expect(error.location?.line == bad.line)
    }

    @Test func theSecondRoundOfARepeatIsCheckedToo() throws {
        let first = try #require(problem { try MockServer([.repeat(2, [.expectConnect(), .send("x")])]) })
        #expect(first.message.contains("only as the first step"))
        let second = try #require(problem { try MockServer([.repeat(2, [.send("x"), .close()])]) })
        #expect(second.message.contains("can't come after close"))
        #expect(problem { try MockServer([.repeat(1, [.expectConnect(), .send("x"), .close()])]) } == nil)
    }

    @Test func repeatsEightDeepAreTaken() {
        #expect(problem { try MockServer([nested(8)]) } == nil)
    }

    @Test func nearlyWrongScriptsAreTaken() {
        #expect(problem { try MockServer([.halfClose(), .expect("x")]) } == nil)
        #expect(problem { try MockServer([.expect("x", within: .seconds(1), latency: .seconds(1))]) } == nil)
        #expect(problem { try MockServer([.expect("x", within: .seconds(2), latency: .seconds(1))]) } == nil)
        #expect(problem { try MockServer([.expect("x", latency: .seconds(50))]) } == nil)
        #expect(problem { try MockServer([.expectEOF(), .send("x"), .close()]) } == nil)
        #expect(problem { try MockServer([.expectDisconnect(), .expectDisconnect(.any)]) } == nil)
        #expect(problem { try MockServer([.sendFrame(""), .expectFrame(""), .delay(.zero)]) } == nil)
        #expect(problem { try MockServer([.expect(.hex("00 fF\n10"))]) } == nil)
        #expect(problem { try MockServer([]) } == nil)
    }

    @Test func aWrongScriptAnywhereInAListIsThrown() throws {
        let bad = try #require(problem { try MockServer(connections: [[.send("fine")], [.send("")]]) })
        #expect(bad.message.contains("sends nothing"))
        let (line, error) = (UInt(#line), problem { try MockServer(every: [.expect("")]) })
        #expect(error?.location?.line == line)
    }

    @Test func noConnectionsAreThrownAtTheServersLine() {
        let (line, none) = (UInt(#line), problem { try MockServer(connections: []) })
        #expect(none?.location?.line == line)
        #expect(none?.message.contains("for nobody") == true)
    }

    @Test(arguments: [0, -1, .max])
    func aCountThatIsNoCountIsThrownAtTheServersLine(count: Int) {
        let (line, error) = (UInt(#line), problem { try MockServer(every: [.send("x")], count: count) })
        #expect(error?.location?.line == line)
        #expect(error?.message.contains("at least 1") == true)
    }

    @Test func aWrongStepThatIsEnqueuedIsThrownAndNothingOfItPlayed() async throws {
        let server = try MockServer()
        let line = UInt(#line) + 1
        let error = #expect(throws: MockError.self) { try server.enqueue(.send("a"), .send("")) }
        #expect(error?.location?.line == line)
        try server.enqueue(.send("b"))
        let client = try server.connect()
        #expect(try client.receiveText(1) == "b")
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func aStepEnqueuedAfterTheEndIsRefusedAtItsLine() async throws {
        let server = try MockServer()
        try server.enqueue(.close())
        let line = UInt(#line) + 1
        let error = #expect(throws: MockError.self) {
            try server.enqueue(.send("late"))
        }
        #expect(error?.location?.line == line)
        #expect(error?.message.contains("can't come after close") == true)
        // Nothing of it was taken: the server goes on as it was.
        let client = try server.connect()
        #expect(try client.receiveSome() == [])
        #expect(await server.finish().isClean)
        client.close()
    }

    @Test func aSendEnqueuedAfterAHalfCloseIsRefused() async throws {
        let server = try MockServer()
        try server.enqueue(.halfClose())
        #expect(throws: MockError.self) { try server.enqueue(.send("late")) }
        _ = await server.stop()
    }

    @Test func moreRoundsThanCanBeCountedAreRefusedAtTheirLine() throws {
        let line = UInt(#line) + 1
        let error = #expect(throws: MockError.self) {
            try MockServer([.repeat(Int.max, [.send("a")])])
        }
        #expect(error?.location?.line == line)
    }

    @Test(arguments: [
        MockServer.Options(limits: Limits(step: .seconds(-1))),
        MockServer.Options(limits: Limits(afterScript: .seconds(-1))),
        MockServer.Options(limits: Limits(maxBuffered: 0)),
        MockServer.Options(recording: .bytes(-1)),
        MockServer.Options(address: .unix(path: "/tmp/a\0b")),
    ])
    func optionsThatCantBeMeantAreRefused(options: MockServer.Options) {
        #expect(throws: MockError.self) { try MockServer([.send("a")], options: options) }
    }
}
