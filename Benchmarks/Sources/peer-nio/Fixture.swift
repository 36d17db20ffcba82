// One hello test: a server is bound, spoken to, judged and closed.

import CClient
import NIOCore
import NIOPosix
import PeerKit

func fixture(_ arguments: Arguments) throws -> Never {
    if arguments.text("pool") == "fresh" {
        try measureFixture(arguments) {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let isRight = try hello(on: group)
            try group.syncShutdownGracefully()
            return isRight
        }
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    try measureFixture(arguments) { try hello(on: group) }
}

private func hello(on group: MultiThreadedEventLoopGroup) throws -> Bool {
    let verdict = group.next().makePromise(of: Tally.self)
    let server = try TestServer(on: group) { channel in
        let ledger = Ledger()
        let handler = RawHandler(
            expected: ByteBuffer(string: "Hello, server!"), reply: ByteBuffer(string: "Hello, client!"), ledger: ledger)
        try channel.pipeline.syncOperations.addHandler(handler)
        channel.closeFuture.whenComplete { _ in verdict.succeed(ledger.tally) }
    }
    let answered = cclient_hello(UInt16(server.port))
    let tally = try verdict.futureResult.wait()
    try server.close()
    return answered && tally.connections == 1 && tally.bytes == 14 && tally.failures == 0
}
