// What a failure costs, its text included, beside the same test that passes.

import CClient
import Foundation
import PeerKit
import TCPMock

private let promised = Array("Hello, server!".utf8)
private let wrong = Array("Hello, sailor!".utf8)
private let answer = Array("Hello, client!".utf8)

func failing(_ arguments: Arguments) throws -> Never {
    let count = arguments.number("count") ?? 2_000
    for test in [fails, passes] { _ = try time(50, test) }
    let failed = try time(count, fails)
    let passed = try time(count, passes)
    try failed.write(to: arguments.text("latencies"))
    let failures = failed.failures + passed.failures
    say([
        "count": count, "failures": failures, "failing_ns": failed.perOperation, "failing_p50_ns": failed.median,
        "passing_ns": passed.perOperation, "passing_p50_ns": passed.median,
    ])
    exit(failures == 0 ? 0 : 1)
}

/// The client says one wrong word, is reset for it, and the failure is told in full.
private func fails() throws -> Bool {
    let server = try makeServer()
    let client = cclient_connect(UInt16(server.port))
    let isAnswered = cclient_exchange(client, wrong, wrong.count, answer, answer.count)
    cclient_close(client)
    let verdict = server.finish()
    return !isAnswered && verdict.failures.count == 1 && verdict.failures[0].offset == 8
        && verdict.description.contains("sailor")
}

private func passes() throws -> Bool {
    let server = try makeServer()
    let client = cclient_connect(UInt16(server.port))
    let isAnswered = cclient_exchange(client, promised, promised.count, answer, answer.count)
    cclient_close(client)
    let verdict = server.finish()
    return isAnswered && verdict.isClean && !verdict.description.isEmpty
}

private func makeServer() throws -> MockServer {
    try MockServer([.expect("Hello, server!"), .send("Hello, client!"), .expectDisconnect()])
}
