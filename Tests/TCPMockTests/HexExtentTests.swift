// Which bytes a page shows in hex, and what it says of the others.

import Testing

@testable import TCPMock

private func message(_ count: Int, head: Int, tail: Int = 0) -> Conversation.Message {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    return Conversation.Message(
        flow: .received, position: 0, count: count, head: Array(bytes.prefix(head)), tail: Array(bytes.suffix(tail)))
}

private func outline(_ extent: HexExtent) -> [String] {
    extent.parts.map { part in
        switch part {
        case .bytes(let bytes, let offset): "\(offset)..<\(offset + bytes.count)"
        case .hole(let text): text
        }
    }
}

@Test(arguments: [
    (message(5, head: 5), ["0..<5"]),
    (message(8, head: 8), ["0..<8"]),
    (message(9, head: 9), ["0..<4", "… 1 byte not shown here …", "5..<9"]),
    (message(9, head: 3), ["0..<3", "… 6 bytes not kept …"]),
    (message(9, head: 3, tail: 2), ["0..<3", "… 4 bytes not kept …", "7..<9"]),
    (
        message(99, head: 6, tail: 6),
        ["0..<4", "… 2 bytes not shown here …", "… 87 bytes not kept …", "… 2 bytes not shown here …", "95..<99"]
    ),
    (message(9, head: 0), ["… 9 bytes not kept …"]),
])
func holesAreNamedWhereTheyAre(message: Conversation.Message, expected: [String]) {
    #expect(outline(HexExtent(message, each: 4)) == expected)
}

@Test func aPageShowsFewerBytesOfEachWhenThereAreVeryMany() {
    var budget = HexBudget()
    #expect(budget.take(1 << 20) == HexBudget.most)
    for _ in 0..<100 { _ = budget.take(1 << 20) }
    #expect(budget.take(1 << 20) == HexBudget.least)
}

@Test func comparisonsMarkTheFirstByteThatDiffers() {
    let comparison = HexComparison(expected: Array("PING\r\n".utf8), got: Array("PONG\r\n".utf8), offset: 1)
    #expect(comparison.difference == 1)
    #expect(comparison.start == 0)
    #expect(comparison.caption == "first difference at byte 1: expected 'I' 0x49, got 'O' 0x4F")
    var markup = Markup()
    markup.comparison(comparison)
    #expect(markup.source.contains("50 <mark class=\"first\">49</mark> 4e"))
    #expect(markup.source.contains("50 <mark class=\"first\">4f</mark> 4e"))
}

@Test func ofLongComparisonsThePlaceOfTheDifferenceIsShown() {
    var got = [UInt8](repeating: 7, count: 1000)
    let expected = got
    got[500] = 8
    let comparison = HexComparison(expected: expected, got: got, offset: 500)
    #expect(comparison.start == 480)
    #expect(comparison.end == 528)
    var markup = Markup()
    markup.comparison(comparison)
    #expect(markup.source.contains("480 bytes before are equal"))
    #expect(markup.source.contains("… 472 more bytes"))
}

@Test func bytesThatNeverCameAreCounted() {
    let comparison = HexComparison(expected: Array("abcd".utf8), got: Array("ab".utf8), offset: 2)
    #expect(comparison.caption == "nothing came from byte 2 on: 2 bytes more were expected")
}

/// Of a template's part offsets count from the template's start, as the failure's text has them.
@Test func offsetsOfATemplatesPartCountFromTheTemplate() {
    let comparison = HexComparison(expected: Array("xyz".utf8), got: Array("xxz".utf8), offset: 11)
    #expect(comparison.base == 10)
    #expect(comparison.caption.hasPrefix("first difference at byte 11"))
}
