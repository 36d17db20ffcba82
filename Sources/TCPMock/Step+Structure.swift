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

    /// Names the steps that follow, up to the next label, in messages. Not a step of its own: it is not counted.
    public static func label(
        _ name: String,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Step {
        Step(.label(name), SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }
}
