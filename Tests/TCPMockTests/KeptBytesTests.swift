// What is kept of a stream, found by positions.

import Testing

@testable import TCPMock

@Suite struct KeptBytesTests {
    /// "abc", four bytes that are not kept, "xyz".
    private let cut = KeptBytes(head: Array("abc".utf8), tail: Array("xyz".utf8), total: 10)

    @Test(
        arguments: [
            (0..<10, "abc", "xyz"), (0..<3, "abc", ""), (1..<2, "b", ""), (2..<5, "c", ""), (3..<7, "", ""),
            (4..<4, "", ""), (5..<8, "", "x"), (7..<10, "xyz", ""), (8..<9, "y", ""), (2..<8, "c", "x"),
            (9..<20, "z", ""), (20..<30, "", ""),
        ])
    func aPieceIsWhatIsKnownOfItsTwoEnds(range: Range<Int>, head: String, tail: String) {
        let piece = cut.piece(range)
        #expect(piece.head == Array(head.utf8) && piece.tail == Array(tail.utf8))
    }

    @Test func onlyWhatIsKeptWholeIsKnown() {
        #expect(cut.known(0..<3) == Array("abc".utf8))
        #expect(cut.known(8..<10) == Array("yz".utf8))
        #expect(cut.known(0..<4) == nil && cut.known(3..<5) == nil && cut.known(6..<8) == nil)
        #expect(cut.known(9..<11) == nil)
        #expect(cut.known(5..<5) == [])
        #expect(cut.all == nil && !cut.isWhole && cut.cut == 3..<7)
    }

    @Test func endsThatMeetAreWhole() {
        let whole = KeptBytes(head: Array("ab".utf8), tail: Array("c".utf8), total: 3)
        #expect(whole == KeptBytes(Array("abc".utf8)))
        #expect(whole.isWhole && whole.all == Array("abc".utf8) && whole.tail.isEmpty && whole.cut.isEmpty)
        #expect(whole.known(1..<3) == Array("bc".utf8))
        #expect(KeptBytes().isWhole && KeptBytes().all == [])
    }

    @Test func theFirstBytesAreThoseOfAShorterStream() {
        #expect(cut.first(2) == KeptBytes(Array("ab".utf8)))
        #expect(cut.first(5) == KeptBytes(head: Array("abc".utf8), tail: [], total: 5))
        #expect(cut.first(9) == KeptBytes(head: Array("abc".utf8), tail: Array("xy".utf8), total: 9))
        #expect(cut.first(99) == cut)
    }

    @Test func aVerdictSaysOfHowManyConnectionsLessIsKeptThanWasAskedFor() {
        var report = EndpointReport()
        report.connections = [makeConnection(failure: nil), makeConnection(failure: nil)]
        #expect(report.evidenceNotes.isEmpty)
        report.connections[1].lacksMemory = true
        #expect(report.evidenceNotes.count == 1 && report.evidenceNotes[0].hasPrefix("of 1 connection fewer bytes"))
    }
}
