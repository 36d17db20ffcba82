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

    @discardableResult
    func move(at time: UInt64, received: UInt64, sent: UInt64, isRead: Bool, room: Int = .max) -> Int {
        var traffic = evl_traffic(time_ns: time, received: received, sent: sent)
        return record_traffic(&raw, &traffic, isRead, room)
    }

    var steps: [UInt32] { entries(raw.events, of: evl_event.self).map(\.step) }
    var traffic: [[UInt64]] {
        entries(raw.traffic, of: evl_traffic.self).map { [$0.time_ns, $0.received, $0.sent] }
    }

    private func entries<Entry>(_ trail: evl_trail, of _: Entry.Type) -> [Entry] {
        Array(UnsafeBufferPointer(start: trail.entries?.assumingMemoryBound(to: Entry.self), count: Int(trail.count)))
    }
}

private let head = UInt32(RECORD_HEAD)
private let most = UInt32(RECORD_ENTRIES)

@Test func eventsUpToTheBoundAreAllKept() {
    let record = Record()
    record.note(0..<most)
    #expect(record.steps == Array(0..<most))
    #expect(record.raw.events.cut == 0)
}

@Test(arguments: [most + 1, most + 100, most + 112, most + 113, 5 * most, 100_000])
func moreEventsAreBoundedWithTheirHeadKeptAndTheCutCounted(total: UInt32) {
    let record = Record()
    record.note(0..<total)
    let kept = record.steps
    #expect(kept.count <= Int(most))
    #expect(UInt64(kept.count) + record.raw.events.cut == UInt64(total))
    #expect(Array(kept.prefix(Int(head))) == Array(0..<head))
    let tail = Array(kept.dropFirst(Int(head)))
    #expect(tail == Array((total - UInt32(tail.count))..<total))  // the latest, in order, without a hole
    #expect(tail.count >= (Int(most) - Int(head)) / 2)
}

// MARK: Traffic

@Test func aWriteAtTheTimeOfTheReadBeforeItIsNotedWithIt() {
    let record = Record()
    record.move(at: 1, received: 3, sent: 0, isRead: true)
    record.move(at: 1, received: 3, sent: 5, isRead: false)
    record.move(at: 1, received: 3, sent: 9, isRead: false)  // another write is another
    record.move(at: 2, received: 4, sent: 9, isRead: true)
    record.move(at: 3, received: 4, sent: 10, isRead: false)  // later than the read
    record.move(at: 3, received: 5, sent: 10, isRead: true)  // a read behind a write
    record.move(at: 3, received: 6, sent: 10, isRead: true)
    #expect(
        record.traffic == [[1, 3, 5], [1, 3, 9], [2, 4, 9], [3, 4, 10], [3, 5, 10], [3, 6, 10]])
}

@Test func moreTrafficIsBoundedWithItsHeadKeptAndTheCutCounted() {
    let record = Record()
    for number in 1...5000 as ClosedRange<UInt64> { record.move(at: number, received: number, sent: 0, isRead: true) }
    let kept = record.traffic.map { $0[0] }
    #expect(kept.count <= Int(most) && kept.count > Int(most) / 2)
    #expect(UInt64(kept.count) + record.raw.traffic.cut == 5000)
    #expect(Array(kept.prefix(Int(head))) == Array(1...UInt64(head)))
    #expect(kept.last == 5000)
}

/// Memory for evidence may come and go: a hole that is not behind the head could not be told.
@Test(arguments: [0, 8, 16, 64])
func trafficWithoutRoomHasOneHole(entries: Int) {
    let record = Record()
    var room = entries * MemoryLayout<evl_traffic>.size
    for number in 1...300 as ClosedRange<UInt64> {
        room -= record.move(at: number, received: number, sent: 0, isRead: true, room: number == 200 ? .max : room)
    }
    let kept = record.traffic.map { $0[0] }
    let beginning = min(kept.count, Int(head))  // as whoever is shown it must take it
    #expect(Array(kept.prefix(beginning)) == (1...300).prefix(beginning).map { $0 })
    #expect(UInt64(kept.count) + record.raw.traffic.cut == 300)
    let rest = kept.dropFirst(beginning)
    #expect(rest.isEmpty || Array(rest) == (301 - UInt64(rest.count)...300).map { $0 })
}

@Test func theMemoryAddedIsTheMemoryHeld() {
    let record = Record()
    var added = 0
    for number in 1...100 as ClosedRange<UInt64> {
        added += record.move(at: number, received: 99 * number, sent: 7 * number, isRead: true)
        let (received, sent) = ([UInt8](repeating: 1, count: 99), [UInt8](repeating: 2, count: 7))
        added += ends_append(&record.raw.received, 99 * (number - 1), received, 99, 5000, .max)
        added += ends_append(&record.raw.sent, 7 * (number - 1), sent, 7, 5000, .max)
    }
    #expect(added == record_size(&record.raw))
}
