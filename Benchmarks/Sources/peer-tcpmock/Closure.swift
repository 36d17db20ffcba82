// What a reply costs that a closure makes, beside the same reply from a table, which never leaves the loop thread.

import CClient
import Foundation
import PeerKit
import TCPMock

private let question = Messages.frame(Messages.small)
private let message = Bytes(Messages.small)

func closure(_ arguments: Arguments) throws -> Never {
    let count = arguments.number("count") ?? 20_000
    let computed = try ask(
        count,
        .serve { request in
            guard request.bytes == message.array else { throw Unexpected() }
            return .frame(message)
        })
    let data = try ask(count, .serve(to: [.equals(message): .frame(message)], framing: .lengthPrefix()))
    try computed.write(to: arguments.text("latencies"))
    let failures = computed.failures + data.failures
    say([
        "count": count, "failures": failures, "closure_ns": computed.perOperation, "closure_p50_ns": computed.median,
        "data_ns": data.perOperation, "data_p50_ns": data.median,
    ])
    exit(failures == 0 ? 0 : 1)
}

private struct Unexpected: Error {}

/// Asks one server so often, over one connection.
private func ask(_ count: Int, _ step: Step) throws -> Timings {
    let server = try MockServer([step])
    let client = cclient_connect(UInt16(server.port))
    let exchange = { cclient_exchange(client, question, question.count, question, question.count) }
    _ = time(100, exchange)
    var timings = time(count, exchange)
    cclient_close(client)
    let verdict = server.finish()
    if !verdict.isClean {
        complain(verdict)
        timings.failures += 1
    }
    return timings
}
