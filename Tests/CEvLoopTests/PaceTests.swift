// program.c and session_end.c: sends with a pace.

import CEvLoop
import CEvLoopInternals
import Testing

/// A program of one paced send, made while its pace is lent.
private func status(_ step: CoreStep, cuts: [UInt64] = [], _ change: (inout evl_pace) -> Void = { _ in }) -> evl_status
{
    created(step, cuts, change).status
}

private func created(
    _ step: CoreStep, _ cuts: [UInt64], _ change: (inout evl_pace) -> Void
) -> (status: evl_status, program: CoreProgram?) {
    cuts.withUnsafeBufferPointer { cuts in
        var pace = evl_pace()
        pace.cuts = cuts.baseAddress
        pace.cut_count = cuts.count
        change(&pace)
        return withUnsafePointer(to: pace) { pace in
            var step = step
            step.step.pace = pace
            return CoreProgram.create([step])
        }
    }
}

@Suite(.blocking) struct PaceTests {
    @Test func aPaceIsCopiedWithItsCuts() throws {
        let program = try #require(
            created(.send("hello"), [1, 4]) {
                $0.release = UInt8(EVL_RELEASE_TIMED.rawValue)
                $0.every_ns = 7
                $0.seed = 9
            }.program)
        try withExtendedLifetime(program) {
            let step = try #require(internals_step(program.raw, 0)).pointee
            let pace = try #require(step.pace).pointee
            #expect(pace.release == UInt8(EVL_RELEASE_TIMED.rawValue) && pace.every_ns == 7 && pace.seed == 9)
            #expect(Array(UnsafeBufferPointer(start: pace.cuts, count: pace.cut_count)) == [1, 4])
        }
    }

    @Test(arguments: [[0], [5], [6], [2, 2], [3, 2]] as [[UInt64]])
    func cutsStandInsideTheBytesInOrder(_ cuts: [UInt64]) {
        #expect(status(.send("hello"), cuts: cuts) == EVL_INVALID)
        #expect(status(.send("hello"), cuts: [1, 2, 3, 4]) == EVL_OK)
    }

    @Test func aPaceHasASizeOrCutsAndIsOfASend() {
        #expect(status(.send("hello"), cuts: [1]) { $0.slice = 2 } == EVL_INVALID)
        #expect(status(.send("hello")) { $0.slice = 99 } == EVL_OK)
        #expect(status(.send("hello")) { $0.release = UInt8(EVL_RELEASE_TIMED.rawValue) + 1 } == EVL_INVALID)
        #expect(
            status(.send("hello")) {
                $0.cut_count = 1; $0.cuts = nil
            } == EVL_INVALID)
        #expect(status(.expect("hello")) == EVL_INVALID)
    }
}
