import Foundation
import TCPMock

private let question = Bytes((0..<1024).map { UInt8(truncatingIfNeeded: $0) })
private let answer = Bytes((0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 7) })
private let served: Script = [.expectFrame(.equals(question)), .sendFrame(answer), .expect("thanks")]
private let asked: Script = [.sendFrame(question), .expectFrame(.equals(answer)), .send("thanks")]
private let limits = Limits(step: .seconds(60))

/// One server, so many clients, never more than `atOnce` of them at a time.
func window(_ count: Int, atOnce: Int) async throws {
    let before = try Memory.now()
    let clock = ContinuousClock.now
    let server = try MockServer(every: served, count: count, options: .init(limits: limits))
    let clients = try MockClient.many(
        count, atOnce: atOnce, connectingTo: server.address, asked, options: .init(limits: limits))
    let verdicts = [await clients.finish(), await server.finish()]
    report(verdicts, count, ContinuousClock.now - clock)
    print(try Memory.now().text(since: before))
}

/// So many connections, none of which is closed before all are open and have been answered.
func held(_ count: Int) async throws {
    let before = try Memory.now()
    let clock = ContinuousClock.now
    let server = try MockServer(every: served, count: count, options: .init(limits: limits))
    let clients = try MockClient.many(
        count, atOnce: count, connectingTo: server.address, asked,
        options: .init(limits: limits, afterScript: .stayOpen))
    try await clients.join()
    try await server.join()
    print("open at once: \(try openTCPSockets() / 2) connections, after \(ContinuousClock.now - clock)")
    print(try Memory.now().text(since: before))
    let verdicts = [await clients.finish(), await server.finish()]
    report(verdicts, count, ContinuousClock.now - clock)
}

private func report(_ verdicts: [Verdict], _ count: Int, _ time: Duration) {
    for (who, verdict) in zip(["clients", "server "], verdicts) {
        let bytes = verdict.statistics.received
        let complete = verdict.connections.count { $0.isComplete }
        print("\(who): \(verdict); \(complete) of \(count) complete, \(bytes) bytes checked")
    }
    print("time: \(time)")
    if !verdicts.allSatisfy({ $0.isClean && $0.isComplete && $0.accepted == count }) { exit(1) }
}
