// A server for the length of a closure: made before, verified after, also when the body throws.

import TCPMock

enum Scope {
    static func run<R>(
        isolation: isolated (any Actor)?, _ makeServer: () throws -> MockServer,
        _ body: (MockServer) async throws -> R
    ) async throws -> R {
        let reporter = Reporter.current
        let server = try reporter.make(makeServer)
        let result: R
        do {
            result = try await body(server)
        } catch {
            reporter.concludeEarly(server, await server.stop())
            throw error
        }
        let verdict = await server.finish()
        if Task.isCancelled { reporter.notePending(verdict, of: server) }
        try reporter.conclude(server, verdict)
        return result
    }

    @available(*, noasync)
    static func run<R>(_ makeServer: () throws -> MockServer, _ body: (MockServer) throws -> R) throws -> R {
        let reporter = Reporter.current
        let server = try reporter.make(makeServer)
        let result: R
        do {
            result = try body(server)
        } catch {
            reporter.concludeEarly(server, server.stop())
            throw error
        }
        try reporter.conclude(server, server.finish())
        return result
    }
}
