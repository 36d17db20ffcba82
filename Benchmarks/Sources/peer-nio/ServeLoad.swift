// The jobs whose clients are in the load generator.

import NIOCore
import NIOPosix
import PeerKit

/// Serves on one event loop until standard input ends.
func serveLoad(_ arguments: Arguments) throws -> Never {
    let ledger = Ledger()
    guard let handlers = handlers(arguments, ledger) else { saysUnsupported() }
    let server = try TestServer(on: MultiThreadedEventLoopGroup(numberOfThreads: 1), handlers: handlers)
    serve(port: server.port, connected: { ledger.open }) {
        try? server.close()
        ledger.waitForEnds()
        return ledger.tally
    }
}

private func handlers(_ arguments: Arguments, _ ledger: Ledger) -> (@Sendable (any Channel) throws -> Void)? {
    let small = ByteBuffer(bytes: Messages.small)
    let frame = ByteBuffer(bytes: Messages.frame(Messages.small))
    let large = ByteBuffer(bytes: Messages.large)
    let done = ByteBuffer(bytes: Messages.small.prefix(1))
    let frames = Messages.frames(carrying: arguments.number("bytes") ?? 1 << 30)
    switch arguments.job {
    case "roundtrip", "churn", "open":
        return { channel in
            try channel.pipeline.syncOperations.addHandler(RawHandler(expected: small, reply: small, ledger: ledger))
        }
    case "framed", "pipelined":
        return { channel in
            try addFrames(channel, FrameHandler(expected: small, reply: frame, ledger: ledger))
        }
    case "stream":
        return { channel in
            let handler = FrameHandler(expected: large, reply: done, framesPerReply: frames, ledger: ledger)
            try channel.syncOptions?.setOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 * 1024))
            try addFrames(channel, handler)
        }
    default:
        return nil
    }
}

private func addFrames(_ channel: any Channel, _ handler: FrameHandler) throws {
    try channel.pipeline.syncOperations.addHandlers([ByteToMessageHandler(FrameDecoder()), handler])
}
