// Sends that nobody reads: thrown at the one that is too much, before anything connects.

import TestClient
import Testing

@testable import TCPMock

@Suite struct UnreadSendTests {
    static let room = KernelRoom.bytes(over: .ipv4)
    static let tooMuch = filler(room + 1)
    static let held = Step.expectBackpressure()
    /// Of which four are not too much, and five are.
    static let quarter = filler(room / 4)

    /// The wrong step stands in line 7.
    static let unread: [BadScript] = [
        BadScript(
            [.stopReading(), .send(tooMuch, line: 7), .resumeReading(), .expect("x")], 7,
            "with it \(counted(room + 1, "byte")) are sent while nothing is read"),
        BadScript([held, .send(tooMuch, line: 7), .delay(.zero), .expect("x")], 7, "since expectBackpressure"),
        BadScript(
            [
                .stopReading(line: 3), .repeat(1000, [.send(filler(room / 1000 + 1), line: 7)]), .resumeReading(),
                .expect("x"),
            ], 7, "while nothing is read (since stopReading, line 3)"),
        BadScript(
            [.stopReading(), .send(filler(room - 7)), .sendFrame("abcd", line: 7), .close()], 7,
            "with it \(counted(room + 1, "byte"))"),
        BadScript(
            [.stopReading(), .repeat(4_000_000_000, [.repeat(4_000_000_000, [.send("ab", line: 7)])]), .delay(.zero)],
            7, "while nothing is read"),
        // The first that is too much, not the last before the step that waits.
        BadScript(
            [.stopReading(), .send(tooMuch, line: 7), .send("x"), .send("y"), .delay(.zero)], 7,
            "with it \(counted(room + 1, "byte"))"),
        BadScript(
            [.stopReading(), .repeat(4_000_000_000, [.send("ab", line: 7)]), .send("x"), .delay(.zero)], 7,
            "with it \(counted(room / 2 * 2 + 2, "byte"))"),
    ]

    @Test(arguments: unread.indices)
    func moreThanIsHeldForAPeerThatDoesNotReadIsThrownAtTheSend(index: Int) throws {
        try expectRefused(Self.unread[index])
    }

    static let rounds: [BadScript] = [
        BadScript(
            [.stopReading(), .repeat(5, [.send(quarter, line: 7), .delay(.milliseconds(1))])], 7,
            "with it \(counted(room / 4 * 5, "byte"))"),
        BadScript(
            [.stopReading(), .repeat(1000, [.delay(.zero), .send(quarter, line: 7)])], 7,
            "with it \(counted(room / 4 * 5, "byte"))"),
        BadScript(
            [.stopReading(), .repeat(3, [.repeat(2, [.send(quarter, line: 7), .delay(.zero)])])], 7,
            "with it \(counted(room / 4 * 5, "byte"))"),
        BadScript(
            [.stopReading(), .repeat(5, [.send("x"), .delay(.zero), .send(quarter, line: 7)]), .close()], 7,
            "while nothing is read"),
    ]

    @Test(arguments: rounds.indices)
    func whatLaterRoundsSendIsCountedToo(index: Int) throws {
        try expectRefused(Self.rounds[index])
    }

