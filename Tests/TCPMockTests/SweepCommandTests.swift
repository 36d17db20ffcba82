// Sweeps whose client is a command.

import Testing

@testable import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A server to which the command need not speak.
private func anyone(_ label: String = "a case", limit: Duration = .seconds(60)) -> CaseSweep {
    var options = sweeping
    options.limit = limit
    return CaseSweep(
        [SweepCase(label, group: "all", script: [.delay(.seconds(600))], freeFrom: 0)], options: options)
}

private func outcome(_ program: String, limit: Duration = .seconds(60)) async throws -> SweepOutcome? {
    try await anyone(limit: limit).run(command: ["sh", "-c", program]).records.first?.outcome
}

@Suite struct SweepCommandTests {
    @Test func aCommandsStatusAndOutputAreItsOutcome() async throws {
        #expect(try await outcome("exit 52") == .exited(52))
        #expect(try await outcome("printf hello") == .exited(0, output: "hello"))
        #expect(try await outcome("printf no >&2; exit 1") == .exited(1))
    }

    /// This process's threads block signals; a program that inherited that would not end here.
    @Test func aSignalIsToldFromAStatus() async throws {
        #expect(try await outcome("kill -SEGV $$") == .signalled(SIGSEGV))
        #expect(try await outcome("exit 139") == .exited(139))
    }

    @Test func aCrashBreaksARule() async throws {
        let result = try await anyone().run(command: ["sh", "-c", "kill -ABRT $$"])
        #expect(result.failures.map(\.rule) == ["neverCrash"])
        #expect(result.map == "all  killed by SIGABRT")
    }

    @Test func aCommandThatHangsIsKilledWithAllItHasStarted() async throws {
        let file = "/tmp/tcpmock-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        defer { unlink(file) }
        let started = ContinuousClock.now
        let result = try await anyone(limit: .seconds(1)).run(
            command: ["sh", "-c", "sleep 600 & echo $! > \(file); wait"])
        #expect(result.records.map(\.outcome) == [.timedOut])
        #expect(result.failures.map(\.rule) == ["neverHang"])
        #expect(ContinuousClock.now - started < .seconds(300))
        let number = try #require(pid_t(firstLine(of: file)))
        #expect(becomes { kill(number, 0) != 0 || isZombie(number) })
    }

    @Test func whatACommandStartedAndLeftIsEnded() async throws {
        // The grandchild keeps the pipe, and would for ten minutes.
        let started = ContinuousClock.now
        let result = try await anyone().run(command: ["sh", "-c", "sleep 600 & printf $!"])
        let ended = try #require(result.records.first?.outcome)
        #expect(ended.kind == .exited(0))
        #expect(ContinuousClock.now - started < .seconds(300))
        let number = try #require(pid_t(ended.value))
        #expect(becomes { kill(number, 0) != 0 || isZombie(number) })
    }

    /// Nobody may be there to reap an orphan, in a container.
    private func isZombie(_ number: pid_t) -> Bool {
        let line = firstLine(of: "/proc/\(number)/stat")
        return line.isEmpty || line.contains(") Z")
    }

    private func firstLine(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        fgets(&line, 256, file)
        let bytes = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func theServersPlaceIsFilledIn() async throws {
        let command = SweepCommand(
            ["sh", "-c", #"echo "$0 {x} {} $PLACE""#, "{host}:{port}"], environment: ["PLACE": "at {port}"])
        let server = try MockServer([.expect("x")])
        let aimed = command.aimed(at: server)
        #expect(aimed.arguments == ["sh", "-c", #"echo "$0 {x} {} $PLACE""#, "127.0.0.1:\(server.port)"])
        #expect(aimed.environment == ["PLACE": "at \(server.port)"])
        _ = await server.stop()
    }

    @Test func itsEnvironmentIsThisOneWithChanges() async throws {
        setenv("TCPMOCK_TEST_TAKEN_AWAY", "here", 1)
        let command = SweepCommand(
            ["sh", "-c", #"printf "%s" "$ADDED,$TCPMOCK_TEST_TAKEN_AWAY,${PATH:+path}""#],
            environment: ["ADDED": "a=b", "TCPMOCK_TEST_TAKEN_AWAY": nil])
        let result = try await anyone().run(command: command)
        #expect(result.records.first?.outcome.value == "a=b,,path")
    }

    @Test func itReadsItsInput() async throws {
        let input = Bytes([UInt8](repeating: 0x61, count: 300_000))
        let result = try await anyone().run(command: SweepCommand(["wc", "-c"], input: input))
        #expect(result.records.first?.outcome.value.contains("300000") == true)
    }

    @Test func itNeedNotReadItsInput() async throws {
        let input = Bytes([UInt8](repeating: 0x61, count: 300_000))
        let result = try await anyone().run(command: SweepCommand(["sh", "-c", "exit 3"], input: input))
        #expect(result.records.first?.outcome == .exited(3))
    }

    @Test func ofMuchOutputTheFirstIsKept() async throws {
        let result = try await anyone().run(
            command: SweepCommand(["sh", "-c", "head -c 1000000 /dev/zero"], outputLimit: 100))
        #expect(result.records.first?.outcome.value.utf8.count == 100)
        #expect(result.records.first?.outcome.kind == .exited(0))
    }

    @Test func aCommandThatIsNotThereIsThrown() async throws {
        await #expect {
            try await anyone().run(command: ["tcpmock-no-such-program"])
        } throws: { error in
            "\(error)" == "can't run tcpmock-no-such-program: No such file or directory"
        }
    }

    @Test func aCommandThatSpeaksIsSwept() async throws {
        let program = """
            exec 3<>/dev/tcp/{host}/{port} && printf 'GET\\n' >&3 && IFS= read -r -N 15 text <&3 && printf %s "$text"
            """
        let result = try await FaultSweep(lengthReply, faults: [.fin], options: sweeping)
            .run(command: ["bash", "-c", program])
        #expect(result.isClean, "\(result)")
        #expect(result.map == "fin, reply 1  0..14 exit 1 · 15 ok")
    }
}
