// Slices that really arrive: one read of the client's for each.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a server can listen, for tests of every transport.
enum Transport: CaseIterable, Sendable, CustomTestStringConvertible {
    case ipv4, ipv6, unix

    var testDescription: String { "\(self)" }

    var address: MockAddress {
        switch self {
        case .ipv4: .loopback
        case .ipv6: .loopbackIPv6
        case .unix: .unix(path: "/tmp/tcpmock-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        }
    }

    /// Those that this machine has.
    static let here = allCases.filter { transport in
        (try? MockServer(options: .init(address: transport.address))).map(stopped) ?? false
    }

    private static func stopped(_ server: MockServer) -> Bool { server.stop().isClean }
}

@Suite struct SliceTests {
    /// Bytes that are not all alike.
    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    private func options(_ transport: Transport = .ipv4) -> MockServer.Options {
        .init(address: transport.address, limits: .init(step: .seconds(60)))
    }

    /// What each of the client's reads got of one send.
    private func reads(
        _ bytes: [UInt8], _ slices: Slices, over transport: Transport = .ipv4, _ waiting: TestClient.Waiting = .blocking
    ) async throws -> [[UInt8]] {
        let server = try MockServer([.send(Bytes(bytes), slices: slices)], options: options(transport))
        let client = try server.connect()
        let reads = try await onThread { try client.reads(upTo: bytes.count, waiting) }
        client.close()
        let verdict = await server.finish()
        #expect(verdict.isClean, "\(verdict)")
        #if os(Linux)
            #expect(verdict.connections[0].lockstep == .socketDiagnostics, "\(verdict)")
        #endif
        return reads
    }

    @Test(arguments: Transport.here, TestClient.Waiting.allCases)
    func aClientSeesExactlyOneReadForEachSlice(_ transport: Transport, _ waiting: TestClient.Waiting) async throws {
        for count in [1, 2, 3, 7, 64, 1000] {
            let bytes = SliceTests.pattern(count)
            let reads = try await reads(bytes, .everyByte, over: transport, waiting)
            #expect(reads == bytes.map { [$0] }, "\(count) slices were \(reads.count) reads")
        }
    }

    @Test(arguments: TestClient.Waiting.allCases)
    func twentyThousandSlicesAreTwentyThousandReads(_ waiting: TestClient.Waiting) async throws {
        let bytes = SliceTests.pattern(20_000)
        let reads = try await reads(bytes, .everyByte, waiting)
        #expect(reads.count == 20_000)
        #expect(reads.joined().elementsEqual(bytes))
    }

    @Test func slicesBeginWhereTheyAreSaidTo() async throws {
        let bytes = Array("HELLO WORLD".utf8)
        #expect(try await reads(bytes, .at([6, 5])) == [Array("HELLO".utf8), [32], Array("WORLD".utf8)])
        #expect(try await reads(bytes, .size(4)) == [Array("HELL".utf8), Array("O WO".utf8), Array("RLD".utf8)])
    }
}