    @Test func roundsThatFitOrAreReadAreTaken() {
        #expect(refusal(of: [.stopReading(), .repeat(4, [.send(Self.quarter), .delay(.zero)])]) == nil)
        #expect(refusal(of: [.stopReading(), .repeat(2, [.repeat(2, [.send(Self.quarter), .delay(.zero)])])]) == nil)
        #expect(
            refusal(of: [.stopReading(), .repeat(50, [.wait(Gate("go")), .send(Self.quarter), .delay(.zero)])]) == nil)
        #expect(refusal(of: [.repeat(50, [.expectBackpressure(), .send(Self.quarter), .expect("x")])]) == nil)
        #expect(
            refusal(of: [
                .repeat(50, [.stopReading(), .send(Self.quarter), .delay(.zero), .resumeReading(), .expect("x")])
            ]) == nil)
        #expect(refusal(of: [.stopReading(), .repeat(50, [.send(Self.quarter)])]) == nil, "the unwritten end reads")
        let resting: Script = [
            .expectBackpressure(), .repeat(2, [.send(Self.quarter), .delay(.zero)]), .expect("x"),
            .repeat(4, [.send(Self.quarter), .delay(.zero)]),
        ]
        #expect(refusal(of: resting) == nil)
    }

    @Test(.timeLimit(.minutes(1))) func roundsOfRoundsAreNotPlayedThrough() {
        let all = (1...8).reduce([Step.send("x"), .delay(.zero)]) { steps, _ in
            [.repeat(4_000_000_000, steps), .send("y"), .delay(.zero)]
        }
        #expect(refusal(of: Script([.stopReading()] + all)) != nil)
        #expect(refusal(of: Script(all)) == nil)
    }

    @Test func sendsThatSomebodyReadsAreTaken() {
        #expect(refusal(of: [.send(Self.tooMuch), .expect("x")]) == nil)
        #expect(refusal(of: [.stopReading(), .send(Self.tooMuch, within: .seconds(60)), .resumeReading()]) == nil)
        #expect(refusal(of: [.stopReading(), .send(Self.tooMuch, delivery: .lockstep), .resumeReading()]) == nil)
        #expect(refusal(of: [.stopReading(), .send(filler(Self.room)), .resumeReading(), .expect("x")]) == nil)
        #expect(refusal(of: [.stopReading(), .send(Self.tooMuch), .expectDisconnect()]) == nil)
        #expect(refusal(of: [.expectBackpressure(), .send(Self.tooMuch), .expect("x")]) == nil)
        #expect(refusal(of: [.stopReading(), .resumeReading(), .send(Self.tooMuch), .delay(.zero)]) == nil)
        let way: Script = [
            .expectBackpressure(), .send(Self.tooMuch), .choose([.when("a", [.expect("ab")]), .when("c", [])]),
            .delay(.zero),
        ]
        #expect(refusal(of: way) == nil, "a choice reads")
        let either: Script = [.expectBackpressure(), .send(Self.tooMuch), .optional(.expect("a")), .expect("b")]
        #expect(refusal(of: either + [.delay(.zero)]) == nil)
    }

    // MARK: The unwritten end of a client's script

    private func problem(of script: Script, ending: ScriptPlan.Ending) -> MockError? {
        do {
            _ = try ScriptPlan(
                script, framing: .line, ending: ending,
                at: SourcePosition(fileID: #fileID, filePath: #filePath, line: 1, column: 1))
            return nil
        } catch {
            return error as? MockError
        }
    }

    @Test(arguments: [ScriptPlan.Ending.closes, .resets])
    func anUnwrittenEndThatWaitsIsAsAWrittenOne(ending: ScriptPlan.Ending) throws {
        for script in [
            [.stopReading(), .send(Self.tooMuch, line: 7)], [.stopReading(), .send(Self.tooMuch, line: 7), .send("x")],
        ]
            as [Script]
        {
            let error = try #require(problem(of: script, ending: ending))
            #expect(error.location?.line == 7)
            #expect(error.message.contains("while nothing is read"), "\(error)")
        }
        #expect(problem(of: [.stopReading(), .send(filler(Self.room))], ending: ending) == nil)
        #expect(problem(of: [.stopReading(), .send(Self.tooMuch, within: .seconds(60))], ending: ending) == nil)
        #expect(problem(of: [.send(Self.tooMuch)], ending: ending) == nil)
        #expect(problem(of: [.expectBackpressure(), .send(Self.tooMuch), .expect("x")], ending: ending) == nil)
        #expect(problem(of: [.stopReading(), .send(Self.tooMuch), .expectDisconnect()], ending: ending) == nil)
    }

    @Test(arguments: [ScriptPlan.Ending.expectsLeave, .allowsStay, .staysThenCloses])
    func anUnwrittenEndThatReadsIsTaken(ending: ScriptPlan.Ending) {
        #expect(problem(of: [.stopReading(), .send(Self.tooMuch)], ending: ending) == nil)
    }

    /// The scripts that are refused really go no further; those that read are played while the send waits.
    @Test func whatIsTakenOfAClientThatIsHeldUpInWritingIsPlayed() async throws {
        let script: Script = [
            .expectBackpressure(within: .seconds(60)), .send(filler(8 << 20)), .receive(exactly: 8 << 20),
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
