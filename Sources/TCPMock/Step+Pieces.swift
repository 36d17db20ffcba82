// Expectations of delimited pieces, and of patterns on the stream.

extension Step {
    /// Expects the next frame's payload to pass a check; a literal is equality, and may be empty.
    ///
    /// A frame that declares a longer payload than its framing allows fails before the payload is waited for; the end
    /// of the stream is never an empty frame.
    ///
    /// - `check`: what the payload, without its length or delimiter, must look like.
    /// - `name`: under which the payload is kept for later steps and for ``ConnectionRecord/captures``.
    /// - `framing`: how the frame is cut out. Default: the script's, else ``MockServer/Options/framing``.
    /// - `within`: how long the whole step may take. Default: ``Limits/step`` without progress.
    /// - `latency`: how long it may take until its last byte has come, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    /// - `segments`: in how many TCP segments its bytes must come, exactly: how often the client wrote them, on loopback.
    ///   Linux. Default: nobody asks.
    public static func expectFrame(
        _ check: Check, as name: String? = nil, framing: Framing? = nil, within limit: Duration? = nil,
        latency: Duration? = nil, segments: Int? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expectPiece(Piece(form: .frame(framing), check: check, name: name)), within: limit,
            measure: Measure(latency: latency, segments: segments),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects the next line to pass a check; it ends with LF or CRLF, which the check does not see.
    ///
    /// - `check`: what the line must look like; a literal is equality.
    /// - `name`: under which the line is kept for later steps and for ``ConnectionRecord/captures``.
    /// - `max`: the longest line in bytes, without its end; a longer one is a failure at once.
    /// - `within`: how long the whole step may take. Default: ``Limits/step`` without progress.
    /// - `latency`: how long it may take until its last byte has come, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    /// - `segments`: in how many TCP segments its bytes must come, exactly: how often the client wrote them, on loopback.
    ///   Linux. Default: nobody asks.
    public static func expectLine(
        _ check: Check, as name: String? = nil, max: Int = 64 * 1024, within limit: Duration? = nil,
        latency: Duration? = nil, segments: Int? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expectPiece(Piece(form: .line(max: max), check: check, name: name)), within: limit,
            measure: Measure(latency: latency, segments: segments),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects the bytes up to a delimiter, without it, to pass a check; the delimiter is taken too.
    ///
    /// - `delimiter`: 1 to 255 bytes.
    /// - `check`: what the bytes before it must look like; a literal is equality.
    /// - `name`: under which they are kept for later steps and for ``ConnectionRecord/captures``.
    /// - `max`: the most bytes before the delimiter; more without it are a failure at once.
    /// - `within`: how long the whole step may take. Default: ``Limits/step`` without progress.
    /// - `latency`: how long it may take until its last byte has come, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    /// - `segments`: in how many TCP segments its bytes must come, exactly: how often the client wrote them, on loopback.
    ///   Linux. Default: nobody asks.
    public static func expect(
        upTo delimiter: Bytes, _ check: Check, as name: String? = nil, max: Int = 64 * 1024,
        within limit: Duration? = nil, latency: Duration? = nil, segments: Int? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expectPiece(Piece(form: .upTo(delimiter, max: max), check: check, name: name)), within: limit,
            measure: Measure(latency: latency, segments: segments),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Expects bytes with wildcards and named captures next; what comes beyond them stays for the next step.
    ///
    /// The first byte with which the template can no longer match fails the step at once.
    ///
    /// - `template`: such as `"USER \(capture: "user")\r\n"`, or `.hex("50 ?? 00")`.
    /// - `within`: how long the whole step may take. Default: ``Limits/step`` without progress.
    /// - `latency`: how long it may take until its last byte has come, an assertion that is never scaled: see
    ///   <doc:TimeAndShape>. Default: nobody asks.
    /// - `segments`: in how many TCP segments its bytes must come, exactly: how often the client wrote them, on loopback.
    ///   Linux. Default: nobody asks.
    public static func expectTemplate(
        _ template: Template, within limit: Duration? = nil, latency: Duration? = nil, segments: Int? = nil,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(
            .expectTemplate(template), within: limit, measure: Measure(latency: latency, segments: segments),
            SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }
}
