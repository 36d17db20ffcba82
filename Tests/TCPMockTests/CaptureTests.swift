// Conversations as packets: what comes in which order, with which numbers.

import Testing

@testable import TCPMock

private let handshake = ["> SYN 0", "< SYN ACK 0 1", "> ACK 1 1"]

private let pingPong = Told { told in
    told.received("PING\r\n", at: 2)
    told.sent("+PONG\r\n", at: 2)
    told.add(.ended(.received), at: 3)
    told.add(.closed, at: 4)
    told.change { $0.close = .fin }
}

@Test func aConversationIsAHandshakeItsBytesAndItsEnd() {
    let file = capture(pingPong)
    #expect(
        file.ladder == handshake + [
            #"> PSH ACK 1 1 "PING\r\n""#, #"< PSH ACK 1 7 "+PONG\r\n""#, "> FIN ACK 7 8", "< FIN ACK 8 8", "> ACK 8 9",
        ])
    #expect(file.oddities == [])
    #expect(file.packets.map(\.isInbound) == [true, false, true, true, false, true, false, true])
}

@Test func aClientsConversationBeginsOnItsOwnSide() {
    let told = Told(side: .client) { told in
        told.change {
            $0.peerEnd = .ipv4(7000)
            $0.localEnd = .ipv4(50_000)
        }
        told.sent("hello", at: 2)
        told.received("hi", at: 3)
        told.step(.ended(.sent), "disconnect", at: 4)
        told.add(.ended(.received), at: 5)
    }
    let file = capture(told)
    #expect(
        file.ladder == handshake + [
            #"> PSH ACK 1 1 "hello""#, #"< PSH ACK 1 6 "hi""#, "> FIN ACK 6 3", "< FIN ACK 3 7", "> ACK 7 4",
        ])
    #expect(file.oddities == [])
    #expect(file.packets.first?.sourcePort == 50_000)
    #expect(file.packets.first?.destinationPort == 7000)
    #expect(file.packets.first?.isInbound == false)
}

// MARK: Acknowledgements

@Test func whatGoesOneWayIsAcknowledgedAtEverySecondSegmentAndAtTheEnd() {
    let told = Told { told in
        for time in [2.0, 3, 4] { told.sent("ab", at: time) }
    }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(3) == [
            #"< PSH ACK 1 1 "ab""#, #"< PSH ACK 3 1 "ab""#, "> ACK 1 5", #"< PSH ACK 5 1 "ab""#, "> ACK 1 7",
        ])
    #expect(file.oddities == [])
}

@Test func anAnswerThatComesLateIsNoAcknowledgement() {
    let told = Told { told in
        told.received("ab", at: 2)
        told.sent("cd", at: 900)
    }
    let file = capture(told)
    #expect(file.ladder.dropFirst(4) == ["< ACK 1 3", #"< PSH ACK 1 3 "cd""#, "> ACK 3 3"])
    #expect(file.packets[4].time == 2_000_000)
    #expect(file.oddities == [])
}

@Test func bigMessagesArePartedAndPushedAtTheirEnds() {
    let told = Told { $0.message(.received, [UInt8](repeating: 7, count: 100_000), at: 2) }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(3) == [
            "> ACK 1 1 (32768 bytes)", "> ACK 32769 1 (32768 bytes)", "< ACK 1 65537", "> ACK 65537 1 (32768 bytes)",
            "> PSH ACK 98305 1 (1696 bytes)", "< ACK 1 100001",
        ])
    #expect(file.oddities == [])
}

@Test func numbersBeginAgainBehindTheLast() {
    var train = PacketTrain(number: 1)
    train.connect(at: 0)
    for _ in 0..<3 { train.send(.missing(1 << 31), from: .server, at: 0, pushes: true) }
    let sequence = train.packets.filter { $0.payload.count > 0 }.map(\.sequence)
    #expect(sequence == [sequence[0], sequence[0] &+ (1 << 31), sequence[0]])
}

// MARK: Bytes that were not kept

