// Which connection plays which script: what an endpoint was made for, as data.

struct EndpointPlan: Sendable {
    enum Mode: Sendable {
        /// The n-th connection plays the n-th script.
        case list
        /// All connections play the one script; so many must come (nil: at least one).
        case every(count: Int?, oneAtATime: Bool)
        /// One connection; steps are enqueued while it runs.
        case live
    }

    /// What never changes of it, behind one reference: a plan is copied whenever somebody looks at it.
    private final class Fixed: Sendable {
        let mode: Mode
        let options: MockServer.Options
        let scale: TimeoutScale
        let location: SourcePosition
        let thread = BlockedCalls.ownThread

        init(_ mode: Mode, _ options: MockServer.Options, _ scale: TimeoutScale, _ location: SourcePosition) {
            self.mode = mode
            self.options = options
            self.scale = scale
            self.location = location
        }
    }

    private let fixed: Fixed
    var mode: Mode { fixed.mode }
    /// One a connection; one for `every`; for live endpoints the one that grows.
    var scripts: [ScriptPlan]
    var options: MockServer.Options { fixed.options }
    var scale: TimeoutScale { fixed.scale }
    /// Where the endpoint was made: failures that belong to no step are told there.
    var location: SourcePosition { fixed.location }
    /// The thread that made the endpoint.
    var thread: UInt { fixed.thread }
    /// Where the server listens in fact, once it does.
    var listening: MockAddress?
    /// How a client connects; nil: a server.
    var dial: Dial?

    init(
        mode: Mode, scripts: [ScriptPlan], options: MockServer.Options, scale: TimeoutScale, location: SourcePosition
    ) {
        fixed = Fixed(mode, options, scale, location)
        self.scripts = scripts
    }

    /// How a client connects to ``options``' address.
    struct Dial: Sendable {
        /// The addresses to connect from, in turn; none: the kernel's choice.
        var sources: [MockAddress] = []
        /// How long a connection may take, or be refused.
        var connect: Duration
        /// The most connections at a time.
        var atOnce = 1
    }

    /// Which side it plays.
    var side: Side { dial == nil ? .server : .client }

    /// The plan of a connection, by what the core says it played.
    func script(at index: Int) -> ScriptPlan? {
        if case .every = mode { return scripts.first }
        return scripts.indices.contains(index) ? scripts[index] : nil
    }

    /// "one connection", "3 connections": what the server was made for.
    var purpose: String {
        switch mode {
        case .list where scripts.count == 1, .live: "one connection"
        case .list: counted(scripts.count, "connection")
        case .every(let count?, _): count == 1 ? "exactly one connection" : "exactly \(counted(count, "connection"))"
        case .every(nil, _): "any number of connections"
        }
    }
}
