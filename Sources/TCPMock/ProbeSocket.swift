// A real socket for the client under test, which counts. What it counts is in ProbeSocket+Record.swift.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A connected socket for the client under test to use, which counts its calls and can fail them.
///
/// It is a real one: hand its ``fileDescriptor`` to poll(2), select(2) or an event loop. Calls block unless the descriptor
/// does not; none raises SIGPIPE.
///
/// ```swift
/// let socket = try ProbeSocket(connectingTo: server.address)
/// try socket.breakSends(at: "DATA\r\n")           // from there on sends fail with EPIPE
/// let client = Client(transport: socket)
/// …
/// #expect(socket.record.sendAllCalls < 3, "too many writes")
/// ```
///
/// A server in the same process learns from it what the client's code has read, see ``ReadProbe``. Any thread may call it.
public final class ProbeSocket: Sendable {
    private struct State {
        var descriptor: Int32
        /// Calls under way: the last one out closes, so that the number can't become another socket's meanwhile.
        var callers = 0
        var isClosed = false
        var record: Record
        var breaker: SendBreaker?
    }

    private let state: Locked<State>
    private let keeping: Int
    /// Nil for sockets that are not TCP.
    private let reads: ReadProbe?
    /// The socket's own address, as ``ConnectionRecord/peer`` has it on the server's side; `unix` where it has none.
    public let localAddress: String

    /// Connects to a server.
    ///
    /// - Parameters:
    ///   - address: Where; of a server in the same process ``MockServer/address``.
    ///   - limit: How long connecting may take, else ETIMEDOUT; and how long a call may block, else EAGAIN.
    ///   - keeping: How many of the bytes sent are kept for ``Record/sent``.
    ///
    /// - Throws: ``CallError`` when it can't be connected; ``MockError`` when the address can't be one.
    public convenience init(
        connectingTo address: MockAddress, limit: Duration = .seconds(30), keeping: Int = 1 << 20
    ) throws {
        self.init(owning: try SocketCalls.connect(to: address, within: limit), keeping: keeping)
    }

    /// Takes over a socket that is connected already: `descriptor` is -1 afterwards, and this closes it.
    ///
    /// Its timeouts and its O_NONBLOCK stay as they are.
    ///
    /// - Parameters:
    ///   - descriptor: A connected stream socket.
    ///   - keeping: How many of the bytes sent are kept for ``Record/sent``.
    ///
    /// - Throws: ``CallError`` when it is no connected stream socket; it is the caller's then, as before.
    public convenience init(adopting descriptor: inout Int32, keeping: Int = 1 << 20) throws {
        try SocketCalls.adopt(descriptor)
        self.init(owning: descriptor, keeping: keeping)
        descriptor = -1
    }

    private init(owning descriptor: Int32, keeping: Int) {
        let ends = SocketCalls.ends(of: descriptor)
        localAddress = ends.local
        reads = ends.peerPort > 0 ? ReadProbe(descriptor: descriptor) : nil
        self.keeping = max(0, keeping)
        state = Locked(State(descriptor: descriptor, record: Record()))
    }

    deinit {
        close()
    }

    /// The socket, for poll(2) and its like; -1 once it is closed. What is sent or received past this class is not counted.
    public var fileDescriptor: Int32 {
        state.withLock { $0.isClosed ? -1 : $0.descriptor }
    }

    /// What was counted so far.
    public var record: Record {
        state.withLock { $0.record }
    }

    // MARK: Sending

    /// Sends as many of the bytes as the kernel takes at once, by one send(2), and answers how many that were.
    ///
    /// - Throws: ``CallError``: EAGAIN when the kernel takes none, EPIPE or ECONNRESET when the other side has gone.
    @discardableResult
    public func send(_ bytes: Bytes) throws -> Int {
        let bytes = try checked(bytes)[...]
        return try withDescriptor("send") { descriptor in
            try begin(\.sendCalls, sending: bytes)
            return try sendOnce(descriptor, bytes)
        }
    }

    /// Sends all of the bytes, by as many send(2) as it takes; counted as one call.
    ///
    /// - Throws: ``CallError``, as ``send(_:)``; what was sent by then is in ``Record/sentCount``.
    public func sendAll(_ bytes: Bytes) throws {
        var rest = try checked(bytes)[...]
        try withDescriptor("send") { descriptor in
            try begin(\.sendAllCalls, sending: rest)
            while !rest.isEmpty {
                rest = rest.dropFirst(try sendOnce(descriptor, rest))
            }
        }
    }

