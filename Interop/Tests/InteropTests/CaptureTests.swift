// Captures of conversations with real clients, read by tshark: nothing odd, all bytes, protocols dissected.

import Children
import Foundation
import TCPMockTesting
import Testing

/// The verdict on a script that a Python program with a bare socket, `client`, plays the other side of.
private func verdict(
    on script: Script, recording: MockServer.Recording = .bytes(16 * 1024), address: MockAddress = .loopback,
    _ client: String
) async throws -> Verdict {
    var options = MockServer.Options.patient
    options.recording = recording
    options.address = address
    let (verdict, result) = try await MockServer(script, options: options).verdict { server in
        try await python(
            "import socket, struct\nclient = socket.create_connection((host, port), timeout=30)\n" + client, at: server)
    }
    #expect(result.status == 0, "\(result)")
    return verdict
}

private let linger = "client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))"

/// How a conversation can end, and its bytes that must be in the capture whichever way it does.
struct CapturedEnding: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let script: Script
    let client: String
    /// Whose packets end or reset it, in order: who, FIN and RST.
    let ends: [[String]]

    static let all = [
        CapturedEnding(
            testDescription: "the client closes",
            script: [.expect("ask"), .send("answer"), .expectDisconnect()],
            client: "client.sendall(b'ask'); client.recv(6); client.close()",
            ends: [["client", "1", "0"], ["server", "1", "0"]]),
        CapturedEnding(
            testDescription: "the client resets",
            script: [.expect("ask"), .send("answer"), .expectDisconnect(.reset)],
            client: "client.sendall(b'ask'); client.recv(6)\n\(linger)\nclient.close()",
            ends: [["client", "0", "1"]]),
        CapturedEnding(
            testDescription: "the client leaves bytes unread",
            script: [.expect("ask"), .send("answer"), .expectDisconnect(.any)],
            client: "client.sendall(b'ask'); client.recv(2); client.close()",
            ends: [["client", "0", "1"]]),
        CapturedEnding(
            testDescription: "the script resets",
            script: [.expect("ask"), .send("answer"), .reset()],
            client: "client.sendall(b'ask')\ntry: client.recv(6); client.recv(1)\nexcept ConnectionResetError: pass",
            ends: [["server", "0", "1"]]),
        CapturedEnding(
            testDescription: "the script disconnects",
            script: [.expect("ask"), .send("answer"), .disconnect()],
            client: "client.sendall(b'ask'); client.recv(6); client.recv(1); client.close()",
            ends: [["server", "1", "0"], ["client", "1", "0"]]),
        CapturedEnding(
            testDescription: "the client ends its stream and reads on",
            script: [.expect("ask"), .expectEOF(), .send("first "), .send("second"), .expectDisconnect()],
            client: "client.sendall(b'ask'); client.shutdown(socket.SHUT_WR); client.recv(12, socket.MSG_WAITALL)",
            ends: [["client", "1", "0"], ["server", "1", "0"]]),
        CapturedEnding(
            testDescription: "the script ends its stream and reads on",
            script: [
                .expect("ask"), .send("answer"), .halfClose(), .expect("more"), .expect("still"), .expectDisconnect(),
            ],
            client:
                "client.sendall(b'ask'); client.recv(6); client.recv(1); client.sendall(b'morestill'); client.close()",
            ends: [["server", "1", "0"], ["client", "1", "0"]]),
    ]
}

@Suite struct CaptureTests {
    @Test(arguments: CapturedEnding.all) func tsharkShowsAConversationsEndAndItsBytes(_ ending: CapturedEnding)
        async throws
    {
        let verdict = try await verdict(on: ending.script, ending.client)
        #expect(verdict.isClean, "\(verdict)")
        let capture = try CaptureOnDisk(verdict)
        try await capture.expectNothingOdd()
        try await capture.expectBytes(of: verdict.connections)
        let client = try #require(verdict.connections.first).peer.split(separator: ":")[1]
        let ends = try await capture.fields(
            "tcp.srcport", "tcp.flags.fin", "tcp.flags.reset", of: "tcp.flags.fin == 1 || tcp.flags.reset == 1")
        #expect(ends.map { [$0[0] == client ? "client" : "server", $0[1], $0[2]] } == ending.ends)
    }

    @Test func tsharkShowsAFailedConversationWithItsFailure() async throws {
        let verdict = try await verdict(
            on: [.expect("PING\r\n"), .send("+PONG\r\n")],
            "client.sendall(b'PONG\\r\\n')\ntry: client.recv(1)\nexcept ConnectionResetError: pass")
        let failure = try #require(verdict.failures.first)
        let capture = try CaptureOnDisk(verdict)
        try await capture.expectNothingOdd()
        try await capture.expectBytes(of: verdict.connections)
        let comments = try await capture.fields("frame.comment", of: "frame.comment").map { $0.joined(separator: "|") }
        try #require(comments.count == 3, "\(comments)")
        #expect(comments[1].contains(#"step 1 of 2 expect "PING\r\n""#), "\(comments)")
        #expect(comments[1].contains("CaptureTests.swift:\(failure.location.line)"), "\(comments)")
        #expect(comments[1].contains(failure.summary), "\(comments)")
        #expect(comments[2].contains(#"not run: 2 send "+PONG\r\n""#), "\(comments)")
        let directions = try await capture.fields("frame.packet_flags_direction", of: "frame.comment").map { $0[0] }
        #expect(directions == ["0x00000001", "0x00000001", "0x00000002"])  // in, in, out
    }

