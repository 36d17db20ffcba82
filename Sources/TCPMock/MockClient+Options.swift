// What a client can be told beside its scripts.

public import Logging

extension MockClient {
    /// How a client connects and how it treats the server; the defaults suit most tests.
    public struct Options: Sendable {
        /// How long things may take, once it is connected.
        public var limits: Limits
        /// How long a connection may take to be made, refusals included; `expectConnect(within:)` overrides it.
        /// Default: 2 s.
        ///
        /// While it is refused the client knocks again every few milliseconds, so that nothing has to wait for the
        /// server to listen. `TCPMOCK_TIMEOUT_SCALE` multiplies it.
        public var connect: Duration
        /// The addresses to connect from, such as `[.ipv4("127.0.0.2")]`; connections take them in turn. Default: none,
        /// which is the kernel's choice.
        ///
        /// Each has some 28,000 ports of its own for each address connected to, so that several serve those who connect
        /// very often: see <doc:ThousandsOfConnections>. On Linux all of 127.0.0.0/8 is there without being set up.
        public var sources: [MockAddress]
        /// What the client does when its script has ended without saying how the connection ends. Default:
        /// ``AfterScript/leave``.
        public var afterScript: AfterScript
        /// How frames are cut out where neither step nor script says it. Default: four bytes, big-endian.
        public var framing: Framing
        /// How much evidence is kept. Default: 16 KiB of each direction of each connection, from both ends of longer ones.
        public var recording: MockServer.Recording
        /// Where it tells what goes on, as ``MockServer/Options/logger``. Without one, `TCPMOCK_LOG` decides.
        public var logger: Logger?
        /// Whether each step is counted and its times are kept, as ``MockServer/Options/statistics``. Default: `automatic`,
        /// for `many` clients.
        public var statistics: MockServer.Setting
        /// Whether a line on standard error shows how a long run gets on, as ``MockServer/Options/progress``. Default:
        /// `off`.
        public var progress: MockServer.Setting
        /// How slow a line all sends go through. Default: none.
        public var shaping: Shaping?
        /// How many bytes the kernel may hold for each connection that were not read (SO_RCVBUF), so that a server that writes soon
        /// meets a window that is shut. Default: nil, the kernel's choice, which grows as it is read.
        ///
        /// Linux doubles the number, for its own use of the memory, and makes it at least 2,304 bytes after that; how many
        /// bytes of a client's fit depends on how they are cut into segments. See tcp(7) and socket(7). Not for Unix-domain
        /// sockets, whose bytes wait in the sender's buffer.
        public var receiveBuffer: Int?
        /// Where that line goes.
        var progressDescriptor = standardError
        /// The best that lock-step may use.
        var lockstep = ConnectionRecord.Lockstep.best

        /// Makes options; what is not named keeps its default.
        public init(
            limits: Limits = Limits(), connect: Duration = .seconds(2), sources: [MockAddress] = [],
            afterScript: AfterScript = .leave, framing: Framing = .lengthPrefix(),
            recording: MockServer.Recording = .bytes(16 * 1024), logger: Logger? = nil,
            statistics: MockServer.Setting = .automatic, progress: MockServer.Setting = .off, shaping: Shaping? = nil,
            receiveBuffer: Int? = nil
        ) {
            self.limits = limits
            self.connect = connect
            self.sources = sources
            self.afterScript = afterScript
            self.framing = framing
            self.recording = recording
            self.logger = logger
            self.statistics = statistics
            self.progress = progress
            self.shaping = shaping
            self.receiveBuffer = receiveBuffer
        }
    }

    /// What a client does when its script has ended without saying how the connection ends.
    public enum AfterScript: Sendable, Hashable {
        /// It closes its side, and the server must then close too, within ``Limits/step``.
        ///
        /// Who closes first keeps the connection's port for a minute (TIME_WAIT): see <doc:ThousandsOfConnections>.
        case leave
        /// It stays connected and silent until it is finished, and leaves then; the server may leave before.
        case stayOpen
        /// It resets the connection (RST), once the server's system has acknowledged all that was sent. Neither side keeps
        /// anything of it then. Unix-domain sockets know no RST: there it is a ``MockError``.
        case reset

        var ending: ScriptPlan.Ending {
            switch self {
            case .leave: .closes
            case .stayOpen: .staysThenCloses
            case .reset: .resets
            }
        }
    }
}

extension MockClient.Options {
    /// What can't be meant, or nil.
    func problem(connectingTo address: MockAddress) -> String? {
        if connect < .zero { return "a limit can't be negative" }
        if address.family != .unix, address.port == 0 { return "can't connect to \(address): there is no port 0" }
        for source in sources where source.family != address.family {
            return "can't connect from \(source) to \(address): they are of different families"
        }
        if afterScript == .reset, let problem = MockServer.Options.noReset(over: address) { return problem }
        return shared(with: address).problem
    }

    /// What servers have as well, in their words.
    func shared(with address: MockAddress) -> MockServer.Options {
        var shared = MockServer.Options(
            address: address, limits: limits, framing: framing, recording: recording, logger: logger,
            statistics: statistics, progress: progress, shaping: shaping, receiveBuffer: receiveBuffer)
        shared.progressDescriptor = progressDescriptor
        shared.lockstep = lockstep
        return shared
    }
}
