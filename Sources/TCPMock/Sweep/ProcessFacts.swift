// What this process holds now: open descriptors and threads.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Descriptors and threads. Little is asked of each: a process may have many thousands.
struct ProcessFacts: Sendable {
    /// One open descriptor.
    struct Descriptor: Sendable, Hashable {
        let number: Int32
        /// Tells one from another that has the number after it.
        let inode: UInt64
        let isSocket: Bool

        /// Nil: it is closed.
        init?(_ number: Int32) {
            var status = stat()
            guard fstat(number, &status) == 0 else { return nil }
            self.number = number
            inode = UInt64(status.st_ino)
            isSocket = status.st_mode & S_IFMT == S_IFSOCK
        }

        /// A socket's own address, as ``ConnectionRecord/peer`` tells it.
        var address: String { SocketCalls.ends(of: number).local }
    }

    var descriptors: Set<Descriptor> = []
    /// Empty where the system doesn't tell.
    var threads: Set<Int32> = []

    static var now: ProcessFacts {
        #if canImport(Glibc)
            ProcessFacts(
                descriptors: Set(numbers(in: "/proc/self/fd").compactMap(Descriptor.init)),
                threads: numbers(in: "/proc/self/task"))
        #else
            ProcessFacts(descriptors: Set(numbers(in: "/dev/fd").compactMap(Descriptor.init)))
        #endif
    }

    /// What is here and was not there.
    func subtracting(_ other: ProcessFacts) -> ProcessFacts {
        ProcessFacts(
            descriptors: descriptors.subtracting(other.descriptors), threads: threads.subtracting(other.threads))
    }

    /// Those that both have.
    func intersection(_ other: ProcessFacts) -> ProcessFacts {
        ProcessFacts(
            descriptors: descriptors.intersection(other.descriptors), threads: threads.intersection(other.threads))
    }

    private static func numbers(in folder: String) -> Set<Int32> {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var numbers: Set<Int32> = []
        while let entry = readdir(directory) {
            let number = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX)) { strtol($0, nil, 10) }
            }
            // `.` and `..` are 0; so is standard input, which nobody leaks.
            if number > 0 { numbers.insert(Int32(clamping: number)) }
        }
        // The folder's own is not there any more for who reads the answer; among threads it is none.
        numbers.remove(folder.hasSuffix("fd") ? dirfd(directory) : 0)
        return numbers
    }
}
