// Where a line of a script was written.

/// The place in a source file that wrote a step or made a server.
public struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    /// `Module/File.swift`, as `#fileID` gives it.
    public let fileID: StaticString
    /// The file's path, as `#filePath` gives it.
    public let filePath: StaticString
    /// The line, counted from 1.
    public let line: UInt
    /// The column, counted from 1.
    public let column: UInt

    /// Names a place; the factories of ``Step`` and ``MockServer`` do this with their caller's.
    public init(fileID: StaticString, filePath: StaticString, line: UInt, column: UInt) {
        self.fileID = fileID
        self.filePath = filePath
        self.line = line
        self.column = column
    }

    /// `File.swift:12`.
    public var description: String {
        let path = "\(fileID)"
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return "\(name):\(line)"
    }

    /// Two places are equal when they are the same character of the same file.
    public static func == (a: SourcePosition, b: SourcePosition) -> Bool {
        a.line == b.line && a.column == b.column && "\(a.fileID)" == "\(b.fileID)"
    }

    /// Hashes what ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine("\(fileID)")
        hasher.combine(line)
        hasher.combine(column)
    }
}
