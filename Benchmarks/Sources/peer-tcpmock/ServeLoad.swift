// The jobs whose clients are in the load generator.

import PeerKit
import TCPMock

private let message = Bytes(Messages.small)
private let large = Bytes(Messages.large)

/// Serves until standard input ends.
func serveLoad(_ arguments: Arguments) throws -> Never {
    guard let script = script(arguments) else { saysUnsupported() }
    let server = try MockServer(every: script, options: options(arguments))
    serve(port: server.port, connected: { server.active }) { tally(server.finish()) }
}

private func script(_ arguments: Arguments) -> Script? {
    switch arguments.job {
    case "roundtrip": [rounds(arguments, [.expect(message), .send(message)], endless: raw)]
    case "framed", "pipelined":
        [rounds(arguments, [.expectFrame(.equals(message)), .sendFrame(message)], endless: framed)]
    case "stream":
        [
            .repeat(Messages.frames(carrying: arguments.number("bytes") ?? 1 << 30), [.expectFrame(.equals(large))]),
            .send([UInt8(Messages.small[0])]),
        ]
    case "churn", "open": [.expect(message), .send(message), .expectDisconnect()]
    default: nil
    }
}

/// A test that knows how many messages each connection brings writes a repeat. For one that does not, or that says
/// `--form table`, there are tables of replies.
private func rounds(_ arguments: Arguments, _ steps: [Step], endless: Step) -> Step {
    guard arguments.text("form") != "table", let rounds = arguments.number("rounds") else { return endless }
    return .repeat(rounds, steps)
}

private let raw = Step.serve(to: [.equals(message): .bytes(message.array)])
private let framed = Step.serve(to: [.equals(message): .frame(message)], framing: .lengthPrefix())

/// Loads are allowed to be slow: what is measured is how fast, not whether in time.
func options(_ arguments: Arguments) -> MockServer.Options {
    var options = MockServer.Options(limits: Limits(step: .seconds(300), afterScript: .seconds(300)))
    if arguments.text("recording") == "countersOnly" { options.recording = .countersOnly }
    return options
}

/// What a verdict counts; what it says of failures goes to standard error.
func tally(_ verdict: Verdict) -> Tally {
    if !verdict.isClean { complain(verdict) }
    // Not those of the connections that are recorded: there are fewer than there were connections.
    return Tally(
        connections: verdict.statistics.connections, bytes: verdict.statistics.received,
        failures: verdict.failures.reduce(0) { $0 + $1.count })
}
