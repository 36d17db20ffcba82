// redis-cli against scripts, and against a little Redis.

import Children
import TCPMockTesting
import Testing

/// A command as Redis clients send it: an array of strings.
private func command(_ words: String...) -> Bytes {
    .text("*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined())
}

private let session: Script = [
    .optional(.expect(command("COMMAND", "DOCS")), .send("*0\r\n")),  // redis-cli asks when it is given no command
    .expect(command("SET", "pear", "3")), .send("+OK\r\n"),
    .expect(command("GET", "pear")), .send("$1\r\n3\r\n"),
]

private let pipeline: Script = [
    .repeat(3, [.expect(command("INCR", "pear"))]),
    .expectTemplate("\r\n*2\r\n$4\r\nECHO\r\n$20\r\n\(capture: "mark", count: 20)\r\n"),  // how it knows the end
    .send { captures in ":1\r\n:2\r\n:3\r\n$20\r\n\(captures["mark"] ?? [])\r\n" },
]

private let littleRedis: Script = [
    .serve(.line, startingWith: (lines: [String](), values: [String: String]())) { request, redis in
        redis.lines.append(request.text)
        guard redis.lines.count == 1 + 2 * (Int(redis.lines[0].dropFirst()) ?? 0) else { return .nothing }
        let words = stride(from: 2, to: redis.lines.count, by: 2).map { [lines = redis.lines] in lines[$0] }
        redis.lines = []
        switch words[0] {
        case "SET":
            redis.values[words[1]] = words[2]
            return "+OK\r\n"
        case "GET":
            guard let value = redis.values[words[1]] else { return "$-1\r\n" }
            return "$\(value.utf8.count)\r\n\(value)\r\n"
        default: return "*0\r\n"
        }
    }
]

private func redis(_ arguments: String..., input: String = "", at server: MockServer) async throws -> ChildResult {
    try await Child.run(
        "redis-cli", ["-h", server.host, "-p", "\(server.port)", "--raw"] + arguments, input: input,
        environment: ["REDISCLI_AUTH": nil, "REDISCLI_RCFILE": "/dev/null"])
}

@Test func redisCLISetsAndGetsAKey() async throws {
    let result = try await withMockServer(session, options: .patient) {
        try await redis(input: "SET pear 3\nGET pear\n", at: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "OK\n3\n")
}

@Test func redisCLIGivenItsCommandAsksForNothingElse() async throws {
    let result = try await withMockServer(
        connections: [
            [.expect(command("SET", "pear", "3")), .send("+OK\r\n")],
            [.expect(command("GET", "pear")), .send("$1\r\n3\r\n")],
        ], options: .patient
    ) { server in
        _ = try await redis("SET", "pear", "3", at: server)
        return try await redis("GET", "pear", at: server)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "3\n")
}

@Test func redisCLIGetsAnotherKeyThanTheScript() async throws {
    let (failure, result) = try await onlyFailure(of: session) {
        try await redis(input: "SET pear 3\nGET peas\n", at: $0)
    }
    #expect(
        failure.summary == #"connection 1, step 5 of 6: expected "*2\r\n$3\r\nGET\r\n$4\r\npear\r\n", "#
            + #"got "*2\r\n$3\r\nGET\r\n$4\r\npeas\r\n": first difference at byte 20 ('r' 0x72, got 's' 0x73)"#)
    #expect(try failure.writtenStep == #".expect(command("GET", "pear")), .send("$1\r\n3\r\n"),"#)
    #expect(result.errors.contains("Error: Connection reset by peer"), "\(result)")
}

@Test func redisCLIPipelines() async throws {
    let commands = String(repeating: "*2\r\n$4\r\nINCR\r\n$4\r\npear\r\n", count: 3)
    let result = try await withMockServer(pipeline, options: .patient) {
        try await redis("--pipe", input: commands, at: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output.hasSuffix("errors: 0, replies: 3\n"), "\(result)")
}

@Test func redisCLIPipelinesAnotherCommandThanTheScript() async throws {
    let (failure, _) = try await onlyFailure(of: pipeline) {
        try await redis(
            "--pipe", input: "*2\r\n$4\r\nINCR\r\n$4\r\npear\r\n*2\r\n$4\r\nDECR\r\n$4\r\npear\r\n", at: $0)
    }
    #expect(
        failure.summary.hasPrefix(
            #"connection 1, step 1 of 3 (round 2 of 3): expected "*2\r\n$4\r\nINCR\r\n$4\r\npear\r\n", "#
                + #"got "*2\r\n$4\r\nDECR\r\n$4\r\npear\r\n"#), "\(failure)")
    // Behind it may stand what was sent with it.
    #expect(failure.summary.hasSuffix("first difference at byte 8 ('I' 0x49, got 'D' 0x44)"), "\(failure)")
    #expect(try failure.writtenStep == #".repeat(3, [.expect(command("INCR", "pear"))]),"#)
}

@Test func redisCLIUsesALittleRedis() async throws {
    let result = try await withMockServer(littleRedis, options: .patient) {
        try await redis(input: "GET pear\nSET pear 3\nGET pear\n", at: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output == "\nOK\n3\n")
}
