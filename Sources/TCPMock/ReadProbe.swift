// What a client's own code has read, told by the client: the kernel knows only what was taken out of its queue.

/// Tells a ``MockServer`` in the same process how many bytes a client's own code has read.
///
/// A kernel sees that bytes were taken out of its queue; an event-driven runtime takes them all, whether or not the
/// client's code ever asks for them. With a probe the verdict knows both levels, and a client that closes cleanly without
/// its code having read everything sent to it fails where it should have left:
///
/// ```swift
/// let probe = ReadProbe(descriptor: client.fileDescriptor)
/// …
/// probe.noteRead(line.utf8.count)     // wherever the code takes bytes
/// …
/// probe.end()                         // before it closes the connection
/// ```
///
/// ``ProbeSocket`` has a probe of its own. A probe that has not ended accuses nobody, as its client may still be reading.
/// One that is dropped ends by itself. A second one for the same connection takes the place of the first. The counts of the
/// latest 10,000 that have ended are kept for verdicts.
public final class ReadProbe: Sendable {
    private let tally: ReadTally

    /// A probe for the TCP connection between this address of the client's and a port of a server's.
    ///
    /// - Parameters:
    ///   - localHost: The client's numeric address, such as `127.0.0.1`.
    ///   - localPort: The client's port.
    ///   - serverPort: The port it is connected to.
    public init(localHost: String, localPort: Int, serverPort: Int) {
        let local = localHost.contains(":") ? "[\(localHost)]:\(localPort)" : "\(localHost):\(localPort)"
        tally = ReadTallies.shared.begin(ReadTally.Ends(client: local, serverPort: serverPort))
    }

    /// A probe for a connected TCP socket, which is asked for its addresses and then left alone.
    public init(descriptor: Int32) {
        let (local, port) = SocketCalls.ends(of: descriptor)
        tally = ReadTallies.shared.begin(ReadTally.Ends(client: local, serverPort: port))
    }

    deinit {
        end()
    }

    /// Says that the client's code has read so many bytes more. Any thread; does nothing after ``end()``.
    public func noteRead(_ count: Int) {
        tally.add(count)
    }

    /// How many bytes it was told of.
    public var readCount: Int { tally.reads.count }

    /// Says that the client reads no more: call it before the connection is closed. Any thread, any number of times.
    public func end() {
        ReadTallies.shared.end(tally)
    }
}
