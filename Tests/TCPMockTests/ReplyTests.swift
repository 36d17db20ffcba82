// Replies that closures and tables make.

import TCPMock
import TestClient
import Testing

@Suite struct ReplyTests {
    @Test func aClosureAnswersOneRequest() async throws {
        let script: Script = [.respond(.line) { request in "you said \(request.text)\r\n" }, .expect("BYE")]
        let verdict = try await serve(script) { client in
            try client.send("hello\r\n")
            #expect(try client.receiveText(16) == "you said hello\r\n")
            try client.send("BYE")
        }
        expectClean(verdict)
    }

    @Test func servesWithAStateOfEachConnectionsOwn() async throws {
        let script: Script = [
            .serve(.line, startingWith: 10) { request, sum in
                sum += Int(request.text) ?? 0
                #expect(request.number > 0)
                return "\(sum)\n"
            }
        ]
        let server = try MockServer(every: script, count: 2)
        let one = try server.connect()
        let two = try server.connect()
        try one.send("1\n2\n")
        try two.send("100\n")
        #expect(try one.receiveText(6) == "11\n13\n")
        #expect(try two.receiveText(4) == "110\n")
        one.close()
        two.close()
        expectClean(await server.finish())
    }

    @Test func servesUntilTheClientLeavesAlsoWithoutARequest() async throws {
        expectClean(try await serve([.serve(.line) { _ in .nothing }]) { _ in })
        expectClean(try await serve([.serve(to: ["A": "B"])]) { _ in })
    }

