// Jobs inside one process: something done again and again, timed one by one.

import CClient
import Foundation

/// How long each of many operations took.
package struct Timings: Sendable {
    /// In nanoseconds.
    package var each: [UInt32] = []
    /// From the first one's begin to the last one's end, in nanoseconds.
    package var total: UInt64 = 0
    package var failures = 0

    package init() {}

    /// Nanoseconds from one end to the next: less than `each` when several are done at once.
    package var perOperation: Double { each.isEmpty ? 0 : Double(total) / Double(each.count) }
    package var median: Double { each.isEmpty ? 0 : Double(each.sorted()[each.count / 2]) }
    package var seconds: Double { Double(total) / 1e9 }

    /// Writes each time as a little-endian number of 32 bits, if a path is given.
    package func write(to path: String?) throws {
        guard let path else { return }
        let bytes = each.map(\.littleEndian).withUnsafeBytes { Data($0) }
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}

/// Does `operation` `count` times; it answers whether all was right.
package func time(_ count: Int, _ operation: () throws -> Bool) rethrows -> Timings {
    var timings = Timings()
    timings.each.reserveCapacity(count)
    let start = cclient_now()
    for _ in 0..<count {
        let begin = cclient_now()
        if try !operation() { timings.failures += 1 }
        timings.each.append(UInt32(clamping: cclient_now() - begin))
    }
    timings.total = cclient_now() - start
    return timings
}

/// Does `operation` `count` times on so many threads of their own at once. They may block.
package func time(_ count: Int, atOnce: Int, _ operation: @escaping @Sendable () throws -> Bool) throws -> Timings {
    if atOnce == 1 { return try time(count, operation) }
    let results = Results()
    let start = cclient_now()
    let threads = (0..<atOnce).map { _ in
        Thread { results.add(Result { try time(count / atOnce, operation) }) }
    }
    threads.forEach { $0.start() }
    var timings = try results.all(atOnce)
    timings.total = cclient_now() - start
    return timings
}

/// What threads measured, gathered.
// Unchecked: guarded by `condition`.
private final class Results: @unchecked Sendable {
    private let condition = NSCondition()
    private var results: [Result<Timings, any Error>] = []

    func add(_ result: Result<Timings, any Error>) {
        condition.withLock {
            results.append(result)
            condition.signal()
        }
    }

    func all(_ count: Int) throws -> Timings {
        condition.lock()
        defer { condition.unlock() }
        while results.count < count { condition.wait() }
        return try results.reduce(into: Timings()) { all, result in
            let one = try result.get()
            all.each += one.each
            all.failures += one.failures
        }
    }
}
