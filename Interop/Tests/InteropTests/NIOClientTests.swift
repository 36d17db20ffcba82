// A SwiftNIO client in this process, against scripts.

import Foundation
import NIOCore
import NIOPosix
import TCPMockTesting
import Testing

/// Gathers what comes until there is enough, or the connection breaks.
private final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var gathered = ByteBuffer()
    private let count: Int
    private let promise: EventLoopPromise<String>

    init(count: Int, promise: EventLoopPromise<String>) {
        self.count = count
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        gathered.writeBuffer(&bytes)
        if gathered.readableBytes >= count { promise.succeed(String(buffer: gathered)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    /// Only the first outcome counts: after an error, or enough bytes, this changes nothing.
    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
    }
}

/// Connects, sends, waits for a reply of so many bytes, closes.
private func ask(_ question: String, replyBytes: Int, at server: MockServer) async throws -> String {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let promise = loop.makePromise(of: String.self)
    let channel: any Channel
    do {
        channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyHandler(count: replyBytes, promise: promise))
                }
            }
            .connect(host: server.host, port: server.port).get()
    } catch {
        promise.fail(error)
        throw error
    }
    // A write that fails shows in the reply too.
    channel.writeAndFlush(ByteBuffer(string: question), promise: nil)
    let reply = await promise.futureResult.result()
    // Already closed when the connection broke.
    try? await channel.close()
    return try reply.get()
}

extension EventLoopFuture where Value: Sendable {
    fileprivate func result() async -> Result<Value, any Error> {
        do { return .success(try await get()) } catch { return .failure(error) }
    }
}

@Test func aNIOClientIsAnswered() async throws {
    try await withMockServer([.expect("PING\r\n"), .send("+PONG\r\n"), .expectDisconnect()], options: .patient) {
        server in
        let reply = try await ask("PING\r\n", replyBytes: 7, at: server)
        #expect(reply == "+PONG\r\n")
    }
}

@Test func aNIOClientThatSaysSomethingElseIsResetAtOnce() async throws {
    let line = SourcePosition.next()
    let step = Step.expect("PING\r\n")
    let server = try MockServer([step, .send("+PONG\r\n"), .expectDisconnect()], options: .patient)
    let error = await #expect(throws: IOError.self) {
        try await ask("PONG\r\n", replyBytes: 7, at: server)
    }
    #expect(error?.errnoCode == ECONNRESET)

    let verdict = await server.finish()
    let failure = try #require(verdict.failures.first)
    #expect(verdict.failures.count == 1)
    #expect(failure.kind == .mismatch)
    #expect(failure.step == 1)
    #expect(failure.offset == 1)
    #expect(failure.location.line == line)
    #expect(
        failure.summary.hasPrefix(
            #"connection 1, step 1 of 3: expected "PING\r\n", got "PONG\r\n": first difference at byte 1"#),
        "\(failure)")
}

@Test func aHundredNIOClientsAtOnceAreCheckedEach() async throws {
    try await withMockServer(every: [.expect("PING\r\n"), .send("+PONG\r\n")], count: 100, options: .patient) {
        server in
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 {
                group.addTask { try await ask("PING\r\n", replyBytes: 7, at: server) }
            }
            for try await reply in group { #expect(reply == "+PONG\r\n") }
        }
    }
}
