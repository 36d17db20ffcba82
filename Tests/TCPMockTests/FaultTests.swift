// Each fault at each placement, as the other side meets it: a plain blocking client, or server.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A place of a conversation: what comes before it, how the peer gets there, and what it has read by then.
struct FaultPlace: Sendable, CustomTestStringConvertible {
    let placement: Fault.Placement
    var before: Script = [.expect("Q")]
    var says = ["Q"]
    var reads = ""

    static let all = [
        FaultPlace(placement: .here),
        FaultPlace(placement: .afterSending(0, of: "Hello")),
        FaultPlace(placement: .afterSending(3, of: "Hello"), reads: "Hel"),
        FaultPlace(placement: .afterSending(5, of: "Hello"), reads: "Hello"),
        FaultPlace(placement: .afterReceiving(0)),
        FaultPlace(placement: .afterReceiving(4), says: ["Q", "abcd"]),
        FaultPlace(placement: .onPattern("\r\n\r\n"), says: ["QGET / HTTP/1.1\r", "\n\r", "\n"]),
        FaultPlace(
            placement: .onNextRequest, before: [.expect("Q"), .send("A"), .expect("P")], says: ["QP", "GET"], reads: "A"
        ),
        FaultPlace(placement: .afterIdle(.milliseconds(20))),
    ]

    var testDescription: String { "\(placement)" }

    /// The script of one that breaks the connection here.
    func script(_ fault: Fault, thenExpecting more: String = "more") -> Script {
        before + [.fault(fault, placement, within: .seconds(30))] + (fault == .halfClose ? [.expect(.text(more))] : [])
    }

    /// The peer says what it has to, and meets the fault.
    func meet(_ fault: Fault, _ peer: TestClient) throws {
        for (index, text) in says.enumerated() {
            // What a fault waits for must not come with what is expected before it.
            if index > 0, placement == .onNextRequest { try peer.expectText(reads) }
            try peer.send(text)
        }
        if placement != .onNextRequest { try peer.expectText(reads) }
        try fault.isMet(by: peer)
    }
}

extension Fault {
    static let all: [Fault] = [.reset, .fin, .close, .halfClose, .stall]

    fileprivate func isMet(by peer: TestClient) throws {
        switch self {
        case .reset:
            peer.expectReset()
        case .fin:
            try peer.expectEnd()
            for _ in 1...20 { try peer.send("thrown away") }  // no broken pipe
        case .close:
            try peer.expectEnd()
            let isBroken = becomes { (try? peer.send("x")) == nil }
            #expect(isBroken)
        case .halfClose:
            try peer.expectEnd()
            try peer.send("more")
        default:
            #expect(!peer.isReadable(within: 50))
        }
        peer.close()
    }
}

extension FaultRecord {
    /// Which fault it is of.
    fileprivate var name: String { kind.description }
}

private func expectProof(
    _ verdict: Verdict, of fault: Fault, sent: Int, sourceLocation: SourceLocation = #_sourceLocation
)
    throws
{
    expectClean(verdict)
    let connection = try #require(verdict.connections.first)
    let record = try #require(connection.faults.first, sourceLocation: sourceLocation)
    #expect(connection.faults.count == 1, sourceLocation: sourceLocation)
    #expect(record.name == fault.description, sourceLocation: sourceLocation)
    #expect(record.sentCount == sent, sourceLocation: sourceLocation)
    // Only a reset waits for the acknowledgement, which may come late.
    #expect(record.acknowledgedCount <= sent, sourceLocation: sourceLocation)
    if fault == .reset { #expect(record.acknowledgedCount == sent, sourceLocation: sourceLocation) }
    #if os(Linux)
        #expect(record.isConfirmed, "\(record)", sourceLocation: sourceLocation)
    #endif
    #expect(
        connection.transcript.contains("kernel: \(record)"), "\(connection.transcript)", sourceLocation: sourceLocation)
}

@Suite struct FaultTests {
    @Test(arguments: Fault.all, FaultPlace.all)
    func aClientMeetsTheFaultInItsPlace(fault: Fault, place: FaultPlace) async throws {
        let verdict = try await serve(place.script(fault)) { try place.meet(fault, $0) }
        try expectProof(verdict, of: fault, sent: place.reads.utf8.count)
    }

    @Test(arguments: Fault.all, FaultPlace.all)
    func aServerMeetsTheFaultInItsPlace(fault: Fault, place: FaultPlace) async throws {
        let server = try TestServer { try place.meet(fault, $0) }
        let client = try MockClient(
            connectingTo: .ipv4(port: server.port), place.script(fault), options: .init(afterScript: .leave))
        let verdict = await client.finish()
        #expect(server.hasEnded())
        try expectProof(verdict, of: fault, sent: place.reads.utf8.count)
    }
}
