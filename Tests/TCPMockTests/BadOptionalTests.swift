// What may come behind steps that are played only if asked for, wherever the script goes on.

import TestClient
import Testing

@testable import TCPMock

@Suite struct BadOptionalTests {
    private static let tail = Step.optional(.expect("QX"), line: 7)

    /// The steps that are optional stand in line 7.
    static let bad: [BadScript] = [
        BadScript(
            [.repeat(2, [.expect("A"), .send("1"), .optional(.expect("AB"), line: 7)])], 7,
            "begins as expect \"A\" does, which follows it"),
        BadScript([.sequence([.expect("Z"), tail]), .expect("Q")], 7, "begins as expect \"Q\" does"),
        BadScript([.sequence([.expect("Z"), .sequence([tail])]), .sequence([.expect("Q")])], 7, "begins as"),
        BadScript(
            [.choose([.when("Z", [.expect("Z"), tail]), .when("Y", [.expect("Y")])]), .expect("Q")], 7,
            "begins as expect \"Q\" does"),
        BadScript([.optional(.expect("Z"), tail), .expect("Q")], 7, "begins as expect \"Q\" does"),
        BadScript([.repeat(1, [.expect("Z"), tail]), .expect("Q")], 7, "begins as expect \"Q\" does"),
        BadScript([.repeat(2, [.optional(.expect("A"), line: 7)]), .expect("AB")], 7, "begins as expect \"AB\" does"),
        BadScript([.sequence([.expect("Z"), tail]), .optional(.expect("R")), .expect("Q")], 7, "begins as"),
        BadScript(
            [.anyOrder([.sequence([.expect("A"), .optional(.expect("BX"), line: 7)]), .expect("B")])], 7,
            "begins as expect \"B\" does"),
        BadScript(
            [.sequence([.expect("Z"), tail]), .anyOrder([.expect("A"), .expect("Q")])], 7, "begins as anyOrder"),
        BadScript(
            [.sequence([.expect("Z"), tail]), .choose([.when("A", []), .when("Q", [])])], 7, "begins as choose"),
    ]

    @Test(arguments: bad.indices)
    func whatCantBeToldFromWhatFollowsFurtherOutIsThrownAtItsLine(index: Int) throws {
        try expectRefused(Self.bad[index])
    }

    @Test func whatCanBeToldIsTaken() {
        #expect(refusal(of: [.repeat(1, [.expect("A"), .send("1"), .optional(.expect("AB"))])]) == nil)
        #expect(refusal(of: [.repeat(2, [.expect("A"), .send("1"), .optional(.expect("B"))])]) == nil)
        #expect(refusal(of: [.repeat(3, [.optional(.expect("A"), .send("1"))])]) == nil)
        #expect(refusal(of: [.repeat(3, [.optional(.expect("A")), .optional(.expect("B"))]), .expect("C")]) == nil)
        #expect(refusal(of: [.sequence([.expect("Z"), Self.tail]), .label("end"), .expect("R")]) == nil)
        #expect(refusal(of: [.sequence([.expect("Z"), Self.tail]), .expectDisconnect(.any)]) == nil)
        #expect(refusal(of: [.optional(.expect("Z"), Self.tail), .repeat(2, [.optional(.expect("R"))])]) == nil)
        let maybe = Step.optional(.expect("NOOP"))
        #expect(refusal(of: [.repeat(2, [.respond(to: ["PING": "PONG"]), maybe])]) == nil)
        #expect(refusal(of: [.repeat(2, [.receive(exactly: 4), maybe])]) == nil, "who knows what comes")
        #expect(refusal(of: [.repeat(2, [.send("1"), .expect("A"), maybe])]) == nil, "for a client that pipelines")
        let ended = Route.when("Z", [.expect("Z"), Self.tail, .expectDisconnect()])
        #expect(refusal(of: [.choose([ended, .when("Y", [.expect("Y")])]), .expect("Q")]) == nil, "not on that route")
        #expect(refusal(of: [.anyOrder([.sequence([.expect("A"), Self.tail]), .expect("B")]), .expect("C")]) == nil)
        #expect(
            refusal(of: [.sequence([.expect("Z"), Self.tail]), .choose([.when("Q", [])])]) != nil,
            "the beginning of a route is what follows")
    }

    /// Wherever they are written: those that do the same may follow each other's rounds, and others may not.
    @Test func equalOptionalStepsMayMeet() {
        func rounds(_ reply: Bytes) -> Script {
            [
                .repeat(
                    2,
                    [
                        .optional(.expect("NOOP"), .send("ok")), .expect("DATA"),
                        .optional(.expect("NOOP"), .send(reply)),
                    ])
            ]
        }
        #expect(refusal(of: rounds("ok")) == nil)
        #expect(refusal(of: rounds("no")) != nil)
    }

    /// Which round takes what is asked for makes no difference.
    @Test(arguments: 0...3) func optionalRoundsAreTakenAsOftenAsAskedFor(count: Int) async throws {
        let script: Script = [.repeat(3, [.optional(.expect("A"), .send("1"))]), .expect("B"), .send("2")]
        let verdict = try await serve(script, options: .unhurried) { client in
            try client.send(String(repeating: "A", count: count) + "B")
            #expect(try client.receiveText(count + 1) == String(repeating: "1", count: count) + "2")
        }
        expectClean(verdict)
    }

    /// By the time more is enqueued it may have been decided, as it is behind a join.
    @Test func whatIsEnqueuedLaterNeedNotBeToldFromThem() async throws {
        let server = try MockServer()
        #expect(throws: MockError.self) { try server.enqueue(.optional(.expect("AB")), .expect("A")) }
        try server.enqueue(.optional(.expect("AB"), .send("1")))
        let client = try server.connect()
        try client.send("AB")
        try await server.join()
        try server.enqueue(.send("2"), .expect("A"), .send("3"))
        try await onThread {
            try client.send("A")
            #expect(try client.receiveText(3) == "123")
            client.close()
        }
        expectClean(await server.finish())
    }

    @Test func optionalStepsMayBeEnqueuedAgain() async throws {
        let server = try MockServer()
        for _ in 0..<3 { try server.enqueue(.optional(.expect("A"), .send("1"))) }
        try server.enqueue(.expect("B"))
        try await onThread {
            let client = try server.connect()
            try client.send("AAB")
            #expect(try client.receiveText(2) == "11")
            client.close()
        }
        expectClean(await server.finish())
    }
}
