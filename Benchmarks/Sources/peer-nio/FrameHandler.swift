// Frames are expected. After so many of them a reply is sent: after each one, or after the last of a stream.

import NIOCore

final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let expected: ByteBuffer
    private let reply: ByteBuffer
    private let framesPerReply: Int
    private let ledger: Ledger
    private var frames = 0
    private var failures = 0
    private var hasWritten = false

    init(expected: ByteBuffer, reply: ByteBuffer, framesPerReply: Int = 1, ledger: Ledger) {
        self.expected = expected
        self.reply = reply
        self.framesPerReply = framesPerReply
        self.ledger = ledger
    }

    func channelActive(context: ChannelHandlerContext) {
        ledger.begin()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard unwrapInboundIn(data) == expected else { return fail(context) }
        frames += 1
        if frames.isMultiple(of: framesPerReply) {
            context.write(wrapOutboundOut(reply), promise: nil)
            hasWritten = true
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard hasWritten else { return }
        hasWritten = false
        context.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !frames.isMultiple(of: framesPerReply) { failures += 1 }
        ledger.end(bytes: frames * (4 + expected.readableBytes), failures: failures)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(context)
    }

    private func fail(_ context: ChannelHandlerContext) {
        failures += 1
        context.close(promise: nil)
    }
}
