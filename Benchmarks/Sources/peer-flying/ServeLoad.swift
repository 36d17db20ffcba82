// The jobs whose clients are in the load generator.

import Dispatch
import FlyingSocks
import Foundation
import PeerKit

/// Serves until standard input ends.
func serveLoad(_ arguments: Arguments) throws -> Never {
    guard let conversation = conversation(arguments) else { saysUnsupported() }
    let ledger = Ledger()
    let (socket, port) = try listen()
    Task {
        do {
            try await accept(on: socket, conversation, ledger)
        } catch {
            fail(error)
        }
    }
    serve(port: port, connected: { ledger.open }) {
        ledger.waitForEnds()
        return ledger.tally
    }
}

private func accept(on socket: Socket, _ conversation: Conversation, _ ledger: Ledger) async throws {
    let pool = try await startPool()
    Task { try await pool.run() }
    let listener = try AsyncSocket(socket: socket, pool: pool)
    try await withThrowingDiscardingTaskGroup { group in
        while true {
            let connection = try await listener.nextConnection()
            ledger.begin()
            group.addTask {
                let (bytes, isRight) = await conversation.play(on: connection)
                ledger.end(bytes: bytes, isRight: isRight)
            }
        }
    }
}

private func conversation(_ arguments: Arguments) -> Conversation? {
    let small = Messages.small
    let frame = Messages.frame(small)
    switch arguments.job {
    case "roundtrip", "churn", "open": return Conversation(expected: small, reply: Data(small))
    case "framed", "pipelined": return Conversation(expected: frame, reply: Data(frame))
    case "stream":
        return Conversation(
            expected: Messages.frame(Messages.large), reply: Data(small.prefix(1)),
            messagesPerReply: Messages.frames(carrying: arguments.number("bytes") ?? 1 << 30))
    default: return nil
    }
}
