// One connection: so many bytes are expected, and answered, again and again until the client leaves.

import FlyingSocks
import Foundation

struct Conversation {
    /// A message, with its length in front where there are frames.
    let expected: [UInt8]
    let reply: Data
    /// How many messages get one reply.
    var messagesPerReply = 1

    /// Plays it to the end; answers how many bytes came and whether all were right.
    func play(on socket: AsyncSocket) async -> (bytes: Int, isRight: Bool) {
        var input = Input()
        var isRight = true
        do {
            while isRight {
                input.append(try await socket.read(atMost: 4096))  // it reads no more at once
                let replies = judge(&input, &isRight)
                if isRight, !replies.isEmpty { try await socket.write(replies) }
            }
        } catch SocketError.disconnected {
            isRight = isRight && input.isAtBoundary
        } catch {
            isRight = false
        }
        try? socket.close()
        return (input.total, isRight)
    }

    /// Compares all that has come, and gathers what is to be said to it.
    private func judge(_ input: inout Input, _ isRight: inout Bool) -> Data {
        let whole = input.compare(with: expected, &isRight)
        let before = input.messages / messagesPerReply
        input.messages += whole
        var replies = Data()
        for _ in 0..<(input.messages / messagesPerReply - before) { replies.append(reply) }
        return replies
    }
}

/// What has come of a stream: it is compared in place, and not kept.
private struct Input {
    var total = 0
    var messages = 0
    private var piece: [UInt8] = []
    /// How far the current message has been compared.
    private var offset = 0

    var isAtBoundary: Bool { offset == 0 }

    mutating func append(_ bytes: [UInt8]) {
        piece = bytes
        total += bytes.count
    }

    /// Answers how many messages came to their end.
    mutating func compare(with expected: [UInt8], _ isRight: inout Bool) -> Int {
        var ended = 0
        piece.withUnsafeBytes { piece in
            expected.withUnsafeBytes { expected in
                var place = 0
                while place < piece.count {
                    let count = min(piece.count - place, expected.count - offset)
                    if memcmp(piece.baseAddress! + place, expected.baseAddress! + offset, count) != 0 {
                        isRight = false
                    }
                    place += count
                    offset += count
                    if offset == expected.count { (offset, ended) = (0, ended + 1) }
                }
            }
        }
        return ended
    }
}
