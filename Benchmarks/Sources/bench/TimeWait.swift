// What closed connections leave behind. The side that closes first keeps the pair of addresses for 60 s; past about
// 14,000 of them for one source address connect() takes three times as long, and past the kernel's limit it keeps none.

import Foundation

enum TimeWait {
    /// How many connections are in TIME_WAIT now: see "TCP: … tw N" in /proc/net/sockstat.
    static var count: Int {
        let words = (read("/proc/net/sockstat") ?? "").split { $0 == " " || $0 == "\n" }
        guard let place = words.firstIndex(of: "tw"), place + 1 < words.count else { return 0 }
        return Int(words[place + 1]) ?? 0
    }

    private static let limit =
        read("/proc/sys/net/ipv4/tcp_max_tw_buckets")
        .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 65_536

    /// How long a whole run may spend waiting. Others may fill the kernel's table all the time; full, it makes closing a
    /// little cheaper, for every peer alike.
    nonisolated(unsafe) private static var patience = Duration.seconds(90)  // the main thread's alone

    /// Waits until the kernel can keep `more` of them. They last a minute.
    static func awaitRoom(for more: Int) {
        let start = ContinuousClock.now
        let end = start + patience
        while count + more > limit * 9 / 10, .now < end { poll(nil, 0, 100) }
        patience -= min(patience, .now - start)
    }

    private static func read(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}

/// Source addresses, new ones for each measurement: what one left in TIME_WAIT is not in the way of the next.
enum Sources {
    nonisolated(unsafe) private static var used = Int(getpid()) &* 7919 % 1_000_000  // the main thread's alone

    /// So many addresses of 127.16.0.0 and up, separated by commas.
    static func next(_ count: Int) -> String {
        let addresses = (0..<count).map { _ in
            used += 1
            return "127.\(16 + used >> 14 & 63).\(used >> 7 & 127).\(2 + used & 127)"
        }
        return addresses.joined(separator: ",")
    }
}
