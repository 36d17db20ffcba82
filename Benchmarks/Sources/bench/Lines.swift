// All jobs, in all arrangements, with who takes part. Counts are such that a measurement takes a few tenths of a second;
// slow peers do fewer. The order keeps jobs apart that leave many connections in TIME_WAIT, and has the worst last.

extension Line {
    static let all: [Line] =
        hello + roundTrips + [churn("churn.sequential", "Connect, exchange, close: one after the other", atOnce: 1)]
        + [pipelined, stream] + recording + [churn("churn.64", "Connect, exchange, close: 64 at once", atOnce: 64)]
        + costs + loops + [openInside, open]

    private static func entries(_ peers: [Peer], slow: [Peer: [String]] = [:]) -> [Entry] {
        peers.map { Entry(peer: $0, options: slow[$0] ?? [], cores: nil) }
    }

    // MARK: A whole test

    private static let nioFresh = Peer.nio.with(["--pool", "fresh"], id: "nio-fresh", name: "SwiftNIO, a group each")
    private static let libevOwnLoop = Peer.libev.with(
        ["--own-loop", "1"], id: "libev-own-loop", name: "bare libev, a loop each")

    private static let hello = [
        Line(
            id: "fixture", job: "fixture", title: "One hello test: create, converse, verify, tear down",
            work: .inside(job: "fixture", options: ["--count", "1000"]), cores: .one,
            measure: Measure(unit: "µs", digits: 1, isRate: false, source: .median),
            entries: entries(
                [.epoll, .libev, libevOwnLoop, .tcpMock, .nio, nioFresh, .flying, .asyncio, .pytest, .embedded],
                slow: [nioFresh: few, .asyncio: few, .pytest: ["--count", "80"], .embedded: few])),
        Line(
            id: "fixture.8", job: "fixture", title: "Hello tests, 8 at once: time by number",
            work: .inside(job: "fixture", options: ["--count", "1000", "--at-once", "8"]), cores: .one,
            measure: Measure(unit: "µs", digits: 1, isRate: false, source: .field("ns_per_op", times: 1e-3)),
            entries: entries([.epoll, .libev, libevOwnLoop, .tcpMock, .nio, nioFresh, .flying], slow: [nioFresh: few])),
    ]

    private static let few = ["--count", "400"]

    // MARK: Messages

    private static let roundTrips: [Line] = [
        roundTrip("roundtrip.one", "roundtrip", "Round trip of 64 bytes, one core", .one),
        roundTrip("roundtrip.two", "roundtrip", "Round trip of 64 bytes, two cores", .two),
        roundTrip("framed.one", "framed", "Round trip of a 64-byte frame, one core", .one),
        roundTrip("framed.two", "framed", "Round trip of a 64-byte frame, two cores", .two),
    ]

    private static func roundTrip(_ id: String, _ job: String, _ title: String, _ cores: Cores) -> Line {
        let few = ["--count", "2000"]
        return Line(
            id: id, job: job, title: title,
            // TCPMock's script says how many rounds: these and the load generator's 1,000 of warm-up.
            work: .load(job: job, options: ["--count", "10000"], server: ["--rounds", "11000"]), cores: cores,
            measure: .microseconds, summary: cores == .one ? .best : .median,
            entries: entries(
                [.epoll, .libev, .tcpMock, .tcpMockTable, .nio, .flying, .asyncio, .pytest, .embedded],
                slow: [.flying: ["--count", "5000"], .asyncio: ["--count", "5000"], .pytest: few]))
    }

    private static let pipelined = Line(
        id: "pipelined", job: "pipelined", title: "64 connections, 32 frames of 64 bytes at once on each",
        work: .load(
            // 976 times 32 frames on each connection: more would be more than 2,000,000.
            job: "pipelined", options: ["--connections", "64", "--frames", "32", "--count", "2000000"],
            server: ["--rounds", "31232"]),
        cores: .two, measure: .framesPerSecond,
        entries: entries(
            [.epoll, .libev, .tcpMock, .tcpMockCounters, .tcpMockTable, .nio, .flying, .asyncio],
            slow: [
                .nio: ["--count", "500000"], .flying: ["--count", "100000"], .asyncio: ["--count", "60000"],
            ]))

    private static let stream = Line(
        id: "stream", job: "stream",
        title: "One stream of 1 GiB in 64 KiB frames, compared in place (L1: not compared)",
        work: .load(job: "stream", options: ["--bytes", "1073741824"], server: ["--bytes", "1073741824"]), cores: .two,
        measure: .bytesPerSecond,
        entries: entries([.epoll, .libev, .tcpMock, .tcpMockCounters, .nio, .flying, .asyncio]))

    // MARK: What evidence costs

    /// The same jobs without evidence and with it.
    private static let recording: [Line] = [
        recording("recording.pipelined", of: pipelined, "pipelined frames"),
        recording("recording.one", of: roundTrips[0], "round trip, one core"),
        recording("recording.two", of: roundTrips[1], "round trip, two cores"),
    ]

