// What the kernel says of this process.

import Foundation

struct Facts {
    let descriptors: Int
    let threads: Int
    let residentKiB: Int

    static func now() throws -> Facts {
        // Listing the folder takes a descriptor itself, each time.
        Facts(
            descriptors: try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count,
            threads: try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count,
            residentKiB: try residentKiB())
    }

    static func openTCPSockets() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
            var address = sockaddr()
            var length = socklen_t(MemoryLayout<sockaddr>.size)
            guard let fd = Int32(name), getsockname(fd, &address, &length) == 0 else { return false }
            return address.sa_family == sa_family_t(AF_INET)
        }
    }

    private static func residentKiB() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        guard let match = status.firstMatch(of: /VmRSS:\s*([0-9]+) kB/), let size = Int(match.1) else { return 0 }
        return size
    }
}
