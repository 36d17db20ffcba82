// withMockClient for tests that are not async: it blocks the calling thread.

public import TCPMock

/// Runs `body` while a client connects to a server and plays `script`, and verifies it.
///
/// It always verifies: when the body returns, the client is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the client can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@available(*, noasync, message: "use 'try await withMockClient'")
@_disfavoredOverload
@discardableResult
public func withMockClient<R>(
    connectingTo address: MockAddress, _ script: Script, options: MockClient.Options = MockClient.Options(),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockClient) throws -> R = { _ in }
) throws -> R {
    try Scope.run(
        {
            try MockClient(
                connectingTo: address, script, options: options, fileID: fileID, filePath: filePath, line: line,
                column: column)
        }, body)
}

/// Runs `body` while a client connects again and again, the n-th time to play the n-th script, and verifies it.
///
/// It always verifies: when the body returns, the client is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the client can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@available(*, noasync, message: "use 'try await withMockClient'")
@_disfavoredOverload
@discardableResult
public func withMockClient<R>(
    connectingTo address: MockAddress, sequence scripts: [Script], options: MockClient.Options = MockClient.Options(),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockClient) throws -> R = { _ in }
) throws -> R {
    try Scope.run(
        {
            try MockClient(
                connectingTo: address, sequence: scripts, options: options, fileID: fileID, filePath: filePath,
                line: line,
                column: column)
        }, body)
}

/// Runs `body` while `count` connections play `script`, never more than `atOnce` at a time, and verifies them.
///
/// It always verifies: when the body returns, the client is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the client can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@available(*, noasync, message: "use 'try await withMockClient'")
@_disfavoredOverload
@discardableResult
public func withMockClient<R>(
    many count: Int, atOnce: Int, connectingTo address: MockAddress, _ script: Script,
    options: MockClient.Options = MockClient.Options(),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockClient) throws -> R = { _ in }
) throws -> R {
    try Scope.run(
        {
            try MockClient.many(
                count, atOnce: atOnce, connectingTo: address, script, options: options, fileID: fileID,
                filePath: filePath,
                line: line, column: column)
        }, body)
}

/// Runs `body` with a live client, whose steps come by `enqueue`, and verifies it.
///
/// It always verifies: when the body returns, the client is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the client can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@available(*, noasync, message: "use 'try await withMockClient'")
@_disfavoredOverload
@discardableResult
public func withMockClient<R>(
    connectingTo address: MockAddress, options: MockClient.Options = MockClient.Options(),
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockClient) throws -> R
) throws -> R {
    try Scope.run(
        {
            try MockClient(
                connectingTo: address, options: options, fileID: fileID, filePath: filePath, line: line, column: column)
        }, body)
}
