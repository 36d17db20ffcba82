// What tests of connect faults share: servers for any number of clients, and what each fault does to one.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

let refusedConnect = ClientError(call: "connect", code: ECONNREFUSED)
/// What a blocking connect ends with when its own patience does.
let givenUp = ClientError(call: "connect", code: EINPROGRESS)

extension MockServer {
    /// "a" is answered by "1", on any number of connections, in no hurry.
    static func answering(_ fault: ConnectFault? = nil, on address: MockAddress = .loopback) throws -> MockServer {
        try MockServer(
            every: [.expect("a"), .send("1")],
            options: .init(
                address: address, limits: Limits(step: .seconds(60)), afterScript: .mayStayOpen, connectFault: fault))
    }

    /// A client is connected and answered.
    func expectServed(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let client = try connect()
        try client.send("a")
        try client.expectText("1", sourceLocation: sourceLocation)
        client.close()
    }

    /// A client is reset: when it reads, or, where the reset is very quick, in its connect.
    func expectReset(sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: ClientError.self, sourceLocation: sourceLocation) {
            let client = try connect()
            _ = try client.receiveSome()
        }
        #expect(error?.code == ECONNRESET, sourceLocation: sourceLocation)
    }

    func expectRefusal(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: refusedConnect, sourceLocation: sourceLocation) { try connect() }
    }

    /// A client that has knocked and has no answer yet.
    func expectNoAnswer(sourceLocation: SourceLocation = #_sourceLocation) throws -> TestClient {
        let client = try TestClient.beginConnecting(host, port)
        let got = try client.isConnected(within: 50)
        #expect(!got, sourceLocation: sourceLocation)
        return client
    }

    /// Nobody else can listen there, not even who says SO_REUSEADDR.
    func expectPortHeld(sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: MockError.self, sourceLocation: sourceLocation) {
            try MockServer(options: .init(address: address))
        }
        #expect(error?.errno == EADDRINUSE, sourceLocation: sourceLocation)
    }
}
