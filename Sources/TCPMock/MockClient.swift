// The client a test lets loose on its server. What it shares with servers is in MockEndpoint.swift.

/// A TCP client that plays scripts against a server under test and checks every byte the server sends.
///
/// It begins to connect when it is made, and knocks again while it is refused, so that a server may still be starting;
/// it runs off the calling thread, and ends with `finish()`, whose ``Verdict`` says what departed from the script. In
/// tests prefer `withMockClient` of TCPMockTesting, which always verifies.
///
/// ```swift
/// let client = try MockClient(connectingTo: .ipv4(port: 6379), [.send("PING\r\n"), .expect("+PONG\r\n")])
/// print(await client.finish())
/// ```
///
/// A script that does not say how its connection ends is left politely: the client closes its side (FIN), and the server
/// must close too, within ``Limits/step`` and without saying any more. With `expectDisconnect` the server must close
/// first.
///
/// Any thread may use it: it stores nothing that changes.
public final class MockClient: MockEndpoint, @unchecked Sendable {
    /// Whom it connects to.
    public var address: MockAddress { core.address }

    /// A client that connects once and plays `script`.
    ///
    /// - Throws: ``MockError`` when the script can't be played as written, or the address is none. A server that can't
    ///   be reached is a failure of the verdict.
    public convenience init(
        connectingTo address: MockAddress, _ script: Script, options: Options = Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        try self.init(
            connectingTo: address, sequence: [script], options: options, fileID: fileID, filePath: filePath, line: line,
            column: column)
    }

    /// A client that connects again and again: the n-th connection plays the n-th script, when the one before has ended.
    ///
    /// The first failure ends it; scripts behind it are not run.
    ///
    /// - Throws: ``MockError`` when a script can't be played as written, or the address is none.
    public convenience init(
        connectingTo address: MockAddress, sequence scripts: [Script], options: Options = Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        let location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        guard !scripts.isEmpty else {
            throw MockError(
                kind: .script, "sequence: [] is for nobody; \(Side.client.liveForm) makes a live client", at: location)
        }
        try self.init(mode: .list, address, scripts: scripts, options: options, at: location)
    }

    /// A live client, connected once: steps come by ``MockEndpoint/enqueue(_:)-(Step...)``, at any time.
    ///
    /// - Throws: ``MockError`` when the address is none.
    public convenience init(
        connectingTo address: MockAddress, options: Options = Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        let location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        try self.init(mode: .live, address, scripts: [], options: options, at: location)
    }

    /// Many clients in one: `count` connections, all of which play `script`, never more than `atOnce` at a time.
    ///
    /// As one ends the next is made, until there have been `count`. A connection that fails does not end the others; one
    /// that can't be made does.
    ///
    /// ```swift
    /// let clients = try MockClient.many(
    ///     10_000, atOnce: 2_000, connectingTo: server.address, [.send("PING\r\n"), .expect("+PONG\r\n")])
    /// print(await clients.finish())
    /// ```
    ///
    /// Each takes a descriptor: see `ulimit -n`. Within one process each connection takes two. What else runs out is in
    /// <doc:ThousandsOfConnections>.
    ///
    /// - Throws: ``MockError`` when the script can't be played as written, or the address is none.
    public static func many(
        _ count: Int, atOnce: Int, connectingTo address: MockAddress, _ script: Script, options: Options = Options(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws -> MockClient {
        let location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        for number in [count, atOnce] where !(1...Int(UInt32.max - 1)).contains(number) {
            throw MockError(
                kind: .script, "many(\(count), atOnce: \(atOnce)): \(number) is no number of connections", at: location)
        }
        return try MockClient(
            mode: .every(count: count, oneAtATime: false), address, atOnce: atOnce, scripts: [script],
            options: options, at: location)
    }

    private init(
        mode: EndpointPlan.Mode, _ address: MockAddress, atOnce: Int = 1, scripts: [Script], options: Options,
        at location: SourcePosition
    ) throws {
        if let problem = options.problem(connectingTo: address) {
            throw MockError(kind: .misuse, problem, at: location)
        }
        let ending = options.afterScript.ending
        let planned = try scripts.map {
            try ScriptPlan($0, framing: options.framing, ending: ending, over: address.family, at: location)
        }
        var plan = EndpointPlan(
            mode: mode, scripts: planned, options: options.shared(with: address), scale: .current, location: location)
        plan.dial = EndpointPlan.Dial(sources: options.sources, connect: options.connect, atOnce: atOnce)
        if case .live = mode { plan.scripts = [ScriptPlan(ending: ending)] }
        try super.init(plan)
    }
}

extension MockClient: CustomStringConvertible {
    /// `MockClient of 127.0.0.1:51514`.
    public var description: String {
        "MockClient of \(address)"
    }
}
