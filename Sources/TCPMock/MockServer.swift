// The server a test talks to. What it shares with clients is in MockEndpoint.swift.

/// A TCP server that plays scripts and checks every byte its clients send.
///
/// It listens when `init` returns, runs off the calling thread, and ends with `finish()`, whose ``Verdict`` says
/// what departed from the script. In tests prefer `withMockServer` of TCPMockTesting, which always verifies.
///
/// ```swift
/// let server = try MockServer([.expect("PING\r\n"), .send("+PONG\r\n")])
/// try pingOverTCP(host: server.host, port: server.port)
/// print(await server.finish())
/// ```
///
/// Any thread may use it: it stores nothing that changes.
public final class MockServer: MockEndpoint, @unchecked Sendable {
    /// Where it listens, with the port that the kernel chose.
    public var address: MockAddress { core.address }

    /// The numeric host to connect to, or the path of a Unix-domain socket.
    public var host: String { address.host }

    /// The port to connect to; 0 for Unix-domain sockets.
    public var port: Int { address.port }

    /// A server for one connection that plays `script`.
    ///
    /// - Throws: ``MockError`` when the script can't be played as written, or the address can't be listened on.
    public convenience init(
        _ script: Script, options: Options = Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        try self.init(
            connections: [script], options: options, fileID: fileID, filePath: filePath, line: line, column: column)
    }

    /// A server whose n-th connection plays the n-th script; all must come.
    ///
    /// - Throws: ``MockError`` when a script can't be played as written, or the address can't be listened on.
    public convenience init(
        connections scripts: [Script], options: Options = Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        let location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        guard !scripts.isEmpty else {
            throw MockError(
                kind: .script, "connections: [] is for nobody; MockServer() makes a live server", at: location)
        }
        try self.init(mode: .list, scripts: scripts, options: options, at: location)
    }

    /// A server all of whose connections play `script`, at the same time unless `oneAtATime` says otherwise.
    ///
    /// - `script`: what each connection plays.
    /// - `count`: how many connections must come, and not one more. Nil: at least one.
    /// - `oneAtATime`: whether the next connection is accepted only when the one before has ended.
    /// - `options`: where to listen, limits, policies.
    ///
    /// - Throws: ``MockError`` when the script can't be played as written, or the address can't be listened on.
    public convenience init(
        every script: Script, count: Int? = nil, oneAtATime: Bool = false, options: Options = Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        let location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        if let count, !(1...Int(UInt32.max - 1)).contains(count) {
            throw MockError(
                kind: .script, "count: \(count) is no number of connections; it is at least 1", at: location)
        }
        try self.init(
            mode: .every(count: count, oneAtATime: oneAtATime), scripts: [script], options: options, at: location)
    }

    /// A live server for one connection: steps come by ``MockEndpoint/enqueue(_:)-(Step...)``, at any time.
    ///
    /// - Throws: ``MockError`` when the address can't be listened on.
    public convenience init(
        options: Options = Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        let location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        try self.init(mode: .live, scripts: [], options: options, at: location)
    }

    private init(mode: EndpointPlan.Mode, scripts: [Script], options: Options, at location: SourcePosition) throws {
        if let problem = options.problem {
            throw MockError(kind: .misuse, problem, at: location)
        }
        let ending = options.afterScript.ending
        let planned = try scripts.map {
            try ScriptPlan(
                $0, framing: options.framing, ending: ending, over: options.address.family, at: location)
        }
        var plan = EndpointPlan(mode: mode, scripts: planned, options: options, scale: .current, location: location)
        if case .live = mode { plan.scripts = [ScriptPlan(ending: ending)] }
        try super.init(plan)
    }
}

extension MockServer: CustomStringConvertible {
    /// `MockServer on 127.0.0.1:51514`.
    public var description: String {
        "MockServer on \(address)"
    }
}
