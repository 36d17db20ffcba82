// withMockServer for tests that are not async: it blocks the calling thread.

public import TCPMock

/// Runs `body` with a server for one connection that plays `script`, and verifies it.
///
/// It always verifies: when the body returns, the server is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the server can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@available(*, noasync, message: "use 'try await withMockServer'")
@_disfavoredOverload
@discardableResult
public func withMockServer<R>(
    _ script: Script, options: MockServer.Options = MockServer.Options(),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockServer) throws -> R
) throws -> R {
    try Scope.run(
        {
            try MockServer(script, options: options, fileID: fileID, filePath: filePath, line: line, column: column)
        }, body)
}

/// Runs `body` with a server whose n-th connection plays the n-th script, and verifies it; all must come.
///
/// It always verifies: when the body returns, the server is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the server can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@available(*, noasync, message: "use 'try await withMockServer'")
@_disfavoredOverload
@discardableResult
public func withMockServer<R>(
    connections scripts: [Script], options: MockServer.Options = MockServer.Options(),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockServer) throws -> R
) throws -> R {
    try Scope.run(
        {
            try MockServer(
                connections: scripts, options: options, fileID: fileID, filePath: filePath, line: line, column: column)
        }, body)
}

/// Runs `body` with a server all of whose connections play `script`, and verifies it.
///
/// - `count`: how many connections must come, and not one more. Nil: at least one.
/// - `oneAtATime`: whether the next connection is accepted only when the one before has ended.
///
/// It always verifies: when the body returns, the server is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the server can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@available(*, noasync, message: "use 'try await withMockServer'")
@_disfavoredOverload
@discardableResult
public func withMockServer<R>(
    every script: Script, count: Int? = nil, oneAtATime: Bool = false,
    options: MockServer.Options = MockServer.Options(),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockServer) throws -> R
) throws -> R {
    try Scope.run(
        {
            try MockServer(
                every: script, count: count, oneAtATime: oneAtATime, options: options, fileID: fileID,
                filePath: filePath, line: line, column: column)
        }, body)
}

/// Runs `body` with a live server, whose steps come by `enqueue`, and verifies it.
///
/// It always verifies: when the body returns, the server is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the server can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@available(*, noasync, message: "use 'try await withMockServer'")
@_disfavoredOverload
@discardableResult
public func withMockServer<R>(
    options: MockServer.Options = MockServer.Options(),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockServer) throws -> R
) throws -> R {
    try Scope.run(
        {
            try MockServer(options: options, fileID: fileID, filePath: filePath, line: line, column: column)
        }, body)
}
