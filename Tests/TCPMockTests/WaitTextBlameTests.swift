// A hint blames nothing that may be right: a length, printable bytes, a greedy step, a last byte.

import TCPMock
import TestClient
import Testing

private let soon = Duration.milliseconds(500)

@Suite struct WaitTextBlameTests {
    // MARK: Lengths

    /// A literal frame is compared as it comes: had its length been another, that would have failed at once.
    @Test(arguments: [
        (Bytes("12345678"), Framing.lengthPrefix(), [0, 0, 0, 8] + Array("1234".utf8), "8 bytes, of which 4 came"),
        (
            Bytes([UInt8](repeating: 0x78, count: 256)), .lengthPrefix(UInt16.self), [1, 0, 0x78],
            "256 bytes, of which 1 came"
        ),
        (
            Bytes([UInt8](repeating: 0x78, count: 0x2020)), .lengthPrefix(UInt16.self), [0x20, 0x20, 0x78],
            "8,224 bytes, of which 1 came"
        ),
    ])
    func aLengthThatIsTheRightOne(payload: Bytes, framing: Framing, sent: [UInt8], promise: String) async throws {
        let (cause, _) = try await cause([.expectFrame(.equals(payload), framing: framing, within: soon)]) {
            client, _ in
            try client.send(sent)
        }
        #expect(
            cause?.hasPrefix("the length prefix promises \(promise): the client may think") == true, "\(cause ?? "")")
    }

    @Test func aRightLengthOfAClientThatDoesNotRead() async throws {
        let (cause, _) = try await cause([.send("220"), .expectFrame("12345678", within: soon)]) { client, _ in
            try client.send([0, 0, 0, 8] + Array("1234".utf8))
            try client.awaitBytes(3)
        }
        #expect(cause?.hasPrefix("the client has not read what it was sent") == true, "\(cause ?? "")")
    }

    @Test func aLengthWhoseBytesHappenToBePrintable() async throws {
        let framing = Framing.lengthPrefix(UInt16.self)
        let (cause, _) = try await cause([.expectFrame(.any, framing: framing, within: soon)]) { client, _ in
            try client.send([0x20, 0x6c] + [UInt8](repeating: 0, count: 4000))
        }
        #expect(
            cause == "the length prefix promises 8,300 bytes, of which 4,000 came: "
                + "the client may think it has sent the whole frame, and wait for what follows")
    }

    // MARK: Line endings

    @Test func aLineFeedThatIsOnlyTheLastByteKept() async throws {
        let step = Step.expect(upTo: "\r\n", .prefix("x"), within: soon)
        let (cause, _) = try await cause([step]) { client, _ in
            try client.send([UInt8](repeating: 0x78, count: 4095) + Array("\nand more".utf8))
        }
        #expect(cause?.hasPrefix("what came has no \"\\r\\n\" at its end") == true, "\(cause ?? "")")
    }

    @Test func aLineThatHasItsEndIsNotBlamedForWhatFollows() async throws {
        let verdict = try await play([.expect(upTo: "\r\n", "PING")]) { client, _ in
            try client.send("PONG\r\nabc\n")
        }
        #expect(verdict.failures.first?.kind == .check)
        #expect(verdict.failures.first?.likelyCause == nil)
    }

    // MARK: Greedy steps

    @Test func aGreedyStepThatTookNothingOfTheNext() async throws {
        let (silent, _) = try await cause([
            .receive(atLeast: 1), .send("OK"), .expect("BYE", within: soon),
        ]) { client, _ in
            try client.send("HELLO\n")
            try client.expectText("OK")
        }
        #expect(
            silent
                == "does the client wait for bytes that the script never sends, or has it not flushed what it wrote?")
        let (few, _) = try await cause([
            .receive(atLeast: 1), .send("OK"), .receive(exactly: 6, within: soon),
        ]) { client, _ in
            try client.send("HELLO\n")
            try client.expectText("OK")
        }
        #expect(few?.contains("receive(exactly:)") == false, "5 bytes would not have done: \(few ?? "")")
    }

    @Test func aGreedyStepThatTookTheNextOne() async throws {
        let script: Script = [.receive(atLeast: 1), .send("OK"), .expect("BYE", within: soon)]
        let (cause, _) = try await cause(script) { client, _ in
            try client.send("HELLO\nBYE")
            try client.expectText("OK")
        }
        #expect(
            cause
                == "step 1, receive(atLeast: 1), took \"BYE\" as well: receive(exactly:) leaves what belongs to the next step"
        )
    }

    @Test func aGreedyStepBeforeAClientThatDoesNotRead() async throws {
        let script: Script = [.receive(atLeast: 1), .send("OK"), .expect("BYE", within: soon)]
        let (cause, _) = try await cause(script) { client, _ in
            try client.send("HELLO\nBYE")
            try client.awaitBytes(2)
        }
        #expect(cause?.hasPrefix("the client has not read what it was sent") == true, "\(cause ?? "")")
    }

    @Test(arguments: [("HELLO\nBYE\n", true), ("HELLO", false)])
    func aGreedyStepThatMayHaveTakenALine(sent: String, isLikely: Bool) async throws {
        let script: Script = [.receive(atLeast: 1), .send("OK"), .expectLine(.any, within: soon)]
        let (cause, _) = try await cause(script) { client, _ in
            try client.send(sent)
            try client.expectText("OK")
        }
        let asks =
            "did step 1, receive(atLeast: 1), take what this step waits for? receive(exactly:) leaves it to the next"
        #expect((cause == asks) == isLikely, "\(cause ?? "")")
    }
}
