// What a NIO application has read, as opposed to what NIO has taken out of the kernel.

import NIOCore
import NIOPosix
import ProbeHandler
import TCPMockTesting
import Testing

/// Cuts lines; what has no line's end yet waits in its buffer.
private struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = String

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
            let line = buffer.readString(length: end - buffer.readerIndex + 1)
        else { return .needMoreData }
        context.fireChannelRead(Self.wrapInboundOut(line))
        return .continue
    }

    /// The end of the stream makes no line of what is left.
    mutating func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) -> DecodingState {
        .needMoreData
    }
}

/// Counts what arrives from the kernel, before any decoder.
private final class TransportHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let enough: Int
    private let arrived: EventLoopPromise<Void>
    private var count = 0

    init(enough: Int, arrived: EventLoopPromise<Void>) {
        self.enough = enough
        self.arrived = arrived
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count += unwrapInboundIn(data).readableBytes
        context.fireChannelRead(data)
        if count >= enough { arrived.succeed() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrived.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}

/// Connects, asks in two writes and one flush, waits until so many bytes have been taken out of the kernel, closes.
private func takeLines(
    _ bytes: Int, from server: MockServer, probed: Bool = true
) async throws -> PipelineCounts {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let arrived = loop.makePromise(of: Void.self)
    let channel: any Channel
    do {
        channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(TransportHandler(enough: bytes, arrived: arrived))
                    try pipeline.addHandler(ByteToMessageHandler(LineDecoder()))
                    if probed { try pipeline.addHandler(ProbeHandler<String> { $0.utf8.count }) }
                }
            }
            .connect(host: server.host, port: server.port).get()
    } catch {
        arrived.fail(error)
        throw error
    }
    channel.write(ByteBuffer(string: "LIST"), promise: nil)
    channel.write(ByteBuffer(string: "\r\n"), promise: nil)
    channel.flush()
    try await arrived.futureResult.get()
    let counts = try await loop.submit {
        probed ? try channel.pipeline.syncOperations.handler(type: ProbeHandler<String>.self).counts : .init()
    }.get()
    try await channel.close()
    return counts
}

@Test func aNIOApplicationThatWasGivenEverythingIsClean() async throws {
    let server = try MockServer([.expect("LIST\r\n"), .send("One\nTwo\n"), .expectDisconnect()], options: .patient)
    let counts = try await takeLines(8, from: server)
    #expect(counts == .init(reads: 2, readBytes: 8, writes: 2, flushes: 1))
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.first?.readByClient?.description == "8 bytes, says its probe")
}

@Test func theKernelAloneSaysThatANIOClientLeftCleanly() async throws {
    // NIO has taken "Two" in and dropped it: no kernel can tell.
    let server = try MockServer([.expect("LIST\r\n"), .send("One\nTwo"), .expectDisconnect()], options: .patient)
    _ = try await takeLines(7, from: server, probed: false)
    let verdict = await server.finish()
    #expect(verdict.isClean, "\(verdict)")
    #expect(verdict.connections.first?.end == .fin)
}

@Test func theProbeSaysWhatItsApplicationWasNotGiven() async throws {
    let line = SourcePosition.next()
    let leave = Step.expectDisconnect()
    let server = try MockServer([.expect("LIST\r\n"), .send("One\nTwo"), leave], options: .patient)
    let counts = try await takeLines(7, from: server)
    #expect(counts == .init(reads: 1, readBytes: 4, writes: 2, flushes: 1))
    let verdict = await server.finish()
    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1)
    #expect(failure.kind == .departure)
    #expect(failure.location.line == line)
    #expect(
        failure.summary.contains(#"its code had read 4 of the 7 bytes sent to it ("Two"): says its probe"#),
        "\(failure)")
    #expect(verdict.connections.first?.end == .fin)
}
