// Damaged sends, byte by byte as the client gets them, and what is said of them.

import Synchronization
import TestClient
import Testing

@testable import TCPMock

/// What a client gets of a step, to the end of the stream, and the verdict.
private func received(_ step: Step, framing: Framing = .lengthPrefix()) async throws -> ([UInt8], Verdict) {
    let got = Mutex<[UInt8]>([])
    let verdict = try await serve([step, .close()], options: .init(framing: framing)) { client in
        let all = try client.receiveAll()
        got.withLock { $0 = all }
    }
    #expect(verdict.isClean, "\(verdict)")
    return (got.withLock { $0 }, verdict)
}

private let pong = Array("+PONG\r\n".utf8)

@Suite struct DamageTests {
    @Test func theNamedByteIsAnother() async throws {
        let (got, verdict) = try await received(.send(Bytes(pong), damage: .corrupted(byteAt: 2, seed: 7)))
        #expect(got.count == pong.count)
        #expect(got.indices.filter { got[$0] != pong[$0] } == [2])
        let change = "byte 2 changed from 'O' 0x4F to \(ByteText.named(got[2])) (TCPMOCK_SEED=7)"
        #expect(verdict.connections[0].damagedSends.map(\.description) == ["step 1: \(change)"])
        #expect(verdict.transcript.contains("step 1 ok, \(change)"), "\(verdict.transcript)")
    }

    @Test func withoutAnOffsetTheSeedChoosesTheByte() async throws {
        var offsets: Set<Int> = []
        for seed in 0..<20 as Range<UInt64> {
            let (got, _) = try await received(.send(Bytes(pong), damage: .corrupted(seed: Seed(seed))))
            let different = got.indices.filter { got[$0] != pong[$0] }
            #expect(got.count == pong.count && different.count == 1, "\(got)")
            offsets.formUnion(different)
        }
        #expect(offsets.count > 3, "\(offsets)")
    }

    @Test func aTruncatedSendIsItsBeginning() async throws {
        let (got, verdict) = try await received(.send(Bytes(pong), damage: .truncated(to: 3)))
        #expect(got == Array(pong.prefix(3)))
        #expect(verdict.connections[0].damagedSends.map(\.what) == ["cut to 3 of its 7 bytes"])
    }

    @Test func aTruncatedFramesHeaderStillSaysTheWhole() async throws {
        let (got, _) = try await received(.sendFrame("hello", damage: .truncated(to: 6)))
        #expect(got == [0, 0, 0, 5] + Array("he".utf8))
    }

    @Test func aDuplicatedSendComesTwice() async throws {
        let (got, verdict) = try await received(.send(Bytes(pong), damage: .duplicated))
        #expect(got == pong + pong)
        #expect(verdict.connections[0].damagedSends.map(\.what) == ["sent twice"])
    }

    @Test func garbageComesBeforeTheBytes() async throws {
        let (got, verdict) = try await received(.send(Bytes(pong), damage: .garbageBefore(4, seed: 9)))
        #expect(got.count == 4 + pong.count && Array(got.dropFirst(4)) == pong)
        let what = "behind 4 bytes of garbage, \(ByteText.hex(got.prefix(4))) (TCPMOCK_SEED=9)"
        #expect(verdict.connections[0].damagedSends.map(\.what) == [what])
    }

