// withMockClient for async tests: one form for each way to make a client.

public import TCPMock

/// Runs `body` while a client connects to a server and plays `script`, and verifies it.
///
/// ```swift
/// try await withMockClient(connectingTo: .ipv4(port: server.port), [.send("PING\r\n"), .expect("+PONG\r\n")])
/// ```
///
/// Without a body it just plays the script.
///
/// It always verifies: when the body returns, the client is finished and each failure is recorded at the line of the
/// step that was not met. When the body throws, nothing more is waited for, failures found so far are recorded, and
/// the body's error is thrown on.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `MockError` when the client can't be made; `ScriptFailed` when there are failures and
///   no test framework is running.
@discardableResult
public func withMockClient<R>(
    connectingTo address: MockAddress, _ script: Script, options: MockClient.Options = MockClient.Options(),
    isolation: isolated (any Actor)? = #isolation,
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockClient) async throws -> R = { _ in }
) async throws -> R {
    try await Scope.run(
        isolation: isolation,
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
@discardableResult
public func withMockClient<R>(
    connectingTo address: MockAddress, sequence scripts: [Script], options: MockClient.Options = MockClient.Options(),
    isolation: isolated (any Actor)? = #isolation,
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockClient) async throws -> R = { _ in }
) async throws -> R {
    try await Scope.run(
        isolation: isolation,
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
@discardableResult
public func withMockClient<R>(
    many count: Int, atOnce: Int, connectingTo address: MockAddress, _ script: Script,
    options: MockClient.Options = MockClient.Options(),
    isolation: isolated (any Actor)? = #isolation,
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockClient) async throws -> R = { _ in }
) async throws -> R {
    try await Scope.run(
        isolation: isolation,
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
@discardableResult
public func withMockClient<R>(
    connectingTo address: MockAddress, options: MockClient.Options = MockClient.Options(),
    isolation: isolated (any Actor)? = #isolation,
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    _ body: (MockClient) async throws -> R
) async throws -> R {
    try await Scope.run(
        isolation: isolation,
        {
            try MockClient(
                connectingTo: address, options: options, fileID: fileID, filePath: filePath, line: line, column: column)
        }, body)
}
