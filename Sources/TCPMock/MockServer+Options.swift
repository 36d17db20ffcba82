// What a server can be told beside its scripts.

public import Logging

extension MockServer {
    /// Where a server listens and how it treats its clients; the defaults suit most tests.
    public struct Options: Sendable {
        /// Where to listen. Default: 127.0.0.1, a port the kernel chooses.
        public var address: MockAddress
        /// How long things may take.
        public var limits: Limits
        /// What becomes of a connection that no script is for. Default: ``UnscriptedConnection/fail``.
        public var unscripted: UnscriptedConnection
        /// How a connection ends whose script does not say it. Default: ``AfterScript/mustLeave``.
        public var afterScript: AfterScript
        /// How frames are cut out where neither step nor script says it. Default: four bytes, big-endian.
        public var framing: Framing
        /// How much evidence is kept. Default: 16 KiB of each direction of each connection, from both ends of longer ones.
        public var recording: Recording
        /// Where the server tells what goes on, one line a step, as it happens. Default: nowhere.
        ///
        /// At `debug`: that it listens, and each connection, step and end; a failure at `error`. At `trace` also each
        /// read and send. Server, connection, step and, for failures, the step's line are metadata. Without a logger
        /// `TCPMOCK_LOG=debug` in the environment (or another level) has the same written to standard error.
        public var logger: Logger?
        /// Whether each step is counted and its times are kept, for ``Verdict/statistics``. Default: `automatic`, for
        /// servers that play one script on `every` connection.
        ///
        /// It costs some nanoseconds a step, and 10 KiB for each step of the script.
        public var statistics: Setting
        /// Whether a line on standard error shows how a long run gets on. Default: `off`, for test suites are quiet.
        ///
        /// `automatic` shows it where standard error is a terminal, and nowhere else. `on` also does where it is none, as in
        /// a log of CI or under `swift test`: there it writes a line every ten seconds.
        ///
        /// ```text
        /// 12.3 s  open 812  done 45,120 of 100,000  failed 0  9,400/s
        /// ```
        ///
        /// The rate is that of connections done in the last two seconds. The line goes when the server ends, and before
        /// failures are told.
        public var progress: Setting
        /// How slow a line all sends go through. Default: none.
        public var shaping: Shaping?
        /// How many bytes the kernel may hold for each connection that were not read (SO_RCVBUF), so that a client that writes soon
        /// meets a window that is shut. Default: nil, the kernel's choice, which grows as it is read.
        ///
        /// Linux doubles the number, for its own use of the memory, and makes it at least 2,304 bytes after that; how many
        /// bytes of a client's fit depends on how they are cut into segments. See tcp(7) and socket(7). Not for Unix-domain
        /// sockets, whose bytes wait in the sender's buffer.
        public var receiveBuffer: Int?
        /// What meets those who connect, from the first one on, until `setConnectFault(_:)` says otherwise. Default: nil;
        /// they are served.
        public var connectFault: ConnectFault?
        /// Where that line goes; tests have a terminal of their own.
        var progressDescriptor = standardError
        /// The best that lock-step may use.
        var lockstep = ConnectionRecord.Lockstep.best

        /// Makes options; what is not named keeps its default.
        public init(
            address: MockAddress = .loopback, limits: Limits = Limits(), unscripted: UnscriptedConnection = .fail,
            afterScript: AfterScript = .mustLeave, framing: Framing = .lengthPrefix(),
            recording: Recording = .bytes(16 * 1024), logger: Logger? = nil, statistics: Setting = .automatic,
            progress: Setting = .off, shaping: Shaping? = nil, receiveBuffer: Int? = nil,
            connectFault: ConnectFault? = nil
        ) {
            self.address = address
            self.limits = limits
            self.unscripted = unscripted
            self.afterScript = afterScript
            self.framing = framing
            self.recording = recording
            self.logger = logger
            self.statistics = statistics
            self.progress = progress
            self.shaping = shaping
            self.receiveBuffer = receiveBuffer
            self.connectFault = connectFault
        }
    }

    /// Whether an option is in force; what `automatic` means, the option says.
    public enum Setting: Sendable, Hashable {
        /// Where it is of use.
        case automatic
        /// Always.
        case on
        /// Never.
        case off
    }

    /// What becomes of a connection that no script is for.
    public enum UnscriptedConnection: Sendable, Hashable {
        /// It is reset, and that it came is a failure.
        case fail
        /// It is reset and counted; no failure.
        case reset
        /// It is left open and unanswered until the server ends, and counted; no failure.
        case ignore
    }

    /// How a connection ends whose script has ended without saying it: by the client, or by the server.
    public enum AfterScript: Sendable, Hashable {
        /// It disconnects cleanly, within ``Limits/afterScript``.
        case mustLeave
        /// It may stay connected until the server is finished, as connection pools do.
        case mayStayOpen
        /// The server closes its side first (FIN), and the client must then close too, within ``Limits/step``.
        ///
        /// The side that closes first keeps what the other would run out of: a port in TIME_WAIT. Clients that connect
        /// very often need this, or ``reset``: see <doc:ThousandsOfConnections>.
        case closeFirst
        /// The server resets the connection (RST), once the client's system has acknowledged all that was sent. Neither
        /// side keeps anything of it then. Unix-domain sockets know no RST: there it is a ``MockError``.
        case reset

        var ending: ScriptPlan.Ending {
            switch self {
            case .mustLeave: .expectsLeave
            case .mayStayOpen: .allowsStay
            case .closeFirst: .closes
            case .reset: .resets
            }
        }
    }

    /// How much a server keeps of what went over each connection.
    public struct Recording: Sendable, Hashable {
        let bytesPerDirection: Int

        /// Up to `count` bytes of each direction; of one that is longer, half from its beginning and half from its end.
        ///
        /// With them goes when bytes were read and written, the first and latest times. All connections of the process share
        /// at most 64 MiB; when those are full, later ones keep less, and a note in the verdict says so. Not counted among
        /// these are what a connection's steps did and when: up to 256 events, 8 KiB, of each that is kept.
        public static func bytes(_ count: Int) -> Recording {
            Recording(bytesPerDirection: count)
        }

        /// Counters and failures only, for load tests.
        ///
        /// No bytes are kept, and no events. A failure still says at which byte it departed and what came instead, the first
        /// 256 bytes of it, but not what was said before. Of servers for `every` connection, and of `many` clients, nothing
        /// at all is kept of a connection that goes well: it is not in ``Verdict/connections``, only counted in
        /// ``Verdict/statistics``.
        public static let countersOnly = Recording(bytesPerDirection: 0)
    }
}

extension MockServer.Options {
    static func noReset(over address: MockAddress) -> String? {
        guard address.family == .unix else { return nil }
        return "afterScript: .reset can't be had over a Unix-domain socket, which knows no RST"
    }

    /// What can't be meant, or nil.
    var problem: String? {
        if limits.step < .zero || limits.afterScript < .zero { return "a limit can't be negative" }
        if limits.maxBuffered < 1 { return "maxBuffered: \(limits.maxBuffered) leaves no room for a byte" }
        if recording.bytesPerDirection < 0 { return "recording can't keep \(recording.bytesPerDirection) bytes" }
        if let receiveBuffer {
            if receiveBuffer < 1 { return "receiveBuffer: \(receiveBuffer) leaves no room for a byte" }
            if address.family == .unix {
                return "receiveBuffer can't be had over a Unix-domain socket, whose bytes wait in the sender's buffer"
            }
        }
        if afterScript == .reset { return MockServer.Options.noReset(over: address) }
        return shaping?.problem ?? connectFault?.problem(on: address)
    }
}