@Test func ofBytesThatWereNotKeptTheNumberIsThere() throws {
    let told = Told { told in
        told.message(.received, Array("head".utf8), tail: Array("tail".utf8), missing: 1000, at: 2)
        told.message(.sent, [], missing: 5, at: 3)
    }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(3) == [
            #"> ACK 1 1 "head""#, "> ACK 5 1 (0 of 1000 bytes)", "< ACK 1 1005", #"> PSH ACK 1005 1 "tail""#,
            "< PSH ACK 1 1009 (0 of 5 bytes)", "> ACK 1009 6",
        ])
    #expect(file.oddities == [])
    #expect(file.packets[4].comments == ["step 1 of 4, continued", "1,000 bytes that were not kept"])
    #expect(file.packets[4].length == 1040)
    #expect(file.packets[4].captured.count == 40)
}

/// A tebibyte that was counted only: its packets are as big as those of Linux's BIG TCP, a few thousand at most.
@Test(arguments: [false, true]) func veryManyBytesThatWereNotKeptAreFewPackets(isIPv6: Bool) {
    let told = Told { told in
        told.change {
            guard isIPv6 else { return }
            $0.peerEnd = .ipv6(40_001)
            $0.listening = .ipv6(port: 7000)
        }
        told.message(.received, Array("head".utf8), tail: Array("tail".utf8), missing: 1 << 40, at: 2)
        told.sent("ok", at: 3)
        told.add(.ended(.received), at: 4)
    }
    let file = capture(told)
    #expect(file.packets.count < 4000)
    #expect(file.oddities == [])
    #expect(file.packets.filter { $0.isInbound }.reduce(0) { $0 + $1.count } == 1 << 40 | 8)
    #expect(String(decoding: file.packets.flatMap(\.payload), as: UTF8.self) == "headtailok")
    #expect(file.packets.allSatisfy { $0.isIPv6 == isIPv6 })
    let bytes = file.blocks.reduce(0) { $0 + $1.count }
    #expect(bytes < 1 << 20, "\(bytes)")
}

/// Where not much is missing packets are as long as others.
@Test func aShortHoleIsPartedAsBytesAre() {
    let told = Told { $0.message(.received, [], missing: 100_000, at: 2) }
    #expect(capture(told).packets.map(\.count).filter { $0 > 0 } == [32_768, 32_768, 32_768, 1_696])
    #expect(capture(told).oddities == [])
}

@Test func whatNoEntryHasIsTakenFromTheWholeStream() {
    let told = Told { told in
        told.received("abc", at: 2)
        told.add(.cut(7), at: 3)
        told.change {
            $0.receivedCount = 6
            $0.kept = [.init(flow: .received, position: 0, count: 6, head: Array("abcdef".utf8), tail: [])]
        }
        told.received("ghi", at: 4)
    }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(3) == [
            #"> PSH ACK 1 1 "abc""#, #"> PSH ACK 4 1 "def""#, "< ACK 1 7", #"> PSH ACK 7 1 "ghi""#, "< ACK 1 10",
        ])
    #expect(file.packets[4].comments == ["7 steps left out"])
    #expect(file.oddities == [])
}

@Test func bytesThatTheKernelNeverTookAreNotSent() {
    let told = Told { told in
        told.sent("taken", at: 2)
        told.sent("refused", at: 3)
        told.change { $0.sentCount = 5 }
        told.add(.reset(.received), at: 4)
    }
    let file = capture(told)
    #expect(file.ladder.dropFirst(3) == [#"< PSH ACK 1 1 "taken""#, "> ACK 1 6", "> RST ACK 1 6"])
    #expect(file.packets.last?.comments == ["step 2 of 4 send · Made.swift:2"])
}

// MARK: Ends

@Test(arguments: [Conversation.Flow.received, .sent]) func aResetIsTheLastOfAConversation(_ flow: Conversation.Flow) {
    let told = Told { told in
        told.received("ab", at: 2)
        told.sent("cde", at: 3)
        told.step(.reset(flow), "reset", at: 4)
        told.sent("too late", at: 5)
        told.add(.ended(.received), at: 5)
        told.change {
            $0.sentCount = 3
            $0.close = .fin
        }
    }
    let file = capture(told)
    let reset = flow == .received ? "> RST ACK 3 4" : "< RST ACK 4 3"
    #expect(file.ladder.dropFirst(3) == [#"> PSH ACK 1 1 "ab""#, #"< PSH ACK 1 3 "cde""#, "> ACK 3 4", reset])
    #expect(file.oddities == [])
}

