// A framed binary protocol: a type's letter, a length of two bytes, then the body.

import ProtocolClients
import TCPMockTesting
import Testing

/// The payload of a frame is all of the message but the length: the letter, then the body.
private let message = Framing.lengthPrefix(UInt16.self, offset: 1, max: 256)

private let session = Script([
    .expectFrame("H\u{1}"),  // hello, version 1
    .sendFrame("W"),  // welcome
    .expectFrame(.prefix("Ppear\0")),  // put, whatever value
    .sendFrame("K"),  // kept
    .expectFrame("Gpear"),  // get
    .sendFrame([0x56, 0x00, 0xff]),  // V, the value
]).framing(message)

struct FramedBinary {
    @Test func putsAndGets() async throws {
        try await withMockServer(session) { server in
            let client = try StoreClient(host: server.host, port: server.port)
            try client.put("pear", [0x00, 0xff])
            #expect(try client.get("pear") == [0x00, 0xff])
            client.close()
        }
    }

    @Test func aMessageNobodyAskedForIsTold() async throws {
        let rude = Script([.expectFrame(.prefix("H")), .sendFrame("Ebusy")]).framing(message)
        try await withMockServer(rude) { server in  // and the client must close, although it throws
            #expect(throws: StoreClient.UnexpectedMessage.self) {
                try StoreClient(host: server.host, port: server.port)
            }
        }
    }

    @Test(.failing) func writesLengthsInTheWrongOrder() async throws {
        try await withMockServer(session) { server in
            _ = try? StoreClient(host: server.host, port: server.port, isLittleEndian: true)  // the bug
        }
    }
}
