// The books: what one side sent, the other has received.

import TCPMock

/// What came of some rounds.
///
/// Each client's record is paired with the server's record of the same connection, by the client's own address and port.
/// A record's received bytes are those read from the socket, its sent bytes those the kernel took. Then, in each direction:
///
/// - *exactly*: received = sent. It holds where the script says so, and TCP promises it: both sides closed after an
///   exchange of FINs; or a side reset only when all it had sent was acknowledged (`.reset()`), and the other read to the
///   end of its stream.
/// - *at most*: received <= sent. A side that is cut off (stopped, failed, taken down, reset without waiting) does not
///   read what is on its way, and what it had sent may be lost: RFC 9293, 3.5.3. It can't receive what was not sent.
///
/// What was received and expected was compared byte by byte by the script, so that these counts are counts of right bytes.
struct Ledger: Sendable {
    enum Rule: Sendable {
        case exactly, atMost
    }

    private(set) var connections = 0
    private(set) var failedConnections = 0
    private(set) var bytesExact = 0
    private(set) var bytesSentCut = 0
    private(set) var bytesReceivedCut = 0
    private(set) var problems: [String] = []

    static func += (total: inout Ledger, more: Ledger) {
        total.connections += more.connections
        total.failedConnections += more.failedConnections
        total.bytesExact += more.bytesExact
        total.bytesSentCut += more.bytesSentCut
        total.bytesReceivedCut += more.bytesReceivedCut
        total.problems += more.problems.prefix(max(0, 10 - total.problems.count))
    }

    mutating func complain(_ problem: String) {
        problems.append(problem)
    }

    var text: String {
        "\(connections) connections (\(failedConnections) failed as meant), \(bytesExact / 1_000_000) MB arrived exactly, "
            + "of \(bytesSentCut / 1_000_000) MB cut off \(bytesReceivedCut / 1_000_000) MB arrived"
    }

    // MARK: One round

    /// Books the connections of a round: both verdicts' records, paired; where only counters were kept, their sums.
    mutating func book(_ server: Verdict, _ client: Verdict, toServer: Rule, toClient: Rule) {
        connections += client.accepted
        guard server.connections.count == server.accepted, client.connections.count == client.accepted else {
            failedConnections += (server.failures + client.failures).reduce(0) { $0 + $1.count }
            let (ours, theirs) = (server.statistics, client.statistics)
            book("clients to server", sent: theirs.sent, received: ours.received, toServer)
            return book("server to clients", sent: ours.sent, received: theirs.received, toClient)
        }
        failedConnections += (server.failures + client.failures).reduce(0) { $0 + $1.count }
        var served = Dictionary(grouping: server.connections, by: \.peer)
        for record in client.connections {
            guard let local = record.local else { return complain("a client's record without its address") }
            // The same four numbers may come again within a round: first come, first served.
            guard let partner = served[local]?.first else {
                bookAlone(record, toServer, toClient)
                continue
            }
            served[local]?.removeFirst()
            book("client to server", sent: record.sentCount, received: partner.receivedCount, toServer)
            book("server to client", sent: partner.sentCount, received: record.receivedCount, toClient)
        }
        let strangers = served.values.joined().count
        if strangers > 0 { complain("\(strangers) connections that no client had made") }
    }

    /// Books a client's connection that its server never accepted, for it was stopped.
    private mutating func bookAlone(_ record: ConnectionRecord, _ toServer: Rule, _ toClient: Rule) {
        if toServer == .exactly, toClient == .exactly { complain("connection \(record.number) has no server's record") }
        if record.receivedCount > 0 { complain("\(record.receivedCount) bytes came from a server without a record") }
        bytesSentCut += record.sentCount
    }

    private mutating func book(_ direction: String, sent: Int, received: Int, _ rule: Rule) {
        switch rule {
        case .exactly:
            if sent != received { complain("\(direction): \(sent) bytes sent, \(received) received") }
            bytesExact += received
        case .atMost:
            if received > sent { complain("\(direction): only \(sent) bytes sent, \(received) received") }
            bytesSentCut += sent
            bytesReceivedCut += received
        }
    }

    /// Complains of failures other than these, which the round is there to provoke.
    mutating func expect(
        _ verdict: Verdict, of who: String, onlyFailures allowed: Set<ScriptFailure.Kind>, complete: Bool = false
    ) {
        for failure in verdict.failures where !allowed.contains(failure.kind) { complain("\(who): \(failure)") }
        if complete, !verdict.isComplete { complain("\(who): not complete: \(verdict)") }
    }

    /// Complains unless just this has failed, so many times.
    mutating func expect(_ verdict: Verdict, of who: String, failures kind: ScriptFailure.Kind, count: Int) {
        expect(verdict, of: who, onlyFailures: [kind])
        let found = verdict.failures.reduce(0) { $0 + $1.count }
        if found != count { complain("\(who): \(found) of \(count) connections failed as \(kind): \(verdict)") }
    }
}
