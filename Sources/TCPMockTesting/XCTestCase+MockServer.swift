// mockServer(…) in an XCTestCase: one form for each way to make a server. Verified by XCTestCase+Teardown.swift.

public import TCPMock
public import XCTest

extension XCTestCase {
    /// A server for one connection that plays `script`, verified when the test method is over.
    ///
    /// Call it in a test method, or in `setUp`, `setUpWithError` or `setUp() async` to have one around every test:
    ///
    /// ```swift
    /// final class PingTests: XCTestCase {
    ///     private var server: MockServer!
    ///
    ///     override func setUpWithError() throws {
    ///         server = try mockServer([.expect("PING\r\n"), .send("+PONG\r\n")])
    ///     }
    ///
    ///     func testPings() throws {
    ///         XCTAssertEqual(try Client(server.host, server.port).ping(), "PONG")
    ///     }
    /// }
    /// ```
    ///
    /// Each failure is recorded at the line of the step that was not met. When the test method has failed or thrown,
    /// nothing more is waited for: what was found so far is recorded, and steps not reached are noted.
    ///
    /// - Throws: When the server can't be made; a script that can't be played is recorded at its line.
    public func mockServer(
        _ script: Script, options: MockServer.Options = MockServer.Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws -> MockServer {
        try verifiedInTeardown {
            try MockServer(script, options: options, fileID: fileID, filePath: filePath, line: line, column: column)
        }
    }

    /// A server whose n-th connection plays the n-th script, verified when the test method is over; all must come.
    ///
    /// - Throws: When the server can't be made; a script that can't be played is recorded at its line.
    public func mockServer(
        connections scripts: [Script], options: MockServer.Options = MockServer.Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws -> MockServer {
        try verifiedInTeardown {
            try MockServer(
                connections: scripts, options: options, fileID: fileID, filePath: filePath, line: line, column: column)
        }
    }

    /// A server all of whose connections play `script`, verified when the test method is over.
    ///
    /// - `script`: what each connection plays.
    /// - `count`: how many connections must come, and not one more. Nil: at least one.
    /// - `oneAtATime`: whether the next connection is accepted only when the one before has ended.
    ///
    /// - Throws: When the server can't be made; a script that can't be played is recorded at its line.
    public func mockServer(
        every script: Script, count: Int? = nil, oneAtATime: Bool = false,
        options: MockServer.Options = MockServer.Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws -> MockServer {
        try verifiedInTeardown {
            try MockServer(
                every: script, count: count, oneAtATime: oneAtATime, options: options, fileID: fileID,
                filePath: filePath, line: line, column: column)
        }
    }

    /// A live server, whose steps come by `enqueue`, verified when the test method is over.
    ///
    /// - Throws: When the server can't be made.
    public func mockServer(
        options: MockServer.Options = MockServer.Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws -> MockServer {
        try verifiedInTeardown {
            try MockServer(options: options, fileID: fileID, filePath: filePath, line: line, column: column)
        }
    }
}