    @Test func capinfosCountsThePacketsAndTheirNanoseconds() async throws {
        let verdict = try await verdict(
            on: [.expect("ask"), .send("answer")], "client.sendall(b'ask'); client.recv(6); client.close()")
        let capture = try CaptureOnDisk(verdict)
        let told = try await capture.capinfos()
        #expect(told.contains(/File type:\s+pcapng/), "\(told)")
        #expect(told.contains(/File timestamp precision:\s+nanoseconds \(9\)/), "\(told)")
        // With a bare acknowledgement more where the client took its time to close.
        #expect(told.contains(/Number of packets:\s+[89]\n/), "\(told)")
        #expect(told.contains(/Strict time order:\s+True/), "\(told)")
        #expect(told.contains(/Capture application:\s+TCPMock/), "\(told)")
        let times = try await capture.fields("frame.time_epoch").compactMap { Double($0[0]) }
        let now = Date().timeIntervalSince1970
        #expect((8...9).contains(times.count))
        #expect(times.allSatisfy { (now - 600...now + 1).contains($0) }, "\(times) at \(now)")
    }

    // MARK: Many bytes, many connections

    @Test func aMebibyteEachWayIsShownByteByByte() async throws {
        let count = 1 << 20
        let reply = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let verdict = try await verdict(
            on: [.receive(exactly: count), .send(Bytes(reply)), .expectDisconnect()], recording: .bytes(count),
            """
            client.sendall(bytes(i * 7 + (i >> 8) & 255 for i in range(\(count))))
            left = \(count)
            while left: left -= len(client.recv(left))
            client.close()
            """)
        #expect(verdict.isClean, "\(verdict)")
        let record = try #require(verdict.connections.first)
        #expect(record.received == (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) })
        #expect(record.sent == reply)
        let capture = try CaptureOnDisk(verdict)
        try await capture.expectNothingOdd()
        try await capture.expectBytes(of: verdict.connections)
    }

    @Test func bytesThatWereNotKeptAreCountedAndNothingIsOdd() async throws {
        let count = 1 << 20
        let verdict = try await verdict(
            on: [.receive(exactly: count), .send("done"), .expectDisconnect()], recording: .bytes(4096),
            "client.sendall(bytes(\(count))); client.recv(4); client.close()")
        let capture = try CaptureOnDisk(verdict)
        try await capture.expectNothingOdd()
        let peer = try #require(verdict.connections.first).peer
        let lengths = try await capture.fields("tcp.srcport", "tcp.len").filter { peer.hasSuffix(":\($0[0])") }
        #expect(lengths.compactMap { Int($0[1]) }.reduce(0, +) == count)
    }

    @Test func aHundredInterleavedConnectionsAreShownByteByByte() async throws {
        let server = try MockServer(
            every: [.serve(.line) { request in "echo \(request.text)\r\n" }], count: 100, options: .patient)
        let (verdict, result) = try await server.verdict { server in
            try await python(
                """
                import socket
                clients = [socket.create_connection((host, port), timeout=30) for _ in range(100)]
                for turn in range(7):
                    for number, client in enumerate(clients):
                        client.sendall(b"%d of %d " % (turn, number) + b"x" * number + b"\\r\\n")
                    for number, client in enumerate(clients):
                        if turn % 2: client.recv(100000)
                for client in clients:
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(100000): pass
                """, at: server)
        }
        #expect(result.status == 0, "\(result)")
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections.count == 100)
        let capture = try CaptureOnDisk(verdict)
        try await capture.expectNothingOdd()
        try await capture.expectBytes(of: verdict.connections)
        // They are interleaved: a stream goes on behind the beginnings of others.
        let streams = try await capture.fields("tcp.stream", of: "tcp.len > 0").map { $0[0] }
        #expect(zip(streams, streams.dropFirst()).count { $0 != $1 } > 500)
    }

    @Test func conversationsOverIPv6AndUnixDomainSocketsAreShownToo() async throws {
        let script: Script = [.expect("ask"), .send("answer"), .expectDisconnect()]
        let v6 = try await verdict(
            on: script, address: .loopbackIPv6, "client.sendall(b'ask'); client.recv(6); client.close()")
        let capture = try CaptureOnDisk(v6)
        try await capture.expectNothingOdd()
        #expect(try await capture.fields("ipv6.src", "tcp.len", of: "tcp.len > 0") == [["::1", "3"], ["::1", "6"]])

        let path = "/tmp/tcpmock-capture-\(UUID().uuidString.prefix(8)).sock"
        var options = MockServer.Options.patient
        options.address = .unix(path: path)
        let server = try MockServer(script, options: options)
        let (unix, _) = try await server.verdict { _ in
            try await Child.run(
                "python3",
                [
                    "-I", "-c",
                    "import socket; c = socket.socket(socket.AF_UNIX); c.connect('\(path)'); c.sendall(b'ask'); c.recv(6)",
                ])
        }
        let other = try CaptureOnDisk(unix)
        try await other.expectNothingOdd()
        #expect(try await other.fields("tcp.payload", of: "tcp.len > 0") == [["61736b"], ["616e73776572"]])
        let comment = try await other.fields("frame.comment", of: "frame.number == 1").joined().joined()
        #expect(comment.contains(path), "\(comment)")
    }
}