    @Test(arguments: [nil, 1, 300]) func garbageComesInsteadOfTheBytes(count: Int?) async throws {
        let (got, verdict) = try await received(.send(Bytes(pong), damage: .garbageInstead(count, seed: 9)))
        #expect(got.count == count ?? pong.count && got != pong)
        #expect(
            verdict.connections[0].damagedSends.first?.what.hasPrefix("replaced by \(counted(got.count, "byte"))")
                == true)
    }

    @Test func garbageOfOneByteIsAnotherThanTheByteItReplaces() {
        for seed in 0..<1000 as Range<UInt64> {
            guard case .done(let garbage, _) = Damage.garbageInstead(seed: Seed(seed)).done(to: [0x41]) else {
                Issue.record("garbage of one byte can't be made")
                return
            }
            #expect(garbage.count == 1 && garbage != [0x41])
        }
    }

    struct WrongLength: Sendable {
        let framing: Framing
        let damage: Damage
        let bytes: [UInt8]
        let what: String
    }

    static let wrongLengths = [
        WrongLength(
            framing: .lengthPrefix(), damage: .wrongLength(by: 1), bytes: [0, 0, 0, 3] + Array("hi".utf8),
            what: "its length says 3, not 2"),
        WrongLength(
            framing: .lengthPrefix(UInt16.self, byteOrder: .littleEndian), damage: .wrongLength(by: -1),
            bytes: [1, 0] + Array("hi".utf8), what: "its length says 1, not 2"),
        WrongLength(
            framing: .lengthPrefix(UInt8.self, includesHeader: true, offset: 1), damage: .length(0),
            bytes: Array("h\0i".utf8), what: "its length says 0, not 2"),
        WrongLength(
            framing: .lengthPrefix(UInt32.self, adjustment: -4), damage: .length(-1),
            bytes: [0xff, 0xff, 0xff, 0xff] + Array("hi".utf8), what: "its length says -1, not 6"),
        WrongLength(
            framing: .lengthPrefix(UInt64.self), damage: .length(.max),
            bytes: [0x7f] + [UInt8](repeating: 0xff, count: 7) + Array("hi".utf8),
            what: "its length says 9223372036854775807, not 2"),
        WrongLength(
            framing: .varint, damage: .wrongLength(by: 298), bytes: [0xac, 0x02] + Array("hi".utf8),
            what: "its length says 300, not 2"),
        WrongLength(
            framing: .varint(offset: 1), damage: .length(-1),
            bytes: Array("h".utf8) + [UInt8](repeating: 0xff, count: 9) + [1] + Array("i".utf8),
            what: "its length says -1, not 1"),
        WrongLength(
            framing: .netstring, damage: .length(-2), bytes: Array("-2:hi,".utf8), what: "its length says -2, not 2"),
    ]

    @Test(arguments: wrongLengths.indices) func aHeaderSaysAnotherLengthThanFollows(index: Int) async throws {
        let wrong = Self.wrongLengths[index]
        let (got, verdict) = try await received(.sendFrame("hi", damage: wrong.damage), framing: wrong.framing)
        #expect(got == wrong.bytes, "\(wrong.framing): \(ByteText.hex(got))")
        #expect(verdict.connections[0].damagedSends.map(\.what) == [wrong.what])
    }

    // MARK: Where it may stand

    @Test func aClientsSendsAreDamagedToo() async throws {
        let server = try MockServer([.expect("PI"), .expectEOF()])
        let client = try MockClient(
            connectingTo: server.address, [.send("PING", damage: .truncated(to: 2)), .halfClose()])
        let verdict = await client.finish()
        #expect(verdict.connections[0].damagedSends.map(\.what) == ["cut to 2 of its 4 bytes"], "\(verdict)")
        #expect(await server.finish().isClean)
    }

    @Test func aTablesReplyIsDamaged() async throws {
        let script: Script = [
            .respond(to: ["PING": .steps([.send("+PONG", damage: .duplicated)]), "TIME": "12:00"]), .close(),
        ]
        let verdict = try await serve(script) { client in
            try client.send("PING")
            #expect(try client.receiveAll() == Array("+PONG+PONG".utf8))
        }
        #expect(
            verdict.connections[0].damagedSends.map(\.description) == ["step 1: sent twice"], "\(verdict.transcript)")
    }

    @Test func aClosuresRepliesAreDamagedEachInItsOwnWay() async throws {
        let script: Script = [
            .serve(.line) { request in
                request.number == 2
                    ? .steps([.sendFrame("hello", damage: .truncated(to: request.bytes.count))]) : .frame("hello")
            }
        ]
        let verdict = try await serve(script) { client in
            try client.send("a\n")
            #expect(try client.receiveText(6) == "hello\n")
            try client.send("bcd\n")
            #expect(try client.receiveText(3) == "hel")
            try client.send("e\n")
            #expect(try client.receiveText(6) == "hello\n")
        }
        #expect(verdict.isClean, "\(verdict)")
        #expect(verdict.connections[0].damagedSends.map(\.what) == ["cut to 3 of its 6 bytes"], "\(verdict.transcript)")
        #expect(verdict.transcript.split(separator: "\n").filter { $0.contains("cut to 3") }.count == 1)
    }

    @Test func aDamagedSendIsRepeatedAlike() async throws {
        let (got, verdict) = try await received(.repeat(3, [.send(Bytes(pong), damage: .corrupted(seed: 3))]))
        #expect(Array(got.prefix(7)) == Array(got.suffix(7)) && got.count == 21)
        #expect(verdict.connections[0].damagedSends.count == 3)
    }

    @Test func damagedBytesAreCutIntoSlicesAsTheyGo() async throws {
        let (got, verdict) = try await received(.send("ab", damage: .duplicated, slices: .at([3])))
        #expect(got == Array("abab".utf8))
        let step = "\(Step.send("ab", damage: .duplicated, slices: .at([3])))"
        #expect(step == "send \"ab\", sent twice, cut at 3 in lock-step")
        #expect(verdict.connections[0].damagedSends.count == 1)
        #expect(throws: MockError.self) { try MockServer([.send("abcd", damage: .truncated(to: 2), slices: .at([3]))]) }
    }

    // MARK: What is said

    @Test func theStepSaysWhatIsDone() throws {
        #expect("\(Step.send("PING", damage: .truncated(to: 1)))" == "send \"PING\", cut to 1 of its 4 bytes")
        #expect("\(Step.sendFrame("PING", damage: .duplicated))" == "sendFrame \"PING\", damage: .duplicated")
        let framed = Step.sendFrame("PING", damage: .wrongLength(by: 2)).framed(.varint)
        #expect("\(framed)" == "sendFrame \"PING\", its length says 6, not 4")
    }

    @Test func theSameSeedDoesTheSameAHundredTimes() {
        let kinds = [Damage.corrupted(seed: 5), .garbageBefore(9, seed: 5), .garbageInstead(20, seed: 5)]
        for damage in kinds {
            let all = (0..<100).map { _ in Step.send("some bytes", damage: damage).damaging(Array("some bytes".utf8)) }
            #expect(Set(all).count == 1)
        }
    }

    static let impossible: [(Step, String)] = [
        (.send("PING", damage: .corrupted(byteAt: 4)), "there is no byte 4 in 4 bytes"),
        (.send("PING", damage: .corrupted(byteAt: -1)), "there is no byte -1"),
        (.send("PING", damage: .truncated(to: 4)), "4 bytes can't be cut to 4"),
        (.send("PING", damage: .truncated(to: 0)), "at least one byte"),
        (.send("PING", damage: .garbageBefore(0)), "garbage has 1 to"),
        (.send("PING", damage: .garbageInstead(-3)), "garbage has 1 to"),
        (.send("PING", damage: .length(3)), "use sendFrame"),
        (.send("PING", damage: .wrongLength(by: 3)), "use sendFrame"),
        (.sendFrame("PING", framing: .line, damage: .wrongLength(by: 1)), "a frame of line has no length"),
        (.sendFrame("PING", framing: .fixed(4), damage: .length(1)), "a frame of fixed(4) has no length"),
        (.sendFrame("PING", damage: .wrongLength(by: 0)), "4 is the right length"),
        (.sendFrame("PING", damage: .length(4)), "4 is the right length"),
        (.sendFrame("PING", framing: .lengthPrefix(UInt8.self), damage: .length(256)), "can't say a length of 256"),
        (.sendFrame("PING", framing: .lengthPrefix(UInt8.self), damage: .length(-129)), "can't say a length of -129"),
        (.sendFrame("PING", damage: .corrupted(byteAt: 8)), "there is no byte 8 in 8 bytes"),
        (.send("", damage: .duplicated), "sends nothing"),
        (.sendFrame("", framing: .chunks, damage: .duplicated), "no bytes to send twice"),
        (.sendFrame("a\nb", framing: .line, damage: .duplicated), "would be cut at its byte 1"),
    ]

    @Test(arguments: impossible.indices) func damageThatCannotBeDoneIsThrownAtItsLine(index: Int) throws {
        let (step, text) = Self.impossible[index]
        let error = #expect(throws: MockError.self) { try MockServer([step]) }
        #expect(error?.kind == .script)
        #expect(error?.message.contains(text) == true, "\(String(describing: error))")
        #expect(error?.location == step.location)
    }

    @Test func damageThatCannotBeDoneInAReplyIsThrownToo() throws {
        #expect(throws: MockError.self) {
            try MockServer([.respond(to: ["a": .steps([.send("b", damage: .truncated(to: 9))])])])
        }
    }
}
