// Replies that depend on the request.

extension Step {
    /// Takes whatever the client says first, one byte at least, and sends these bytes.
    ///
    /// Counted as two steps: a `receive(atLeast: 1)` and a `send`.
    ///
    /// - `bytes`: at least one byte.
    /// - `within`: how long the client may take to say something. Default: ``Limits/step`` without progress.
    public static func reply(
        _ bytes: Bytes, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        let location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        return Step(
            .sequence([Step(.receiveAtLeast(1), within: limit, location), Step(.send(bytes), location)]), location)
    }

    /// Takes one request and answers it with what the closure makes of it.
    ///
    /// ```swift
    /// .respond(.line) { request in "you said \(request.text)\r\n" }
    /// ```
    ///
    /// The closure runs on a thread of TCPMock's own, in a task of the test's, so that `#expect` inside it counts for the
    /// test; when it throws, that is the step's failure. Each connection runs one at a time, several connections several.
    ///
    /// - `framing`: how the request is cut out. Default: the script's, else ``MockServer/Options/framing``.
    /// - `within`: how long the request may take to come, and the closure to answer. Default: ``Limits/step``.
    public static func respond(
        _ framing: Framing? = nil, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
        _ reply: @escaping @Sendable (_ request: Request) async throws -> Reply
    ) -> Step {
        Step(
            .respond(Responder(reply), framing, serves: false), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Takes one request and answers it from a table: the first pattern that it passes says the reply.
    ///
    /// A request that none passes is a failure that lists the stubs. Tables whose patterns are bytes alone are played
    /// without leaving the loop thread.
    ///
    /// ```swift
    /// .respond(to: ["PING\r\n": "+PONG\r\n", "QUIT\r\n": "+OK\r\n"])
    /// .respond(to: [.prefix("GET "): .frame("value"), .any: .frame("error")], framing: .netstring)
    /// ```
    ///
    /// - `stubs`: what is answered. Without framing the patterns are literals, compared with the stream, and none may
    ///   be the beginning of another.
    /// - `framing`: how the request is cut out that the patterns are checks of. Default: the script's, if it has one.
    /// - `within`: how long the request may take to come. Default: ``Limits/step`` without progress.
    public static func respond(
        to stubs: KeyValuePairs<Check, Reply>, framing: Framing? = nil, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .respondTo(StubTable(stubs), framing, serves: false), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Answers requests with what the closure makes of them, until the client leaves at the end of a message.
    ///
    /// As ``respond(_:within:fileID:filePath:line:column:_:)``, again and again. Nothing but an expectDisconnect can
    /// come after it.
    public static func serve(
        _ framing: Framing? = nil, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
        _ reply: @escaping @Sendable (_ request: Request) async throws -> Reply
    ) -> Step {
        Step(
            .respond(Responder(reply), framing, serves: true), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Answers requests, with a state that lives as long as the connection, until the client leaves.
    ///
    /// As ``serve(_:within:fileID:filePath:line:column:_:)`` in all else.
    ///
    /// ```swift
    /// .serve(.line, startingWith: 0) { request, count in
    ///     count += 1
    ///     return "\(count)\r\n"
    /// }
    /// ```
    ///
    /// - `initial`: the state with which each connection begins.
    public static func serve<State: Sendable>(
        _ framing: Framing? = nil, startingWith initial: State, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
        _ reply: @escaping @Sendable (_ request: Request, _ state: inout State) async throws -> Reply
    ) -> Step {
        Step(
            .respond(Responder(startingWith: initial, reply), framing, serves: true), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Answers requests from a table, until the client leaves at the end of a message.
    ///
    /// As ``respond(to:framing:within:fileID:filePath:line:column:)``, again and again.
    public static func serve(
        to stubs: KeyValuePairs<Check, Reply>, framing: Framing? = nil, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .respondTo(StubTable(stubs), framing, serves: true), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }
}
