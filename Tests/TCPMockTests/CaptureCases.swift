// Conversations made by hand, for tests of what is made of them.

import CEvLoop

@testable import TCPMock

/// Entries at times in milliseconds, in few words.
struct Told {
    private(set) var conversation: Conversation
    private var step = 0

    init(_ number: Int = 1, side: Side = .server, _ change: (inout Told) -> Void) {
        conversation = Conversation()
        conversation.number = number
        conversation.side = side
        conversation.peerEnd = .ipv4(40_000 + UInt16(number))
        conversation.peer = "127.0.0.1:\(40_000 + number)"
        conversation.listening = .ipv4(port: 7000)
        conversation.stepCount = 4
        conversation.began = 1_000_000
        add(.connected, at: 1)
        change(&self)
    }

    mutating func received(_ text: String, at time: Double, _ change: (inout Conversation.Message) -> Void = { _ in }) {
        message(.received, Array(text.utf8), at: time, change)
    }

    mutating func sent(_ text: String, at time: Double, _ change: (inout Conversation.Message) -> Void = { _ in }) {
        message(.sent, Array(text.utf8), at: time, change)
    }

    /// A message that goes on where the last of its kind ended, as a step.
    mutating func message(
        _ flow: Conversation.Flow, _ bytes: [UInt8], tail: [UInt8] = [], missing: Int = 0, at time: Double,
        _ change: (inout Conversation.Message) -> Void = { _ in }
    ) {
        let position = flow == .received ? conversation.receivedCount : conversation.sentCount
        var message = Conversation.Message(
            flow: flow, position: position, count: bytes.count + missing + tail.count, head: bytes, tail: tail)
        change(&message)
        let end = position + message.count
        if flow == .received { conversation.receivedCount = end } else { conversation.sentCount = end }
        add(.message(message), at: time, mark(flow == .received ? "expect" : "send"))
    }

    mutating func step(_ content: Conversation.Content, _ text: String, at time: Double) {
        add(content, at: time, mark(text))
    }

    mutating func add(_ content: Conversation.Content, at time: Double, _ mark: Conversation.Mark? = nil) {
        conversation.entries.append(Conversation.Entry(time: UInt64(time * 1e6), content: content, mark: mark))
    }

    mutating func change(_ change: (inout Conversation) -> Void) {
        change(&conversation)
    }

    private mutating func mark(_ text: String) -> Conversation.Mark {
        step += 1
        let line = SourcePosition(fileID: "Tests/Made.swift", filePath: "/Made.swift", line: UInt(step), column: 1)
        return Conversation.Mark(number: step, text: text, label: nil, location: line, framing: nil, outcome: .ok)
    }
}

func capture(_ conversations: [Conversation], wallClock: Int64 = 0, notes: [String] = []) -> CaptureFile {
    CaptureFile(
        Evidence(title: "made up", conversations: conversations, failures: [], notes: notes, wallClock: wallClock)
            .pcapng)
}

func capture(_ told: Told) -> CaptureFile {
    capture([told.conversation])
}

extension ConnectionEnd {
    static func ipv4(_ port: UInt16, _ address: (UInt8, UInt8, UInt8, UInt8) = (127, 0, 0, 1)) -> ConnectionEnd {
        let (a, b, c, d) = address
        return ConnectionEnd(
            evl_end(
                bytes: (a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), port: port,
                family: UInt8(EVL_IPV4.rawValue)))
    }

    static func ipv6(_ port: UInt16) -> ConnectionEnd {
        ConnectionEnd(
            evl_end(
                bytes: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), port: port,
                family: UInt8(EVL_IPV6.rawValue)))
    }

    /// ::ffff:127.0.0.1, as a socket of both families shows who came over IPv4.
    static func mapped(_ port: UInt16) -> ConnectionEnd {
        ConnectionEnd(
            evl_end(
                bytes: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1), port: port,
                family: UInt8(EVL_IPV6.rawValue)))
    }

    static var unix: ConnectionEnd {
        ConnectionEnd(
            evl_end(
                bytes: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), port: 0, family: UInt8(EVL_UNIX.rawValue)))
    }
}
