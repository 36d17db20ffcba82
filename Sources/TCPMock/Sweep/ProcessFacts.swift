// What this process holds now: open descriptors and threads, as the system names them.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct ProcessFacts: Sendable {
    /// `7 socket:[1234]`: the number alone does not tell one from another that came after it.
    var descriptors: Set<String> = []
    /// By number; empty where the system doesn't tell.
    var threads: Set<String> = []

    static var now: ProcessFacts {
        #if canImport(Glibc)
            ProcessFacts(
                descriptors: Set(names(in: "/proc/self/fd").compactMap(described)),
                threads: Set(names(in: "/proc/self/task")))
        #else
            ProcessFacts(descriptors: Set(names(in: "/dev/fd")))
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

    /// `3 descriptors (socket:[1234], …) and 1 thread`.
    var description: String {
        let links = descriptors.sorted().prefix(3).map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
        let shown = links.filter { !$0.isEmpty }.joined(separator: ", ") + (descriptors.count > 3 ? ", …" : "")
        let open = counted(descriptors.count, "descriptor") + (shown.isEmpty ? "" : " (\(shown))")
        let parts = [descriptors.isEmpty ? nil : open, threads.isEmpty ? nil : counted(threads.count, "thread")]
        return parts.compactMap(\.self).joined(separator: " and ")
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        let own = "\(dirfd(directory))"
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX)) { String(cString: $0) }
            }
            if !name.hasPrefix("."), folder.hasSuffix("task") || name != own { names.append(name) }
        }
        return names
    }

    /// Nil: it was closed meanwhile.
    private static func described(_ number: String) -> String? {
        var target = [CChar](repeating: 0, count: 256)
        let count = readlink("/proc/self/fd/\(number)", &target, target.count - 1)
        guard count > 0 else { return nil }
        return "\(number) \(String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))"
    }
}
