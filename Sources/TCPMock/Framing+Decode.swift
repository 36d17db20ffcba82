// Bytes to payloads, for clients that speak in frames.

extension Framing {
    /// The payloads of all frames in `bytes`, in order; none if there are no bytes.
    ///
    /// - Throws: ``MockError`` when the bytes end inside a frame, are no frames, or hold one that is too long.
    public func decode(_ bytes: some Sequence<UInt8>) throws -> [[UInt8]] {
        var decoder = decoder()
        decoder.append(bytes)
        var payloads: [[UInt8]] = []
        while let payload = try decoder.next() {
            payloads.append(payload)
        }
        try decoder.finish()
        return payloads
    }

    /// A decoder that takes bytes as they arrive.
    public func decoder() -> Decoder {
        Decoder(self)
    }

    /// Cuts frames out of bytes that arrive in any pieces.
    ///
    /// ```swift
    /// var decoder = Framing.line.decoder()
    /// while true {
    ///     let bytes = try socket.read()
    ///     if bytes.isEmpty { break }  // the end of the stream
    ///     decoder.append(bytes)
    ///     while let payload = try decoder.next() {
    ///         handle(payload)
    ///     }
    /// }
    /// try decoder.finish()            // throws if that was in the middle of a frame
    /// ```
    public struct Decoder: Sendable {
        private var cutter: FrameCutter
        private var buffer: [UInt8] = []
        /// Where in `buffer` the current frame begins.
        private var start = 0
        /// How many bytes the frames before it had.
        private var taken = 0
        /// The current frame's number; the first is 1.
        private var number = 1
        private var failure: MockError?

        init(_ framing: Framing) {
            cutter = FrameCutter(framing)
            failure = framing.problem.map { MockError(kind: .frame, $0) }
        }

        /// Adds the bytes that follow those so far.
        public mutating func append(_ bytes: some Sequence<UInt8>) {
            // Only when most of it is of no more use, so that each byte is moved a few times at most.
            if start > buffer.count / 2 {
                buffer.removeFirst(start)
                start = 0
            }
            buffer.append(contentsOf: bytes)
        }

        /// The payload of the next frame, or nil when it is not whole yet.
        ///
        /// - Throws: ``MockError`` when the bytes are no frame or the frame is too long; then again at each call.
        public mutating func next() throws -> [UInt8]? {
            if let failure { throw failure }
            let (result, payload) = buffer.withUnsafeBufferPointer { all in
                let rest = UnsafeBufferPointer(rebasing: all[start...])
                let result = cutter.cut(rest)
                return (result, result == .whole ? cutter.payload(in: rest) : nil)
            }
            if let problem = cutter.problem(result) {
                let error = MockError(kind: .frame, "\(place) \(problem)")
                failure = error
                throw error
            }
            guard let payload else { return nil }
            start += cutter.total
            taken += cutter.total
            number += 1
            cutter.beginFrame()
            return payload
        }

        /// Says that no more bytes will come; frames that are whole need not have been taken.
        ///
        /// - Throws: ``MockError`` when the bytes end inside a frame, with how much of it is there; and whatever
        ///   ``next()`` throws.
        public func finish() throws {
            var rest = self
            while try rest.next() != nil {}
            let arrived = rest.buffer.count - rest.start
            guard arrived > 0 else { return }
            throw MockError(kind: .frame, "\(rest.place) is cut off: \(rest.cutter.progress(of: arrived))")
        }

        private var place: String {
            taken == 0 ? "the first frame" : "frame \(number), at byte \(taken),"
        }
    }
}
