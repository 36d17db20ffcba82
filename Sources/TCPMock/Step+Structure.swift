// Steps that arrange other steps.

extension Step {
    /// Plays `steps` `count` times.
    ///
    /// - `count`: at least 1.
    /// - `steps`: at least one step; repeats may stand inside repeats, eight deep.
    public static func `repeat`(
        _ count: Int, _ steps: [Step],
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.repeat(count, steps), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Plays each of the steps once, in the order in which the client asks for them.
    ///
    /// ```swift
    /// .anyOrder([
    ///     .sequence([.expect("A\r\n"), .send("1\r\n")]),
    ///     .sequence([.expect("B\r\n"), .send("2\r\n")]),
    /// ])
    /// ```
    ///
    /// - `steps`: up to 64 expectations, or sequences that begin with one. They are told apart by their bytes: none may
    ///   be the beginning of another. Or they all begin with pieces of one framing, whose checks are tried in order: put a
    ///   narrower one before a wider one.
    public static func anyOrder(
        _ steps: [Step],
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.anyOrder(steps), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Several steps as one, for ``anyOrder(_:fileID:filePath:line:column:)``.
    public static func sequence(
        _ steps: [Step],
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.sequence(steps), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Plays steps if the client asks for them: if what comes next is what the first of them expects.
    ///
    /// - `steps`: the first expects bytes, or a piece with a literal check. What follows the optional steps must be the
    ///   script's end, or an expectation that differs from it. Where they are the last of a repeat, a sequence or a route,
    ///   what begins the next round or follows further out must not begin as they do.
    public static func optional(
        _ steps: Step...,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.optional(steps), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Goes on with the script that the next bytes choose.
    ///
    /// ```swift
    /// let server = try MockServer(every: [
    ///     .choose([.when(.prefix("AUTH"), login), .when(.prefix("DATA"), upload), .when(.any, rejection)])
    /// ])
    /// ```
    ///
    /// - `routes`: none of their beginnings may be the beginning of another; ``Check/any`` comes last.
    public static func choose(
        _ routes: [Route],
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.choose(routes), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// Names the steps that follow, up to the next label, in messages. Not a step of its own: it is not counted.
    public static func label(
        _ name: String,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.label(name), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }
}
