// Counts at the application's end of a SwiftNIO pipeline. NIO takes everything out of the kernel as soon as it comes:
// there only this place tells what the application was given, as opposed to what a decoder before it still holds.

import NIOCore
import TCPMock

/// How often each thing happened at the application's end of a pipeline.
package struct PipelineCounts: Sendable, Equatable {
    package var reads: Int
    package var readBytes: Int
    package var writes: Int
    package var flushes: Int

    package init(reads: Int = 0, readBytes: Int = 0, writes: Int = 0, flushes: Int = 0) {
        (self.reads, self.readBytes, self.writes, self.flushes) = (reads, readBytes, writes, flushes)
    }
}

/// Counts what the handlers behind it read, write and flush, and tells it to the server under ``ReadProbe``.
///
/// Put it right before the application's own handler, behind all decoders.
package final class ProbeHandler<Message>: ChannelDuplexHandler {
    package typealias InboundIn = Message
    package typealias InboundOut = Message
    package typealias OutboundIn = Any
    package typealias OutboundOut = Any

    /// On the channel's event loop only.
    package private(set) var counts = PipelineCounts()
    private let size: (Message) -> Int
    private var probe: ReadProbe?

    /// `size` says how many bytes of the stream a message stands for.
    package init(size: @escaping (Message) -> Int) {
        self.size = size
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard probe == nil, let local = context.localAddress, let remote = context.remoteAddress,
            let host = local.ipAddress, let port = local.port, let serverPort = remote.port
        else { return }
        probe = ReadProbe(localHost: host, localPort: port, serverPort: serverPort)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = size(unwrapInboundIn(data))
        counts.reads += 1
        counts.readBytes += count
        probe?.noteRead(count)
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        counts.writes += 1
        context.write(data, promise: promise)
    }

    package func flush(context: ChannelHandlerContext) {
        counts.flushes += 1
        context.flush()
    }

    /// The application closes: before the kernel does, so that the count is final when the server sees the end.
    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .all = mode { probe?.end() }
        context.close(mode: mode, promise: promise)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        probe?.end()
        context.fireChannelInactive()
    }
}
