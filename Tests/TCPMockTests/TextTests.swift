// The small parts that texts are made of: bytes, hex, durations, numbers.

import Testing

@testable import TCPMock

@Test(arguments: [
    ("", #""""#),
    ("PING\r\n", #""PING\r\n""#),
    ("tab\t nul\0", #""tab\t nul\0""#),
    (#"a "quoted" \ word"#, #""a \"quoted\" \\ word""#),
    ("mostly\u{1}text", #""mostly\x01text""#),
])
func bytesThatAreTextAreQuoted(text: String, shown: String) {
    #expect(ByteText.quoted(Array(text.utf8)) == shown)
}

@Test(
    arguments: [
        ([0x00], "00"),
        ([0x16, 0x03, 0x01], "16 03 01"),
        ([0x00, 0x00, 0x00, 0x02, 0x68, 0x69], "00 00 00 02 68 69"),
    ] as [([UInt8], String)])
func bytesThatAreNoTextAreHex(bytes: [UInt8], shown: String) {
    #expect(ByteText.quoted(bytes) == shown)
}

@Test func longBytesAreCutAndCounted() {
    let bytes = [UInt8](repeating: 0x61, count: 100)
    #expect(ByteText.quoted(bytes, limit: 3) == #""aaa"… (100 bytes)"#)
    #expect(ByteText.quoted(bytes, limit: 100) == "\"\(String(repeating: "a", count: 100))\"")
    #expect(ByteText.quoted([0, 1, 2, 3], limit: 2) == "00 01… (4 bytes)")
}

@Test func aByteIsNamedByItsLetterAndNumber() {
    #expect(ByteText.named(0x49) == "'I' 0x49")
    #expect(ByteText.named(0x20) == "' ' 0x20")
    #expect(ByteText.named(0x0a) == "0x0A")
    #expect(ByteText.named(0xff) == "0xFF")
}

// MARK: Hex dumps

@Test func aComparisonMarksTheFirstDifference() {
    let lines = HexDump.comparison(expected: Array("PING\r\n".utf8), got: Array("PONG\r\n".utf8), offset: 1)
    #expect(
        lines == [
            "  expected  50 49 4e 47 0d 0a   PING..",
            "  got       50 4f 4e 47 0d 0a   PONG..",
            "               ^^",
        ])
}

@Test func aComparisonAlignsRowsOfDifferentLengths() {
    let lines = HexDump.comparison(expected: Array("abc".utf8), got: Array("a".utf8), offset: 1)
    #expect(
        lines == [
            "  expected  61 62 63   abc",
            "  got       61         a",
            "               ^^",
        ])
    let nothing = HexDump.comparison(expected: Array("abc".utf8), got: [], offset: 0)
    #expect(nothing[1] == "  got       (nothing)")
}

@Test(arguments: 0...200) func aComparisonsMarkStandsUnderTheByteThatDiffers(offset: Int) {
    let expected = [UInt8](repeating: 0x61, count: 201)
    var got = expected
    got[offset] = 0x7a
    let lines = HexDump.comparison(expected: expected, got: got, offset: offset)
    let mark = lines[lines.count - 1].count - 2
    #expect(lines[lines.count - 2].dropFirst(mark).prefix(2) == "7a")
    #expect(lines[lines.count - 3].dropFirst(mark).prefix(2) == "61")
}

@Test func aDumpIsCutAtItsRows() {
    let bytes = Array(UInt8(0)..<40)
    #expect(HexDump.lines(bytes, rows: 4, of: 40).count == 3)
    let cut = HexDump.lines(bytes, rows: 2, of: 1000)
    #expect(cut[0] == "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f   ................")
    #expect(cut[2] == "… 968 more bytes")
    #expect(HexDump.lines(Array("Hello".utf8), rows: 4, of: 5) == ["48 65 6c 6c 6f   Hello"])
    #expect(HexDump.lines(Array("Hello".utf8), rows: 4, of: 6)[1] == "… 1 more byte")
}

// MARK: Durations and numbers

@Test(
    arguments: [
        (.zero, "0 µs"), (.nanoseconds(1500), "1.5 µs"), (.microseconds(999), "999 µs"), (.milliseconds(1), "1 ms"),
        (.microseconds(12345), "12.3 ms"), (.milliseconds(100), "100 ms"), (.milliseconds(250), "250 ms"),
        (.seconds(2), "2 s"),
        (.milliseconds(2500), "2.5 s"), (.microseconds(999_999), "1 s"), (.nanoseconds(999_999), "1 ms"),
        (.seconds(600), "600 s"),
    ] as [(Duration, String)])
func aDurationIsShownBriefly(duration: Duration, shown: String) {
    #expect(duration.brief == shown)
}

@Test func nounsAgreeWithTheirNumbers() {
    #expect(counted(0, "byte") == "0 bytes")
    #expect(counted(1, "byte") == "1 byte")
    #expect(counted(2, "byte") == "2 bytes")
    #expect(countedAll(1, "byte") == "the 1 byte")
    #expect(countedAll(2, "byte") == "both bytes")
    #expect(countedAll(6, "byte") == "all 6 bytes")
}
