// The servers that traits have made for the running test.

public import TCPMock

extension MockServer {
    /// The server of the running test's `.mockServer` trait; of several the one named last, a test's before its suite's.
    ///
    /// The test's task, the tasks born in it and the closures of the server's script know it; a detached task or another thread must be given it.
    ///
    /// - Throws: `MockError` where no trait has made a server.
    public static var current: MockServer {
        get throws {
            guard let last = ServersInScope.all.last else { throw ServersInScope.none("MockServer.current") }
            return last.server
        }
    }

    /// The server that the running test's trait `.mockServer(named:)` has made under `name`.
    ///
    /// - Throws: `MockError` where no trait has made one of that name; it lists those there are.
    public static func named(_ name: String) throws -> MockServer {
        guard !ServersInScope.all.isEmpty else { throw ServersInScope.none("MockServer.named(\"\(name)\")") }
        guard let found = ServersInScope.all.last(where: { $0.name == name }) else {
            let names = ServersInScope.all.compactMap(\.name).map { "\"\($0)\"" }
            let there =
                names.isEmpty ? "this test's servers have no names" : "there is \(names.joined(separator: ", "))"
            throw MockError(kind: .misuse, "no server is named \"\(name)\": \(there)")
        }
        return found.server
    }
}

enum ServersInScope {
    /// Where a trait's server will be: known before the server is made, since the task of its closures is born with it.
    final class Place: Sendable {
        let name: String?
        private let held = Locked<MockServer?>(nil)

        init(name: String?) {
            self.name = name
        }

        var server: MockServer? { held.withLock { $0 } }

        func fill(_ server: MockServer) {
            held.withLock { $0 = server }
        }

        /// Lets the server go: its closures' task knows the place for as long as the server lives, and must not be why.
        func clear() {
            held.withLock { $0 = nil }
        }
    }

    @TaskLocal private static var places: [Place] = []

    /// From the outermost to the innermost.
    static var all: [(name: String?, server: MockServer)] {
        places.compactMap { place in place.server.map { (place.name, $0) } }
    }

    static func with(_ place: Place, _ body: @Sendable () async throws -> Void) async throws {
        try await $places.withValue(places + [place]) { try await body() }
    }

    static func none(_ what: String) -> MockError {
        MockError(
            kind: .misuse,
            "\(what) is for tests with the trait .mockServer(…), in the test's own task and in tasks born in it; "
                + "give the server itself to a detached task or a thread")
    }
}
