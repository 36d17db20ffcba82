// anyOrder, optional and choose: what comes says how the script goes on.

import TCPMock
import TestClient
import Testing

@Suite struct AlternativeTests {
    @Test(arguments: ["ABC", "ACB", "BAC", "BCA", "CAB", "CBA"])
    func anyOrderTakesEachOnceInWhateverOrder(_ order: String) async throws {
        let script: Script = [
            .send("go"),
            .anyOrder([
                .sequence([.expect("A\n"), .send("1")]), .sequence([.expect("B\n"), .send("2")]), .expect("C\n"),
            ]),
            .expect("end"),
        ]
        let verdict = try await serve(script) { client in
            for letter in order { try client.send("\(letter)\n") }
            try client.send("end")
            #expect(try client.receiveText(4) == "go" + order.compactMap { ["A": "1", "B": "2"][$0] }.joined())
        }
        expectClean(verdict)
    }

    @Test func anyOrderOfPiecesTriesChecksInOrder() async throws {
        let script: Script = [
            .anyOrder([
                .sequence([.expectLine(.prefix("GET "), as: "get"), .send("value\n")]),
                .sequence([.expectLine(.matches(/SET .*/), as: "set"), .send("ok\n")]),
            ])
        ]
        let verdict = try await serve([.anyOrder([.expectLine(.prefix("GET "), as: "get"), .expectLine("SET")])]) {
            try $0.send("SET\nGET x\n")
        }
        expectClean(verdict)
        #expect(verdict.connections[0].captures.text("get") == "GET x")
        let asked = try await serve(script) { client in
            try client.send("SET a\nGET b\n")
            #expect(try client.receiveText(9) == "ok\nvalue\n")
        }
        expectClean(asked)
        #expect(asked.connections[0].captures.text("set") == "SET a")
    }

