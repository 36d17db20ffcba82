// Steps that can never be reached, or contradict those before them: thrown at their line, before anything connects.

import TestClient
import Testing

@testable import TCPMock

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
            // On the route that goes on.
            BadScript(
                [.choose([leaving, .when("B", [.expect("B"), .halfClose()])]), .send("late", line: 7)], 7,
                "this side of the stream has ended there"),
            BadScript(
                [.choose([leaving, .when("B", [.expect("B"), .stopReading()])]), .expect("late", line: 7)], 7,
                "nothing is read there"),
            BadScript(
                [.choose([.when("B", [.expect("B"), .expectEOF()]), leaving]), .expect("late", line: 7)], 7,
                "the other side has nothing more to say there"),
            BadScript(
                [
                    .choose([.when("B", [.halfClose()]), .when(.any, [.serve(to: ["A": "B"])])]),
                    .send("late", line: 7),
                ], 7, "this side of the stream has ended there"),
        ]
    }

    static var leaving: Route { .when("Q", [.expect("Q"), .disconnect()]) }

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
        #expect(refusal(of: [.choose([.when("A", [.close()]), .when(.any, [.send("x")])]), .send("y")]) == nil)
        #expect(refusal(of: [.choose([.when("A", [.halfClose()]), .when(.any, [.send("x")])]), .send("y")]) == nil)
        #expect(
            refusal(of: [.choose([.when("A", [.close()]), .when(.any, [.reset()])]), .expectDisconnect(.any)]) == nil)
        #expect(
            refusal(of: [.choose([Self.leaving, .when("B", [.halfClose()]), .when(.any, [])]), .send("y")]) == nil,
            "on one of two routes that go on")
        let resumed = Route.when("B", [.expect("B"), .stopReading(), .resumeReading()])
        #expect(refusal(of: [.choose([Self.leaving, resumed]), .expect("y")]) == nil)
        #expect(refusal(of: [.choose([Self.leaving, .when("B", [.halfClose()])]), .expect("y")]) == nil)
        #expect(refusal(of: [.respond(to: ["A": .close, "B": "b"]), .expect("C")]) == nil)
        #expect(refusal(of: [.expectDisconnect(.reset), .expectDisconnect(.any)]) == nil)
        #expect(refusal(of: [.expectEOF(), .send("x"), .expectDisconnect()]) == nil)
        #expect(
            refusal(of: [.send("abcde", slices: .everyByte, delivery: .every(.seconds(1)), within: .seconds(4))]) == nil
        )
        #expect(refusal(of: [.fault(.reset, .afterIdle(.seconds(1)), within: .seconds(1))]) == nil)
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
}
