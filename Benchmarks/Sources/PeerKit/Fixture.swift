// The fixture job: one hello test after the other, or several at once.

import Foundation

/// Runs hello tests, says what they cost, and ends the process. `test` answers whether its verdict was clean.
package func measureFixture(_ arguments: Arguments, _ test: @escaping @Sendable () throws -> Bool) throws -> Never {
    let atOnce = arguments.number("at-once") ?? 1
    _ = try time(atOnce * 50, atOnce: atOnce, test)  // what is made lazily is made now
    let timings = try time(arguments.number("count") ?? 2_000, atOnce: atOnce, test)
    try timings.write(to: arguments.text("latencies"))
    say([
        "count": timings.each.count, "at_once": atOnce, "failures": timings.failures,
        "ns_per_op": timings.perOperation, "p50_ns": timings.median, "seconds": timings.seconds,
    ])
    exit(timings.failures == 0 ? 0 : 1)
}
