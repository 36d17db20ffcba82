// What TCPMock is to reach. Ratios are to bare epoll in C unless the title says another.

extension Target {
    static let all: [Target] =
        hello + roundTrips + throughput + recording + connections + singleThings

    private static let hello = [
        Target(
            id: "fixture", title: "Hello test, × a C fixture on libev", line: "fixture",
            figure: .ratio(.tcpMock, to: .libev), limit: .atMost(1.5), stretch: 1.2),
        Target(
            id: "fixture.pytest", title: "Hello test, times faster than pytest-tcpclient", line: "fixture",
            figure: .ratio(.pytest, to: .tcpMock), limit: .atLeast(25), stretch: nil),
    ]

    private static let roundTrips = ["roundtrip", "framed"].flatMap { job in
        [
            Target(
                id: "\(job).one", title: "\(job == "framed" ? "Framed round trip" : "Round trip"), one core, × L1",
                line: "\(job).one", figure: .ratio(.tcpMock, to: .epoll), limit: .atMost(1.15), stretch: 1.03),
            Target(
                id: "\(job).two", title: "\(job == "framed" ? "Framed round trip" : "Round trip"), two cores, × L1",
                line: "\(job).two", figure: .ratio(.tcpMock, to: .epoll), limit: .atMost(1.1), stretch: 1.03),
        ]
    }

    private static let throughput = [
        Target(
            id: "pipelined", title: "Pipelined frames, with transcript, × L1", line: "pipelined",
            figure: .ratio(.tcpMock, to: .epoll), limit: .atLeast(0.6), stretch: 0.8),
        Target(
            id: "pipelined.counters", title: "Pipelined frames, countersOnly, × L1", line: "pipelined",
            figure: .ratio(.tcpMockCounters, to: .epoll), limit: .atLeast(0.85), stretch: 1),
        Target(
            id: "stream", title: "1 GiB compared in place, × a raw read() sink", line: "stream",
            figure: .ratio(.tcpMock, to: .epoll), limit: .atLeast(0.9), stretch: 1),
    ]

    /// For round trips 10 % is noise on two cores, see Benchmarks/README.md; the best of one core vary less.
    private static let recording = [
        Target(
            id: "recording.pipelined", title: "Pipelined frames, with evidence, × countersOnly",
            line: "recording.pipelined", figure: .ratio(.tcpMock, to: .tcpMockCounters), limit: .atLeast(0.7),
            stretch: 0.9),
        Target(
            id: "recording.one", title: "Round trip with evidence, one core, × countersOnly", line: "recording.one",
            figure: .ratio(.tcpMock, to: .tcpMockCounters), limit: .atMost(1.05), stretch: nil),
        Target(
            id: "recording.two", title: "Round trip with evidence, two cores, × countersOnly", line: "recording.two",
            figure: .ratio(.tcpMock, to: .tcpMockCounters), limit: .atMost(1.1), stretch: nil),
    ]

    private static let connections = [
        Target(
            id: "churn.sequential", title: "Churn, one after the other, × L1", line: "churn.sequential",
            figure: .ratio(.tcpMock, to: .epoll), limit: .atLeast(0.85), stretch: 0.95),
        Target(
            id: "churn.64", title: "Churn, 64 at once, × L1", line: "churn.64",
            figure: .ratio(.tcpMock, to: .epoll), limit: .atLeast(0.85), stretch: 0.95),
        Target(
            id: "open", title: "19,900 connections, two processes, × L1's time", line: "open",
            figure: .ratio(.tcpMock, to: .epoll), limit: .atMost(1.2), stretch: nil),
        Target(
            id: "open.bytes", title: "Heap bytes per idle connection, countersOnly", line: "open",
            figure: .fact(.tcpMockCounters, "user_bytes"), limit: .atMost(512), stretch: 256),
        Target(
            id: "open-inside", title: "9,900 connections, one process, × L1's time", line: "open-inside",
            figure: .ratio(.tcpMock, to: .epoll), limit: .atMost(1.2), stretch: nil),
    ]

    private static let singleThings = [
        Target(
            id: "enqueue.burst", title: "Adding a step while the loop is awake, µs", line: "enqueue.burst",
            figure: .value(.tcpMock), limit: .atMost(0.15), stretch: 0.1),
        Target(
            id: "slices", title: "A lock-step slice, µs", line: "slices", figure: .value(.tcpMock), limit: .atMost(8),
            stretch: 5),
        Target(
            id: "sweep", title: "Cases of a sweep, thousands per second", line: "sweep", figure: .value(.tcpMock),
            limit: .atLeast(2), stretch: 5),
    ]
}
