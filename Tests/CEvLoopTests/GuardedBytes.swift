// Bytes that end where memory ends: whoever reads one too many crashes.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A page to place input at the end of, with an inaccessible page behind it.
final class GuardedBytes {
    private let page = sysconf(Int32(_SC_PAGESIZE))
    private let memory: UnsafeMutableRawPointer

    init() {
        let mapped = mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped, mapped != MAP_FAILED else { fatalError("mmap: \(errno)") }
        memory = mapped
        guard mprotect(memory + page, page, PROT_NONE) == 0 else { fatalError("mprotect: \(errno)") }
    }

    deinit {
        munmap(memory, 2 * page)
    }

    /// Copies `bytes` (at most a page) to the end of the page; even with none the pointer is at the guard.
    func place(_ bytes: [UInt8]) -> UnsafeMutablePointer<UInt8> {
        precondition(bytes.count <= page)
        let start = memory + (page - bytes.count)
        bytes.withUnsafeBytes { if let from = $0.baseAddress { start.copyMemory(from: from, byteCount: $0.count) } }
        return start.assumingMemoryBound(to: UInt8.self)
    }
}
