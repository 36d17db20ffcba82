// Who closes first, or resets, when a script has ended: seen from the other side, and by what the kernel keeps of it.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct ClosingFirstTests {
    @Test func aServerThatClosesFirstEndsItsStreamBeforeTheClientDoes() async throws {
        let server = try MockServer([.expect("a"), .send("b")], options: .init(afterScript: .closeFirst))
        let client = try server.connect()
        try client.send("a")
        #expect(try client.receiveAll() == Array("b".utf8))
        client.close()
        expectClean(await server.finish())
    }

    @Test func aClientThatStaysWhenTheServerHasClosedIsAFailure() async throws {
        let options = MockServer.Options(limits: Limits(step: unscaled(.milliseconds(50))), afterScript: .closeFirst)
        let verdict = try await serve([.send("b")], options: options, staying: true) {
            _ = try $0.receiveAll()
        }
        #expect(verdict.failures.map(\.kind) == [.limit])
        #expect(
            try firstFailure(of: verdict).summary
                == "connection 1, after step 1 of 1: expected the client to disconnect, as the script has ended, but it was still connected after 50 ms"
        )
        #expect(
            try firstFailure(of: verdict).details.contains("the server has closed: does the client read to the end"),
            "\(verdict)")
    }

    @Test func whatAClientStillSaysToAServerThatHasClosedIsAFailure() async throws {
        let verdict = try await serve([.send("b")], options: .init(afterScript: .closeFirst)) {
            _ = try $0.receiveAll()
            try $0.send("more")
        }
        #expect(verdict.failures.map(\.kind) == [.unexpectedBytes])
    }

    @Test func aServerThatResetsDoesSoWhenAllItSentHasArrived() async throws {
        let server = try MockServer([.expect("a"), .send("b")], options: .init(afterScript: .reset))
        let client = try server.connect()
        try client.send("a")
        let verdict = await server.finish()
        expectClean(verdict)
        #expect(try firstRecord(of: verdict).end == .byScript)
        #expect(throws: connectionReset) { try client.receiveAll() }
    }

    @Test func aClientThatResetsDoesSoWhenItsScriptHasEnded() async throws {
        let (server, client) = try await talk(
            [.expect("a"), .send("b"), .expectDisconnect(.reset)], [.send("a"), .expect("b")],
            client: .init(afterScript: .reset))
        expectClean(server)
        expectClean(client)
        #expect(try firstRecord(of: server).end == .rst)
        #expect(try firstRecord(of: client).end == .byScript)
    }

    @Test func aLiveServerClosesFirstWhenItIsFinished() async throws {
        let server = try MockServer(options: .init(afterScript: .closeFirst))
        let client = try server.connect()
        try server.enqueue(.send("b"))
        try await server.join()
        let reader = onAThread {
            _ = try? client.receiveAll()
            client.close()
        }
        expectClean(await server.finish())
        reader.wait()
    }

    #if os(Linux)
        /// Which sides of the one connection are in TIME_WAIT after these two have ended it.
        private func waiting(
            _ server: MockServer.AfterScript, _ client: MockClient.AfterScript, _ last: Step...
        ) async throws -> [Side] {
            let serving = try MockServer(
                [.expect("a"), .send("b")] + Script(last), options: .init(afterScript: server))
            let dialling = try MockClient(
                connectingTo: serving.address,
                [.send("a"), .expect("b")]
                    + (server == .mustLeave ? [] : [.expectDisconnect(server == .reset ? .reset : .cleanly)]),
                options: .init(afterScript: client))
            let verdict = await dialling.finish()
            expectClean(verdict)
            expectClean(await serving.finish())
            return try timeWaits(server: "\(serving.address)", client: #require(firstRecord(of: verdict).local))
        }

        @Test func whoClosesFirstIsLeftInTimeWait() async throws {
            let (byClient, byServer) = (try await waiting(.mustLeave, .leave), try await waiting(.closeFirst, .leave))
            #expect(byClient == [.client] || (byClient == [] && timeWaitIsFull()))
            #expect(byServer == [.server] || (byServer == [] && timeWaitIsFull()))
        }

        @Test func nobodyIsLeftInTimeWaitAfterAReset() async throws {
            #expect(try await waiting(.mustLeave, .reset, .expectDisconnect(.reset)) == [])
            #expect(try await waiting(.reset, .leave) == [])
        }
    #endif
}

#if os(Linux)
    private enum Side {
        case server, client
    }

    /// What /proc/net/tcp has of a connection over IPv4. proc(5)
    private func timeWaits(server: String, client: String) throws -> [Side] {
        let (server, client) = (kernelText(server), kernelText(client))
        var found: [Side] = []
        let file = try #require(fopen("/proc/net/tcp", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            if strstr(line, "\(server) \(client) 06 ") != nil { found.append(.server) }
            if strstr(line, "\(client) \(server) 06 ") != nil { found.append(.client) }
        }
        return found
    }

    /// Whether the kernel may have had no room for one more: a stress run beside the tests. tcp(7), tcp_max_tw_buckets
    private func timeWaitIsFull() -> Bool {
        func number(_ path: String, after name: String) -> Int {
            guard let file = fopen(path, "r") else { return 0 }
            defer { fclose(file) }
            var text = [CChar](repeating: 0, count: 1024)
            let count = fread(&text, 1, 1023, file)
            let words = String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self).split {
                $0 == " " || $0 == "\n"
            }
            let place = name.isEmpty ? 0 : (words.firstIndex { $0 == name } ?? words.count) + 1
            return place < words.count ? Int(words[place]) ?? 0 : 0
        }
        let most = number("/proc/sys/net/ipv4/tcp_max_tw_buckets", after: "")
        return number("/proc/net/sockstat", after: "tw") >= most * 9 / 10
    }

    /// `127.0.0.1:80` as `0100007F:0050`: the address as a number of this machine's.
    private func kernelText(_ address: String) -> String {
        let parts = address.split(separator: ":")
        let bytes = parts[0].split(separator: ".").compactMap { UInt32($0) }
        let number = UInt32(bigEndian: bytes.reduce(0) { $0 << 8 | $1 })
        func hex(_ value: UInt32, _ digits: Int) -> String {
            let text = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: digits - text.count) + text
        }
        return "\(hex(number, 8)):\(hex(UInt32(parts[1]) ?? 0, 4))"
    }
#endif
