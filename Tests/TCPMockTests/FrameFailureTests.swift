// Frames that are too long, cut off, or none at all.

import TCPMock
import TestClient
import Testing

@Suite struct FrameFailureTests {
    private func failure(sending bytes: [UInt8], line: UInt = #line) async throws -> ScriptFailure {
        let verdict = try await serve([.expectFrame("Hello", line: line)]) { client in
            try client.send(bytes)
            client.shutDownWriting()
            _ = try? client.receiveAll()
        }
        #expect(verdict.failures.count == 1)
        let failure = try #require(verdict.failures.first)
        #expect(failure.location.line == line)
        return failure
    }

    @Test func aLengthPrefixOfAllOnesIsTooLong() async throws {
        let verdict = try await serve([.expectFrame("Hello")], staying: true) { client in
            try client.send([0xff, 0xff, 0xff, 0xff])  // and it stays, waiting for an answer: nothing is waited out
            #expect(throws: connectionReset) { try client.receiveSome() }
        }
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .frameTooLong)
        #expect(failure.summary.contains("4,294,967,295 bytes (ff ff ff ff)"), "\(failure)")
    }

    @Test func aLongFramesNumberOfBytesIsSaidOnce() async throws {
        // It was "… (64 bytes) (64 bytes)": once by what shortens it, once by what names it.
        let long = Bytes(repeatElement(UInt8(ascii: "a"), count: 64))
        let verdict = try await serve([.expectFrame(.equals(long))]) { client in
            try client.send([0, 0])
            client.shutDownWriting()
            _ = try? client.receiveAll()
        }
        let summary = try #require(verdict.failures.first).summary
        #expect(summary.split(separator: "(64 bytes)", omittingEmptySubsequences: false).count == 2, "\(summary)")
    }

    @Test func aTruncatedHeaderSaysHowMuchOfItCame() async throws {
        let failure = try await failure(sending: [0, 0])
        #expect(failure.kind == .clientClosed)
        #expect(failure.summary.contains("2 of the 4 bytes of its length prefix (00 00)"), "\(failure)")
    }

    @Test func aTruncatedPayloadSaysHowMuchOfItCame() async throws {
        let failure = try await failure(sending: [0, 0, 0, 5] + Array("Hel".utf8))
        #expect(failure.kind == .clientClosed)
        #expect(failure.summary.contains("3 of 5 bytes of payload (\"Hel\")"), "\(failure)")
    }

    @Test func theEndOfTheStreamIsNoFrame() async throws {
        let failure = try await failure(sending: [])
        #expect(failure.kind == .clientClosed)
        #expect(failure.summary.contains("got no frame"), "\(failure)")
    }

    @Test func theEndOfTheStreamIsNoEmptyFrameEither() async throws {
        let verdict = try await serve([.expectFrame("")]) { _ in }
        #expect(verdict.failures.map(\.kind) == [.clientClosed])
        #expect(verdict.description.contains("the end of the stream is not an empty frame"))
    }

    @Test func anEmptyFrameIsAFrame() async throws {
        let verdict = try await serve([.expectFrame(""), .sendFrame("")]) { client in
            try client.send([0, 0, 0, 0])
            #expect(try client.receive(4) == [0, 0, 0, 0])
        }
        #expect(verdict.isClean, "\(verdict)")
    }

    @Test func anEmptyFrameIsNotTheFrameExpected() async throws {
        let failure = try await failure(sending: [0, 0, 0, 0])
        #expect(failure.kind == .mismatch)
    }

    /// What the failing step's line of the account shows.
    private func shown(_ script: Script, _ stream: [UInt8]) async throws -> String {
        let verdict = try await serve(script) { try $0.send(stream) }
        let lines = verdict.description.split(separator: "\n").filter { $0.contains("<- ") }
        return lines.last.map(String.init) ?? ""
    }

    @Test func theAccountShowsWhatCameForTheStepAndNothingBeforeIt() async throws {
        // It used to show the end of the step before, for as many bytes as the piece had agreed.
        let start = Array("HELLO".utf8)
        let line = try await shown([.expect("HELLO"), .expectLine(.prefix("PONG"))], start + Array("POXX\n".utf8))
        #expect(line.contains("<- \"POXX\\n\""), "\(line)")
        let starved = try await shown([.expect("HELLO"), .expectLine("PONG")], start + Array("PO".utf8))
        #expect(starved.contains("<- \"PO\""), "\(starved)")
        let netstring = try await shown(
            [.expect("HELLO"), .expectFrame(.suffix("PONG"), framing: .netstring)], start + Array("4:POXX,".utf8))
        #expect(netstring.contains("<- \"4:POXX,\""), "\(netstring)")
        let postgres = Framing.lengthPrefix(includesHeader: true, offset: 1)
        let led = try await shown(
            [.expect("HELLO"), .expectFrame(.suffix("x"), framing: postgres)], start + [0x51, 0, 0, 0, 6, 0x68, 0x69])
        #expect(led.contains("<- 51 00 00 00 06 68 69"), "\(led)")
    }
}
