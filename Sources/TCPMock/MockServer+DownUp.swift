// A server that goes away and comes back on the same port, as when it is restarted.

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
        try await turn("down") { try self.core.takeDown(resetting: resettingConnections, token: $0) }
    }

    /// Stops listening, blocking the calling thread for the moment that takes.
    ///
    /// - Parameter resettingConnections: Whether the connections that are open are reset. Else they go on.
    /// - Throws: ``MockError`` on a server that has been finished, and when no descriptor is left to hold the port with.
    @available(*, noasync, message: "use 'try await takeDown()'")
    public func takeDown(resettingConnections: Bool = false) throws {
        try turnBlocking("down") { try core.takeDown(resetting: resettingConnections, token: $0) }
    }

    /// Listens again on the same port: clients can connect when this returns. One that is up already stays so.
    ///
    /// - Throws: ``MockError`` on a server that has been finished, and when the path of a Unix-domain socket has been
    ///   taken by somebody else.
    public func bringUp() async throws {
        try await turn("up") { try self.core.bringUp(token: $0) }
    }

    /// Listens again on the same port, blocking the calling thread for the moment that takes.
    ///
    /// - Throws: ``MockError`` on a server that has been finished, and when the path of a Unix-domain socket has been
    ///   taken by somebody else.
    @available(*, noasync, message: "use 'try await bringUp()'")
    public func bringUp() throws {
        try turnBlocking("up") { try core.bringUp(token: $0) }
    }

    // MARK: parts

    private func turn(_ way: String, by post: @escaping @Sendable (UInt64) throws -> Void) async throws {
        try checkIsOpen(way)
        let outcome: Inquiries.Turn = try await withCheckedThrowingContinuation { continuation in
            do {
                try inbox.inquiries.ask(turn: { continuation.resume(returning: $0) }, by: post)
            } catch {
                continuation.resume(throwing: error)
            }
        }
        try conclude(way, outcome)
    }

    private func turnBlocking(_ way: String, by post: (UInt64) throws -> Void) throws {
        try checkIsOpen(way)
        let answer = Answer<Inquiries.Turn>()
        try inbox.inquiries.ask(turn: { answer.give($0) }, by: post)
        try conclude(way, answer.wait() ?? .finished)
    }

    private func checkIsOpen(_ way: String) throws {
        if inbox.phase != .open { try conclude(way, .finished) }
    }

    private func conclude(_ way: String, _ outcome: Inquiries.Turn) throws {
        let taking = way == "down" ? "take the server down" : "bring the server up"
        switch outcome {
        case .done:
            inbox.log?.turned(way)
        case .refused(let code):
            throw MockError(kind: .system, "can't \(taking): \(systemText(code))", errno: code)
        case .finished:
            throw MockError(kind: .misuse, "can't \(taking): it has been finished")
        }
    }
}
