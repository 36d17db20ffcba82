// Facts made by hand, for the pure parts that turn them into texts and verdicts.

@testable import TCPMock

let here = SourcePosition(fileID: "Tests/Made.swift", filePath: "/Made.swift", line: 1, column: 1)

func makePlan(
    _ script: Script, mode: EndpointPlan.Mode = .list, options: MockServer.Options = MockServer.Options()
) throws -> EndpointPlan {
    let planned = try ScriptPlan(script, framing: options.framing, at: here)
    return EndpointPlan(mode: mode, scripts: [planned], options: options, scale: .factor(1), location: here)
}

func makeFailure(
    _ kind: ConnectionReport.Failure.Kind, step: Int = 0, offset: Int = 0, declared: UInt64 = 0, error: Int32 = 0,
    header: [UInt8] = []
) -> ConnectionReport.Failure {
    ConnectionReport.Failure(kind: kind, step: step, offset: offset, declared: declared, error: error, header: header)
}

/// A connection that was accepted at 1 ms and failed at 3 ms, its last bytes having come at 2 ms.
func makeConnection(
    _ number: Int = 1, failure: ConnectionReport.Failure?, _ change: (inout ConnectionReport) -> Void = { _ in }
) -> ConnectionReport {
    var connection = ConnectionReport()
    connection.number = number
    connection.script = 0
    connection.peer = "127.0.0.1:40000"
    connection.accepted = 1_000_000
    connection.lastBytes = 2_000_000
    connection.failedAt = 3_000_000
    connection.limit = 2_000_000_000
    connection.failure = failure
    change(&connection)
    return connection
}

func makeReport(_ connections: [ConnectionReport]) -> EndpointReport {
    var report = EndpointReport()
    report.connections = connections
    report.accepted = connections.count
    report.scripted = connections.count
    return report
}

func makeEvent(
    _ kind: ConnectionReport.Event.Kind, step: Int = 0, at milliseconds: Double, consumed: Int = 0, sent: Int = 0
) -> ConnectionReport.Event {
    ConnectionReport.Event(
        kind: kind, step: step, time: UInt64(milliseconds * 1e6), consumed: consumed, sent: sent)
}
