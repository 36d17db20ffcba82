// A server for the length of a closure: made before, verified after, also when the body throws.

import TCPMock

enum Scope {
    static func run<E: MockEndpoint, R>(
        isolation: isolated (any Actor)?, _ makeEndpoint: () throws -> E,
        _ body: (E) async throws -> R
    ) async throws -> R {
        let reporter = Reporter.current
        let endpoint = try reporter.make(makeEndpoint)
        let result: R
        do {
            result = try await body(endpoint)
        } catch {
            reporter.concludeEarly(endpoint, await endpoint.stop())
            throw error
        }
        let verdict = await endpoint.finish()
        if Task.isCancelled { reporter.notePending(verdict, of: endpoint) }
        try reporter.conclude(endpoint, verdict)
        return result
    }

    @available(*, noasync)
    static func run<E: MockEndpoint, R>(_ makeEndpoint: () throws -> E, _ body: (E) throws -> R) throws -> R {
        let reporter = Reporter.current
        let endpoint = try reporter.make(makeEndpoint)
        let result: R
        do {
            result = try body(endpoint)
        } catch {
            reporter.concludeEarly(endpoint, endpoint.stop())
            throw error
        }
        let verdict = endpoint.finish(as: "the end of its withMock… scope", at: endpoint.location)
        try reporter.conclude(endpoint, verdict)
        return result
    }
}
