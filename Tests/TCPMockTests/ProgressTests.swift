// The line that shows how long runs get on: what it says, and where it appears.

import TestClient
import Testing

@testable import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Two ends of which what is written to one can be read from the other.
private final class Ends {
    let shown: Int32
    private let seen: Int32

    /// A pseudo-terminal.
    init() throws {
        var (main, side): (Int32, Int32) = (-1, -1)
        try #require(openpty(&main, &side, nil, nil, nil) == 0)
        (seen, shown) = (main, side)
    }

    init(pipe: Void) throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe_(&ends) == 0)
        (seen, shown) = (ends[0], ends[1])
    }

    deinit {
        close(seen)
        close(shown)
    }

    /// All that has been written; waits for half a minute until `isEnough`, without holding a thread of the pool.
    func text(until isEnough: (String) -> Bool) async throws -> String {
        var bytes: [UInt8] = []
        let end = ContinuousClock.now + .seconds(120)
        var text: String { String(decoding: bytes, as: UTF8.self) }
        while !isEnough(text), ContinuousClock.now < end {
            bytes += waiting
            if !isEnough(text) { try await Task.sleep(for: .milliseconds(20)) }
        }
        return text
    }

    /// What is written within that time.
    func text(in time: Duration) async throws -> String {
        try await Task.sleep(for: time)
        return String(decoding: waiting, as: UTF8.self)
    }

    /// What is there.
    private var waiting: [UInt8] {
        var state = pollfd(fd: seen, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, 0) == 1 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            count = max(0, read(seen, buffer.baseAddress, buffer.count))
        }
    }
}

/// Not the argument of the same name.
private func pipe_(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }

private let cleared = "\r\u{1B}[K\r"

private func options(_ progress: MockServer.Setting, on ends: Ends) -> MockServer.Options {
    var options = MockServer.Options(progress: progress)
    options.progressDescriptor = ends.shown
    return options
}

@Suite struct ProgressTests {
    // MARK: The line

    private func moment(_ seconds: Double, open: Int = 0, done: Int = 0, failed: Int = 0) -> Progress.Moment {
        Progress.Moment(
            now: 5_000_000_000 + UInt64(seconds * 1e9), opened: 5_000_000_000, open: open, done: done, failed: failed)
    }

    @Test func saysHowManyAreOpenAndDoneAndHowFast() {
        var progress = Progress(of: 100_000)
        #expect(progress.line == nil)
        progress.add(moment(11.3, open: 800, done: 35_720))
        #expect(progress.line == "11.3 s  open 800  done 35,720 of 100,000  failed 0")
        progress.add(moment(12.3, open: 812, done: 45_120))
        #expect(progress.line == "12.3 s  open 812  done 45,120 of 100,000  failed 0  9,400/s")
    }

    @Test func theRateIsThatOfTheLastTwoSecondsAndHasFailuresInIt() {
        var progress = Progress(of: nil)
        for (second, done) in [(1.0, 0), (2, 1000), (3, 1100), (4, 1200)] { progress.add(moment(second, done: done)) }
        #expect(progress.line == "4.0 s  open 0  done 1,200  failed 0  100/s")
        progress.add(moment(5, done: 1200, failed: 300))
        #expect(progress.line == "5.0 s  open 0  done 1,200  failed 300  200/s")
    }

