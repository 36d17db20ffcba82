// What a request is answered with.

/// The answer to a request: bytes, a frame, or steps.
///
/// A literal is sent as it stands. `.frame` frames its payload as the request's step is framed.
///
/// ```swift
/// .respond(to: ["PING\r\n": "+PONG\r\n"])
/// .serve(.line) { request in request.text == "QUIT" ? .close : "you said \(request.text)\r\n" }
/// ```
public struct Reply: Sendable {
    enum Content: Sendable {
        case bytes(Bytes)
        case frame(Bytes)
        case steps([Step])
    }

    let content: Content

    init(_ content: Content) {
        self.content = content
    }

    /// Sends the bytes as they stand.
    public static func bytes(_ bytes: Bytes) -> Reply { Reply(.bytes(bytes)) }

    /// Sends bytes of a sequence as they stand.
    public static func bytes(_ bytes: some Sequence<UInt8>) -> Reply { Reply(.bytes(Bytes(bytes))) }

    /// Sends a frame with this payload, framed as the request was.
    public static func frame(_ payload: Bytes) -> Reply { Reply(.frame(payload)) }

    /// Sends a frame whose payload is the bytes of a sequence.
    public static func frame(_ payload: some Sequence<UInt8>) -> Reply { Reply(.frame(Bytes(payload))) }

    /// Plays steps that send, wait or end the connection: such as `[.delay(.milliseconds(5)), .send("+OK\r\n")]`.
    public static func steps(_ steps: [Step]) -> Reply { Reply(.steps(steps)) }

    /// Says nothing.
    public static var nothing: Reply { Reply(.steps([])) }

    /// Closes the connection, as ``Step/close(fileID:filePath:line:column:)`` does.
    public static var close: Reply { Reply(.steps([.close()])) }

    /// Resets the connection, as ``Step/reset(discardingUnsent:within:fileID:filePath:line:column:)`` does; over a
    /// Unix-domain socket, which knows no RST, that fails the step that replies.
    public static var reset: Reply { Reply(.steps([.reset()])) }
}

extension Reply: ExpressibleByStringInterpolation {
    /// Sends the UTF-8 bytes of the literal.
    public init(stringLiteral value: String) {
        content = .bytes(.text(value))
    }

    /// Sends the literal with what is interpolated; bytes in it stand for themselves.
    public init(stringInterpolation: Bytes.StringInterpolation) {
        content = .bytes(stringInterpolation.bytes)
    }
}

extension Reply: ExpressibleByArrayLiteral {
    /// Sends the bytes listed.
    public init(arrayLiteral elements: UInt8...) {
        content = .bytes(Bytes(elements))
    }
}

extension Reply {
    /// The steps that play it, at the line of the step that it answers; throws what can't be played.
    func steps(
        framing: Framing?, for step: Step, over transport: MockAddress.Family = .ipv4
    ) throws -> [Step] {
        let steps = try uncheckedSteps(framing: framing, for: step)
        var state = ScriptLint.State(transport: transport)
        try ScriptLint.check(steps, after: &state)
        return steps
    }

    private func uncheckedSteps(framing: Framing?, for step: Step) throws -> [Step] {
        switch content {
        case .bytes(let bytes):
            let isNothing = bytes.array.isEmpty && bytes.problem == nil
            return isNothing ? [] : [Step(.send(bytes), within: step.limit, step.location)]
        case .frame(let payload):
            return [Step(.sendFrame(payload, framing), within: step.limit, step.location)]
        case .steps(let steps):
            for step in steps where !step.isReply {
                throw MockError(
                    kind: .script, "\(step) can't be part of a reply: a reply sends, waits or ends the connection",
                    at: step.location)
            }
            return steps.map { step in framing.map { step.framed($0) } ?? step }
        }
    }
}
