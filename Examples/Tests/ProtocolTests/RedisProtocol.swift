// RESP, the protocol of Redis.

import ProtocolClients
import TCPMockTesting
import Testing

/// A command as clients send it: an array of strings.
private func command(_ words: String...) -> Bytes {
    .text("*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined())
}

struct RedisProtocol {
    @Test func setsAndGets() async throws {
        try await withMockServer([
            .optional(.expect(command("CLIENT", "SETINFO", "LIB-NAME", "pears")), .send("+OK\r\n")),
            .expect(command("SET", "pear", "3")), .send("+OK\r\n"),
            .expect(command("GET", "pear")), .send("$1\r\n3\r\n"),
            .expect(command("GET", "plum")), .send("$-1\r\n"),
        ]) { server in
            let client = try RedisClient(host: server.host, port: server.port)
            #expect(try client.call("SET", "pear", "3") == "OK")
            #expect(try client.call("GET", "pear") == "3")
            #expect(try client.call("GET", "plum") == nil)
            client.close()
        }
    }

    @Test func sendsAWholePipelineBeforeItReads() async throws {
        try await withMockServer([
            .repeat(3, [.expect(command("INCR", "pear"))]),
            .send(":1\r\n:2\r\n:3\r\n"),  // only when all three have come
        ]) { server in
            let client = try RedisClient(host: server.host, port: server.port)
            let replies = try client.pipeline([["INCR", "pear"], ["INCR", "pear"], ["INCR", "pear"]])
            #expect(replies == ["1", "2", "3"])
            client.close()
        }
    }

    @Test func aFullServerRefuses() async throws {
        try await withMockServer([
            .expectTemplate("*3\r\n$3\r\nSET\r\n$\(capture: "length")\r\n\(capture: "key")\r\n$1\r\n\(any: 1)\r\n"),
            .send { captures in "-OOM no room for \(captures.text("key") ?? "?")\r\n" },
        ]) { server in
            let client = try RedisClient(host: server.host, port: server.port)
            #expect(throws: RedisClient.Refused("OOM no room for pear")) {
                try client.call("SET", "pear", "3")
            }
            client.close()
        }
    }

    @Test(.failing) func sendsItsPipelineOneByOne() async throws {
        try await withMockServer(
            [.repeat(3, [.expect(command("INCR", "pear"))]), .send(":1\r\n:2\r\n:3\r\n")],
            options: .init(limits: Limits(step: .milliseconds(200)))
        ) { server in
            let client = try RedisClient(host: server.host, port: server.port)
            _ = try? client.call("INCR", "pear")  // the bug: it waits for a reply in between
            client.close()
        }
    }
}
