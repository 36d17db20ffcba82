// How a script breaks a connection, and where.

/// A way of breaking a connection.
///
/// A script plays one with ``Step/fault(_:_:within:fileID:filePath:line:column:)``, which also says where. What the
/// client's kernel has confirmed of it is in ``ConnectionRecord/faults``.
///
/// | fault | what a client meets that goes on reading | and that goes on writing |
/// | --- | --- | --- |
/// | ``reset`` | what it was sent, then ECONNRESET | ECONNRESET or EPIPE |
/// | ``fin`` | what it was sent, then the end of the stream | its bytes are taken, and thrown away |
/// | ``close`` | what it was sent, then the end of the stream | ECONNRESET or EPIPE, after the first write |
/// | ``halfClose`` | what it was sent, then the end of the stream | its bytes are taken, for the steps that follow |
/// | ``stall`` | nothing more | its buffers fill, then its writes hang |
public struct Fault: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case reset, fin, close, halfClose, stall
    }

    let kind: Kind

    /// Resets the connection (RST), once the client's system has acknowledged all that was sent.
    ///
    /// Unix-domain sockets know no RST: there it is a ``MockError`` at the step's line.
    public static let reset = Fault(kind: .reset)
    /// Ends the stream cleanly (FIN); reads on, throwing away what still comes, until the client has left too.
    ///
    /// However the client leaves then is no failure; that it stays for longer than the step's limit is one.
    public static let fin = Fault(kind: .fin)
    /// Closes the socket, as a server does that dies: a FIN, and a RST for what comes afterwards.
    ///
    /// With input unread the system sends the RST at once, in place of the FIN.
    public static let close = Fault(kind: .close)
    /// Ends the server's side of the stream (FIN); the script goes on, and may expect more.
    public static let halfClose = Fault(kind: .halfClose)
    /// Neither reads nor writes any more, until the client has left: as ``Step/stall(for:within:fileID:filePath:line:column:)``.
    public static let stall = Fault(kind: .stall)

    /// The fault's name.
    public var description: String {
        "\(kind)"
    }

    /// Where in a conversation a fault comes.
    public struct Placement: Sendable, Hashable, CustomStringConvertible {
        enum Kind: Sendable, Hashable {
            case here
            case afterSending(Int, Bytes)
            case afterReceiving(Int)
            case onPattern(Bytes, max: Int)
            case onNextRequest
            case afterIdle(Duration)
        }

        let kind: Kind

        /// When all earlier steps are done.
        public static let here = Placement(kind: .here)

        /// Sends the first `count` of these bytes, waits until the client has taken them (``Delivery/lockstep``), then breaks
        /// the connection.
        ///
        /// - `count`: from 0, which sends nothing, to the number of bytes.
        public static func afterSending(_ count: Int, of bytes: Bytes) -> Placement {
            Placement(kind: .afterSending(count, bytes))
        }

        /// Takes exactly `count` bytes of the client's, whatever they are, then breaks the connection.
        ///
        /// - `count`: from 0, which takes nothing.
        public static func afterReceiving(_ count: Int) -> Placement {
            Placement(kind: .afterReceiving(count))
        }

        /// Takes bytes up to and with the pattern, then breaks the connection.
        ///
        /// - `pattern`: at least one byte; found also when it arrives in pieces.
        /// - `max`: the most bytes to take, pattern included; more without it are a failure.
        public static func onPattern(_ pattern: Bytes, max: Int = 64 * 1024) -> Placement {
            Placement(kind: .onPattern(pattern, max: max))
        }

        /// Breaks the connection on the first byte that comes next: the stale keep-alive connection of a pool.
        ///
        /// What has come by then is taken.
        public static let onNextRequest = Placement(kind: .onNextRequest)

        /// Breaks the connection after it has been silent for so long; bytes that come before are a failure.
        ///
        /// - `duration`: real time, never scaled.
        public static func afterIdle(_ duration: Duration) -> Placement {
            Placement(kind: .afterIdle(duration))
        }

        /// The placement as written: `afterReceiving(5)`.
        public var description: String {
            switch kind {
            case .here: "here"
            case .afterSending(let count, let bytes): "afterSending(\(count), of: \(Step.shown(bytes)))"
            case .afterReceiving(let count): "afterReceiving(\(count))"
            case .onPattern(let pattern, _): "onPattern(\(pattern))"
            case .onNextRequest: "onNextRequest"
            case .afterIdle(let duration): "afterIdle(\(duration.brief))"
            }
        }
    }
}

extension Fault {
    /// What plays it, once its place has been reached.
    var cut: Step.Kind {
        switch kind {
        case .reset: .reset(discardingUnsent: false)
        case .fin: .disconnect(discardingInput: true)
        case .close: .close
        case .halfClose: .halfClose
        case .stall: .stall(nil)
        }
    }
}

extension Fault.Placement {
    /// What must be played to get there; nil: nothing.
    var approach: Step.Kind? {
        switch kind {
        case .here, .afterSending(0, _), .afterReceiving(0): nil
        case .afterSending(let count, let bytes): .send(Bytes(bytes.array.prefix(count)))
        case .afterReceiving(let count): .receiveExactly(count)
        case .onPattern(let pattern, let max): .receiveUntil(pattern, max: max)
        case .onNextRequest: .receiveAtLeast(1)
        case .afterIdle(let duration): .expectSilence(duration)
        }
    }

    /// The client takes what is sent before the cut: a RST right behind the bytes would reach some runtimes before them.
    var pacing: Pacing? {
        if case .afterSending = kind { Pacing(.whole, .lockstep) } else { nil }
    }

    /// What can't be meant, or nil.
    func problem(in step: Step) -> String? {
        switch kind {
        case .here, .onNextRequest: return nil
        case .afterSending(let count, let bytes):
            if let problem = bytes.problem { return "\(step): \(problem)" }
            if (0...bytes.array.count).contains(count) { return nil }
            return "\(step) can't send \(counted(count, "byte")) of \(bytes.array.count)"
        case .afterReceiving(let count): return count < 0 ? "\(step) can't receive \(counted(count, "byte"))" : nil
        case .onPattern(let pattern, let max):
            if let problem = pattern.problem { return "\(step): \(problem)" }
            if pattern.array.isEmpty { return "\(step) needs a pattern of at least one byte" }
            guard max < pattern.array.count else { return nil }
            return "\(step) can never be met: the pattern alone has \(pattern.array.count) bytes"
        case .afterIdle(let duration): return duration < .zero ? "\(step): a duration can't be negative" : nil
        }
    }
}

extension Step {
    /// What is played of a fault, one after the other; nil for other steps.
    var faultParts: [Step]? {
        guard case .fault(let fault, let placement) = kind else { return nil }
        return (placement.approach.map { [with($0, pacing: placement.pacing)] } ?? []) + [with(fault.cut)]
    }
}
