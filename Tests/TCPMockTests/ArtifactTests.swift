// Evidence as files.

import TestClient
import Testing

@testable import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A directory that is there for the length of the body.
private func withDirectory<R>(_ body: (String) async throws -> R) async throws -> R {
    var template = Array("/tmp/tcpmock-XXXXXX".utf8CString)
    let made = try #require(mkdtemp(&template))
    let path = String(cString: made)
    defer { remove(path, files(in: path)) }
    return try await body(path)
}

private func remove(_ directory: String, _ names: [String]) {
    for name in names where unlink("\(directory)/\(name)") != 0 {
        let inside = "\(directory)/\(name)"
        remove(inside, files(in: inside))
    }
    rmdir(directory)
}

private func files(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

private func content(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    try #require(descriptor >= 0, "\(path)")
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
}

private func failingVerdict() async throws -> Verdict {
    try await serve([.expect("PING\r\n")]) { client in
        try client.send("PONG\r\n")
        client.expectReset()
    }
}

@Test func aVerdictIsWrittenAsLadderTranscriptAndCapture() async throws {
    let verdict = try await failingVerdict()
    try await withDirectory { directory in
        let paths = try verdict.write(to: "\(directory)/a/b", named: "greets")
        #expect(paths == ["html", "txt", "pcapng"].map { "\(directory)/a/b/greets.\($0)" })
        let text = String(decoding: try content(paths[1]), as: UTF8.self)
        #expect(text.contains("expected \"PING\\r\\n\", got \"PONG\\r\\n\""))
        #expect(text.contains("00000000  50 4f 4e 47 0d 0a"))
    }
}

@Test func aSecondVerdictOfTheNameTakesNothingAway() async throws {
    let verdict = try await failingVerdict()
    try await withDirectory { directory in
        let first = try verdict.write(to: directory, named: "greets")
        let before = try content(first[1])
        let second = try verdict.write(to: directory, named: "greets")
        #expect(second[1] == "\(directory)/greets-2.txt")
        #expect(try content(first[1]) == before)
        #expect(files(in: directory).count == 6)
    }
}

@Test func aFileOfAnotherKindIsNotOverwrittenEither() async throws {
    let verdict = try await failingVerdict()
    try await withDirectory { directory in
        let notes = "\(directory)/notes.txt"
        let descriptor = open(notes, O_WRONLY | O_CREAT, 0o644)
        write(descriptor, "mine", 4)
        close(descriptor)
        let paths = try verdict.write(to: directory, named: "notes")
        #expect(paths.first == "\(directory)/notes-2.html")
        #expect(try content(notes) == Array("mine".utf8))
        #expect(files(in: directory).count == 4, "nothing is left of the first try")
    }
}

/// The text names the files before they are written, so that an empty one would be taken for evidence.
@Test func aFileThatCantBeWrittenIsRemovedAndTheOthersAreThere() async throws {
    let verdict = try await failingVerdict()
    try await withDirectory { directory in
        let files = try ArtifactFiles(in: directory, named: "greets")
        unlink(files.paths[0])
        symlink("/dev/null", files.paths[0])  // which nobody follows
        let error = #expect(throws: MockError.self) { try verdict.write(to: files, title: nil) }
        #expect(error?.message.hasPrefix("can't open \(files.paths[0])") == true)
        #expect(access(files.paths[0], F_OK) != 0)
        #expect(try content(files.paths[1]).count > 0)
        #expect(try content(files.paths[2]).count > 0)
    }
}

/// However many there are: the text ends somewhere.
@Test func connectionsThatFailedComeFirstInTheText() async throws {
    let server = try MockServer(connections: [[.expect("A")], [.expect("B")]], options: .unhurried)
    for text in ["A", "X"] {
        let client = try server.connect()
        try client.send(text)
        if text == "X" { client.expectReset() }
        client.close()
    }
    let verdict = await server.finish()
    let text = String(decoding: verdict.artifact(.txt, title: nil), as: UTF8.self)
    let (first, second) = (
        try #require(text.firstRange(of: "\nconnection 2")), try #require(text.firstRange(of: "\nconnection 1"))
    )
    #expect(first.lowerBound < second.lowerBound, "\(text)")
}

@Test func textFromElsewhereCantMoveATerminal() {
    #expect("no \u{1B}[2Janswer\nto \u{202E}x".visible == "no \\u{1b}[2Janswer\n    to \\u{202e}x")
}

@Test func withoutANameFilesAreNamedAfterTheLineThatMadeTheServer() async throws {
    let verdict = try await failingVerdict()
    try await withDirectory { directory in
        let paths = try verdict.write(to: directory)
        #expect(paths[0].contains("/Serving-") && paths[0].hasSuffix(".html"), "\(paths)")
    }
}

@Test(arguments: [
    ("a b/c:d", "a_b_c_d"), ("..", "_.."), ("", "_"), ("grüßt", "gr__t"), ("x.y-z_1", "x.y-z_1"),
    (String(repeating: "a", count: 500), String(repeating: "a", count: 120)),
])
func aNameIsMadeOneThatAnyFileMayHave(name: String, file: String) {
    #expect(ArtifactFiles.fileName(name) == file)
}

@Test func aDirectoryThatCantBeHadIsAnErrorThatNamesIt() async throws {
    let verdict = try await failingVerdict()
    let error = try #require(throws: MockError.self) { try verdict.write(to: "/dev/null/x") }
    #expect(error.message.contains("/dev/null") && error.errno == ENOTDIR, "\(error)")
}
