// What the kernel says of this process.

import Foundation
import Heap

struct Facts: Sendable {
    let residentKiB: Int
    /// Bytes that were allocated and not freed, says the allocator.
    let inUse: Int
    let descriptors: Int
    let threads: Int

    static func now() throws -> Facts {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        func value(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        }
        return Facts(
            residentKiB: value("VmRSS:"),
            inUse: heap_bytes_in_use(),
            descriptors: try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count,
            threads: value("Threads:"))
    }

    /// When all is quiet: no more descriptors are open than `descriptors`, and counts have come to rest. Endpoints that
    /// were dropped are closed by the loop thread, a moment later, which then frees their memory. Answers after 10 s in
    /// any case.
    static func whenQuiet(descriptors: Int?) async throws -> Facts {
        let end = ContinuousClock.now + .seconds(10)
        var facts = try now()
        var same = 0
        while ContinuousClock.now < end, same < 3 || facts.descriptors > descriptors ?? .max {
            try await Task.sleep(for: .milliseconds(10))
            let next = try now()
            same = next.descriptors == facts.descriptors && next.inUse / 4096 == facts.inUse / 4096 ? same + 1 : 0
            facts = next
        }
        return facts
    }

    var text: String {
        "\(residentKiB) KiB resident, \(inUse / 1024) KiB in use, \(descriptors) descriptors, \(threads) threads"
    }
}

/// A process starts with fewer descriptors than it may have.
func raiseDescriptorLimit() throws {
    var limit = rlimit()
    getrlimit(nofile, &limit)
    limit.rlim_cur = limit.rlim_max
    guard setrlimit(nofile, &limit) == 0 else { throw POSIXError(.EPERM) }
}

#if canImport(Glibc)
    private let nofile = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
    private let nofile = RLIMIT_NOFILE
#endif
