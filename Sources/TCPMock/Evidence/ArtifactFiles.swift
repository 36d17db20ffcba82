// Where evidence is written to, under names that clash with nobody's.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files that one endpoint's evidence goes to: `greets-GreetingTests-12.html` and its like.
package struct ArtifactFiles: Sendable {
    /// The directory and the name, without what stands behind the dot.
    private let base: String
    package let kinds: [Kind]

    /// What a file holds, named by what stands behind its name's dot.
    package enum Kind: String, Sendable, CaseIterable {
        // The order is that of the failure's text: what one looks at first.
        case html
        case txt
        case pcapng
    }

    /// Takes the first name that nobody has: `name`, `name-2`, `name-3` …; makes the directory if it is not there.
    ///
    /// - Throws: ``MockError`` when the directory can't be made or written to.
    package init(in directory: String, named name: String, kinds: [Kind] = Kind.allCases) throws(MockError) {
        try ArtifactFiles.makeDirectory(directory)
        let name = ArtifactFiles.fileName(name)
        for attempt in 1...100_000 {
            let base = "\(directory)/\(attempt == 1 ? name : "\(name)-\(attempt)")"
            if try ArtifactFiles.take(kinds.map { "\(base).\($0.rawValue)" }) {
                (self.base, self.kinds) = (base, kinds)
                return
            }
        }
        throw MockError(kind: .system, "can't find a free name for \(name) in \(directory): there are 100,000 of them")
    }

    /// Creates all of them, or none: false when somebody has one.
    private static func take(_ paths: [String]) throws(MockError) -> Bool {
        for (index, path) in paths.enumerated() {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                close(descriptor)
                continue
            }
            let number = errno
            for taken in paths[..<index] { unlink(taken) }
            if number == EEXIST { return false }
            throw error("can't create \(path)", number)
        }
        return true
    }

    /// All paths, in the order of ``Kind``.
    package var paths: [String] { kinds.map(path) }

    private func path(_ kind: Kind) -> String { "\(base).\(kind.rawValue)" }

    /// Writes what each file is to hold; what was there is replaced.
    ///
    /// - Throws: ``MockError`` when one can't be written: that one is removed, the others are written.
    package func write(_ content: (Kind) -> [UInt8]) throws(MockError) {
        var failure: MockError?
        for kind in kinds {
            do {
                try ArtifactFiles.write(content(kind), to: path(kind))
            } catch {
                unlink(path(kind))
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// What is left of a name where it has to be a file's: letters, digits, `.`, `_` and `-`, at most 120 of them.
    package static func fileName(_ name: String) -> String {
        let allowed = name.unicodeScalars.map { scalar -> Character in
            let isFine =
                scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
            return isFine ? Character(scalar) : "_"
        }
        let short = String(allowed.prefix(120))
        return short.isEmpty || short.hasPrefix(".") ? "_" + short : short
    }

    private static func makeDirectory(_ path: String) throws(MockError) {
        guard !path.isEmpty else { throw MockError(kind: .system, "the directory for artifacts has no name") }
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let parent = String(path[..<end])
            if mkdir(parent, 0o755) != 0, errno != EEXIST { throw error("can't make the directory \(parent)", errno) }
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(MockError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw error("can't open \(path)", errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw error("can't write \(path)", errno) }
            rest = rest.dropFirst(written)
        }
    }

    private static func error(_ what: String, _ number: Int32) -> MockError {
        MockError(kind: .system, "\(what): \(systemText(number))", errno: number)
    }
}

/// write(2), told apart from the methods of that name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