@Test func aFailedConversationIsReset() {
    let told = Told { told in
        told.received("ab", at: 2)
        told.add(.ended(.received), at: 3)
        told.change { $0.close = .reset }
    }
    #expect(capture(told).ladder.dropFirst(4) == ["> FIN ACK 3 1", "< ACK 1 4", "< RST ACK 1 4"])
    #expect(capture(told).oddities == [])
}

@Test func aStreamThatEndedCanStillBeRefused() {
    let told = Told { told in
        told.received("ab", at: 2)
        told.add(.ended(.received), at: 3)
        told.sent("cd", at: 4)
        told.add(.reset(.received), at: 5)
    }
    #expect(
        capture(told).ladder.dropFirst(4) == ["> FIN ACK 3 1", #"< PSH ACK 1 4 "cd""#, "> ACK 4 3", "> RST ACK 4 3"])
}

@Test func afterAHalfCloseTheOtherSideGoesOn() {
    let told = Told { told in
        told.received("question", at: 2)
        told.add(.ended(.received), at: 3)
        told.sent("long ", at: 4)
        told.sent("answer", at: 5)
        told.add(.closed, at: 6)
        told.change { $0.close = .fin }
    }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(4) == [
            "> FIN ACK 9 1", #"< PSH ACK 1 10 "long ""#, #"< PSH ACK 6 10 "answer""#, "> ACK 10 12",
            "< FIN ACK 12 10", "> ACK 10 13",
        ])
    #expect(file.oddities == [])
}

@Test func bothSidesEndAtTheSameTime() {
    let told = Told { told in
        told.step(.ended(.sent), "disconnect", at: 2)
        told.add(.ended(.received), at: 2)
    }
    #expect(capture(told).ladder.dropFirst(3) == ["< FIN ACK 1 1", "> FIN ACK 1 2", "< ACK 2 2"])
    #expect(capture(told).oddities == [])
}

/// Bytes are judged when their step becomes current, which may be long after the FIN behind them was seen.
@Test func bytesJudgedAfterAFINHadComeBefore() {
    let told = Told { told in
        told.received("ab", at: 2)
        told.add(.ended(.received), at: 3)
        told.received("cd", at: 60)
    }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(3) == [
            #"> PSH ACK 1 1 "ab""#, #"> PSH ACK 3 1 "cd""#, "< ACK 1 5", "> FIN ACK 5 1", "< ACK 1 6",
        ])
    #expect(file.packets[4].comments == ["step 2 of 4 expect · Made.swift:2"])
    #expect(file.oddities == [])
}

/// The loop sees a FIN and plays what it waited for in one turn, so that both have one stamp.
@Test func anAnswerToAnEndComesBehindIt() {
    let told = Told { told in
        told.received("ab", at: 2)
        told.sent("c", at: 3)
        told.add(.ended(.received), at: 3)
        told.step(.done, "expectEOF", at: 3)
        told.sent("de", at: 3)
        told.change {
            $0.traffic = [
                .init(time: 2_000_000, received: 2, sent: 0), .init(time: 3_000_000, received: 2, sent: 3),
            ]
        }
    }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(4) == [
            #"< PSH ACK 1 3 "c""#, "> FIN ACK 3 2", #"< PSH ACK 2 4 "de""#, "> ACK 4 4",
        ])
    #expect(file.packets.map(\.time) == file.packets.map(\.time).sorted())
    #expect(file.oddities == [])
}

// MARK: Reads and writes

