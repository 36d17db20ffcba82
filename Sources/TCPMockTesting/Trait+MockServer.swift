// .mockServer(…): one form for each way to make a server.
//
// The compiler gives everything in an attribute one place, that of the declaration below it: steps written there report
// at that line, under their numbers. A script that is a constant elsewhere keeps its lines.

public import TCPMock
public import Testing

extension Trait where Self == MockServerTrait {
    /// A server for one connection that plays `script`, around each test; the test finds it as `MockServer.current`.
    ///
    /// ```swift
    /// let ping: Script = [.expect("PING\r\n"), .send("+PONG\r\n")]
    ///
    /// @Test(.mockServer(ping)) func pings() async throws {
    ///     let server = try MockServer.current
    ///     let client = try await Client.connect(host: server.host, port: server.port)
    ///     #expect(try await client.ping() == "PONG")
    ///     try await client.close()
    /// }
    /// ```
    ///
    /// The script may be written in the attribute, too. Then its failures are told at the line of the test's `func`, for
    /// the compiler knows no other; those of a constant, at the lines of their steps.
    ///
    /// It always verifies, as `withMockServer` does: after the test function, on its task. When that throws, nothing more
    /// is waited for. `script` is evaluated for each run of each case.
    ///
    /// - `name`: what `MockServer.named(_:)` finds it by, for tests with several servers.
    /// - `script`: what the one connection plays.
    public static func mockServer(
        named name: String? = nil, _ script: @autoclosure @escaping @Sendable () throws -> Script,
        options: @autoclosure @escaping @Sendable () -> MockServer.Options = MockServer.Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> MockServerTrait {
        MockServerTrait(name: name) {
            try MockServer(
                script(), options: options(), fileID: fileID, filePath: filePath, line: line, column: column)
        }
    }

    /// A server whose n-th connection plays the n-th script, around each test; all must come.
    ///
    /// - `name`: what `MockServer.named(_:)` finds it by, for tests with several servers.
    /// - `scripts`: what each connection plays.
    public static func mockServer(
        named name: String? = nil, connections scripts: @autoclosure @escaping @Sendable () throws -> [Script],
        options: @autoclosure @escaping @Sendable () -> MockServer.Options = MockServer.Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> MockServerTrait {
        MockServerTrait(name: name) {
            try MockServer(
                connections: scripts(), options: options(), fileID: fileID, filePath: filePath, line: line,
                column: column)
        }
    }

    /// A server all of whose connections play `script`, around each test.
    ///
    /// - `name`: what `MockServer.named(_:)` finds it by, for tests with several servers.
    /// - `script`: what each connection plays.
    /// - `count`: how many connections must come, and not one more. Nil: at least one.
    /// - `oneAtATime`: whether the next connection is accepted only when the one before has ended.
    public static func mockServer(
        named name: String? = nil, every script: @autoclosure @escaping @Sendable () throws -> Script,
        count: Int? = nil, oneAtATime: Bool = false,
        options: @autoclosure @escaping @Sendable () -> MockServer.Options = MockServer.Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> MockServerTrait {
        MockServerTrait(name: name) {
            try MockServer(
                every: script(), count: count, oneAtATime: oneAtATime, options: options(), fileID: fileID,
                filePath: filePath, line: line, column: column)
        }
    }

    /// A live server, whose steps come by `enqueue`, around each test.
    ///
    /// - `name`: what `MockServer.named(_:)` finds it by, for tests with several servers.
    public static func mockServer(
        named name: String? = nil,
        options: @autoclosure @escaping @Sendable () -> MockServer.Options = MockServer.Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> MockServerTrait {
        MockServerTrait(name: name) {
            try MockServer(options: options(), fileID: fileID, filePath: filePath, line: line, column: column)
        }
    }
}
