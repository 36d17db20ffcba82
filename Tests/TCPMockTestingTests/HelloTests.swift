import TCPMockTesting
import TestClient
import Testing
import XCTest

@Test func scoped() async throws {
    try await withMockServer([.expect("Hello, server!"), .send("Hello, client!")]) { server in
        let client = try TestClient.connect(server.host, server.port)
        try client.send("Hello, server!")
        #expect(try client.receiveText(14) == "Hello, client!")
        client.close()
    }
}
@Test func scopedSync() throws {
    try withMockServer([.expect("Hello, server!"), .send("Hello, client!")]) { server in
        let client = try TestClient.connect(server.host, server.port)
        try client.send("Hello, server!")
        #expect(try client.receiveText(14) == "Hello, client!")
        client.close()
    }
}
@MainActor @Test func onMain() async throws {
    var x: [Int] = []
    try await withMockServer([.expect("Hello, server!"), .send("Hello, client!")]) { server in
        x.append(1)
        let client = try TestClient.connect(server.host, server.port)
        try client.send("Hello, server!")
        #expect(try client.receiveText(14) == "Hello, client!")
        client.close()
    }
    #expect(x == [1])
}
final class XT: XCTestCase {
    func testSync() throws {
        try withMockServer([.expect("Hello, server!"), .send("Hello, client!")]) { server in
            let client = try TestClient.connect(server.host, server.port)
            try client.send("Hello, server!")
            XCTAssertEqual(try client.receiveText(14), "Hello, client!")
            client.close()
        }
    }
    func testFail() async throws {
        try await withMockServer() { server in
            try server.enqueue(.expect("Hello, server!"), .send("Hello, client!"))
            let client = try TestClient.connect(server.host, server.port)
            try client.send("Hello, sir!!!")
            try await server.join()
        }
    }
}
