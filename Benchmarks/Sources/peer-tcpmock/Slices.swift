// Slices in lock-step: what one costs, and that the client reads each for itself.

import CClient
import Foundation
import PeerKit
import TCPMock

func slices(_ arguments: Arguments) throws -> Never {
    let count = arguments.number("count") ?? 20_000
    let timings = try read(count, spinning: arguments.text("client") == "spinning")
    try timings.write(to: arguments.text("latencies"))
    let failures = timings.failures
    say(["count": count, "failures": failures, "slice_ns": timings.perOperation])
    exit(failures == 0 ? 0 : 1)
}

/// One byte a slice, to a client that waits in its reads, or reads again and again.
private func read(_ count: Int, spinning: Bool) throws -> Timings {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let server = try MockServer(
        [.expect("go"), .send(Bytes(bytes), slices: .everyByte)], options: .init(limits: Limits(step: .seconds(60))))
    let client = cclient_connect(UInt16(server.port))
    var timings = Timings()
    timings.each = [UInt32](repeating: 0, count: count)
    var isRight = false
    let start = cclient_now()
    if cclient_exchange(client, "go", 2, nil, 0) {
        isRight = cclient_slices(client, bytes, count, spinning, &timings.each)
    }
    timings.total = cclient_now() - start
    cclient_close(client)
    let verdict = server.finish()
    if !verdict.isClean || verdict.connections[0].lockstep != .socketDiagnostics { complain(verdict) }
    timings.failures = isRight && verdict.isClean ? 0 : 1
    return timings
}
