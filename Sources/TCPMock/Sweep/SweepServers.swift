// A fresh server for each case, also for very many.
//
// Where the server closes first its port is in TIME_WAIT for a minute, and the kernel gives none out that is (bind(2), ip(7)):
// after some 28,000 such cases in a minute 127.0.0.1 has no port left. Each address has ports of its own, so that the next
// cases listen on 127.0.0.2, and so on; where only one address is the loopback's, the error is told.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct SweepServers: Sendable {
    private let plan: SweepPlan
    /// The last number of the address that still had ports.
    private let number = Locked(1)
    /// How many paths have been used.
    private let count = Count()

    private struct Count: Sendable {
        private let value = Locked(0)

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    init(_ plan: SweepPlan) {
        self.plan = plan
    }

    func make(_ script: Script) throws -> MockServer {
        let first = number.withLock { $0 }
        do {
            return try make(script, at: first)
        } catch let error as MockError where error.errno == EADDRINUSE && plan.options.server.address == .loopback {
            for next in (first + 1)..<(first + 8) {
                guard let server = try? make(script, at: next) else { continue }
                number.withLock { $0 = next }
                return server
            }
            throw error
        }
    }

    private func make(_ script: Script, at number: Int) throws -> MockServer {
        var options = plan.options.server
        if number > 1 { options.address = .ipv4("127.0.0.\(number)") }
        if options.address.isUnix { options.address = options.address.numbered(count.next()) }
        let place = plan.location
        return try MockServer(
            script, options: options, fileID: place.fileID, filePath: place.filePath, line: place.line,
            column: place.column)
    }
}

extension MockAddress {
    fileprivate var isUnix: Bool { family == .unix }

    /// The path or name, with a number behind it.
    fileprivate func numbered(_ number: Int) -> MockAddress {
        MockAddress(family: family, host: "\(host)-\(number)", port: port)
    }
}