    @Test func leavingInTheMiddleOfARequestIsAFailure() async throws {
        let verdict = try await serve([.serve(.line) { _ in .nothing }]) { try $0.send("hal") }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .clientClosed)
        #expect(
            failure.summary.contains("expected a request, got 3 bytes and no line ending (\"hal\"), then"), "\(failure)"
        )
    }

    @Test func aClientThatStaysAfterServingIsTold() async throws {
        var options = MockServer.Options()
        options.limits.step = .milliseconds(100)
        let verdict = try await serve(
            [.serve(.line, within: .seconds(30)) { _ in "ok\n" }], options: options, staying: true
        ) { client in
            try client.send("one\n")
            _ = try client.receiveText(3)
        }
        #expect(verdict.failures.first?.kind == .limit)
        #expect(verdict.failures.first?.summary.contains("still connected") == true, "\(verdict)")
    }

    @Test func aPoolMayStayWhileItIsServed() async throws {
        var options = MockServer.Options()
        options.afterScript = .mayStayOpen
        let verdict = try await serve([.serve(.line) { _ in "ok\n" }], options: options, staying: true) { client in
            try client.send("one\n")
            _ = try client.receiveText(3)
        }
        expectClean(verdict)
    }

    @Test func joinReturnsBetweenTwoRequests() async throws {
        let server = try MockServer([.serve(.line) { request in "\(request.text)!\n" }])
        let client = try server.connect()
        try client.send("a\n")
        #expect(try client.receiveText(3) == "a!\n")
        try await server.join()
        try client.send("b\n")
        #expect(try client.receiveText(3) == "b!\n")
        client.close()
        expectClean(await server.finish())
    }

    @Test func aThrownErrorIsTheStepsFailure() async throws {
        struct NoSuchUser: Error {}
        let verdict = try await serve([.respond(.line, line: 5) { _ in throw NoSuchUser() }], staying: true) { client in
            try client.send("x\n")
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .closure)
        #expect(failure.location.line == 5)
        #expect(
            failure.summary == "connection 1, step 1 of 1: respond { … } failed: its closure threw NoSuchUser()")
    }

    @Test func aSlowClosureMeetsTheLimit() async throws {
        let gate = Gate("never")
        let verdict = try await serve(
            [
                .respond(.line, within: .milliseconds(100)) { _ in
                    try await gate.opened()
                    return .nothing
                }
            ], staying: true
        ) { client in
            try client.send("x\n")
            _ = try? client.receiveAll()
        }
        #expect(
            verdict.failures.first?.summary.contains("its closure did not answer within 100 ms") == true, "\(verdict)")
        gate.open()
    }

    @Test func repliesMayWaitFrameAndEnd() async throws {
        let script: Script = [
            .serve(.netstring) { request in
                switch request.text {
                case "frame": .frame("framed")
                case "steps": .steps([.delay(.milliseconds(1)), .sendFrame("a"), .send("b")])
                case "nothing": .nothing
                default: .close
                }
            }
        ]
        let verdict = try await serve(script) { client in
            for text in ["nothing", "frame", "steps", "end"] { try client.send("\(text.utf8.count):\(text),") }
            #expect(try client.receiveAll() == Array("6:framed,1:a,b".utf8))
        }
        expectClean(verdict)
    }

    @Test func aReplyCantExpect() async throws {
        let verdict = try await serve([.respond(.line) { _ in .steps([.expect("x")]) }], staying: true) { client in
            try client.send("x\n")
            _ = try? client.receiveAll()
        }
        #expect(verdict.failures.first?.summary.contains("expect \"x\" can't be part of a reply") == true, "\(verdict)")
    }

    @Test func replyThatCantBeFramedIsTheStepsFailure() async throws {
        let verdict = try await serve([.respond(.line) { _ in .frame("two\nlines") }], staying: true) { client in
            try client.send("x\n")
            _ = try? client.receiveAll()
        }
        #expect(verdict.failures.first?.kind == .closure, "\(verdict)")
    }

    @Test func whatCantBePlayedWasNotThrown() async throws {
        let verdict = try await serve([.respond(.line) { _ in .steps([.expect("x")]) }], staying: true) { client in
            try client.send("x\n")
            _ = try? client.receiveAll()
        }
        #expect(
            verdict.failures.first?.summary.contains(
                "failed: what its closure returned can't be played: expect \"x\" can't be part of a reply") == true,
            "\(verdict)")
    }

    // MARK: Replies that don't get through

    @Test func aResetEndsTheWaitForAClosure() async throws {
        let gate = Gate("never")
        let script: Script = [
            .respond(.line, within: .seconds(600)) { _ in
                try await gate.opened()
                return "late\n"
            }
        ]
        let server = try MockServer(script)
        let client = try server.connect()
        try client.send("x\n")
        try await server.received("x\n")
        client.reset()
        let failure = try #require(await server.finish().failures.first)
        gate.open()
        #expect(failure.kind == .clientReset)
        #expect(
            failure.summary == "connection 1, step 1 of 1: respond { … } is not done: the client reset the connection "
                + "(RST) while its closure was at work on the request")
    }

    @Test(arguments: [true, false]) func aReplyThatIsNotTakenIsToldAsOne(_ isServed: Bool) async throws {
        let reply = Reply.steps([
            .send(Bytes([UInt8](repeating: 65, count: 32 << 20)), within: .milliseconds(100))
        ])
        let step: Step = isServed ? .serve(.line) { _ in reply } : .respond(.line) { _ in reply }
        let verdict = try await serve(
            [step], options: .init(limits: Limits(step: .seconds(60))), staying: true
        ) { try $0.send("x\n") }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .limit)
        #expect(
            failure.summary.hasPrefix(
                "connection 1, step 1 of 1: \(isServed ? "serve" : "respond") { … } is not done: "
                    + "the client took nothing of its reply for "), "\(failure)")
        #expect(failure.message.contains("hint      the client does not read"), "\(failure)")
    }

    @Test func whatComesBehindAReplyThatDisconnectsIsUnexpected() async throws {
        let script: Script = [.serve(.line) { _ in .steps([.send("ok\n"), .disconnect()]) }]
        let verdict = try await serve(script, staying: true) { client in
            try client.send("a\nb\n")
            _ = try? client.receiveAll()
        }
        #expect(
            verdict.failures.first?.summary.contains(
                "expected the client to disconnect, as the reply to its request says, got 2 more bytes") == true,
            "\(verdict)")
    }

    @Test func whoStaysAfterAReplyThatDisconnectsIsTold() async throws {
        let script: Script = [.serve(.line) { _ in .steps([.send("ok\n"), .disconnect(within: .milliseconds(100))]) }]
        let verdict = try await serve(script, staying: true) { try $0.send("a\n") }
        #expect(
            verdict.failures.first?.summary.contains(
                "expected the client to disconnect, as the reply to its request says, but it was still connected")
                == true, "\(verdict)")
    }

    // MARK: Tables

    @Test func aTableOfLiteralsAnswersOnTheStream() async throws {
        let verdict = try await serve([.serve(to: ["PING\r\n": "+PONG\r\n", "QUIT\r\n": "+OK\r\n"])]) { client in
            for byte in "PING\r\nQUIT\r\nPING\r\n".utf8 { try client.send([byte]) }
            #expect(try client.receiveText(19) == "+PONG\r\n+OK\r\n+PONG\r\n")
        }
        expectClean(verdict)
    }

    @Test func aTableOfChecksAnswersPieces() async throws {
        let script: Script = [
            .respond(to: [.prefix("GET "): "value\n", .any: "what?\n"], framing: .line),
            .respond(
                to: [.prefix("GET "): "value\n", .matches(/[0-9]+/): "number\n", .any: "what?\n"], framing: .line),
        ]
        let verdict = try await serve(script) { client in
            try client.send("SET x\n123\n")
            #expect(try client.receiveText(13) == "what?\nnumber\n")
        }
        expectClean(verdict)
    }

    @Test(arguments: [
        (
            Step.respond(to: ["PING\r\n": "1", "QUIT\r\n": "2"], line: 9), "PONG\r\n",
            "expected one of \"PING\\r\\n\", \"QUIT\\r\\n\", got \"PONG\\r\\n\": \"PING\\r\\n\" is nearest, "
                + "it differs at byte 1 ('I' 0x49, got 'O' 0x4F)"
        ),
        (
            Step.respond(to: ["PING": "1", .prefix("GET "): "2"], framing: .line, line: 9), "GOT x\n",
            "expected one of \"PING\", prefix \"GET \", got \"GOT"
        ),
        (
            Step.respond(to: [.matches(/[0-9]/): "1", .suffix("!"): "2"], framing: .line, line: 9), "x\n",
            "expected one of matches its regular expression, suffix \"!\", got \"x\""
        ),
    ]) func anUnmatchedRequestListsTheStubs(_ step: Step, _ sent: String, _ text: String) async throws {
        let verdict = try await serve([step], staying: true) { client in
            try client.send(sent)
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .unmatched)
        #expect(failure.location.line == 9)
        #expect(failure.summary.contains(text), "\(failure)")
    }
}
