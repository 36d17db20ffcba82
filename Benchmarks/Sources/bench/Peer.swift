// The programs that are measured side by side.

import Foundation

struct Peer: Hashable {
    /// As in the results' JSON.
    let id: String
    /// As in the tables.
    let name: String
    let program: Program
    /// Given to the program in every job.
    var options: [String] = []

    enum Program: Hashable {
        /// Beside this one, in the build's folder.
        case built(String)
        /// A script in Benchmarks/Python, run by the interpreter that setup.sh prepared.
        case python(String)
    }

    /// The command without the job, or nil when the program is not there.
    func command(_ places: Places) -> [String]? {
        let command =
            switch program {
            case .built(let name): [places.programs.appending(path: name).path]
            case .python(let script):
                [places.interpreter.path, places.package.appending(path: "Python/\(script)").path]
            }
        return command.allSatisfy { FileManager.default.fileExists(atPath: $0) } ? command : nil
    }
}

extension Peer {
    static let epoll = Peer(id: "epoll", name: "bare epoll in C (L1)", program: .built("peer-epoll"))
    static let libev = Peer(id: "libev", name: "bare libev in C", program: .built("peer-libev"))
    static let libevTwoLoops = Peer(
        id: "libev-2-loops", name: "bare libev, 2 loops, unpinned", program: .built("peer-libev"),
        options: ["--threads", "2"])
    static let tcpMock = Peer(id: "tcpmock", name: "TCPMock", program: .built("peer-tcpmock"))
    static let tcpMockCounters = Peer(
        id: "tcpmock-counters", name: "TCPMock, countersOnly", program: .built("peer-tcpmock"),
        options: ["--recording", "countersOnly"])
    /// Replies from a table, which a test writes that does not know how many requests will come.
    static let tcpMockTable = Peer(
        id: "tcpmock-table", name: "TCPMock, a table", program: .built("peer-tcpmock"), options: ["--form", "table"])
    static let nio = Peer(id: "nio", name: "SwiftNIO", program: .built("peer-nio"))
    static let flying = Peer(id: "flying", name: "FlyingSocks", program: .built("peer-flying"))
    static let asyncio = Peer(id: "asyncio", name: "Python asyncio", program: .python("peer_asyncio.py"))
    static let pytest = Peer(
        id: "pytest-tcpclient", name: "pytest-tcpclient", program: .python("peer_pytest_tcpclient.py"))
    static let embedded = Peer(
        id: "embedded", name: "embedded-test-server", program: .python("peer_embedded.py"))

    /// The same program with other options.
    func with(_ options: [String], id: String, name: String) -> Peer {
        Peer(id: id, name: name, program: program, options: self.options + options)
    }
}

/// Where things are.
struct Places {
    /// Benchmarks/.
    let package: URL
    /// Where this program and the peers were built.
    let programs: URL
    /// What a run leaves behind.
    let results: URL

    var interpreter: URL { package.appending(path: ".build/venv/bin/python") }

    init() {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        programs = program.deletingLastPathComponent()
        // …/Benchmarks/.build/TRIPLE/release/bench
        package = (0..<4).reduce(program) { place, _ in place.deletingLastPathComponent() }
        results = package.appending(path: ".build/bench")
    }
}
