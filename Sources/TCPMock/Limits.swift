// How long things may take, and how much may be held.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How long a server or client waits, and how much it holds for the other side.
///
/// `TCPMOCK_TIMEOUT_SCALE` in the environment multiplies all limits (never a delay or a silence): `3` gives slow
/// machines three times as long, `off` switches limits off while you sit in a debugger.
public struct Limits: Sendable, Hashable {
    /// How long a step may go *without progress*; each byte that moves starts it anew. Default: 2 s.
    ///
    /// A step's own `within:` counts the whole step instead.
    public var step: Duration
    /// How long a client may stay connected after the script has ended. Default: 30 s.
    ///
    /// Once the server is being finished it is cut to ``step``. A ``MockClient`` has no use for it: it closes, and the server
    /// has ``step`` to close too.
    public var afterScript: Duration
    /// How many bytes that no step has judged yet a connection may hold, before the client is made to wait.
    /// Default: 1 MiB.
    public var maxBuffered: Int

    /// Makes a set of limits; what is not named keeps its default.
    public init(step: Duration = .seconds(2), afterScript: Duration = .seconds(30), maxBuffered: Int = 1 << 20) {
        self.step = step
        self.afterScript = afterScript
        self.maxBuffered = maxBuffered
    }
}

/// The factor from `TCPMOCK_TIMEOUT_SCALE`, read when an endpoint is made.
enum TimeoutScale: Sendable, Hashable {
    case factor(Double)
    case off

    /// What the environment says now.
    static var current: TimeoutScale {
        TimeoutScale(environmentValue: getenv("TCPMOCK_TIMEOUT_SCALE").map { String(cString: $0) })
    }

    /// Nil or nonsense means 1: a test must not change meaning because of a typo elsewhere.
    init(environmentValue: String?) {
        switch environmentValue {
        case let text? where text.lowercased() == "off": self = .off
        case let text?: self = .factor(Double(text).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } ?? 1)
        case nil: self = .factor(1)
        }
    }

    /// The scaled limit in nanoseconds; nil means no limit.
    func nanoseconds(of limit: Duration) -> UInt64? {
        switch self {
        case .off: nil
        case .factor(let factor): limit.scaledNanoseconds(factor)
        }
    }
}

extension Duration {
    /// Whole nanoseconds, at least 0 and at most some 290 years.
    var nanoseconds: UInt64 {
        scaledNanoseconds(1)
    }

    func scaledNanoseconds(_ factor: Double) -> UInt64 {
        let (seconds, attoseconds) = components
        let exact = (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) * factor
        return exact <= 0 ? 0 : exact >= 9e18 ? UInt64(9e18) : UInt64(exact.rounded())
    }

    static func nanoseconds(_ count: UInt64) -> Duration {
        .nanoseconds(Int64(clamping: count))
    }

    /// `250 ms`, `2 s`, `0.21 ms`: at most three figures that matter.
    var brief: String {
        let nanoseconds = Double(nanoseconds)
        // What would round to 1000 of one unit is 1 of the next.
        return switch nanoseconds {
        case 999.5e6...: "\(Duration.figures(nanoseconds / 1e9)) s"
        case 999.5e3...: "\(Duration.figures(nanoseconds / 1e6)) ms"
        default: "\(Duration.figures(nanoseconds / 1e3)) µs"
        }
    }

    private static func figures(_ value: Double) -> String {
        let places: Double = value >= 100 ? 1 : value >= 10 ? 10 : 100
        let rounded = (value * places).rounded() / places
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
