// A MockClient against Python's http.server.

import Children
import Foundation
import TCPMockTesting
import Testing

private let program = """
    import functools, http.server, sys
    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
    handler = functools.partial(Handler, directory=sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    """

/// http.server in a child process, which serves one file, hello.txt, for the length of `body`.
private func withPythonServer(_ body: (MockAddress) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("served-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("hello\n".utf8).write(to: folder.appendingPathComponent("hello.txt"))
    let child = try BackgroundChild("python3", ["-I", "-c", program, folder.path])
    defer { child.end() }
    let port = try #require(Int(await child.firstLine()), "python3 did not say its port")
    try await body(.ipv4(port: port))
}

private func request(_ method: String, _ path: String) -> Step {
    .send("\(method) \(path) HTTP/1.1\r\nHost: mock\r\n\r\n" as Bytes)
}

/// A whole answer with this status line, whose header lines differ from day to day.
private func answer(_ status: Bytes, _ body: Bytes? = nil) -> Script {
    [.expect(status), .receive(until: "\r\n\r\n", max: 4096)] + Script(body.map { [.expect($0)] } ?? [])
}

@Suite struct MockClientHTTPTests {
    @Test func getHeadAndAnotherGetOnOneConnection() async throws {
        try await withPythonServer { server in
            try await withMockClient(
                connectingTo: server,
                [request("GET", "/hello.txt")] + answer("HTTP/1.1 200 OK\r\n", "hello\n")
                    + [request("HEAD", "/hello.txt")] + answer("HTTP/1.1 200 OK\r\n")
                    + [request("GET", "/hello.txt")] + answer("HTTP/1.1 200 OK\r\n", "hello\n"),
                options: .patient)
        }
    }

    @Test func whatIsNotThereIs404AndTheServerCloses() async throws {
        try await withPythonServer { server in
            try await withMockClient(
                connectingTo: server,
                [request("GET", "/nothing")] + answer("HTTP/1.1 404 File not found\r\n")
                    + [.receive(until: "</html>\n", max: 4096), .expectDisconnect()],
                options: .patient)
        }
    }

    @Test func aHundredClientsInAWindowOfTen() async throws {
        try await withPythonServer { server in
            try await withMockClient(
                many: 100, atOnce: 10, connectingTo: server,
                [request("GET", "/hello.txt")] + answer("HTTP/1.1 200 OK\r\n", "hello\n"), options: .patient)
        }
    }

    @Test func oneWrongByteExpectedIsToldAtItsLine() async throws {
        try await withPythonServer { server in
            let line = SourcePosition.next()
            let step = Step.expect("hellO\n")
            let client = try MockClient(
                connectingTo: server,
                [request("GET", "/hello.txt")] + answer("HTTP/1.1 200 OK\r\n") + [step], options: .patient)
            let verdict = await client.finish()
            let failure = try #require(verdict.failures.first)
            #expect(verdict.failures.count == 1)
            #expect(failure.location.line == line)
            #expect(failure.offset == 4)
            #expect(
                failure.summary.hasPrefix(
                    #"connection 1, step 4 of 4: expected "hellO\n", got "hello\n": first difference at byte 4"#),
                "\(failure)")
        }
    }
}
