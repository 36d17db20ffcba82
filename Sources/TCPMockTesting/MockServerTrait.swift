// A server around each test of Swift Testing: @Test(.mockServer([…])), with MockServer.current in the test.

import TCPMock
public import Testing

/// Runs each test, or each case of a parameterized one, with a `MockServer` of its own and verifies it.
///
/// Made by the forms of `.mockServer`.
public struct MockServerTrait: TestTrait, SuiteTrait, TestScoping {
    let name: String?
    let makeServer: @Sendable () throws -> MockServer

    /// On a suite: each of its tests has a server, the suite itself has none.
    public var isRecursive: Bool { true }

    /// Makes the server, runs the test, and verifies on the test's own task.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let place = ServersInScope.Place(name: name)
        defer { place.clear() }
        try await ServersInScope.with(place) {
            try await Scope.run(isolation: nil, makeServer) { server in
                place.fill(server)
                try await function()
            }
        }
    }
}
