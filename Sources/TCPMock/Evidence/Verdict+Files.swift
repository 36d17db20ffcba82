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

    /// Failures first, then what was said, byte by byte.
    private func textArtifact(title: String?) -> String {
        let heading = title.map { ["\($0)"] } ?? []
        return (heading + [description, transcript(payload: .hexDump)]).joined(separator: "\n\n") + "\n"
    }
}

extension SourcePosition {
    /// `GreetingTests-12`: a name for files.
    package var fileName: String {
        let name = "\(self)".split(separator: ":").first ?? ""
        return "\(name.hasSuffix(".swift") ? name.dropLast(6) : name)-\(line)"
    }
}
