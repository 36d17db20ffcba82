// Messages without frames: so many bytes are expected, and answered with so many.

import NIOCore

final class RawHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let expected: ByteBuffer
    private let reply: ByteBuffer
    private let ledger: Ledger
    private var pending = ByteBuffer()
    private var bytes = 0
    private var failures = 0
    private var hasWritten = false

    init(expected: ByteBuffer, reply: ByteBuffer, ledger: Ledger) {
        self.expected = expected
        self.reply = reply
        self.ledger = ledger
    }

    func channelActive(context: ChannelHandlerContext) {
        ledger.begin()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        bytes += incoming.readableBytes
        if pending.readableBytes == 0 {
            swap(&pending, &incoming)  // the usual case: a read is a message, and nothing is copied
        } else {
            pending.writeBuffer(&incoming)
        }
        while let message = pending.readSlice(length: expected.readableBytes) {
            guard message == expected else { return fail(context) }
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
        if pending.readableBytes > 0 { failures += 1 }  // it left in the middle of a message
        ledger.end(bytes: bytes, failures: failures)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(context)
    }

    private func fail(_ context: ChannelHandlerContext) {
        failures += 1
        pending.clear()
        context.close(promise: nil)
    }
}
