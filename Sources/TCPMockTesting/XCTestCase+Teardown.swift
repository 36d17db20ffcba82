// The servers of a running XCTest method, verified when it is over.
//
// The first server adds one teardown block, which verifies all: whether the test method has failed is asked once, before
// the first of them records anything.

import TCPMock
import XCTest

extension XCTestCase {
    /// Makes a server that the end of the test method verifies, wherever it was made: in the method or in a setUp.
    func verifiedInTeardown(_ makeServer: () throws -> MockServer) throws -> MockServer {
        let reporter = Reporter.xctest  // known without asking, also in a host that asking would not recognize
        let server = try reporter.make(makeServer)
        server.testName = methodName
        let test = ObjectIdentifier(self)
        if ServersOfTests.add(server, of: test) {
            let run = RunOfTest(run: testRun)
            // Async, so that it holds no main actor that the client under test may need in order to leave.
            addTeardownBlock {
                await reporter.verify(ServersOfTests.take(of: test), isEarly: run.hasFailed)
            }
        }
        return server
    }
}

extension XCTestCase {
    /// `testGreets` of `GreetingTests.testGreets`, as Linux has it, and of `-[GreetingTests testGreets]`.
    private var methodName: String {
        let word = name.split(whereSeparator: { ".[] ".contains($0) }).last
        return word.map(String.init) ?? name
    }
}

extension Reporter {
    /// The latest first, as nested scopes would.
    fileprivate func verify(_ servers: [MockServer], isEarly: Bool) async {
        for server in servers.reversed() {
            if isEarly {
                concludeEarly(server, await server.stop())
            } else {
                let verdict = await server.finish()
                noteInconclusive(verdict, of: server)
                record(unreported(of: server, verdict))
            }
        }
    }
}

private enum ServersOfTests {
    private static let servers = Locked<[ObjectIdentifier: [MockServer]]>([:])

    /// True: it is the test's first.
    static func add(_ server: MockServer, of test: ObjectIdentifier) -> Bool {
        servers.withLock { servers in
            servers[test, default: []].append(server)
            return servers[test]?.count == 1
        }
    }

    static func take(of test: ObjectIdentifier) -> [MockServer] {
        servers.withLock { $0.removeValue(forKey: test) ?? [] }
    }
}

/// What became of the test method.
// Unchecked: read in teardown only, when the test method is over.
private struct RunOfTest: @unchecked Sendable {
    let run: XCTestRun?

    var hasFailed: Bool {
        guard let run else { return false }
        return run.totalFailureCount > 0 || run.hasBeenSkipped
    }
}
