// ends.c: a stream is kept whole as long as it fits, then both its ends are.

import CEvLoop
import CEvLoopInternals
import Testing

/// A stream whose byte at each position is told by the position.
private final class Ends {
    var raw = evl_ends()
    private(set) var total = 0
    private(set) var added = 0
    private let most: Int

    init(most: Int) { self.most = most }

    deinit { ends_free(&raw) }

    static func bytes(_ range: Range<Int>) -> [UInt8] { range.map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 8) } }

    @discardableResult
    func append(_ count: Int, room: Int = .max) -> Int {
        let new = ends_append(&raw, UInt64(total), Ends.bytes(total..<(total + count)), count, most, room)
        total += count
        added += new
        return new
    }

    func skip(_ count: Int) { total += count }

    var view: evl_stream_view { ends_view(&raw, UInt64(total), most) }
    var head: [UInt8] { Array(UnsafeBufferPointer(start: view.head, count: view.head_length)) }
    var tail: [UInt8] {
        let view = view
        return Array(UnsafeBufferPointer(start: view.tail.0, count: view.tail_length.0))
            + UnsafeBufferPointer(start: view.tail.1, count: view.tail_length.1)
    }

    /// What should be kept with so much memory.
    func isRight(_ memory: Int) -> Bool {
        if total <= memory { return head == Ends.bytes(0..<total) && tail.isEmpty }
        let (first, last) = (memory - memory / 2, memory / 2)
        return head == Ends.bytes(0..<first) && tail == Ends.bytes((total - last)..<total)
    }
}

@Suite struct EndsTests {
    @Test(arguments: [1, 2, 3, 7, 64, 100, 1000], [1, 2, 3, 10, 64, 200, 1024])
    func aStreamIsKeptWholeWhileItFitsAndAfterwardsBothItsEnds(piece: Int, most: Int) {
        let ends = Ends(most: most)
        var isRight = true
        while ends.total < 3 * most + 10, isRight {
            ends.append(piece)
            isRight = ends.isRight(most) && ends.added == ends.raw.capacity && ends.added <= most && !ends.view.is_short
        }
        #expect(isRight, "after \(ends.total)")
    }

    @Test func aPieceLargerThanAllThatIsKeptLeavesItsEnds() {
        let ends = Ends(most: 100)
        ends.append(1_000_000)
        #expect(ends.isRight(100))
        ends.append(30)
        ends.append(1_000)
        #expect(ends.isRight(100))
    }

    @Test func aStreamThatOutgrowsItsHeadDoesNotCostTheWholeTail() {
        let ends = Ends(most: 16384)
        for _ in 0..<8192 { ends.append(1) }
        #expect(ends.raw.capacity == 8192)
        ends.append(10)
        #expect(ends.raw.capacity == 12288)
    }

    @Test func nothingIsAllocatedOnceItIsFull() {
        let ends = Ends(most: 1000)
        ends.append(1001)
        #expect((1...100).allSatisfy { ends.append($0) == 0 })
    }

    /// What there is has to do, and is halved as the whole would have been; later room changes nothing any more.
    @Test(arguments: [0, 1, 2, 63, 64, 100, 129])
    func withoutRoomWhatThereIsHasToDo(room: Int) {
        let ends = Ends(most: 1000)
        for _ in 0..<70 { ends.append(10, room: room - ends.added) }
        #expect(ends.isRight(room))
        #expect(ends.view.is_short)
        ends.append(500)
        #expect(ends.isRight(room) && ends.raw.capacity == room)
    }

    @Test func bytesThatDoNotFollowAreNoPartOfTheTail() {
        let ends = Ends(most: 20)
        ends.append(15)
        ends.skip(1)
        ends.append(30)
        #expect(ends.head == Ends.bytes(0..<15) && ends.tail.isEmpty)
        let cut = Ends(most: 20)
        cut.append(40)
        cut.skip(1)
        cut.append(30)
        #expect(cut.head == Ends.bytes(0..<10) && cut.tail.isEmpty)
    }

    @Test func withoutACapNothingIsHeld() {
        let ends = Ends(most: 0)
        ends.append(3)
        #expect(ends.added == 0 && ends.head.isEmpty && ends.tail.isEmpty)
    }
}