    @Test func whatIsLeftOfAnyOrderIsListed() async throws {
        let script: Script = [.anyOrder([.expect("A\n"), .expect("B\n"), .expect("C\n")], line: 3)]
        let verdict = try await serve(script, staying: true) { client in
            try client.send("B\nB\n")
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .unmatched)
        #expect(failure.location.line == 3)
        #expect(
            failure.summary.hasPrefix(
                "connection 1, steps 1 to 3 of 3: expected one of \"A\\n\", \"C\\n\", got \"B\\n\""), "\(failure)")
        #expect(failure.details.contains("not run   1 expect \"A\\n\" · 3 expect \"C\\n\""), "\(failure)")
    }

    @Test func whatIsOpenIsListedToWhoLeaves() async throws {
        let verdict = try await serve([.anyOrder([.expect("A\n"), .expect("B\n"), .expect("C\n")])]) {
            try $0.send("B\n")
        }
        #expect(
            verdict.failures.first?.summary.contains("expected one of \"A\\n\", \"C\\n\", got") == true, "\(verdict)")
    }

    @Test func whatIsOpenIsListedAtTheLimit() async throws {
        let script: Script = [
            .choose([.when("GET ", [.expect("GET /")]), .when("PUT ", [.expect("PUT /")])])
        ]
        let limits = Limits(step: .milliseconds(50))
        let verdict = try await serve(script, options: .init(limits: limits), staying: true) { _ in }
        #expect(
            verdict.failures.first?.summary.contains("expected one of \"GET \", \"PUT \", got nothing") == true,
            "\(verdict)")
    }

    @Test(arguments: [true, false]) func optionalStepsArePlayedIfAskedFor(_ asks: Bool) async throws {
        let script: Script = [
            .optional(.expectLine("STARTTLS"), .send("no\n")), .expectLine("QUIT"), .optional(.expect("BYE")),
        ]
        let verdict = try await serve(script) { client in
            if asks {
                try client.send("STARTTLS\r\n")
                #expect(try client.receiveText(3) == "no\n")
            }
            try client.send("QUIT\r\n" + (asks ? "BYE" : ""))
        }
        expectClean(verdict)
    }

    @Test func theFirstBytesChooseTheScript() async throws {
        let script: Script = [
            .choose([
                .when(.prefix("AUTH"), [.expectLine("AUTH me"), .send("welcome\n")]),
                .when(.prefix("DATA"), [.expectLine("DATA"), .send("go on\n"), .expect("x")]),
                .when(.any, [.receive(exactly: 1), .send("?\n")]),
            ])
        ]
        let server = try MockServer(every: script, count: 3)
        let clients = try ["AUTH me\n", "DATA\n", "z"].map { text in
            let client = try server.connect()
            try client.send(text)
            return client
        }
        #expect(try clients[0].receiveText(8) == "welcome\n")
        #expect(try clients[1].receiveText(6) == "go on\n")
        #expect(try clients[2].receiveText(2) == "?\n")
        try clients[1].send("x")
        for client in clients { client.close() }
        expectClean(await server.finish())
    }

    @Test func alternativesNestInRepeats() async throws {
        let script: Script = [
            .repeat(3, [.anyOrder([.expect("A"), .expect("B")]), .optional(.expect("o")), .expect(".")])
        ]
        expectClean(try await serve(script) { try $0.send("AB.BAo.AB.") })
    }

    // MARK: what went wrong once

    @Test func aLiveServerTakesAlternativesAtAnyTime() async throws {
        // Enqueued behind other steps, they ended the process: their unused way on lay before the first.
        let server = try MockServer()
        let client = try server.connect()
        try server.enqueue(.expect("hi"))
        try server.enqueue(.respond(to: ["a": "1", "b": "2"]), .optional(.expect("c")), .choose([.when("d", [])]))
        try client.send("hibcd")
        #expect(try client.receiveText(1) == "2")
        client.close()
        _ = await server.finish()
    }

    @Test func anyOrderAsksTheClosuresOfItsChecks() async throws {
        // Checks that bytes alone don't decide passed everything.
        let script: Script = [
            .anyOrder([
                .sequence([.expectLine(.matches(/a+/)), .send("A")]),
                .sequence([.expectLine(.matches(/b+/)), .send("B")]),
            ])
        ]
        let verdict = try await serve(script) { client in
            try client.send("bb\naaa\n")
            #expect(try client.receiveText(2) == "BA")
        }
        expectClean(verdict)
        for stream in ["cc\n", "aa\naa\n"] {
            let verdict = try await serve(script) { try $0.send(stream) }
            #expect(verdict.failures.map(\.kind) == [.unmatched], "\(verdict)")
        }
    }

    struct Bad: Sendable {
        let script: Script
        let text: String
    }

    @Test(arguments: [
        Bad(script: [.anyOrder([.expect("AB"), .expect("A")])], text: "\"A\" is the beginning of expect \"AB\""),
        Bad(script: [.anyOrder([.expect("A"), .expect("A")])], text: "expect \"A\" is there twice"),
        Bad(script: [.anyOrder([])], text: "has no steps"),
        Bad(script: [.anyOrder([.send("A")])], text: "can't stand in anyOrder"),
        Bad(script: [.anyOrder([.expect("A"), .receive(exactly: 1)])], text: "can't stand in anyOrder"),
        Bad(
            script: [.anyOrder([.expect("A"), .expectLine(.prefix("B"))])],
            text: "can't be told apart from the others by its bytes"),
        Bad(script: [.optional(.expect("AB")), .expect("A")], text: "begins as expect \"A\" does"),
        Bad(script: [.optional(.expect("AB")), .receive(exactly: 1)], text: "its bytes can't tell it apart"),
        Bad(script: [.optional(.send("A")), .expect("A")], text: "must begin with literal bytes"),
        Bad(script: [.choose([])], text: "has no routes"),
        Bad(script: [.choose([.when(.any, []), .when("A", [.expect("A")])])], text: "comes last"),
        Bad(script: [.choose([.when(.suffix("A"), [])])], text: "can't choose a route"),
        Bad(script: [.choose([.when("AB", []), .when(.prefix("A"), [])])], text: "is the beginning of"),
        Bad(script: [.respond(to: [:])], text: "has no stubs"),
        Bad(script: [.respond(to: ["AB": "1", "A": "2"])], text: "is the beginning of"),
        Bad(script: [.respond(to: [.prefix("A"): "1"])], text: "needs pieces to match"),
        Bad(script: [.respond(to: [.any: "1", "A": "2"], framing: .line)], text: "can never be reached"),
        Bad(script: [.respond(to: ["A": .steps([.expect("x")])])], text: "can't be part of a reply"),
        Bad(script: [.respond(to: ["A": .frame("x")])], text: "needs a framing"),
        Bad(script: [.serve(.line) { _ in .nothing }, .send("x")], text: "which serves until the client leaves"),
        Bad(script: [.expectLine(.all([]))], text: "needs at least one check"),
        Bad(script: [.expectLine(.prefix(""))], text: "needs at least one byte"),
        Bad(script: [.expectLine("a\nb")], text: "would be cut"),
        Bad(script: [.expectTemplate([.capture("x")])], text: "needs a count, or a literal"),
        Bad(script: [.expectTemplate([.capture("x", max: 0), "a"])], text: "can't have a maximum of 0"),
        Bad(script: [.expectTemplate(.hex("0"))], text: "pairs of hex digits or ??"),
        Bad(script: [.expectTemplate([.any(0)])], text: "at least one byte"),
        Bad(script: [.expectFrame(.any, framing: .fixed(0))], text: "at least one byte"),
    ]) func whatCantBeToldApartIsThrownAtItsLine(_ bad: Bad) throws {
        let error = #expect(throws: MockError.self) { _ = try MockServer(bad.script) }
        #expect(error?.message.contains(bad.text) == true, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.location?.filePath.description.hasSuffix("AlternativeTests.swift") == true)
    }
}
