// keep.c: the latest payload of each step, in copies.

import CEvLoop
import CEvLoopInternals
import Testing

/// What is kept, by step.
private func kept(_ keep: evl_keep) -> [UInt32: [UInt8]] {
    let entries = UnsafeBufferPointer(start: keep.entries, count: keep.count)
    return Dictionary(
        uniqueKeysWithValues: entries.map {
            ($0.step, Array(UnsafeBufferPointer(start: $0.bytes, count: $0.length)))
        })
}

@Suite struct KeepTests {
    @Test func aPayloadIsCopied() {
        var keep = evl_keep()
        defer { keep_free(&keep) }
        var payload = bytes("first")
        #expect(keep_store(&keep, 7, payload, payload.count) == EVL_OK)
        payload[0] = 0
        #expect(kept(keep) == [7: bytes("first")])
    }

    @Test func theLatestOfAStepIsKept() {
        var keep = evl_keep()
        defer { keep_free(&keep) }
        for text in ["a long one", "", "b"] {
            #expect(keep_store(&keep, 3, bytes(text), text.utf8.count) == EVL_OK)
            #expect(kept(keep) == [3: bytes(text)])
        }
    }

    @Test func aPayloadMayBeEmpty() {
        var keep = evl_keep()
        defer { keep_free(&keep) }
        #expect(keep_store(&keep, 0, nil, 0) == EVL_OK)
        #expect(kept(keep) == [0: []])
    }

    @Test func anyNumberOfStepsIsKept() {
        var keep = evl_keep()
        defer { keep_free(&keep) }
        for step in (0..<100 as Range<UInt32>).reversed() {
            #expect(keep_store(&keep, step, bytes("\(step)"), "\(step)".utf8.count) == EVL_OK)
        }
        #expect(keep.count == 100)
        #expect(kept(keep) == Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, bytes("\($0)")) }))
    }

    @Test func whatWasFreedIsEmptyAndMayBeUsedAgain() {
        var keep = evl_keep()
        #expect(keep_store(&keep, 1, [9], 1) == EVL_OK)
        keep_free(&keep)
        #expect(keep.count == 0)
        keep_free(&keep)
        #expect(keep_store(&keep, 2, [8], 1) == EVL_OK)
        #expect(kept(keep) == [2: [8]])
        keep_free(&keep)
    }
}
