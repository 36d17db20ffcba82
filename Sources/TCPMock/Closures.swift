// The closures that steps are written with, in the one form in which they are kept.

/// A closure that answers requests, with a state of its own for each connection.
struct Responder: Sendable {
    let makeState: @Sendable () -> any Sendable
    let reply: @Sendable (Request, inout any Sendable) async throws -> Reply

    /// One that keeps nothing.
    init(_ reply: @escaping @Sendable (Request) async throws -> Reply) {
        makeState = { () }
        self.reply = { request, _ in try await reply(request) }
    }

    /// One whose state begins as `initial` on each connection.
    init<State: Sendable>(
        startingWith initial: State, _ reply: @escaping @Sendable (Request, inout State) async throws -> Reply
    ) {
        makeState = { initial }
        self.reply = { request, state in
            guard var own = state as? State else { preconditionFailure("a responder is given the state it made") }
            defer { state = own }
            return try await reply(request, &own)
        }
    }
}

/// A table of stubs: the first pattern that a request passes says the reply.
struct StubTable: Sendable {
    struct Stub: Sendable {
        let pattern: Check
        let reply: Reply
    }

    let stubs: [Stub]

    init(_ stubs: KeyValuePairs<Check, Reply>) {
        self.stubs = stubs.map { Stub(pattern: $0.key, reply: $0.value) }
    }

    /// Whether bytes alone decide which stub it is.
    var isData: Bool {
        stubs.allSatisfy(\.pattern.isData)
    }
}

/// One way that ``Step/choose(_:fileID:filePath:line:column:)`` may go on.
public struct Route: Sendable {
    let beginning: Check
    let script: Script
    let location: SourcePosition

    /// Plays `script` when the next bytes begin as `beginning` says.
    ///
    /// The bytes are looked at, not taken: the script itself expects them. A client that sends only the beginning of a
    /// route's bytes, and waits, has not chosen yet: it meets the limit, also where there is a route for any others.
    ///
    /// - `beginning`: a literal or ``Check/prefix(_:)``, which mean the same; or ``Check/any`` for all others, in the last
    ///   route.
    /// - `script`: what is played. Steps behind the choice follow it.
    public static func when(
        _ beginning: Check, _ script: Script,
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) -> Route {
        Route(
            beginning: beginning, script: script,
            location: SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }
}

extension Route {
    func framed(_ framing: Framing, isDefault: Bool) -> Route {
        let steps = script.steps.map { $0.framed(framing, isDefault: isDefault) }
        return Route(beginning: beginning, script: Script(steps), location: location)
    }
}
