// Cases of a sweep: a server each, a reply broken off at each of its bytes, a client that must notice.

import CClient
import Foundation
import PeerKit
import TCPMock

private let request = Array("GET\n".utf8)
private let reply = (0..<500).map { UInt8(truncatingIfNeeded: 33 + $0 % 90) }

func sweep(_ arguments: Arguments) throws -> Never {
    let count = arguments.number("count") ?? 10_000
    let sweep = FaultSweep(
        [.expect(Bytes(request)), .send(Bytes(reply))], faults: [.fin, .reset],
        options: SweepOptions(limit: .seconds(60), atOnce: arguments.number("at-once"), progress: .off))
    _ = try sweep.run(blocking: fetch)
    var (timings, cases) = (Timings(), 0)
    let start = cclient_now()
    while cases < count {
        let result = try sweep.run(blocking: fetch)
        if !result.isClean {
            FileHandle.standardError.write(Data("\(result)\n".utf8))
            timings.failures += 1
        }
        cases += result.records.count
        timings.each += result.records.map { UInt32(clamping: Int($0.duration / .nanoseconds(1))) }
    }
    timings.total = cclient_now() - start
    try timings.write(to: arguments.text("latencies"))
    say([
        "count": cases, "failures": timings.failures, "seconds": timings.seconds, "ns_per_op": timings.perOperation,
        "per_s": Double(cases) / timings.seconds,
    ])
    exit(timings.failures == 0 ? 0 : 1)
}

private struct CutShort: Error {}

@Sendable private func fetch(from server: MockServer) throws {
    let client = cclient_connect(UInt16(server.port))
    defer { cclient_close(client) }
    guard cclient_exchange(client, request, request.count, reply, reply.count) else { throw CutShort() }
}
