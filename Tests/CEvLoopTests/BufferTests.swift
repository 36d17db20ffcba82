// buffer.c: what was appended comes out at the front, whatever was consumed between.

import CEvLoop
import CEvLoopInternals
import Testing

private final class Buffer {
    var raw = evl_buffer()

    deinit { buffer_free(&raw) }

    var content: [UInt8] { Array(UnsafeBufferPointer(start: raw.bytes.map { $0 + raw.start }, count: length)) }
    var length: Int { buffer_length(&raw) }

    func append(_ bytes: [UInt8]) {
        let guarded = GuardedBytes()
        withExtendedLifetime(guarded) {
            #expect(buffer_append(&raw, guarded.place(bytes), bytes.count) == EVL_OK)
        }
    }
    func append(_ bytes: [UInt8], cap: Int) -> Int { buffer_append_capped(&raw, bytes, bytes.count, cap) }
    func consume(_ count: Int) { buffer_consume(&raw, count) }
}

@Test func aNewBufferIsEmptyAndOwnsNothing() {
    let buffer = Buffer()
    #expect(buffer.length == 0)
    #expect(buffer.raw.bytes == nil)
    buffer.consume(0)
    buffer.append([])
    #expect(buffer.raw.bytes == nil)
}

@Test func aBufferKeepsOrderThroughAnyMixOfAppendingAndConsuming() {
    let buffer = Buffer()
    var model: [UInt8] = []
    var random = SystemRandomNumberGenerator()
    for round in 0..<2000 {
        let piece = (0..<Int.random(in: 0...300, using: &random)).map { UInt8(truncatingIfNeeded: $0 + round) }
        buffer.append(piece)
        model += piece
        let taken = Int.random(in: 0...min(model.count, 320), using: &random)
        buffer.consume(taken)
        model.removeFirst(taken)
        #expect(buffer.length == model.count)
        if round % 50 == 0 { #expect(buffer.content == model) }
    }
    #expect(buffer.content == model)
}

@Test func roomThatWasConsumedAtTheFrontIsUsedAgain() {
    let buffer = Buffer()
    buffer.append([UInt8](repeating: 1, count: 60))
    buffer.consume(50)
    buffer.append([UInt8](repeating: 2, count: 54))
    #expect(buffer.raw.capacity == 64)
    #expect(buffer.content == [UInt8](repeating: 1, count: 10) + [UInt8](repeating: 2, count: 54))
}

@Test func anEmptiedBufferKeepsLittleMemory() {
    let buffer = Buffer()
    buffer.append([UInt8](repeating: 1, count: 4000))
    buffer.consume(4000)
    #expect(buffer.raw.capacity == 4096)
    for _ in 0..<3 { buffer.append([UInt8](repeating: 1, count: 4000)) }
    buffer.consume(12000)
    #expect(buffer.raw.bytes == nil)
    #expect(buffer.raw.capacity == 0)
}

@Test func aCapTakesWhatFitsAndSaysHowMuch() {
    let buffer = Buffer()
    #expect(buffer.append([1, 2, 3], cap: 5) == 3)
    #expect(buffer.append([4, 5, 6], cap: 5) == 2)
    #expect(buffer.append([7], cap: 5) == 0)
    #expect(buffer.append([7], cap: 2) == 0)  // holds more than the cap already
    #expect(buffer.content == [1, 2, 3, 4, 5])
}