    private static func recording(_ id: String, of line: Line, _ what: String) -> Line {
        Line(
            id: id, job: "recording", title: "Evidence kept or not: \(what)", work: line.work, cores: line.cores,
            measure: line.measure, summary: line.summary, rounds: 9, entries: entries([.tcpMockCounters, .tcpMock]))
    }

    // MARK: Connections

    private static func churn(_ id: String, _ title: String, atOnce: Int) -> Line {
        let few = ["--count", "1000"]
        return Line(
            id: id, job: "churn", title: title,
            work: .load(
                job: "churn", options: ["--connections", "\(atOnce)", "--count", "3000"], leavesTimeWait: 3000),
            cores: .two, measure: .perSecond,
            entries: entries(
                [.epoll, .libev, .tcpMock, .tcpMockCounters, .nio, .flying, .asyncio, .embedded],
                slow: [.flying: few, .asyncio: few, .embedded: few]))
    }

    private static let open = Line(
        id: "open", job: "open", title: "19,900 connections across two processes, one exchange on each",
        work: .load(job: "open", options: ["--connections", "19900"]), cores: .two, measure: .seconds, rounds: 5,
        entries: entries([.epoll, .libev, .tcpMock, .tcpMockCounters, .nio, .flying, .asyncio]))

    private static let openInside = Line(
        id: "open-inside", job: "open", title: "9,900 connections inside one process, one exchange on each",
        work: .inside(job: "open-inside", options: ["--connections", "9900"]), cores: .one, measure: .seconds,
        entries: entries([.epoll, .tcpMock, .tcpMockCounters]))

    // MARK: One loop or two

    private static let loops: [Line] = [
        Line(
            id: "loops.pipelined", job: "loops", title: "One loop or two on two cores: pipelined frames",
            work: .load(
                job: "pipelined", options: ["--connections", "64", "--frames", "32", "--count", "2000000"]),
            cores: .two, measure: .framesPerSecond, entries: oneOrTwo),
        Line(
            id: "loops.churn", job: "loops", title: "One loop or two on two cores: churn, 64 at once",
            work: .load(
                job: "churn", options: ["--connections", "64", "--count", "3000"], leavesTimeWait: 3000),
            cores: .two, measure: .perSecond, entries: oneOrTwo),
    ]

    private static let oneOrTwo = [
        Entry(peer: .libev),
        Entry(peer: .libev.with([], id: "libev-unpinned", name: "bare libev, unpinned"), cores: .any),
        Entry(peer: .libevTwoLoops, cores: .any),
    ]

    // MARK: What single things cost

    private static let costs: [Line] = [
        cost("enqueue.burst", "enqueue", "Adding a step to a live server, in a burst", .nanoseconds("enqueue_ns")),
        cost("enqueue.join", "enqueue", "Adding a step and waiting until it was played", .nanoseconds("join_p50_ns")),
        cost("closure", "closure", "A reply that a closure makes, per message", .nanoseconds("closure_p50_ns")),
        cost("closure.data", "closure", "The same reply as data, per message", .nanoseconds("data_p50_ns")),
        cost("failing", "failing", "A script that fails, text included", .nanoseconds("failing_p50_ns"), count: 1000),
        cost("failing.passing", "failing", "The same script, passing", .nanoseconds("passing_p50_ns"), count: 1000),
        Line(
            id: "idle-servers", job: "idle-servers", title: "Heap of an idle server",
            work: .inside(job: "idle-servers", options: ["--count", "2000"]), cores: .one,
            measure: .number("user_bytes", unit: "bytes"), rounds: 3, entries: entries([.libev, .tcpMock])),
        slices("slices", "A lock-step slice, to a client that waits for it", [], .one),
        slices(
            "slices.spinning", "A lock-step slice, to a client that reads again and again", ["--client", "spinning"],
            .two),
        // Few: each second case leaves a port in TIME_WAIT, and there are only so many.
        Line(
            id: "sweep", job: "sweep", title: "Cases of a sweep per second",
            work: .inside(job: "sweep", options: ["--count", "2000"]), cores: .any, measure: .perSecond,
            entries: entries([.tcpMock])),
    ]

    private static func slices(_ id: String, _ title: String, _ options: [String], _ cores: Cores) -> Line {
        Line(
            id: id, job: "slices", title: title, work: .inside(job: "slices", options: ["--count", "20000"] + options),
            cores: cores, measure: .nanoseconds("slice_ns"), rounds: 5, entries: entries([.tcpMock]))
    }

    private static func cost(
        _ id: String, _ job: String, _ title: String, _ measure: Measure, count: Int = 20_000
    ) -> Line {
        Line(
            id: id, job: job, title: title, work: .inside(job: job, options: ["--count", "\(count)"]), cores: .one,
            measure: measure, rounds: 5, entries: entries([.tcpMock]))
    }
}
