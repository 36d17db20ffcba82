// What it costs to add a step to a live server: in a burst, and each with a wait until it has been played.

import CClient
import Foundation
import PeerKit
import TCPMock

private let patient = MockServer.Options(limits: Limits(step: .seconds(60)))

func enqueue(_ arguments: Arguments) throws -> Never {
    let count = arguments.number("count") ?? 20_000
    let bursts = try bursts(count, of: min(arguments.number("burst") ?? 1_000, count))
    let joins = try enqueueAndJoin(count)
    try joins.write(to: arguments.text("latencies"))
    let failures = bursts.failures + joins.failures
    say([
        "count": count, "failures": failures, "enqueue_ns": bursts.perOperation, "enqueue_p50_ns": bursts.median,
        "join_ns": joins.perOperation, "join_p50_ns": joins.median,
    ])
    exit(failures == 0 ? 0 : 1)
}

/// Expectations are added as fast as that goes, so that the loop thread has no time to sleep; then the client meets them.
private func bursts(_ count: Int, of size: Int) throws -> Timings {
    let server = try MockServer(options: patient)
    let client = cclient_connect(UInt16(server.port))
    let step = Step.expect("x")
    let all = [UInt8](repeating: UInt8(ascii: "x"), count: size)
    var timings = Timings()
    for _ in 0..<(count / size) {
        let start = cclient_now()
        for _ in 0..<size { try server.enqueue(step) }
        let taken = cclient_now() - start
        timings.total += taken
        timings.each += [UInt32](repeating: UInt32(clamping: taken / UInt64(size)), count: size)
        if !cclient_exchange(client, all, size, nil, 0) { timings.failures += 1 }
        try server.join()
    }
    cclient_close(client)
    return judged(server.finish(), timings)
}

/// Each step is something to send, which is done as soon as the loop thread has it.
private func enqueueAndJoin(_ count: Int) throws -> Timings {
    let server = try MockServer(options: patient)
    let client = cclient_connect(UInt16(server.port))
    try server.enqueue(.send("x"))
    try server.join()
    var timings = try time(count) {
        try server.enqueue(.send("x"))
        try server.join()
        return true
    }
    let all = [UInt8](repeating: UInt8(ascii: "x"), count: count + 1)
    if !cclient_exchange(client, nil, 0, all, all.count) { timings.failures += 1 }
    cclient_close(client)
    return judged(server.finish(), timings)
}

private func judged(_ verdict: Verdict, _ timings: Timings) -> Timings {
    var timings = timings
    if !verdict.isClean {
        complain(verdict)
        timings.failures += 1
    }
    return timings
}
