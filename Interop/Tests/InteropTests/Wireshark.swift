// A capture on disk, and what Wireshark's programs say of it.

import Children
import Foundation
import TCPMockTesting
import Testing

/// A verdict's capture, as a file that goes with it.
final class CaptureOnDisk: Sendable {
    private let folder: URL
    private let file: URL

    init(_ verdict: Verdict) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tcpmock-\(UUID())")
        file = folder.appendingPathComponent("capture.pcapng")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(verdict.pcapng).write(to: file)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// What tshark prints; that it ends well and warns of nothing is asserted.
    func tshark(_ arguments: String...) async throws -> String {
        try await output("tshark", ["-n", "-r", file.path] + arguments)
    }

    func capinfos() async throws -> String {
        try await output("capinfos", ["-M", file.path])
    }

    /// A line for each packet that `filter` shows: the fields' values.
    func fields(_ fields: String..., of filter: String = "tcp", decoding: String...) async throws -> [[String]] {
        let decoding = decoding.flatMap { ["-d", $0] }
        let arguments = fields.flatMap { ["-e", $0] } + decoding
        let text = try await output(
            "tshark", ["-n", "-r", file.path, "-Y", filter, "-T", "fields", "-E", "separator=|"] + arguments)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private func output(_ command: String, _ arguments: [String]) async throws -> String {
        // Nobody's preferences.
        let result = try await Child.run(command, arguments, environment: ["XDG_CONFIG_HOME": folder.path])
        #expect(result.status == 0, "\(arguments): \(result)")
        let warnings = result.errors.split(separator: "\n").filter { !$0.hasPrefix("Running as user \"root\"") }
        #expect(warnings == [], "\(arguments)")
        return result.output
    }
}

// MARK: What an analyst looks at first

extension CaptureOnDisk {
    /// Asserts that Wireshark finds nothing odd in it but what its packets say: that they begin, end or reset.
    func expectNothingOdd(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
        let odd =
            "tcp.analysis.flags || _ws.malformed || tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\""
        let shown = try await output("tshark", ["-n", "-r", file.path, "-Y", odd] + checks)
        #expect(shown == "", sourceLocation: sourceLocation)
        let experts = try await output("tshark", ["-n", "-q", "-r", file.path, "-z", "expert"] + checks)
        let remarks = remarks(experts).filter { remark in !expectedRemarks.contains { remark.hasSuffix($0) } }
        #expect(remarks == [], sourceLocation: sourceLocation)
    }

    /// Errors, warnings and notes; what tshark calls chats is said of any packet, and comments are ours.
    private func remarks(_ experts: String) -> [Substring] {
        var remarks: [Substring] = []
        var isGrave = true
        for line in experts.split(separator: "\n") {
            if line.first?.isLetter == true { isGrave = !line.hasPrefix("Chats") && !line.hasPrefix("Comments") }
            if isGrave, line.first == " ", !line.hasSuffix("Summary") { remarks.append(line) }
        }
        return remarks
    }

    /// Asserts that following each connection's stream shows what its record has.
    func expectBytes(of connections: [ConnectionRecord], sourceLocation: SourceLocation = #_sourceLocation) async throws
    {
        let follows = connections.indices.flatMap { ["-z", "follow,tcp,raw,\($0)"] }
        let text = try await output("tshark", ["-n", "-q", "-r", file.path] + follows)
        let streams = FollowedStream.all(in: text)
        #expect(Set(streams.map(\.client)) == Set(connections.map(\.peer)), sourceLocation: sourceLocation)
        for connection in connections {
            let stream = try #require(streams.first { $0.client == connection.peer }, sourceLocation: sourceLocation)
            #expect(stream.bytes[0] == connection.received, sourceLocation: sourceLocation)
            #expect(stream.bytes[1] == connection.sent, sourceLocation: sourceLocation)
        }
    }
}

private let expectedRemarks = [
    "Connection reset (RST)", "This frame initiates the connection closing",
    "This frame undergoes the connection closing",
]

/// What `-z follow,tcp,raw` shows: lines of hexadecimal digits, those of the server behind a tab.
private struct FollowedStream {
    var client = ""
    var bytes: [[UInt8]] = [[], []]

    static func all(in text: String) -> [FollowedStream] {
        var streams: [FollowedStream] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("Follow:") { streams.append(FollowedStream()) }
            if line.hasPrefix("Node 0: ") { streams[streams.count - 1].client = String(line.dropFirst(8)) }
            let (digits, node) = line.first == "\t" ? (line.dropFirst(), 1) : (line, 0)
            guard !streams.isEmpty, let bytes = decoded(digits) else { continue }
            streams[streams.count - 1].bytes[node] += bytes
        }
        return streams
    }

    /// Nil for a line that is none of bytes.
    private static func decoded(_ digits: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var half: UInt8?
        for digit in digits.utf8 {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let high = half { bytes.append(high << 4 | value) }
            half = half == nil ? value : nil
        }
        return half == nil ? bytes : nil
    }
}
