// What a sweep can be told beside its cases.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How a sweep runs its cases.
public struct SweepOptions: Sendable {
    /// The options of each case's server; paths of Unix-domain sockets get a number behind them. Default: connections beside the script's are reset and counted, and a client may stay
    /// connected at the script's end.
    public var server: MockServer.Options
    /// How long a client may take for one case; `TCPMOCK_TIMEOUT_SCALE` multiplies it. Default: 5 s.
    ///
    /// A client that takes longer hangs: its task is cancelled, its command is killed with all it has started, its connection is reset.
    public var limit: Duration
    /// How many cases run at the same time. Default: four, or twice as many as there are processors if that is more.
    public var atOnce: Int
    /// Whether a line on standard error shows how the sweep gets on; `automatic`: on a terminal only. Default: `automatic`.
    public var progress: MockServer.Setting
    /// Whether a client that leaves descriptors open or threads running is a failure. Default: it is.
    ///
    /// Looked for where the client is a closure. Cases are then run again, one by one, to name the one that leaks.
    public var watchesLeaks: Bool
    /// How many cases may be run again to find the smallest that fails. Default: 100.
    public var shrinkRuns: Int
    /// The one case to run, as a failure names it. Default: what `TCPMOCK_REPLAY` says.
    public var replay: String?
    /// The source of every random choice.
    public var seed: Seed
    /// Where the progress line goes; tests have a terminal of their own.
    var progressDescriptor = standardError

    /// Makes options; what is not named keeps its default.
    public init(
        server: MockServer.Options = MockServer.Options(unscripted: .reset, afterScript: .mayStayOpen),
        limit: Duration = .seconds(5), atOnce: Int? = nil, progress: MockServer.Setting = .automatic,
        watchesLeaks: Bool = true, shrinkRuns: Int = 100, replay: String? = nil, seed: Seed = .ofThisRun
    ) {
        self.server = server
        self.limit = limit
        self.atOnce = atOnce ?? SweepOptions.usual
        self.progress = progress
        self.watchesLeaks = watchesLeaks
        self.shrinkRuns = shrinkRuns
        self.replay = replay
        self.seed = seed
    }
}

extension SweepOptions {
    /// Most of a case is waiting, so there are more than processors.
    private static var usual: Int { max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// What can't be meant, or nil.
    var problem: String? {
        if limit <= .zero { return "a sweep's limit must be longer than nothing" }
        if atOnce < 1 { return "atOnce: \(atOnce) lets no case run" }
        if shrinkRuns < 0 { return "shrinkRuns: \(shrinkRuns) is no number of runs" }
        if server.address.port != 0 {
            return "port \(server.address.port) can't be that of each case's server: leave it out, and clients are told"
        }
        return server.problem
    }
}
