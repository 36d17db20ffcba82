// What meets a client that connects, instead of a script.

/// What a server does to those who connect, before any script: it refuses, is silent, is slow, or resets them.
///
/// From the start, by ``MockServer/Options/connectFault``, or while it runs, by `setConnectFault(_:)`. The port stays the
/// server's throughout: nobody else can take it. Who is turned away plays no script and is no failure; a note in the
/// verdict and ``Verdict/turnedAway`` say how many were reset. See <doc:FailingToConnect>.
///
/// Connections that are open go on, and clients use them again: a fault here meets new ones only.
public struct ConnectFault: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        /// By `takeDown()`: as refused, but for the paths of Unix-domain sockets.
        case down
        case refused, blackHole, slowAccept, acceptThenReset, neverAcceptedThenReset
    }

    let kind: Kind
    /// Of those that take their time.
    let after: Duration?

    private init(_ kind: Kind, after: Duration? = nil) {
        self.kind = kind
        self.after = after
    }

    static let down = ConnectFault(.down)

    /// Connects are refused (ECONNREFUSED): the port is bound and does not listen.
    ///
    /// The path of a Unix-domain socket stays where it is, as that of a server that has crashed.
    public static let refused = ConnectFault(.refused)

    /// Connects get no answer (SYN dropped): the server listens and its queue is full.
    ///
    /// Clients hang until their own limit. When the fault ends, one that still waits gets through when its system knocks
    /// the next time: on Linux that is about a second after the time before. TCP on Linux only.
    public static let blackHole = ConnectFault(.blackHole)

    /// The client is connected, and accepted and served so long after it knocked.
    ///
    /// Till then it is in the kernel's queue: what it sends is acknowledged, and nobody answers. The time is never scaled,
    /// and no limit runs meanwhile. Unix-domain sockets, and other systems than Linux, can't say how many wait: there one
    /// client's time begins when that of the one before is over.
    public static func slowAccept(_ time: Duration) -> ConnectFault {
        ConnectFault(.slowAccept, after: time)
    }

    /// The client is connected, accepted and reset at once (ECONNRESET). TCP only.
    ///
    /// To reset the n-th connection alone, give it a script that does: `connections: [normal, [.reset()], normal]`.
    public static let acceptThenReset = ConnectFault(.acceptThenReset)

    /// The client is connected, and reset (ECONNRESET) before anybody has accepted it. TCP only.
    public static let neverAcceptedThenReset = neverAcceptedThenReset(after: .zero)

    /// The client is connected, and left in the kernel's queue until the listener is closed: then it is reset (ECONNRESET).
    ///
    /// Meanwhile what it sends is acknowledged. So long after the first has knocked, all who are in the queue are reset,
    /// and the server listens again. TCP only.
    public static func neverAcceptedThenReset(after time: Duration) -> ConnectFault {
        ConnectFault(.neverAcceptedThenReset, after: time)
    }

    /// As it is written: `.slowAccept(1 s)`.
    public var description: String {
        let time = after.flatMap { $0 == .zero ? nil : $0.brief }
        return switch kind {
        case .down: "takeDown()"
        case .refused: ".refused"
        case .blackHole: ".blackHole"
        case .slowAccept: ".slowAccept(\(time ?? "0 s"))"
        case .acceptThenReset: ".acceptThenReset"
        case .neverAcceptedThenReset: ".neverAcceptedThenReset" + (time.map { "(after: \($0))" } ?? "")
        }
    }

    /// What becomes of a client.
    var effect: String {
        switch kind {
        case .down, .refused: "connects are refused"
        case .blackHole: "connects get no answer"
        case .slowAccept: "clients are kept waiting before they are accepted"
        case .acceptThenReset: "connections are accepted and reset"
        case .neverAcceptedThenReset: "connections are reset before they are accepted"
        }
    }

    /// Whether nobody comes to play a script.
    var turnsAway: Bool { kind != .slowAccept }

    /// Why a server on `address` can't do it, or nil.
    func problem(on address: MockAddress) -> String? {
        if let after, after < .zero { return "a connect fault's time can't be negative" }
        let isUnix = address.family == .unix
        switch kind {
        case .down, .refused, .slowAccept: return nil
        case .blackHole where isUnix:
            return "\(self): a Unix-domain socket can't: when its queue is full, connects fail at once (EAGAIN)"
        case .blackHole:
            #if os(Linux)
                return nil
            #else
                return "\(self) needs Linux: what a full queue does is not known of other systems"
            #endif
        case .acceptThenReset, .neverAcceptedThenReset:
            return isUnix ? "\(self): a Unix-domain socket knows no reset (RST)" : nil
        }
    }
}
