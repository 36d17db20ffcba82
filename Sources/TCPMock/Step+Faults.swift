// What the server does to a connection that no client should have to meet.

extension Step {
    /// Breaks the connection at a place of the conversation.
    ///
    /// ```swift
    /// .fault(.reset, .afterSending(20, of: reply)),  // in the middle of a reply
    /// .fault(.close, .onNextRequest),                // a keep-alive connection that has gone stale
    /// ```
    ///
    /// It is one step, placement and all. Nothing but an expectDisconnect can come after it, unless the fault is
    /// ``Fault/halfClose``. What the client's kernel has confirmed is in ``ConnectionRecord/faults``.
    ///
    /// - `fault`: how it is broken.
    /// - `placement`: where. Default: when all earlier steps are done.
    /// - `within`: how long the whole step may take, placement included. Default: ``Limits/step`` without progress; none
    ///   for a stall that has begun.
    public static func fault(
        _ fault: Fault, _ placement: Fault.Placement = .here, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .fault(fault, placement), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Neither reads nor writes for a while, or until the client has left.
    ///
    /// What the client sends stays in the kernel, unread, until its buffers are full and its writes hang. Whether it has
    /// left is found out without reading: only then is what it sent taken, and thrown away.
    ///
    /// Without a duration it is the script's last step. It ends, without a failure, when the client has left in whatever
    /// way, or when the server is finished or stopped. `join()` does not wait for it. With a duration it ends early when
    /// the client leaves, and the script goes on; bytes that have come are judged by the steps that follow.
    ///
    /// - `duration`: real time, never scaled. Default: until the client has left.
    /// - `within`: until when the client must have given up, counted from when the step began; a client that stays for
    ///   longer is a failure, also when the server is being finished. Default: it may stay. Not together with a duration.
    public static func stall(
        for duration: Duration? = nil, within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .stall(duration), within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Stops reading: what the client sends from now on stays in the kernel. Sends go on.
    ///
    /// Until ``resumeReading(fileID:filePath:line:column:)`` there can be no expectation of bytes, of silence or of the
    /// stream's end. A step that waits for the client to leave reads again, and so does the unwritten end of the script.
    public static func stopReading(
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.stopReading, SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Reads again, after a ``stopReading(fileID:filePath:line:column:)``.
    public static func resumeReading(
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.resumeReading, SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects the client to be held up in writing, by a server that does not read.
    ///
    /// It stops reading, and is done when the client's kernel holds bytes that it can't send, has no room for more, and
    /// neither its queue nor the server's has moved for 20 ms: a write of the client's that goes on then suspends. How
    /// much each side held is in ``ConnectionRecord/faults``. Reading goes on with the next step that needs bytes.
    ///
    /// For this the client must want to write more than the buffers take: by default some megabytes. A small
    /// ``MockServer/Options/receiveBuffer`` makes it less.
    ///
    /// Linux only, over TCP, and with a client on the same host: otherwise the kernel can't tell. Elsewhere it is a
    /// ``MockError`` at the step's line, and for a client on another host the step fails, as
    /// ``ScriptFailure/Kind/unprovable``.
    ///
    /// - `within`: how long that may take. Default: ``Limits/step`` without progress.
    public static func expectBackpressure(
        within limit: Duration? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expectBackpressure, within: limit,
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }
}
