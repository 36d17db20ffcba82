// Breaking connections: the snippets of the article of that name.

import LineClient
import TCPMockTesting
import Testing

@Suite struct Faults {
    @Test func placesOfFaults() async throws {
        let scripts: [Script] = [
            [.expectLine("GET"), .fault(.reset)],  // before the reply
            [.expectLine("GET"), .fault(.fin, .afterSending(4, of: "value 42\r\n"))],  // in the middle of it
            [.expectLine("GET"), .send("value 42\r\n"), .fault(.close, .onNextRequest)],  // stale keep-alive
            [.fault(.reset, .onPattern("BEGIN\r\n"))],  // when the client has said so much
            [.fault(.halfClose, .afterReceiving(1)), .expectLine("ET")],  // and the script goes on
            [.expectLine("GET"), .fault(.close, .afterIdle(.milliseconds(20)))],
            [.expectLine("GET"), .fault(.stall)],  // silence, until the client gives up
        ]
        let requests = [["GET"], ["GET"], ["GET", "GET"], ["BEGIN"], ["GET"], ["GET"], ["GET"]]
        for (script, lines) in zip(scripts, requests) {
            try await withMockServer(script) { server in
                let client = try LineClient(host: server.host, port: server.port)
                for line in lines {
                    try client.sendLine(line)
                    if lines.count > 1 { _ = try client.receiveLine() }
                }
                client.close()
            }
        }
    }

    @Test func faultsOfRequestsAndOfConnections() async throws {
        let thirdRequest: Script = [
            .serve(.line) { request in request.number == 3 ? .steps([.fault(.reset)]) : "ok\r\n" }
        ]
        let secondConnection: [Script] = [
            [.expectLine("GET"), .send("ok\r\n")],
            [.expectLine("GET"), .fault(.reset)],
        ]
        try await withMockServer(thirdRequest) { server in
            let client = try LineClient(host: server.host, port: server.port)
            for _ in 1...2 {
                try client.sendLine("GET")
                #expect(try client.receiveLine() == "ok")
            }
            try client.sendLine("GET")
            #expect(throws: (any Error).self) { try client.receiveLine() }
        }
        try await withMockServer(connections: secondConnection) { server in
            for _ in 1...2 {
                let client = try LineClient(host: server.host, port: server.port)
                try client.sendLine("GET")
                _ = try? client.receiveLine()
                client.close()
            }
        }
    }

    @Test func aSlowReader() async throws {
        #if os(Linux)
            let slowReader: Script = [
                .expectLine("UPLOAD"), .expectBackpressure(), .receive(exactly: 16 << 20), .send("done\r\n"),
            ]
            try await withMockServer(slowReader, options: .init(limits: Limits(step: .seconds(30)))) { server in
                let client = try LineClient(host: server.host, port: server.port)
                try client.sendLine("UPLOAD")
                try client.send([UInt8](repeating: 0, count: 16 << 20))  // returns when the server has read on
                #expect(try client.receiveLine() == "done")
                client.close()
            }
        #endif
    }
}
