// A sweep's evidence as files.

extension SweepResult {
    /// Writes the heat map (HTML), whose cells lead to their cases, and the description as text into a directory.
    ///
    /// - Parameters:
    ///   - directory: made if it is not there, with those above it.
    ///   - name: what the files are called, without their endings, as of ``Verdict/write(to:named:)``. Default: the file and
    ///     line of the first failure, else `sweep`.
    /// - Returns: The paths: of the map and the text.
    /// - Throws: ``MockError`` when the directory or a file can't be made or written.
    @discardableResult
    public func write(to directory: String, named name: String? = nil) throws(MockError) -> [String] {
        let files = try ArtifactFiles(in: directory, named: name ?? artifactName, kinds: [.html, .txt])
        try files.write { artifact($0, title: name) }
        return files.paths
    }

    /// `GreetingTests-12`, or `sweep` where nothing failed.
    package var artifactName: String { failures.first?.location.fileName ?? "sweep" }

    /// What a file is to hold; a sweep has no capture.
    package func artifact(_ kind: ArtifactFiles.Kind, title: String?) -> [UInt8] {
        switch kind {
        case .html: Array(html(title: title).utf8)
        case .txt: Array("\(description)\n".utf8)
        case .pcapng: []
        }
    }
}
