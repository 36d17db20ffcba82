// segments: how often the client wrote what a step takes, by the kernel's count.

import TCPMock
import TestClient
import Testing

#if os(Linux)
    /// A client that writes these, and stays until it is answered or reset: of one that is gone nobody knows whether it has sent
    /// anything again.
    private func writing(_ pieces: [String], _ step: Step) async throws -> Verdict {
        try await conclusive {
            try await serve([.send("?"), step, .send(".")], options: .unhurried) { client in
                _ = try client.receiveText(1)
                for piece in pieces { try client.send(piece) }
                _ = try? client.receiveText(1)
            }
        }
    }

    @Test func oneWriteComesInOneSegment() async throws {
        let verdict = try await writing(["PING\r\n"], .expect("PING\r\n", segments: 1))
        expectClean(verdict)
        #expect(verdict.inconclusive == [], "\(verdict)")
    }

    @Test func threeWritesComeInThree() async throws {
        let verdict = try await writing(["P", "IN", "G\r\n"], .expect("PING\r\n", segments: 1))
        let failure = try #require(verdict.failures.first)
        #expect(failure.kind == .segments)
        #expect(
            failure.summary
                == "connection 1, step 2 of 3: expect \"PING\\r\\n\" came in 3 segments, expected 1: the client wrote it in pieces"
        )
        #expect(failure.details.contains("writev(2)"), "\(failure.message)")
    }

    @Test func asManyAsAreExpectedAreRight() async throws {
        let verdict = try await writing(["PI", "NG\r\n"], .expect("PING\r\n", segments: 2))
        expectClean(verdict)
        #expect(verdict.inconclusive == [], "\(verdict)")
    }

    @Test func fewerThanExpectedAreWrong() async throws {
        let verdict = try await writing(["PING\r\n"], .expect("PING\r\n", segments: 2))
        #expect(
            verdict.failures.first?.summary.hasSuffix("came in 1 segment, expected 2: the client wrote more at a time")
                == true, "\(verdict)")
    }

    @Test func aFrameWhoseHeaderWasWrittenAloneComesInTwo() async throws {
        let verdict = try await writing(["\0\0\0\u{4}", "PING"], .expectFrame("PING", segments: 1))
        #expect(verdict.failures.map(\.kind) == [.segments], "\(verdict)")
        #expect(verdict.failures.first?.summary.contains("came in 2 segments, expected 1") == true, "\(verdict)")
    }

    @Test func eachStepCountsItsOwn() async throws {
        let steps: Script = [
            .expect("A", segments: 1), .send("1"), .expect("BB", segments: 2), .send("2"), .expect("C", segments: 1),
        ]
        let verdict = try await conclusive {
            try await serve([.send("?")] + steps, options: .unhurried) { client in
                _ = try client.receiveText(1)
                try client.send("A")
                _ = try client.receiveText(1)
                try client.send("B")
                try client.send("B")
                _ = try? client.receiveText(1)
                try? client.send("C")
            }
        }
        expectClean(verdict)
        #expect(verdict.inconclusive == [], "\(verdict)")
    }

    /// Two messages of one write share a segment: each came in one.
    @Test func messagesThatShareASegmentCameInOneEach() async throws {
        let verdict = try await writing(["AB"], .sequence([.expect("A", segments: 1), .expect("B", segments: 1)]))
        expectClean(verdict)
        #expect(verdict.inconclusive == [], "\(verdict)")
    }

    /// Whose segments they are nobody can tell: the loop saw all of them at once.
    @Test func segmentsThatMayBeANeighboursAreAWarning() async throws {
        let server = try MockServer(
            [.expect("?"), .expect("AA", segments: 1), .expect("BB", segments: 1), .send(".")], options: .unhurried)
        let client = try server.connect()
        try client.send("?")
        let block = LoopBlock.begin()
        for piece in ["A", "AB", "B"] { try client.send(piece) }
        block.release()
        _ = try client.receiveText(1)
        client.close()
        let verdict = await server.finish()
        expectClean(verdict)
        #expect(verdict.inconclusive.map(\.kind) == [.segments, .segments], "\(verdict)")
        #expect(verdict.inconclusive.first?.message.contains("neighbours'") == true, "\(verdict)")
        #expect("\(verdict)".contains("inconclusive: connection 1, step 2 of 4"), "\(verdict)")
    }

    /// Then both have ended their streams, and the kernel counts the client's end among its bytes.
    @Test func aStreamsEndBehindOurOwnIsNoByteOfIts() async throws {
        let verdict = try await conclusive {
            let server = try MockServer(
                [.expect("?"), .halfClose(), .expect("BYE\r\n", segments: 1)], options: .unhurried)
            let client = try server.connect()
            try client.send("?")
            #expect(try client.receiveAll() == [])
            let block = LoopBlock.begin()
            for piece in ["BY", "E\r\n"] { try client.send(piece) }
            client.close()
            block.release()
            return await server.finish()
        }
        #expect(verdict.failures.first?.summary.contains("came in 2 segments, expected 1") == true, "\(verdict)")
    }

    @Test func segmentsThatComeWhileAClosureIsAskedAreCounted() async throws {
        let verdict = try await conclusive {
            let came = Gate("came")
            let asked: Check = .where { bytes in
                try await came.opened()
                return bytes == Array("A".utf8)
            }
            let server = try MockServer([.expectLine(asked), .expect("BB", segments: 1)], options: .unhurried)
            let client = try server.connect()
            try client.send("A\n")
            for piece in ["B", "B"] { try client.send(piece) }
            #expect(becomes { server.connections.first?.receivedCount == 4 })
            came.open()
            client.close()
            return await server.finish()
        }
        // Or "2 to 3", where the loop has read the first of them with the line.
        #expect(verdict.failures.first?.summary.contains("came in 2 ") == true, "\(verdict)")
    }

    @Test func aStreamsEndIsNoSegmentOfIts() async throws {
        let verdict = try await conclusive {
            try await serve([.expect("PING", segments: 1), .expectEOF()], options: .unhurried) { client in
                try client.send("PING")
                client.close()
            }
        }
        expectClean(verdict)
        #expect(verdict.inconclusive == [], "\(verdict)")
    }

    @Test func aTemplateIsOneMessage() async throws {
        let verdict = try await writing(["USER joe\r\n"], .expectTemplate("USER \(capture: "name")\r\n", segments: 1))
        expectClean(verdict)
        let pieces = try await writing(
            ["USER ", "joe\r\n"], .expectTemplate("USER \(capture: "name")\r\n", segments: 1))
        #expect(pieces.failures.map(\.kind) == [.segments], "\(pieces)")
    }
#endif

@Test(arguments: [0, -1]) func noSegmentsAtAllAreThrownAtTheLine(_ segments: Int) throws {
    let error = try #require(throws: MockError.self) { try MockServer([.expect("A", segments: segments)]) }
    #expect(error.message.contains("at least one segment"))
}

@Test func moreSegmentsThanBytesAreThrownAtTheLine() throws {
    let error = try #require(throws: MockError.self) { try MockServer([.expect("AB", segments: 3)]) }
    #expect(error.message.contains("it has 2 bytes"), "\(error)")
}

@Test func aUnixDomainSocketHasNoSegments() throws {
    let options = MockServer.Options(address: .unix(path: "/tmp/tcpmock-segments-\(UInt32.random(in: 0...UInt32.max))"))
    let line: UInt = #line + 1
    let error = try #require(throws: MockError.self) {
        try MockServer([.expect("AB", segments: 1)], options: options)
    }
    #expect(error.location?.line == line)
    #expect(error.message.contains("no segments to count"), "\(error)")
}
