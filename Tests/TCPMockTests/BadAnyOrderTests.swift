// Options of an anyOrder: which of them takes what comes, and what none may leave behind for the others.

import TestClient
import Testing

@testable import TCPMock

@Suite struct BadAnyOrderTests {
    /// The wrong step stands in line 7.
    static let bad: [BadScript] = [
        BadScript(
            [.anyOrder([.expectLine(.prefix("A")), .expectLine("AB", line: 7)])], 7,
            "expectLine prefix \"A\" stands before it"),
        BadScript([.anyOrder([.expectLine(.any), .expectLine(.suffix("B"), line: 7)])], 7, "stands before it"),
        BadScript(
            [
                .anyOrder([
                    .expectLine("Z"), .sequence([.expectLine(.anyOf([.prefix("A"), .prefix("B")])), .send("1")]),
                    .sequence([.expectLine(.prefix("BC"), line: 7), .send("2")]),
                ])
            ], 7, "stands before it"),
        BadScript(
            [.anyOrder([.expectFrame(.not("QUIT")), .expectFrame(.prefix("DATA"), line: 7)])], 7, "stands before it"),
        BadScript(
            [
                .anyOrder([
                    .sequence([.expect("A"), .stopReading()]), .sequence([.expect("B", line: 7), .stopReading()]),
                ])
            ],
            7, "can't come after stopReading"),
        BadScript(
            [.anyOrder([.sequence([.expect("A"), .close()]), .sequence([.expect("B", line: 7), .expectEOF()])])], 7,
            "can't come after close"),
        BadScript(
            [
                .anyOrder([
                    .sequence([.expect("A"), .send("a"), .halfClose()]),
                    .sequence([.expect("B"), .send("b", line: 7), .halfClose()]),
                ])
            ], 7, "can't come after halfClose"),
        // Behind them all, in whichever order they stand.
        BadScript(
            [.anyOrder([.sequence([.expect("A"), .stopReading()]), .expect("B")]), .expect("x", line: 7)], 7,
            "nothing is read"),
        BadScript(
            [.anyOrder([.expect("B"), .sequence([.expect("A"), .stopReading()])]), .expect("x", line: 7)], 7,
            "nothing is read"),
        BadScript(
            [.anyOrder([.sequence([.expect("A"), .halfClose()]), .expect("B")]), .send("x", line: 7)], 7,
            "can't come after halfClose"),
        BadScript(
            [.anyOrder([.sequence([.expect("A"), .close()]), .expect("B")]), .send("x", line: 7)], 7,
            "can't come after close"),
        BadScript(
            [.anyOrder([.sequence([.expect("A"), .expectEOF()]), .expect("B")]), .expect("x", line: 7)], 7,
            "can't come after expectEOF"),
    ]

    @Test(arguments: bad.indices)
    func whatCantBeMetInEveryOrderIsThrownAtItsLine(index: Int) throws {
        try expectRefused(Self.bad[index])
    }

    @Test func optionsThatNeedNotClashAreTaken() {
        #expect(refusal(of: [.anyOrder([.expectLine("AB"), .expectLine(.prefix("A"))])]) == nil)
        #expect(refusal(of: [.anyOrder([.expectLine(.any), .expectLine(.any)])]) == nil, "any of them may be either")
        #expect(refusal(of: [.anyOrder([.expectLine(.any), .expectLine(.anyOf([.any, "B"]))])]) == nil)
        #expect(refusal(of: [.anyOrder([.expectLine(.any), .expectLine(.where { _ in true })])]) == nil, "who knows")
        #expect(refusal(of: [.anyOrder([.expectLine(.any), .expectLine(.matches(/.*/))])]) == nil)
        #expect(refusal(of: [.anyOrder([.expectLine(.prefix("AB")), .expectLine(.suffix("AB"))])]) == nil)
        let one = Framing.fixed(1)
        #expect(
            refusal(of: [.anyOrder([.expectFrame(.prefix("A"), framing: one), .expectFrame("A", framing: one)])])
                == nil, "no other piece begins so")
        #expect(refusal(of: [.anyOrder([.expectLine(.prefix("AB"), max: 2), .expectLine("AB", max: 2)])]) == nil)
    }

    static let closing: [[Step]] = [
        [.sequence([.expect("A"), .stopReading()]), .expect("B")],
        [.sequence([.expect("A"), .close()]), .expect("B")],
        [.sequence([.expect("A"), .expectEOF()]), .expect("B")],
        [.sequence([.expect("A"), .halfClose()]), .sequence([.expect("B"), .send("b")])],
        [.sequence([.expect("A"), .halfClose()]), .sequence([.expect("B"), .halfClose()])],
        [.sequence([.expect("A"), .send("a"), .halfClose()]), .sequence([.expect("B"), .halfClose()])],
        [.sequence([.expect("A"), .expectBackpressure(), .send(filler(8 << 20))]), .expect("B")],
    ]

    @Test(arguments: closing.indices) func theOrderInWhichTheyAreListedDoesNotMatter(index: Int) {
        let options = Self.closing[index]
        #expect(refusal(of: [.anyOrder(options)]) == nil)
        #expect(refusal(of: [.anyOrder(options.reversed())]) == nil)
    }

    /// As the client asks last for what ends the stream, nothing is wrong with it.
    @Test func anOptionThatEndsTheStreamMayBeListedFirst() async throws {
        let script: Script = [
            .anyOrder([.sequence([.expect("A"), .halfClose()]), .sequence([.expect("B"), .send("b")])])
        ]
        let verdict = try await serve(script, options: .unhurried) { client in
            try client.send("B")
            #expect(try client.receiveText(1) == "b")
            try client.send("A")
            #expect(try client.receiveAll() == [])
        }
        expectClean(verdict)
    }

    /// What the refusal says, seen: the same pieces pass in one order and fail in the other.
    @Test func theNarrowerFirstPassesInBothOrders() async throws {
        for stream in ["AB\nAC\n", "AC\nAB\n"] {
            let verdict = try await serve([.anyOrder([.expectLine("AB"), .expectLine(.prefix("A"))])]) {
                try $0.send(stream)
            }
            expectClean(verdict)
        }
    }
}
