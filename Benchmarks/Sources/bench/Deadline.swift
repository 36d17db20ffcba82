// A point in time after which nobody waits any more.

import Foundation

struct Deadline {
    /// In seconds, as it was asked for.
    let limit: Int
    private let end: ContinuousClock.Instant

    init(seconds: Int) {
        limit = seconds
        end = .now + .seconds(seconds)
    }

    var isOver: Bool { .now >= end }

    var millisecondsLeft: Int32 {
        let left = end - .now
        return max(0, Int32(clamping: left / .milliseconds(1)))
    }
}

extension Int32 {
    fileprivate init(clamping value: Double) {
        self = value >= Double(Int32.max) ? .max : Int32(value)
    }
}
