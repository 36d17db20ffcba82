// The servers that traits have made for the running test.

public import TCPMock

extension MockServer {
    /// The server of the running test's `.mockServer` trait; of several the one named last, a test's before its suite's.
    ///
    /// The test's task and the tasks born in it know the server; a detached task or another thread must be given it.
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
    /// From the outermost to the innermost.
    @TaskLocal static var all: [(name: String?, server: MockServer)] = []

    static func with(
        _ server: MockServer, named name: String?, _ body: @Sendable () async throws -> Void
    ) async throws {
        try await $all.withValue(all + [(name, server)]) { try await body() }
    }

    static func none(_ what: String) -> MockError {
        MockError(
            kind: .misuse,
            "\(what) is for tests with the trait .mockServer(…), in the test's own task and in tasks born in it; "
                + "give the server itself to a detached task or a thread")
    }
}
