// Requests and replies, from a table of stubs or from a closure.

import ProtocolClients
import TCPMockTesting
import Testing

private let prices: Script = [
    .serve(
        to: [
            "PRICE pear": "3\r\n",
            "PRICE plum": "5\r\n",
            .suffix("berry"): "unknown\r\n",
        ], framing: .line)
]

struct RequestResponse {
    @Test func asksAsOftenAsItLikes() async throws {
        try await withMockServer(every: prices, count: 2) { server in
            let clients = try (1...2).map { _ in try PriceClient(host: server.host, port: server.port) }
            for client in clients {
                #expect(try client.price(of: "pear") == 3)
                #expect(try client.price(of: "plum") == 5)
                #expect(try client.price(of: "strawberry") == nil)
                client.close()
            }
        }
    }

    @Test func everyQuestionMakesItDearer() async throws {
        let dearer: Script = [
            .serve(.line, startingWith: 3) { request, price in
                #expect(request.text.hasPrefix("PRICE "), "an issue of this test")
                defer { price += 1 }
                return "\(price)\r\n"
            }
        ]
        try await withMockServer(every: dearer) { server in
            let client = try PriceClient(host: server.host, port: server.port)
            #expect(try client.price(of: "pear") == 3)
            #expect(try client.price(of: "pear") == 4)
            client.close()
        }
    }

    @Test(.failing) func asksForSomethingElse() async throws {
        try await withMockServer(prices) { server in
            let client = try PriceClient(host: server.host, port: server.port)
            _ = try? client.price(of: "peas")  // the bug
            client.close()
        }
    }
}
