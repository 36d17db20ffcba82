// record.c: evidence is bounded, in order, and says what it left out.

import CEvLoop
import CEvLoopInternals
import Testing

private final class Record {
    var raw = evl_record()

    deinit { record_free(&raw) }

    func note(_ steps: Range<UInt32>) {
        for step in steps {
            var event = evl_event(time_ns: 0, consumed: 0, sent: 0, kind: EVL_EVENT_STEP_DONE.rawValue, step: step)
            record_event(&raw, &event)
        }
    }

    var steps: [UInt32] { UnsafeBufferPointer(start: raw.events, count: Int(raw.count)).map(\.step) }
}

private let head = UInt32(RECORD_HEAD)
private let most = UInt32(RECORD_EVENTS)

@Test func eventsUpToTheBoundAreAllKept() {
    let record = Record()
    record.note(0..<most)
    #expect(record.steps == Array(0..<most))
    #expect(record.raw.cut == 0)
}

@Test(arguments: [most + 1, most + 100, most + 112, most + 113, 5 * most, 100_000])
func moreEventsAreBoundedWithTheirHeadKeptAndTheCutCounted(total: UInt32) {
    let record = Record()
    record.note(0..<total)
    let kept = record.steps
    #expect(kept.count <= Int(most))
    #expect(UInt64(kept.count) + record.raw.cut == UInt64(total))
    #expect(Array(kept.prefix(Int(head))) == Array(0..<head))
    let tail = Array(kept.dropFirst(Int(head)))
    #expect(tail == Array((total - UInt32(tail.count))..<total))  // the latest, in order, without a hole
    #expect(tail.count >= (Int(most) - Int(head)) / 2)
}

@Test func theBytesOfADirectionAreCapped() {
    let record = Record()
    #expect(record_bytes(&record.raw.received, [1, 2, 3], 3, 4) > 0)
    _ = record_bytes(&record.raw.received, [4, 5], 2, 4)
    #expect(record_bytes(&record.raw.received, [6], 1, 4) == 0)
    #expect(Array(UnsafeBufferPointer(start: record.raw.received.bytes, count: 4)) == [1, 2, 3, 4])
    #expect(buffer_length(&record.raw.received) == 4)
}

@Test func theMemoryAddedIsTheMemoryHeld() {
    let record = Record()
    var added = 0
    for _ in 0..<100 {
        added += record_bytes(&record.raw.received, [UInt8](repeating: 1, count: 99), 99, 5000)
        added += record_bytes(&record.raw.sent, [UInt8](repeating: 2, count: 7), 7, 5000)
    }
    #expect(added == record_size(&record.raw))
}

@Test func withoutACapOfBytesNothingIsHeld() {
    let record = Record()
    #expect(record_bytes(&record.raw.sent, [1, 2, 3], 3, 0) == 0)
    #expect(record_size(&record.raw) == 0)
}
