// Who says that a client has taken what was sent in lock-step.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension ConnectionRecord {
    /// Who says that the other side has taken a slice, so that the next may go: the first of these that there is.
    ///
    /// `TCPMOCK_LOCKSTEP` in the environment (`diagnostics`, `proc`, `timer`) rules out the better ones, to see what a system
    /// without them does.
    public struct Lockstep: Sendable, Hashable, CustomStringConvertible {
        let rank: UInt8
        /// In words.
        public let description: String

        /// The kernel's socket diagnostics (Linux: `sock_diag`, `unix_diag`), which name the client's own queue.
        public static let socketDiagnostics = Lockstep(rank: 1, description: "the kernel's socket diagnostics")
        /// `/proc/net/tcp`, which names it too, but is slow where there are many sockets.
        public static let procNetTCP = Lockstep(rank: 2, description: "/proc/net/tcp")
        /// Nobody: our own queue was empty, and a millisecond had passed. So for clients on other hosts, and on systems
        /// that tell nothing of the other side.
        public static let graceTimer = Lockstep(rank: 3, description: "nobody: a millisecond's wait had to do")

        private static let all = [socketDiagnostics, procNetTCP, graceTimer]

        /// What the environment allows.
        static var best: Lockstep {
            Lockstep(named: getenv("TCPMOCK_LOCKSTEP").map { String(cString: $0) })
        }

        /// Nonsense means the best: a test must not change meaning because of a typo elsewhere.
        init(named name: String?) {
            self =
                switch name {
                case "proc": .procNetTCP
                case "timer": .graceTimer
                default: .socketDiagnostics
                }
        }

        init(rank: UInt8, description: String) {
            self.rank = rank
            self.description = description
        }

        /// The core's; nil: none.
        init?(_ rank: UInt8) {
            guard let known = Lockstep.all.first(where: { $0.rank == rank }) else { return nil }
            self = known
        }
    }
}

extension EndpointReport {
    /// What the verdict has to say of slices that nobody could be sure of.
    var lockstepNotes: [String] {
        let unsure = connections.filter { $0.lockstep == .graceTimer }
        guard let first = unsure.first else { return [] }
        let peer = first.side.peer
        return [
            "on \(counted(unsure.count, "connection")) nobody could say when the \(peer) had taken a slice of what was sent in "
                + "lock-step: each waited a millisecond instead, and some may have been read together"
        ]
    }
}
