// A listener whose connections each get the handlers of a job.

import NIOCore
import NIOPosix

struct TestServer {
    let listener: any Channel

    var port: Int { listener.localAddress?.port ?? 0 }

    /// Listens on a free port of the loopback.
    init(
        on group: MultiThreadedEventLoopGroup,
        handlers: @escaping @Sendable (any Channel) throws -> Void
    ) throws {
        listener = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try handlers(channel) }
            }
            .bind(host: "127.0.0.1", port: 0)
            .wait()
    }

    func close() throws {
        try listener.close().wait()
    }
}
