// What the kernel says of this process, and what it allows it.

import Foundation

struct Memory {
    let residentKiB: Int
    let peakKiB: Int

    static func now() throws -> Memory {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        func value(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        }
        return Memory(residentKiB: value("VmRSS:"), peakKiB: value("VmHWM:"))
    }

    func text(since before: Memory) -> String {
        "memory: \(residentKiB / 1024) MiB resident, \(peakKiB / 1024) MiB at most; \(before.residentKiB / 1024) MiB at the start"
    }
}

/// Connected sockets; the server's listener has no peer.
func openTCPSockets() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
        var address = sockaddr()
        var length = socklen_t(MemoryLayout<sockaddr>.size)
        guard let fd = Int32(name), getpeername(fd, &address, &length) == 0 else { return false }
        return address.sa_family == sa_family_t(AF_INET)
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
