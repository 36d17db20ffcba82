// What the server does.

extension Step {
    /// Sends these bytes, once all earlier steps are done.
    ///
    /// The step is done when the kernel has taken them all; whether the client reads them is another matter, but in
    /// lock-step.
    ///
    /// - `bytes`: at least one byte.
    /// - `slices`: where they are cut, each slice a write of its own. Default: nowhere.
    /// - `delivery`: when each slice goes. Default: ``Delivery/lockstep`` for slices, ``Delivery/immediate`` for the whole.
    /// - `within`: how long the client may take to make room for them, or to take them in lock-step. Default:
    ///   ``Limits/step`` without progress.
    public static func send(
        _ bytes: Bytes, slices: Slices = .whole, delivery: Delivery? = nil, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .send(bytes), within: limit, pacing: Pacing(slices, delivery),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Sends the bytes that a closure makes of what the connection has received.
    ///
    /// ```swift
    /// .expectTemplate("HELLO \(capture: "name")\r\n"),
    /// .send { captures in "WELCOME \(captures.text("name") ?? "")\r\n" },
    /// ```
    ///
    /// The closure runs on a thread of TCPMock's own, in a task of the test's, so that `#expect` inside it counts for the
    /// test; when it throws, that is the step's failure. No bytes: nothing is sent.
    ///
    /// - `within`: how long the closure may take, and then the client to make room. Default: ``Limits/step``.
    public static func send(
        within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
        _ bytes: @escaping @Sendable (_ captures: Captures) async throws -> Bytes
    ) -> Step {
        Step(
            .sendComputed(bytes), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Sends `payload` as a frame, in one write. The payload may be empty.
    ///
    /// - `payload`: the payload, without its length or delimiter.
    /// - `framing`: how it is framed. Default: the script's, else ``MockServer/Options/framing``.
    /// - `slices`: where the frame is cut, its length and delimiter included. Default: nowhere.
    /// - `delivery`: when each slice goes. Default: ``Delivery/lockstep`` for slices, ``Delivery/immediate`` for the whole.
    /// - `within`: how long the client may take to make room for it, or to take it in lock-step. Default:
    ///   ``Limits/step`` without progress.
    public static func sendFrame(
        _ payload: Bytes, framing: Framing? = nil, slices: Slices = .whole, delivery: Delivery? = nil,
        within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .sendFrame(payload, framing), within: limit, pacing: Pacing(slices, delivery),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Waits for so long before the next step. Bytes that come meanwhile are kept for the steps that follow.
    ///
    /// A client that resets the connection ends the wait at once, as a failure (unless the next step expects that).
    ///
    /// - `duration`: real time, never scaled; good to about a millisecond, and finer on Linux.
    public static func delay(
        _ duration: Duration,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.delay(duration), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Ends the server's side of the stream (FIN); the client may still send, and later steps may still expect.
    public static func halfClose(
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.halfClose, SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Leaves politely: sends a FIN, waits for the client's, then closes.
    ///
    /// - `discardingInput`: whether bytes that still come are thrown away. Otherwise they are a failure.
    /// - `within`: how long the client may take to leave too. Default: ``Limits/step``.
    public static func disconnect(
        discardingInput: Bool = false, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .disconnect(discardingInput: discardingInput), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Closes the socket, as a server that is done would: what the client writes later meets a broken pipe.
    ///
    /// With input unread, close(2) resets the connection instead of ending it cleanly.
    public static func close(
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.close, SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Resets the connection (RST), once the client's system has acknowledged all that was sent.
    ///
    /// Unix-domain sockets know no RST: there it is a ``MockError`` at the step's line.
    ///
    /// - `discardingUnsent`: whether to reset at once, losing what is still on its way.
    /// - `within`: how long acknowledging may take. Default: ``Limits/step``.
    public static func reset(
        discardingUnsent: Bool = false, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .reset(discardingUnsent: discardingUnsent), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Waits until a gate is open, which another script or the test's own code opens.
    ///
    /// - `within`: how long that may take. Default: ``Limits/step``. The failure names who should have opened it.
    public static func wait(
        _ gate: Gate, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.wait(gate), within: limit, SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Opens a gate, once all earlier steps are done; whoever waits for it goes on.
    public static func open(
        _ gate: Gate,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.open(gate), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }
}
