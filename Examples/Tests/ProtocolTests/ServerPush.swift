// A server that speaks when it has something to say.

import ProtocolClients
import TCPMockTesting
import Testing

struct ServerPush {
    @Test func theTestSaysWhenTheServerSpeaks() async throws {
        let (subscribed, priceRose) = (Gate("subscribed"), Gate("the price rose"))
        try await withMockServer([
            .expectLine("SUBSCRIBE pears"), .send("+OK\r\n"), .open(subscribed),
            .send("PING\r\n"), .expectLine("PONG"),
            .wait(priceRose), .send("pears 4\r\n"),
            .disconnect(),
        ]) { server in
            let client = try FeedClient(host: server.host, port: server.port, topic: "pears")
            try await subscribed.opened()
            priceRose.open()
            #expect(try client.next() == "pears 4")
            #expect(try client.next() == nil)
            client.close()
        }
    }

    @Test func oneConnectionWaitsForAnother() async throws {
        let published = Gate("published")
        try await withMockServer(connections: [
            [.expectLine("SUBSCRIBE pears"), .send("+OK\r\n"), .wait(published), .send("pears 4\r\n")],
            [.expectLine("SUBSCRIBE plums"), .open(published), .send("+OK\r\n")],
        ]) { server in
            let pears = try FeedClient(host: server.host, port: server.port, topic: "pears")
            let plums = try FeedClient(host: server.host, port: server.port, topic: "plums")
            #expect(try pears.next() == "pears 4")
            pears.close()
            plums.close()
        }
    }

    @Test func aLiveServerSaysWhatTheTestThinksOf() async throws {
        try await withMockServer { server in
            try server.enqueue(.expectLine("SUBSCRIBE pears"), .send("+OK\r\n"))
            let client = try FeedClient(host: server.host, port: server.port, topic: "pears")
            for price in [4, 5, 6] {
                try server.enqueue(.send("pears \(price)\r\n"))
                #expect(try client.next() == "pears \(price)")
            }
            client.close()
        }
    }

    @Test(.failing) func nobodySaysThatThePriceRose() async throws {
        let priceRose = Gate("the price rose")
        try await withMockServer([
            .expectLine("SUBSCRIBE pears"), .send("+OK\r\n"),
            .wait(priceRose, within: .milliseconds(200)), .send("pears 4\r\n"),
        ]) { server in
            let client = try FeedClient(host: server.host, port: server.port, topic: "pears")
            _ = try? client.next()  // the bug, this time in the test: nobody opens the gate
            client.close()
        }
    }
}
