// The frames of a connection as an asynchronous sequence.

/// The frames a client sends on one connection, as they become whole: see ``MockEndpoint/frames(on:framing:)``.
public struct ReceivedFrames: AsyncSequence, Sendable {
    /// The payload of one frame.
    public typealias Element = [UInt8]

    let bytes: ReceivedBytes
    let framing: Framing

    /// Cuts frames out of the stream's bytes from now on: use one iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(bytes: bytes, decoder: framing.decoder())
    }

    /// Takes one frame after the other.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        let bytes: ReceivedBytes
        var decoder: Framing.Decoder

        /// The payload of the next frame; nil at the end of the stream.
        ///
        /// - Throws: ``MockError`` when the bytes are no frame, or end inside one, and whatever the stream of bytes
        ///   throws; `CancellationError` when the task is cancelled.
        public mutating func next() async throws -> [UInt8]? {
            while true {
                if let payload = try decoder.next() { return payload }
                guard let piece = try await bytes.next() else {
                    try decoder.finish()
                    return nil
                }
                decoder.append(piece)
            }
        }
    }
}

extension MockEndpoint {
    /// The frames the client sends on connection `number`, from its first byte, as they become whole.
    ///
    /// ```swift
    /// for try await line in server.frames(on: 1, framing: .line) { … }
    /// ```
    ///
    /// As ``received(on:)`` in all else: it waits for the connection to come, and ends with the client's stream.
    ///
    /// - Parameters:
    ///   - number: Counted from 1 in the order of acceptance.
    ///   - framing: How frames are cut out of the bytes. Default: that of the options.
    /// - Returns: The payloads, in order.
    public func frames(on number: Int, framing: Framing? = nil) -> ReceivedFrames {
        ReceivedFrames(bytes: received(on: number), framing: framing ?? plan.withLock { $0.options.framing })
    }
}
