// A round: one server and its clients, from open to verdict, and what must come of it.

import Foundation
import TCPMock

/// A kind of round; each is a static member, in Round+Clean.swift, Round+Cut.swift and Round+Live.swift.
struct Round: Sendable {
    let name: String
    let play: @Sendable (_ options: Sides) async throws -> Ledger

    init(_ name: String, _ play: @escaping @Sendable (_ options: Sides) async throws -> Ledger) {
        self.name = name
        self.play = play
    }

    /// What every epoch plays: those that wait for limits first, so that the others fill their time.
    static let epoch: [Round] = cut + cut + live + live + clean + clean + clean + clean

    /// Plays it; what is thrown is a problem.
    func ledger(number: Int) async -> Ledger {
        var ledger = Ledger()
        do {
            ledger = try await play(Sides(number: number))
        } catch {
            ledger.complain("\(error)")
        }
        guard !ledger.problems.isEmpty else { return ledger }
        var named = Ledger()
        for problem in ledger.problems { named.complain("\(name): \(problem)") }
        return named
    }
}

/// The options of a round's two sides.
struct Sides: Sendable {
    /// Records are kept in one round of two, for both ways must not leak.
    let recording: MockServer.Recording
    /// Four addresses to connect from, of forty: TIME_WAIT must not slow the soak.
    let sources: [MockAddress]
    private let limits = Limits(step: .seconds(60), afterScript: .seconds(60))

    init(number: Int) {
        recording = number.isMultiple(of: 2) ? .countersOnly : .bytes(4096)
        sources = (0..<4).map { .ipv4("127.0.0.\(2 + (number * 4 + $0) % 40)") }
    }

    /// - `isObserved`: whether somebody waits for what it receives, which must then be recorded.
    func server(_ afterScript: MockServer.AfterScript = .mustLeave, isObserved: Bool = false) -> MockServer.Options {
        MockServer.Options(
            limits: limits, afterScript: afterScript, recording: isObserved ? .bytes(4096) : recording)
    }

    func client(
        _ afterScript: MockClient.AfterScript = .leave, limits: Limits? = nil, connect: Duration = .seconds(60)
    ) -> MockClient.Options {
        MockClient.Options(
            limits: limits ?? self.limits, connect: connect, sources: sources, afterScript: afterScript,
            recording: recording)
    }
}

/// The rest of a soak's bytes are made of these.
func pattern(_ count: Int, _ step: UInt8) -> Bytes {
    Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0) &* step })
}
