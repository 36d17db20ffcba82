// Trap 6: systems that can't tell what a client has taken, in the same process, by ruling out the better ways.

import TestClient
import Testing

@testable import TCPMock

@Suite struct LockstepFallbackTests {
    private func verdict(
        _ lockstep: ConnectionRecord.Lockstep, over transport: Transport, slices: Int
    ) async throws -> (Verdict, reads: Int) {
        var options = MockServer.Options(
            address: transport.address, limits: .init(step: .seconds(60), afterScript: .seconds(120)))
        options.lockstep = lockstep
        let bytes = [UInt8](repeating: 7, count: slices)
        let server = try MockServer([.send(Bytes(bytes), slices: .everyByte)], options: options)
        let client = try server.connect()
        let reads = try await onThread { try client.reads(upTo: slices).count }
        client.close()
        return (await server.finish(), reads)
    }

    #if os(Linux)
        @Test(arguments: [Transport.ipv4, .ipv6].filter(Transport.here.contains))
        func trap6WithoutDiagnosticsProcNetTCPTells(_ transport: Transport) async throws {
            let (verdict, reads) = try await verdict(.procNetTCP, over: transport, slices: 8)
            #expect(reads == 8)
            #expect(verdict.isClean, "\(verdict)")
            #expect(verdict.connections[0].lockstep == .procNetTCP)
            #expect(verdict.notes == [])
        }
    #endif

    @Test(arguments: Transport.here)
    func trap6WithoutAnybodyToAskATimerHasToDoAndTheVerdictSaysSo(_ transport: Transport) async throws {
        let (verdict, _) = try await verdict(.graceTimer, over: transport, slices: 20)
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections[0].lockstep == .graceTimer)
        #expect(verdict.notes.contains { $0.contains("each waited a millisecond instead") }, "\(verdict)")
    }

    @Test func theEnvironmentRulesOutTheBetterWays() {
        #expect(ConnectionRecord.Lockstep(named: nil) == .socketDiagnostics)
        #expect(ConnectionRecord.Lockstep(named: "diagnostics") == .socketDiagnostics)
        #expect(ConnectionRecord.Lockstep(named: "proc") == .procNetTCP)
        #expect(ConnectionRecord.Lockstep(named: "timer") == .graceTimer)
    }
}
