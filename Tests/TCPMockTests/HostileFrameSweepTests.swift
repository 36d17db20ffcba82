// Hostile frames against clients: one that reads by TCPMock's own decoder, and ones with the mistakes people make.

import TestClient
import Testing

@testable import TCPMock

struct BadFrame: Error {}

/// A question and its answer; `read` takes one frame.
private func ask(_ server: MockServer, _ read: (TestClient) throws -> [UInt8]) throws -> String {
    let client = try TestClient.connect(server.host, server.port)
    try client.send("GET\n")
    return String(decoding: try read(client), as: UTF8.self)
}

/// Reads as it should be done.
@Sendable private func readWell(_ client: TestClient, _ framing: Framing) throws -> [UInt8] {
    var decoder = framing.decoder()
    while true {
        if let payload = try decoder.next() { return payload }
        let some = try client.receiveSome()
        if some.isEmpty {
            try decoder.finish()
            throw BadFrame()
        }
        decoder.append(some)
    }
}

/// Takes what one read brings for the whole frame.
@Sendable private func readOnce(_ client: TestClient, _ framing: Framing) throws -> [UInt8] {
    let some = try client.receiveSome()
    if some.isEmpty { throw BadFrame() }
    return (try? framing.decode(some).first) ?? Array(some.dropFirst(4))
}

/// Takes whatever has come when the stream ends too early.
@Sendable private func readForgivingly(_ client: TestClient) throws -> [UInt8] {
    let header = try client.receive(4)
    let length = header.reduce(0) { $0 << 8 | Int($1) }
    return try client.receive(length)
}

/// None of these is about limits, but those that say so.
private let patient = SweepOptions(limit: .seconds(60))

private func script(_ framing: Framing) -> Script {
    let steps: Script = [.expect("GET\n"), .sendFrame("hello")]
    return steps.framing(framing)
}

private let framings: [Framing] = [
    .lengthPrefix(), .lengthPrefix(UInt16.self, byteOrder: .littleEndian, includesHeader: true, offset: 1),
    .lengthPrefix(UInt64.self), .varint, .netstring, .line, .delimiter("\r\n"), .fixed(5),
]

@Suite struct HostileFrameSweepTests {
    @Test(arguments: framings) func aCorrectClientBreaksNoRule(framing: Framing) async throws {
        let result = try await HostileFrameSweep(script(framing), options: patient)
            .run(blocking: { server in try ask(server) { try readWell($0, framing) } })
        #expect(result.isClean, "\(result)")
        let frames = try framing.hostileFrames(around: "hello".utf8)
        #expect(result.records.compactMap(\.sweepCase.hostileFrame) == frames)
    }

    @Test func aClientThatTakesOneReadForOneFrameIsCaught() async throws {
        let result = try await HostileFrameSweep(script(.lengthPrefix()), options: patient)
            .run(blocking: { server in try ask(server) { try readOnce($0, .lengthPrefix()) } })
        let good = try #require(result.failures.first { $0.rule == "goodFramesMustPass" }, "\(result)")
        let categories = Set(good.records.compactMap(\.sweepCase.hostileFrame?.category))
        #expect(categories == [.splitHeader, .splitPayload, .trailingByte], "\(result)")
    }

    @Test func aClientThatForgivesAnEarlyEndIsASilentSuccess() async throws {
        let line = UInt(#line + 1)
        let sweep = HostileFrameSweep(
            script(.lengthPrefix()), categories: [.oneMore, .maxLength, .splitHeader], options: patient)
        let result = try await sweep.run(blocking: { server in try ask(server) { try readForgivingly($0) } })
        #expect(
            result.map == """
                oneMore, reply 1      SILENT SUCCESS
                maxLength, reply 1    SILENT SUCCESS
                splitHeader, reply 1  returned
                """)
        let failure = try #require(result.failures.first)
        #expect(result.failures.count == 1 && failure.rule == "badFramesMustFail")
        #expect(failure.location.line == line)
        #expect(failure.replay.hasSuffix("/1/length_one_more_than_follows"), "\(failure)")
    }

