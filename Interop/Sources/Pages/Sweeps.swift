// The sweeps that the pages show.

import PlainClient
import TCPMock

let sweepPages: [Page] = [
    Page(name: "sweep", make: sweep), Page(name: "segmented", make: segmented), Page(name: "large", make: large),
]

private let reply = "HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{\"colour\": \"red\", \"id\": 17}"

private let page: Script = [.expect(upTo: "\r\n\r\n", .prefix("GET ")), .send(.text(reply)), .disconnect()]

struct NoStatus: Error { let got = "</script><img src=x onerror=alert(1)>" }
struct CutHeader: Error {}
struct CutBody: Error {}

/// A client like many: it notices that a header is cut, and takes any body for whole that has begun.
@Sendable private func careless(_ server: MockServer) throws -> String {
    let client = try PlainClient(server.host, server.port)
    try client.send("GET / HTTP/1.1\r\nHost: mock\r\n\r\n")
    let text = try client.receive(1000)
    guard text.utf8.count > 12 else { throw NoStatus() }
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
    guard text.contains("\r\n\r\n") else { throw CutHeader() }
    guard parts.count == 2 else { throw CutBody() }
    return String(parts[1])
}

private var options: SweepOptions { SweepOptions(limit: .seconds(60), progress: .off) }

@Sendable private func sweep() async throws -> String {
    try await FaultSweep(page, faults: [.fin, .reset], options: options).run(blocking: careless)
        .html(title: "A careless client meets broken replies")
}

@Sendable private func segmented() async throws -> String {
    try await SegmentationSweep(page, options: options).run(blocking: careless).html()
}

/// Very many cases: the map has to stay one that opens.
@Sendable private func large() async throws -> String {
    let cases = (0..<5300).map { index in
        SweepCase(
            "case \(index)", group: "group \(index / 2000)", position: index % 2000, script: [.delay(.zero)],
            freeFrom: 0)
    }
    return try await CaseSweep(cases, options: options).run(classify: { (_: Result<Void, any Error>) in .returned("") })
    { _ in }.html()
}
