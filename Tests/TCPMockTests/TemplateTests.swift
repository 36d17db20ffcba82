// Templates on the stream: bytes, wildcards, captures.

import TCPMock
import TestClient
import Testing

@Suite struct TemplateTests {
    @Test func capturesAreThereForLaterStepsAndInTheVerdict() async throws {
        let script: Script = [
            .expectTemplate("USER \(capture: "user") \(capture: "id", count: 2)\(any: 1)\r\n"),
            .send { captures in "HELLO \(captures.text("user") ?? "?") \(captures.text("id") ?? "?")\r\n" },
            .expectTemplate(.hex("00 ?? ff")),
            .receive(exactly: 3, as: "tail"),
        ]
        let verdict = try await serve(script) { client in
            try client.send("USER ann 42!\r\n")
            #expect(try client.receiveText(14) == "HELLO ann 42\r\n")
            try client.send([0, 7, 0xff] + Array("end".utf8))
        }
        expectClean(verdict)
        let captures = verdict.connections[0].captures
        #expect(
            captures.all.mapValues { String(decoding: $0, as: UTF8.self) } == [
                "user": "ann", "id": "42", "tail": "end",
            ])
    }

    @Test func arrivesInAnySplit() async throws {
        let stream = Array("A<key>=<value>;??Z".utf8)
        for cut in 1..<stream.count {
            let script: Script = [.expectTemplate(["A", .capture("key"), "=", .capture("value"), ";", .any(2), "Z"])]
            let verdict = try await serve(script) { client in
                try client.send(Array(stream[..<cut]))
                try client.send(Array(stream[cut...]))
            }
            expectClean(verdict)
            #expect(verdict.connections[0].captures.text("value") == "<value>")
        }
    }

    @Test func failsAtTheByteThatCanNoLongerMatch() async throws {
        let verdict = try await serve([.expectTemplate("USER \(any: 2)!\r\n", line: 7)], staying: true) { client in
            try client.send("USER ab?")
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .mismatch)
        #expect(failure.offset == 7)
        #expect(failure.location.line == 7)
        #expect(
            failure.summary == "connection 1, step 1 of 1: expected \"USER \" ?? \"!\\r\\n\", got \"USER ab?\": "
                + "first difference at byte 7 ('!' 0x21, got '?' 0x3F)")
    }

    @Test(arguments: ["USER abcd\r\n", "USER abc\rx"]) func aCaptureThatIsTooLongNamesTheByte(_ sent: String)
        async throws
    {
        let verdict = try await serve([.expectTemplate("USER \(capture: "name", max: 3)\r\n")], staying: true) {
            client in
            try client.send(sent)
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let failure = try #require(verdict.failures.first)
        let place = sent.contains("abcd") ? 8 : 9
        #expect(failure.offset == place)
        #expect(failure.summary.contains(": <name> is longer than 3, for byte \(place) ("), "\(failure)")
    }

    @Test func theSecondTemplateCountsFromItsOwnStart() async throws {
        let verdict = try await serve([.repeat(2, [.expectTemplate("A\(any: 1)B")])], staying: true) { client in
            try client.send("AxBAyC")
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.offset == 2)
        #expect(
            failure.summary.contains("(round 2 of 2): expected \"A\" ? \"B\", got \"AyC\": first difference at byte 2"))
    }

    @Test func aTemplateThatStarvesSaysWhatCameOfIt() async throws {
        let verdict = try await serve([.expectTemplate("USER \(capture: "user")\r\n")]) { client in
            try client.send("USER an")
            client.shutDownWriting()
            _ = try? client.receiveAll()
        }
        let summary = verdict.failures.first?.summary ?? ""
        #expect(
            summary.contains("expected \"USER \" <user> \"\\r\\n\", got \"USER an\" of it, then the client ended"),
            "\(summary)")
    }

    @Test func anExplicitLimitCountsTheWholeTemplate() async throws {
        let verdict = try await serve(
            [.expectTemplate("A\(capture: "x")B", within: .milliseconds(200))], staying: true
        ) { client in
            try client.send("A")
            _ = try? client.receiveAll()
        }
        #expect(verdict.failures.first?.kind == .limit)
    }

    @Test func whatCameForATemplateThatFailsIsOneLine() async throws {
        let verdict = try await serve([.expect("x"), .expectTemplate("A\(any: 1)B\(any: 2)CD")], staying: true) {
            client in
            try client.send("xA.ByyCE")
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let lines = (verdict.failures.first?.details ?? "").split(separator: "\n").filter { $0.contains("step 2") }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("<- \"A.ByyCE\"") == true, "\(verdict)")
    }

    @Test func isOneStepInTheTranscript() async throws {
        let verdict = try await serve([.expectTemplate("A\(any: 1)B\(capture: "x")C"), .send("ok")]) { client in
            try client.send("A.BxyzC")
            _ = try client.receiveText(2)
        }
        let lines = verdict.transcript.split(separator: "\n").filter { $0.contains("step 1 ok") }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("<- \"A.BxyzC\"") == true, "\(verdict.transcript)")
    }
}
