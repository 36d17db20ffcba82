import LineClient
import TCPMockTesting
import XCTest

final class PingTests: XCTestCase {
    func testBlocking() throws {
        try withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            XCTAssertEqual(try client.ask("PING"), "+PONG")
            client.close()
        }
    }

    func testAsync() async throws {
        try await withMockServer([.expect("PING\r\n"), .send("+PONG\r\n")]) { server in
            let client = try LineClient(host: server.host, port: server.port)
            XCTAssertEqual(try client.ask("PING"), "+PONG")
            client.close()
        }
    }
}

final class SessionTests: XCTestCase {
    private var server: MockServer!

    override func setUpWithError() throws {
        server = try mockServer()  // verified when the test method is over
    }

    func testLogsIn() throws {
        try server.enqueue(.expect("USER me\r\n"), .send("+OK\r\n"))
        let client = try LineClient(host: server.host, port: server.port)
        XCTAssertEqual(try client.ask("USER me"), "+OK")
        client.close()
    }
}
