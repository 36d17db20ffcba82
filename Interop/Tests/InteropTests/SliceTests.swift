// Slices in lock-step, as clients nobody here wrote read them.

import Children
import Foundation
import TCPMockTesting
import Testing

private let reply = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, slice"

#if os(Linux)
    @Test(arguments: [Slices.everyByte, .size(7), .at([17, 40])])
    func curlMakesOneReadForEachSlice(_ slices: Slices) async throws {
        let trace = FileManager.default.temporaryDirectory.appendingPathComponent("tcpmock-\(UUID()).strace")
        defer { try? FileManager.default.removeItem(at: trace) }
        let script: Script = [
            .expect(upTo: "\r\n\r\n", .prefix("GET /")), .send(Bytes(Array(reply.utf8)), slices: slices),
        ]
        let result = try await withMockServer(script, options: .patient) { server in
            // -f: curl looks names up on another thread. -qq: nothing of threads that come and go.
            try await Child.run(
                "strace",
                [
                    "-f", "-qq", "-o", trace.path, "-e", "trace=recvfrom,recvmsg,read", "-e", "signal=none", "-yy",
                    "curl", "-q", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60",
                    "http://\(server.host):\(server.port)/",
                ])
        }
        #expect(result.status == 0, "\(result)")
        #expect(result.output == "hello, slice")
        let traced = try String(contentsOf: trace, encoding: .utf8)
        #expect(nonEmptyReads(of: traced) == lengths(of: slices, reply.utf8.count), "\(traced)")
    }

    /// How many bytes each read of a TCP socket got: `12 recvfrom(5<TCP:[127.0.0.1:…->…]>, "H", 102400, …) = 1`.
    private func nonEmptyReads(of trace: String) -> [Int] {
        trace.split(separator: "\n").filter { $0.contains("<TCP:[") }.compactMap { line in
            line.split(separator: "=").last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        }.filter { $0 > 0 }
    }

    private func lengths(of slices: Slices, _ count: Int) -> [Int] {
        switch slices {
        case .everyByte: Array(repeating: 1, count: count)
        case .size(7): Array(repeating: 7, count: count / 7) + (count % 7 > 0 ? [count % 7] : [])
        default: [17, 40 - 17, count - 40]
        }
    }
#endif
