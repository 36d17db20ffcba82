// The bytes of a connection as an asynchronous sequence.

/// What a client sends on one connection, in pieces, as it arrives: see ``MockEndpoint/received(on:)``.
public struct ReceivedBytes: AsyncSequence, Sendable {
    /// Some bytes of the stream; what they hold together with depends on chance.
    public typealias Element = [UInt8]

    let stream: ByteStream
    let observation: Observation?
    /// Why there is nothing to listen to.
    let problem: MockError?

    /// The one position in the stream: two iterators share it.
    public func makeAsyncIterator() -> Iterator {
        Iterator(bytes: self)
    }

    /// Takes the stream's pieces.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        let bytes: ReceivedBytes

        /// The next piece; nil at the end of the stream.
        ///
        /// - Throws: `CancellationError` when the task is cancelled; ``MockError`` when bytes are missing, or too many
        ///   were not taken in time.
        public mutating func next() async throws -> [UInt8]? {
            try await bytes.next()
        }
    }

    func next() async throws -> [UInt8]? {
        if let problem { throw problem }
        do {
            let piece = try await stream.next()
            if piece == nil { observation?.cancel() }
            return piece
        } catch {
            observation?.cancel()
            throw error
        }
    }
}

extension MockEndpoint {
    /// What the client sends on connection `number`, from its first byte, as it arrives.
    ///
    /// ```swift
    /// for try await bytes in server.received(on: 1) { … }
    /// ```
    ///
    /// It waits for that connection to come, and ends where the client's stream ends: at its FIN or reset, when the
    /// script closes the connection, and when the server ends or its script has failed before that connection came.
    /// What came before the call is told first, as far as it was recorded. Listening changes nothing of what the script
    /// does. It ends when the sequence and its iterator are dropped, or the iterating task is cancelled.
    ///
    /// Iterating throws ``MockError`` when more had come than was recorded (raise ``MockServer/Options/recording``), and
    /// when more than 64 MiB wait to be taken.
    ///
    /// - Parameter number: Counted from 1 in the order of acceptance.
    /// - Returns: The pieces, as they come.
    public func received(on number: Int) -> ReceivedBytes {
        let stream = ByteStream(of: number)
        do {
            try checkConnection(number)
            return ReceivedBytes(
                stream: stream, observation: try Observation(stream, to: number, on: self), problem: nil)
        } catch {
            return ReceivedBytes(stream: stream, observation: nil, problem: error as? MockError)
        }
    }

    func checkConnection(_ number: Int?) throws {
        if let number, !(1...Int(UInt32.max)).contains(number) {
            throw MockError(kind: .misuse, "there is no connection \(number): they are counted from 1")
        }
    }
}
