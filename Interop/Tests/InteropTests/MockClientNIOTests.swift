// A MockClient against an echo server of SwiftNIO, in this process.

import NIOCore
import NIOPosix
import TCPMockTesting
import Testing

/// Sends everything back; closes when its client has.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(data, promise: nil)
    }
}

private func withEchoServer(_ body: (MockAddress) async throws -> Void) async throws {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.backlog, value: 256)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(EchoHandler()) }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        try await body(.ipv4(port: channel.localAddress?.port ?? 0))
    } catch {
        try await channel.close()
        throw error
    }
    try await channel.close()
}

@Suite struct MockClientNIOTests {
    @Test func whatIsSentComesBack() async throws {
        try await withEchoServer { address in
            try await withMockClient(
                connectingTo: address,
                [
                    .send("one"), .expect("one"), .sendFrame("two"), .expectFrame("two"),
                    .repeat(50, [.send("x"), .expect("x")]),
                ],
                options: .patient)
        }
    }

    @Test func aMebibyteComesBackWhole() async throws {
        let big = Bytes((0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try await withEchoServer { address in
            try await withMockClient(connectingTo: address, [.send(big), .expect(big)], options: .patient)
        }
    }

    @Test func twoThousandConnectionsInAWindowOfAHundred() async throws {
        try await withEchoServer { address in
            try await withMockClient(
                many: 2000, atOnce: 100, connectingTo: address, [.send("question"), .expect("question")],
                options: .patient)
        }
    }

    @Test func oneWrongByteExpectedIsToldAtItsLine() async throws {
        try await withEchoServer { address in
            let line = SourcePosition.next()
            let step = Step.expect("echo!")
            let verdict = await (try MockClient(connectingTo: address, [.send("echo?"), step], options: .patient))
                .finish()
            let failure = try #require(verdict.failures.first)
            #expect(verdict.failures.count == 1)
            #expect(failure.location.line == line)
            #expect(
                failure.summary
                    == #"connection 1, step 2 of 2: expected "echo!", got "echo?": first difference at byte 4 ('!' 0x21, got '?' 0x3F)"#
            )
        }
    }
}
