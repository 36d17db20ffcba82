// A server that goes away and comes back on the same port, as when it is restarted, or fails those who connect.

extension MockServer {
    /// Stops listening: connects are refused from when this returns, until `bringUp()`.
    ///
    /// The port stays reserved meanwhile: nobody else can bind it. (The path of a Unix-domain socket is removed; connects
    /// to it fail, as there is no such file.) Clients that had connected before are let in first, but for those that a
    /// server serves one at a time, which are reset. A server that is down waits for nobody: limits for clients to
    /// connect begin anew when it comes up. One that is down already stays so.
    ///
    /// - Parameter resettingConnections: Whether the connections that are open are reset; their scripts end there, which
    ///   is no failure but a note in the verdict. Else they go on.
    /// - Throws: ``MockError`` on a server that has been finished, and when no descriptor is left to hold the port with;
    ///   the server then goes on listening.
    public func takeDown(resettingConnections: Bool = false) async throws {
        try await turn(.down, resetting: resettingConnections)
    }

    /// Stops listening, blocking the calling thread for the moment that takes.
    ///
    /// - Parameter resettingConnections: Whether the connections that are open are reset. Else they go on.
    /// - Throws: ``MockError`` on a server that has been finished, and when no descriptor is left to hold the port with.
    @available(*, noasync, message: "use 'try await takeDown()'")
    public func takeDown(resettingConnections: Bool = false) throws {
        try turnBlocking(.down, resetting: resettingConnections)
    }

    /// Listens again on the same port: clients can connect when this returns. One that is up already stays so.
    ///
    /// It ends every other ``ConnectFault`` too.
    ///
    /// - Throws: ``MockError`` on a server that has been finished, and when the path of a Unix-domain socket has been
    ///   taken by somebody else.
    public func bringUp() async throws {
        try await turn(nil)
    }

    /// Listens again on the same port, blocking the calling thread for the moment that takes.
    ///
    /// - Throws: ``MockError`` on a server that has been finished, and when the path of a Unix-domain socket has been
    ///   taken by somebody else.
    @available(*, noasync, message: "use 'try await bringUp()'")
    public func bringUp() throws {
        try turnBlocking(nil)
    }

    // MARK: any fault

    /// From when this returns `fault` meets those who connect, and no other fault; nil: they are served, as by `bringUp()`.
    ///
    /// Any fault can follow any other, again and again, and the port stays reserved throughout. Who has knocked before is
    /// dealt with first, as was in force then and without further delay: let in, or reset. A server that turns everybody
    /// away waits for nobody: limits for clients to connect begin anew when it serves again.
    ///
    /// ```swift
    /// try await server.setConnectFault(.blackHole)   // the client's own connect limit is tested here
    /// try await server.setConnectFault(nil)
    /// ```
    ///
    /// - `fault`: what is to happen to new connections.
    /// - `resettingConnections`: whether the connections that are open are reset. Else they go on.
    ///
    /// - Throws: ``MockError`` when the transport can't do it, on a server that has been finished, and when no descriptor
    ///   is left to hold the port with; what was in force then stays so.
    public func setConnectFault(
        _ fault: ConnectFault?, resettingConnections: Bool = false,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) async throws {
        let place = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        try check(fault, at: place)
        try await turn(fault, resetting: resettingConnections, at: place)
    }

    /// Sets what meets those who connect, blocking the calling thread for the moment that takes.
    ///
    /// - `fault`: what is to happen to new connections; nil: they are served.
    /// - `resettingConnections`: whether the connections that are open are reset. Else they go on.
    ///
    /// - Throws: ``MockError`` as the other one.
    @available(*, noasync, message: "use 'try await setConnectFault(…)'")
    public func setConnectFault(
        _ fault: ConnectFault?, resettingConnections: Bool = false,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) throws {
        let place = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
        try check(fault, at: place)
        try turnBlocking(fault, resetting: resettingConnections, at: place)
    }

    /// How many connections a ``ConnectFault`` has reset so far. Those refused or not answered nobody can count.
    public var turnedAway: Int { snapshot(.counts).turnedAway }

    // MARK: parts

    private func check(_ fault: ConnectFault?, at place: SourcePosition) throws {
        guard let problem = fault?.problem(on: address) else { return }
        throw MockError(kind: .misuse, problem, at: place)
    }

    private func turn(
        _ fault: ConnectFault?, resetting: Bool = false, at place: SourcePosition? = nil
    ) async throws {
        try checkIsOpen(fault, place)
        let outcome: Inquiries.Turn = try await withCheckedThrowingContinuation { continuation in
            do {
                try inbox.inquiries.ask(
                    turn: { continuation.resume(returning: $0) },
                    by: { try core.set(fault, resetting: resetting, token: $0) })
            } catch {
                continuation.resume(throwing: error)
            }
        }
        try conclude(fault, outcome, place)
    }

    private func turnBlocking(
        _ fault: ConnectFault?, resetting: Bool = false, at place: SourcePosition? = nil
    ) throws {
        try checkIsOpen(fault, place)
        let answer = Answer<Inquiries.Turn>()
        try inbox.inquiries.ask(
            turn: { answer.give($0) }, by: { try core.set(fault, resetting: resetting, token: $0) })
        try conclude(fault, answer.wait() ?? .finished, place)
    }

    private func checkIsOpen(_ fault: ConnectFault?, _ place: SourcePosition?) throws {
        if inbox.phase != .open { try conclude(fault, .finished, place) }
    }

    private func conclude(_ fault: ConnectFault?, _ outcome: Inquiries.Turn, _ place: SourcePosition?) throws {
        let taking =
            switch fault?.kind {
            case nil: "bring the server up"
            case .down: "take the server down"
            default: "set connectFault \(fault?.description ?? "")"
            }
        switch outcome {
        case .done:
            inbox.log?.turned(fault)
        case .refused(let code):
            throw MockError(kind: .system, "can't \(taking): \(systemText(code))", at: place, errno: code)
        case .finished:
            throw MockError(kind: .misuse, "can't \(taking): it has been finished", at: place)
        }
    }
}
