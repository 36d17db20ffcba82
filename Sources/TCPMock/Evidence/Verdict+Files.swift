// A verdict's evidence as files.

extension Verdict {
    /// Writes all there is to look at into a directory: the ladder (HTML), the transcript (text) and a capture (pcapng).
    ///
    /// ```swift
    /// let verdict = await server.finish()
    /// if !verdict.isClean { print(try verdict.write(to: "artifacts")) }
    /// ```
    ///
    /// - Parameters:
    ///   - directory: made if it is not there, with those above it.
    ///   - name: what the files are called, without their endings; what no file's name should hold becomes `_`. Where such
    ///     a file is there already, `-2` is put behind it, and so on. Default: the file and line that made the endpoint.
    /// - Returns: The paths: of the ladder, the transcript and the capture.
    /// - Throws: ``MockError`` when the directory or a file can't be made or written.
    @discardableResult
    public func write(to directory: String, named name: String? = nil) throws(MockError) -> [String] {
        let files = try ArtifactFiles(in: directory, named: name ?? artifactName)
        try write(to: files, title: name)
        return files.paths
    }

    /// The same, into files that were chosen before.
    package func write(to files: ArtifactFiles, title: String?) throws(MockError) {
        try files.write { artifact($0, title: title) }
    }

    /// `GreetingTests-12`.
    package var artifactName: String { facts.plan.location.fileName }

    /// What a file is to hold.
    package func artifact(_ kind: ArtifactFiles.Kind, title: String?) -> [UInt8] {
        switch kind {
        case .txt: Array(textArtifact(title: title).utf8)
        case .html: Array(html(title: title).utf8)
        case .pcapng: evidence(title: title).pcapng
        }
    }

    /// Failures first, then what was said, byte by byte: connections, those that failed first, until there is enough to read.
    private func textArtifact(title: String?) -> String {
        var parts = (title.map { [$0] } ?? []) + [description]
        var room = Verdict.longestText - description.utf8.count
        let failed = Set(failures.compactMap(\.connection))
        let ordered =
            connections.filter { failed.contains($0.number) } + connections.filter { !failed.contains($0.number) }
        for (index, connection) in ordered.enumerated() {
            guard room > 0 else {
                parts.append("… \(counted(connections.count - index, "connection")) more")
                break
            }
            let text = connection.transcript(payload: .hexDump)
            room -= text.utf8.count
            parts.append(text)
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// After so many bytes a transcript's file has no further connection.
    private static let longestText = 4 << 20
}

extension SourcePosition {
    /// `GreetingTests-12`: a name for files.
    package var fileName: String {
        let name = "\(self)".split(separator: ":").first ?? ""
        return "\(name.hasSuffix(".swift") ? name.dropLast(6) : name)-\(line)"
    }
}