    /// Makes the send fail with which `cue` has appeared in all that was sent, and every send after it.
    ///
    /// The cue may begin in one call and end in another. Nothing of the bytes of the call that completes it is sent, and the
    /// connection stays as it is. A cue that is in ``Record/sent`` already breaks the next send.
    ///
    /// - Parameters:
    ///   - cue: What to look for: at least one byte.
    ///   - errno: The error of the sends that fail. Default: EPIPE.
    ///
    /// - Throws: ``MockError`` when the cue can't be one: it is empty, or its hex digits are none.
    public func breakSends(at cue: Bytes, errno: Int32? = nil) throws {
        let cue = try checked(cue)
        if cue.isEmpty { throw MockError(kind: .misuse, "can't break sends at no bytes: the cue is empty") }
        state.withLock { state in
            state.breaker = SendBreaker(cue: cue, errno: errno ?? EPIPE, after: state.record)
        }
    }

    private func checked(_ bytes: Bytes) throws -> [UInt8] {
        if let problem = bytes.problem { throw MockError(kind: .misuse, problem) }
        return bytes.array
    }

    /// Counts the call; throws when the breaker does not let these bytes pass.
    private func begin(_ counter: WritableKeyPath<Record, Int> & Sendable, sending bytes: ArraySlice<UInt8>) throws {
        try state.withLock { state in
            state.record[keyPath: counter] += 1
            if let code = state.breaker?.refusal(of: bytes) { throw CallError(call: "send", errno: code) }
        }
    }

    private func sendOnce(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) throws -> Int {
        let count = try SocketCalls.send(descriptor, bytes)
        state.withLock { state in
            state.record.add(sent: bytes.prefix(count), keeping: keeping)
            state.breaker?.add(sent: bytes.prefix(count))
        }
        return count
    }

    // MARK: Receiving

    /// Receives what is there, at most `count` bytes, by one recv(2); empty at the end of the stream.
    ///
    /// - Throws: ``CallError``: EAGAIN when nothing came in time, ECONNRESET when the connection was reset.
    public func receive(upTo count: Int = 65536) throws -> [UInt8] {
        try withDescriptor("recv") { descriptor in
            state.withLock { $0.record.receiveCalls += 1 }
            return try receiveOnce(descriptor, upTo: count)
        }
    }

    /// Receives exactly `count` bytes, fewer when the stream ends before; counted as one call.
    ///
    /// - Throws: ``CallError``, as ``receive(upTo:)``; what was received by then counts as received.
    public func receive(exactly count: Int) throws -> [UInt8] {
        try receiveMore { all in count - all.count }
    }

    /// Receives up to and with `delimiter`, byte by byte so that nothing behind it is taken; fewer when the stream ends
    /// before, or `max` bytes have come without it. Counted as one call.
    ///
    /// - Throws: ``CallError``, as ``receive(upTo:)``; what was received by then counts as received.
    public func receive(until delimiter: Bytes, max: Int = 65536) throws -> [UInt8] {
        try receiveMore { all in all.count >= max || all.suffix(delimiter.array.count) == delimiter.array[...] ? 0 : 1 }
    }

    /// Receives until `missing` says that no byte is, or the stream has ended.
    private func receiveMore(_ missing: ([UInt8]) -> Int) throws -> [UInt8] {
        try withDescriptor("recv") { descriptor in
            state.withLock { $0.record.receiveCalls += 1 }
            var all: [UInt8] = []
            while missing(all) > 0 {
                let some = try receiveOnce(descriptor, upTo: missing(all))
                if some.isEmpty { break }
                all += some
            }
            return all
        }
    }

    private func receiveOnce(_ descriptor: Int32, upTo count: Int) throws -> [UInt8] {
        let bytes = try SocketCalls.receive(descriptor, upTo: max(0, count))
        reads?.noteRead(bytes.count)
        state.withLock { $0.record.receivedCount += bytes.count }
        return bytes
    }

    // MARK: Leaving

    /// Ends the sending side, so that the other side sees the end of the stream (FIN); receiving goes on.
    ///
    /// - Throws: ``CallError``, such as ENOTCONN after the other side's reset.
    public func shutDownSending() throws {
        try withDescriptor("shutdown") { try SocketCalls.shutDown($0, receiving: false, sending: true) }
    }

    /// Closes the socket, as close(2) does. Calls under way on other threads end first; later ones fail with EBADF.
    public func close() {
        reads?.end()
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            if state.callers == 0 { return SocketCalls.close(state.descriptor) }
            // Wakes them; the last one closes. In the lock, for it may do so as soon as it gets it.
            try? SocketCalls.shutDown(state.descriptor, receiving: true, sending: true)
        }
    }

    private func withDescriptor<Result>(_ call: String, _ body: (Int32) throws -> Result) throws -> Result {
        let descriptor = try state.withLock { state in
            guard !state.isClosed else { throw CallError(call: call, errno: EBADF) }
            state.callers += 1
            return state.descriptor
        }
        defer {
            let isLast = state.withLock { state in
                state.callers -= 1
                return state.isClosed && state.callers == 0
            }
            if isLast { SocketCalls.close(descriptor) }
        }
        return try body(descriptor)
    }
}
