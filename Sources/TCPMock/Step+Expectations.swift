// What the client must do.

extension Step {
    /// Expects the client to connect; may be left out, for any later step implies it.
    ///
    /// Legal only as the first step. Write it to give connecting a limit of its own, counted from the moment the
    /// server stands (or, for later connections, from the one before). Without it, waiting begins with `join()` or
    /// `finish()`.
    ///
    /// - `within`: how long the client may take. Default: ``Limits/step``.
    public static func expectConnect(
        within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expectConnect, within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects exactly these bytes next; what the client sends beyond them stays for the next step.
    ///
    /// Compared as they arrive, however they are cut into segments: the first wrong byte fails the step at once.
    ///
    /// - `bytes`: at least one byte.
    /// - `within`: how long the whole step may take, counted from when it became current. Default: ``Limits/step``
    ///   without progress.
    /// - `latency`: how long it may take until its last byte has come, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    /// - `segments`: in how many TCP segments its bytes must come, exactly: how often the client wrote them, on loopback.
    ///   Linux. Default: nobody asks.
    public static func expect(
        _ bytes: Bytes, within limit: Duration? = nil, latency: Duration? = nil, segments: Int? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expect(bytes), within: limit, measure: Measure(latency: latency, segments: segments),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Takes exactly `count` bytes, whatever they are; what comes beyond them stays for the next step.
    ///
    /// - `count`: at least 1.
    /// - `name`: under which they are kept for later steps and for ``ConnectionRecord/captures``.
    /// - `within`: how long the whole step may take. Default: ``Limits/step`` without progress.
    /// - `latency`: how long it may take until its last byte has come, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    /// - `segments`: in how many TCP segments its bytes must come, exactly: how often the client wrote them, on loopback.
    ///   Linux. Default: nobody asks.
    public static func receive(
        exactly count: Int, as name: String? = nil, within limit: Duration? = nil, latency: Duration? = nil,
        segments: Int? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            receiving(.exactly(count), as: name, else: .receiveExactly(count)), within: limit,
            measure: Measure(latency: latency, segments: segments),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Waits for at least `count` bytes and takes all that have arrived by then.
    ///
    /// How many that is depends on how the client and the kernel cut the stream: prefer
    /// ``receive(exactly:as:within:latency:segments:fileID:filePath:line:column:)`` where the count is known.
    ///
    /// - `count`: at least 1.
    /// - `name`: under which they are kept for later steps and for ``ConnectionRecord/captures``.
    /// - `within`: how long the whole step may take. Default: ``Limits/step`` without progress.
    /// - `latency`: how long it may take until its last byte has come, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    /// - `segments`: in how many TCP segments its bytes must come, exactly: how often the client wrote them, on loopback.
    ///   Linux. Default: nobody asks.
    public static func receive(
        atLeast count: Int, as name: String? = nil, within limit: Duration? = nil, latency: Duration? = nil,
        segments: Int? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            receiving(.atLeast(count), as: name, else: .receiveAtLeast(count)), within: limit,
            measure: Measure(latency: latency, segments: segments),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Takes bytes up to and with the delimiter.
    ///
    /// - `delimiter`: at least one byte; found also when it arrives in pieces.
    /// - `max`: the most bytes to take, delimiter included; more without a delimiter is a failure.
    /// - `name`: under which they are kept, without the delimiter, for later steps and for ``ConnectionRecord/captures``.
    /// - `within`: how long the whole step may take. Default: ``Limits/step`` without progress.
    /// - `latency`: how long it may take until its last byte has come, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    /// - `segments`: in how many TCP segments its bytes must come, exactly: how often the client wrote them, on loopback.
    ///   Linux. Default: nobody asks.
    public static func receive(
        until delimiter: Bytes, as name: String? = nil, max: Int = 64 * 1024, within limit: Duration? = nil,
        latency: Duration? = nil, segments: Int? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            receiving(.until(delimiter, max: max), as: name, else: .receiveUntil(delimiter, max: max)), within: limit,
            measure: Measure(latency: latency, segments: segments),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects that no byte comes for so long; one that comes fails the step at once.
    ///
    /// - `duration`: real time, counted from when all earlier steps are done; never scaled.
    public static func expectSilence(
        for duration: Duration,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.expectSilence(duration), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects the client's end of stream (FIN); the script may still send.
    ///
    /// For clients that shut down their writing side and go on reading, as shutdown(2) with `SHUT_WR` does. A FIN
    /// alone does not say whether the client still reads: that shows when something is sent.
    ///
    /// - `within`: how long the client may take. Default: ``Limits/step``.
    /// - `latency`: how long it may take until it has done so, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    public static func expectEOF(
        within limit: Duration? = nil, latency: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expectEOF, within: limit, measure: Measure(latency: latency),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects the client to leave; legal only as the last step, where it is implied anyway.
    ///
    /// `.cleanly` also requires that the client has read all it was sent: one that closes with unread bytes resets
    /// the connection.
    ///
    /// - `how`: the manner of leaving.
    /// - `within`: how long the client may take. Default: ``Limits/step``.
    /// - `latency`: how long it may take until it has done so, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    public static func expectDisconnect(
        _ how: Departure = .cleanly, within limit: Duration? = nil, latency: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expectDisconnect(how), within: limit, measure: Measure(latency: latency),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects the client to have set TCP_NODELAY on its socket; asks once, and takes no time.
    ///
    /// Put it behind something that the client has said: a client may set the option after it has connected. What was found is
    /// in ``ConnectionRecord/noDelay`` too. The kernel tells it of sockets of this very process only, on Linux; of another's
    /// client the step is *inconclusive*, which ``Verdict/inconclusive`` says, and the script goes on. Over a Unix-domain socket
    /// it is a ``MockError`` at the step's line.
    public static func expectNoDelay(
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.expectNoDelay, SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// What is kept must be whole before it is taken; what is not need not be gathered.
    private static func receiving(_ form: Piece.Form, as name: String?, else kind: Kind) -> Kind {
        name == nil ? kind : .expectPiece(Piece(form: form, check: .any, name: name))
    }
}
