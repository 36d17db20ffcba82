// What a figure is worth depends on where it was taken.

import Foundation

struct Machine: Codable {
    let date: String
    let processor: String
    let cores: Int
    let memoryGiB: Int
    let kernel: String
    let system: String
    /// Programs and libraries, by name.
    let versions: [String: String]
    /// Running processes on average over the last minute, when the run began: what else the machine did.
    let load: String

    init(_ places: Places) {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        date = Date.now.formatted(style)
        processor = Self.field("model name", in: "/proc/cpuinfo") ?? "unknown"
        cores = ProcessInfo.processInfo.activeProcessorCount
        memoryGiB = Int((Double(ProcessInfo.processInfo.physicalMemory) / 1_073_741_824).rounded())
        kernel = Self.read("/proc/sys/kernel/osrelease") ?? "unknown"
        system = ProcessInfo.processInfo.operatingSystemVersionString
        load = (Self.read("/proc/loadavg") ?? "").split(separator: " ").first.map(String.init) ?? "unknown"
        versions = Self.versions(places)
    }

    private static func versions(_ places: Places) -> [String: String] {
        var versions = resolved(places)
        versions["Swift"] = output(["swift", "--version"], places)?
            .firstMatch(of: /Swift version ([^ ]+)/).map { String($0.1) }
        let python = places.interpreter.path
        versions["Python"] = output([python, "--version"], places)?.split(separator: " ").last.map(String.init)
        versions["pytest-tcpclient"] = output(
            [python, "-c", "import importlib.metadata as m; print(m.version('pytest-tcpclient'))"], places)
        versions["libev"] = output([places.programs.appending(path: "peer-libev").path, "version"], places)
        return versions
    }

    /// What the package manager chose of the packages that are measured.
    private static func resolved(_ places: Places) -> [String: String] {
        let file = places.package.appending(path: "Package.resolved")
        guard let data = try? Data(contentsOf: file), let found = try? JSONDecoder().decode(Resolved.self, from: data)
        else { return [:] }
        let names = ["swift-nio": "SwiftNIO", "flyingfox": "FlyingSocks", "hdrhistogram-swift": "HdrHistogram"]
        return found.pins.reduce(into: [:]) { versions, pin in
            if let name = names[pin.identity] { versions[name] = pin.state.version }
        }
    }

    private static func output(_ command: [String], _ places: Places) -> String? {
        let deadline = Deadline(seconds: 20)
        let complaints = places.results.appending(path: "versions.err")
        guard let child = try? Child(command[0], command, cores: "0", complaints: complaints) else { return nil }
        let line = try? child.line(by: deadline)
        try? child.finish(by: deadline)
        return line ?? nil
    }

    private static func field(_ name: String, in path: String) -> String? {
        read(path)?.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: ":").last
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static func read(_ path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

private struct Resolved: Decodable {
    let pins: [Pin]

    struct Pin: Decodable {
        let identity: String
        let state: State
    }

    struct State: Decodable {
        let version: String?
    }
}