    @Test func aCaseIsHadAgainByItsToken() async throws {
        let options = SweepOptions(limit: .seconds(60), replay: "1/length_one_more_than_follows")
        let result = try await HostileFrameSweep(script(.lengthPrefix()), options: options)
            .run(blocking: { server in try ask(server) { try readForgivingly($0) } })
        #expect(result.records.compactMap(\.sweepCase.hostileFrame?.category) == [.oneMore])
        #expect(result.failures.count == 1)
    }

    @Test func aClientThatWaitsForEverHangs() async throws {
        // It asks again when the stream has ended, instead of giving up. The limit is long enough for the control case.
        let sweep = HostileFrameSweep(
            script(.lengthPrefix()), categories: [.cutHeader],
            options: SweepOptions(limit: .seconds(6), watchesLeaks: false))
        let result = try await sweep.run(blocking: { server in
            try ask(server) { client in
                var decoder = Framing.lengthPrefix().decoder()
                while true {
                    if let payload = try decoder.next() { return payload }
                    let some = try client.receiveSome()
                    if some.isEmpty {
                        try client.send("?")
                        _ = client.isReadable(within: 1)
                    }
                    decoder.append(some)
                }
            }
        })
        #expect(result.failures.map(\.rule) == ["neverHang"], "\(result)")
    }

    @Test func eachFramedReplyIsReplacedAndTheConversationGoesOn() async throws {
        let twice: Script = [
            .expect("GET\n"), .sendFrame("a"), .send("raw\n"), .expect("GET\n"), .sendFrame("b"), .expectEOF(),
            .send("."),
        ]
        let result = try await HostileFrameSweep(twice.framing(.netstring), options: patient)
            .run(blocking: { server in
                let client = try TestClient.connect(server.host, server.port)
                func one() throws -> [UInt8] {
                    try client.send("GET\n")
                    let frame = try client.receive(4)
                    guard let payload = try Framing.netstring.decode(frame).first else { throw BadFrame() }
                    return payload
                }
                let first = try one()
                guard try client.receiveText(4) == "raw\n" else { throw BadFrame() }
                let second = try one()
                client.shutDownWriting()
                guard try client.receiveText(1) == "." else { throw BadFrame() }
                return String(decoding: first + second, as: UTF8.self)
            })
        #expect(result.isClean, "\(result)")
        // Header and comma in two segments, of each of the two.
        #expect(result.records.compactMap(\.sweepCase.hostile).filter { $0.comparison == .same }.count == 4)
        #expect(result.notes.contains { $0.contains("send \"raw\\n\"") }, "\(result.notes)")
    }

    @Test func aSendThatIsAFrameIsSweptWhenItsFramingIsNamed() throws {
        let script: Script = [.expect("PING\r\n"), .send("+PONG\r\n"), .send("a\r\nb\r\n")]
        let plan = try HostileFrameSweep(script, framing: .delimiter("\r\n")).planned()
        let frames = try Framing.delimiter("\r\n").hostileFrames(around: "+PONG".utf8)
        #expect(plan.cases.compactMap(\.hostileFrame) == frames)
        #expect(plan.notes.count == 1)
    }

    @Test func aScriptWithoutFramesIsThrownAtTheSweepsLine() throws {
        let line = UInt(#line + 1)
        let sweep = HostileFrameSweep([.expect("PING\r\n"), .send("+PONG\r\n")])
        let error = #expect(throws: MockError.self) { try sweep.planned() }
        #expect(error?.location?.line == line)
        #expect(error?.message == "no reply of the script is sent with sendFrame")
    }

    @Test func caseNamesDiffer() throws {
        let script: Script = [.repeat(3, [.expect("GET\n"), .sendFrame("hello")])]
        for framing in framings {
            let plan = try HostileFrameSweep(script, framing: framing).planned()
            #expect(Set(plan.cases.map(\.id)).count == plan.cases.count)
            #expect(Set(plan.cases.map(\.label)).count == plan.cases.count)
        }
    }
}
