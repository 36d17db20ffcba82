// What is said of a client that was not held up in writing.

import Testing

@testable import TCPMock

private func verdict(held: Int) throws -> Verdict {
    var fault = ConnectionReport.Fault(kind: .backpressure, step: 1, time: 2_000_000)
    fault.held = held
    let connection = makeConnection(failure: makeFailure(.limit, step: 1)) { connection in
        connection.faults = [fault]
        connection.events = [makeEvent(.connected, at: 1), makeEvent(.failed, step: 1, at: 3)]
    }
    return Judge.verdict(try makePlan([.expect("a"), .expectBackpressure()]), makeReport([connection]))
}

@Test(arguments: [(0, "none of @ bytes was"), (1, "1 of @ bytes was"), (4096, "4,096 of @ bytes were")])
func bytesThatWereNotReadAreCounted(held: Int, words: String) throws {
    let verdict = try verdict(held: held)
    let failure = try #require(verdict.failures.first)
    let own = words.replacing("@", with: "its")
    #expect(failure.summary.contains("it was not: \(own) left unread here, and its kernel"), "\(failure)")
    let whose = words.replacing("@", with: "the client's")
    #expect(failure.details.contains(": \(whose) left unread here, 0 held back"), "\(failure)")
}