@Test func readsAndWritesThatWereNotedPartTheBytesAndStampThem() {
    let told = Told { told in
        told.received("abcdef", at: 5)
        told.sent("ghi", at: 5)
        told.sent("jk", at: 9)
        told.add(.ended(.received), at: 10)
        told.change {
            $0.traffic = [
                .init(time: 2_000_000, received: 1, sent: 0), .init(time: 3_000_000, received: 6, sent: 0),
                .init(time: 5_500_000, received: 6, sent: 2), .init(time: 5_600_000, received: 6, sent: 3),
            ]
        }
    }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(3) == [
            #"> PSH ACK 1 1 "a""#, #"> PSH ACK 2 1 "bcdef""#, #"< PSH ACK 1 7 "gh""#, #"< PSH ACK 3 7 "i""#,
            "> ACK 7 4", #"< PSH ACK 4 7 "jk""#, "> FIN ACK 7 6", "< ACK 6 8",
        ])
    #expect(file.packets.dropFirst(3).map(\.time) == [2, 3, 5.5, 5.6, 5.6, 9, 10, 10].map { UInt64($0 * 1e6) })
    #expect(file.packets[4].comments == ["step 1 of 4, continued"])
    #expect(file.oddities == [])
}

@Test func aReadNotedAfterTheEndOfItsStreamStillPartsTheBytes() {
    let told = Told { told in
        told.add(.ended(.received), at: 2)
        told.received("abcd", at: 3)
        told.change {
            $0.traffic = [.init(time: 2_100_000, received: 3, sent: 0), .init(time: 2_200_000, received: 4, sent: 0)]
        }
    }
    let file = capture(told)
    #expect(
        file.ladder.dropFirst(3) == [
            #"> PSH ACK 1 1 "abc""#, #"> PSH ACK 4 1 "d""#, "< ACK 1 5", "> FIN ACK 5 1", "< ACK 1 6",
        ])
    #expect(file.oddities == [])
}

@Test func whereReadsAndWritesWereLeftOutTheStepsSayWhenBytesWent() {
    let told = Told { told in
        for time in [2.0, 4, 6, 8] {
            told.received("a", at: time)
            told.sent("b", at: time + 1)
        }
        told.change {
            $0.traffic = [
                .init(time: 2_500_000, received: 1, sent: 0),
                .init(time: 9_000_000, received: 3, sent: 3, isBehindCut: true),
                .init(time: 9_500_000, received: 4, sent: 4),
            ]
        }
    }
    let file = capture(told)
    #expect(
        file.packets.filter { $0.count > 0 }.map(\.time) == [2.5, 3, 4, 5, 6, 7, 9.5, 9.5].map { UInt64($0 * 1e6) })
    #expect(String(decoding: file.packets.flatMap(\.payload), as: UTF8.self) == "abababab")
    #expect(file.oddities == [])
}

// MARK: Many

@Test func noConnectionsAreNoPackets() {
    let file = capture([], notes: ["nobody came"])
    #expect(file.packets.isEmpty)
    #expect(file.blocks.count == 2)
    #expect(file.comments == ["made up", "note: nobody came"])
}

@Test func connectionsAreMergedByTime() {
    let told = (1...3).map { number in
        Told(number) { told in
            for round in 0..<4 { told.received("\(number)", at: Double(2 + 3 * round + number)) }
        }
    }
    let file = capture(told.map(\.conversation))
    #expect(file.oddities == [])
    #expect(String(decoding: file.packets.flatMap(\.payload), as: UTF8.self) == "123123123123")
}

@Test func thousandsOfConnectionsAreAFewPacketsEach() {
    let told = (1...3000).map { number in
        Told(number) { told in
            told.received("PING\r\n", at: Double(2 + number % 7))
            told.sent("+PONG\r\n", at: Double(3 + number % 7))
            told.add(.ended(.received), at: Double(12 + number % 11))
            told.change { $0.close = .fin }
        }
    }
    let bytes = Evidence(title: "", conversations: told.map(\.conversation), failures: [], notes: [], wallClock: 0)
        .pcapng
    #expect(bytes.count < 3000 * 8 * 160)
    let file = CaptureFile(bytes)
    #expect(file.packets.count == 3000 * 8)
    #expect(file.oddities == [])
}