    @Test(
        arguments: [
            (0, "0.0 s"), (59_900_000_000, "59.9 s"), (60_000_000_000, "1 min 00 s"), (245_000_000_000, "4 min 05 s"),
            (3_600_000_000_000, "1 h 00 min"), (7_620_000_000_000, "2 h 07 min"),
        ] as [(UInt64, String)]) func timesAreReadable(nanoseconds: UInt64, text: String)
    {
        #expect(Progress.time(nanoseconds) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345")])
    func numbersAreInGroups(number: Int, text: String) {
        #expect(grouped(number) == text)
    }

    // MARK: Where it appears

    @Test func appearsOnATerminalAndGoesWithTheServer() async throws {
        let ends = try Ends()
        let server = try MockServer(
            every: [.expect("a", within: .seconds(150))], count: 3, options: options(.automatic, on: ends))
        let client = try server.connect()
        let text = try await ends.text { $0.contains("open 1  done 0 of 3  failed 0") }
        #expect(text.contains("s  open 1  done 0 of 3  failed 0"), "\(text)")
        let verdict = await server.stop()
        client.close()
        #expect(!verdict.isComplete)
        let rest = try await ends.text { $0.hasSuffix(cleared) }
        #expect(rest.hasSuffix(cleared))
        #expect(try await ends.text(in: .milliseconds(600)).isEmpty)  // no more ticks
    }

    @Test func doesNotAppearOnAPipe() async throws {
        let ends = try Ends(pipe: ())
        let server = try MockServer(
            every: [.expect("a", within: .seconds(150))], count: 3, options: options(.automatic, on: ends))
        #expect(server.progress == nil)
        _ = await server.stop()
    }

    @Test func doesNotAppearWithoutBeingAskedFor() async throws {
        let ends = try Ends()
        var options = MockServer.Options()
        options.progressDescriptor = ends.shown
        let server = try MockServer(every: [.expect("a", within: .seconds(150))], count: 3, options: options)
        #expect(server.progress == nil)
        _ = await server.stop()
    }

    @Test func aClientHasItToo() async throws {
        let ends = try Ends()
        let server = try MockServer(
            every: [.expect("a", within: .seconds(150))], options: .init(limits: Limits(afterScript: .seconds(150))))
        var options = MockClient.Options(connect: .seconds(120), afterScript: .stayOpen, progress: .automatic)
        options.progressDescriptor = ends.shown
        let clients = try MockClient.many(
            7, atOnce: 7, connectingTo: server.address, [.send("a")], options: options)
        let text = try await ends.text { $0.contains("open 7  done 0 of 7") }
        #expect(text.contains("open 7  done 0 of 7"), "\(text)")
        expectClean(await clients.finish())
        expectClean(await server.finish())
    }

    @Test func aSweepHasItToo() async throws {
        let ends = try Ends()
        var options = SweepOptions(limit: .seconds(150))
        options.progressDescriptor = ends.shown
        let gate = Gate("it was seen")
        let cases = (1...5).map { (number: Int) in
            SweepCase("case \(number)", group: "all", script: [.delay(.seconds(600))], freeFrom: 0)
        }
        let sweep = CaseSweep(cases, options: options)
        let run = Task {
            try await sweep.run { _ in while !gate.isOpen { try await Task.sleep(for: .milliseconds(1)) } }
        }
        let text = try await ends.text { $0.contains("done 0 of 5") }
        #expect(text.contains("done 0 of 5  failed 0"), "\(text)")
        gate.open()
        #expect(try await run.value.isClean)
        #expect(try await ends.text { $0.hasSuffix(cleared) }.hasSuffix(cleared))
    }

    @Test func itIsGoneBeforeAJoinThrowsItsFailures() async throws {
        let ends = try Ends()
        let server = try MockServer(
            every: [.expect("a", within: .seconds(150))], count: 1, options: options(.automatic, on: ends))
        let client = try server.connect()
        _ = try await ends.text { $0.contains("open 1") }
        try client.send("b")
        await #expect(throws: ScriptFailed.self) { try await server.join() }
        #expect(try await ends.text { $0.hasSuffix(cleared) }.hasSuffix(cleared))
        #expect(try await ends.text(in: .milliseconds(600)).isEmpty)
        _ = await server.finish()
        client.close()
    }

    @Test func aServerThatIsDroppedTakesItAway() async throws {
        let ends = try Ends()
        do {
            let server = try MockServer(
                every: [.expect("a", within: .seconds(150))], options: options(.automatic, on: ends))
            _ = try await ends.text { $0.contains("open 0") }
            withExtendedLifetime(server) {}
        }
        #expect(try await ends.text { $0.hasSuffix(cleared) }.hasSuffix(cleared))
        #expect(try await ends.text(in: .milliseconds(600)).isEmpty)
    }

    // MARK: Boards

    private func entry(_ noun: String) -> ProgressBoard.Entry {
        ProgressBoard.Entry(noun, of: 9) { waiter in
            var report = EndpointReport()
            report.now = 1
            waiter(report)
        }
    }

    @Test func severalSayWhichIsWhich() async throws {
        let ends = try Ends()
        let board = ProgressBoard(ends.shown)
        let (server, client) = (entry("server"), entry("client"))
        board.begin(server)
        board.begin(client)
        let both = "\rserver 0.0 s  open 0  done 0 of 9  failed 0 | client 0.0 s  open 0  done 0 "
        #expect(try await ends.text { $0.contains(both) }.contains(both))  // as much as has room
        board.end(server)
        #expect(try await ends.text { $0.contains("\r0.0 s") }.contains("\r0.0 s"))
        board.end(client)
        board.end(client)
    }

    @Test func whereItCannotBeRedrawnItIsALineNowAndThen() async throws {
        let ends = try Ends(pipe: ())
        let board = ProgressBoard(ends.shown, ticksOfALine: 2)
        let one = entry("server")
        board.begin(one)
        let text = try await ends.text { $0.count(where: \.isNewline) >= 2 }
        board.end(one)
        #expect(text.hasPrefix("0.0 s  open 0  done 0 of 9  failed 0\n0.0 s"), "\(text.debugDescription)")
    }

    @Test func onShowsItOnAPipeToo() async throws {
        let ends = try Ends(pipe: ())
        let server = try MockServer(every: [.expect("a", within: .seconds(150))], options: options(.on, on: ends))
        #expect(server.progress != nil)
        _ = await server.stop()
    }

    @Test func itStepsAsideForWhatElseIsWritten() async throws {
        let ends = try Ends()
        let board = ProgressBoard(ends.shown)
        let one = entry("server")
        board.begin(one)
        _ = try await ends.text { $0.contains("open") }
        board.stepAside()
        writeAtOnce("something else\n", to: ends.shown)
        let text = try await ends.text { $0.contains("something else\r\n\r0.0 s") }
        #expect(text.contains(cleared + "something else\r\n\r0.0 s"), "\(text.debugDescription)")
        board.end(one)
    }
}
