// One measurement: the peer is started anew, does the job once, tells what it saw and ends.

import Foundation

/// What a measurement came to when nothing went wrong.
enum Outcome {
    case measured(Sample)
    /// The peer does not know the job.
    case unsupported
}

struct Measurement {
    let line: Line
    let entry: Line.Entry
    /// How the peer is started.
    let command: [String]
    let places: Places

    private var cores: Line.Cores { entry.cores ?? line.cores }
    private var latencies: URL { places.results.appending(path: "latencies") }

    func run() throws -> Outcome {
        try? FileManager.default.removeItem(at: latencies)
        switch line.work {
        case .inside(let job, let options): return try runInside(job, options)
        case .load(let job, let options, let server, let leavesTimeWait):
            if leavesTimeWait > 0 { TimeWait.awaitRoom(for: leavesTimeWait) }
            return try runLoad(job, options, server)
        }
    }

    private func runInside(_ job: String, _ options: [String]) throws -> Outcome {
        let deadline = Deadline(seconds: line.patience)
        let all = entry.peer.options.replaced(by: options).replaced(by: entry.options)
        let peer = try start(entry.peer.name, command + [job] + all + ["--latencies", latencies.path])
        guard var facts = try facts(of: peer, by: deadline) else { return .unsupported }
        try peer.finish(by: deadline)
        facts["cpu_s"] = peer.processorSeconds
        return try outcome(facts)
    }

    private func runLoad(_ job: String, _ options: [String], _ server: [String]) throws -> Outcome {
        let deadline = Deadline(seconds: line.patience)
        let peer = try start(entry.peer.name, command + [job] + entry.peer.options.replaced(by: server))
        guard let first = try peer.line(by: deadline) else { throw endedEarly(peer, by: deadline) }
        if first == "unsupported" { return .unsupported }
        guard first.hasPrefix("PORT "), let port = UInt16(first.dropFirst(5)) else {
            throw peer.failure("said \"\(first)\" instead of its port")
        }
        var facts: [String: Double]
        do {
            facts = try load(job, options, port: port, peer, by: deadline)
        } catch {
            throw told(error, alsoBy: peer)
        }
        peer.closeInput()
        guard let told = try self.facts(of: peer, by: deadline) else { return .unsupported }
        try check(told, of: peer)
        try peer.finish(by: deadline)
        facts.merge(told) { first, _ in first }
        facts["cpu_s"] = peer.processorSeconds
        return try outcome(facts)
    }

    /// Runs the load generator from its start to its end.
    private func load(
        _ job: String, _ options: [String], port: UInt16, _ peer: Child, by deadline: Deadline
    ) throws -> [String: Double] {
        let load = try Child(
            "loadgen, against \(entry.peer.name),",
            [places.programs.appending(path: "loadgen").path, job]
                + options.replaced(by: entry.options)
                + ["--port", "\(port)", "--sources", Sources.next(4), "--latencies", latencies.path],
            cores: cores.client, complaints: places.results.appending(path: "loadgen.err"))
        guard var facts = try facts(of: load, by: deadline) else {
            throw load.failure("does not know the job \(job)")
        }
        if job == "open" {
            peer.send("idle\n")
            facts.merge(try self.facts(of: peer, by: deadline) ?? [:]) { first, _ in first }
        }
        load.closeInput()
        try load.finish(by: deadline)
        facts["load_cpu_s"] = load.processorSeconds
        return facts
    }

    /// What the peer has to say of a load that failed: it may be the one to blame.
    private func told(_ error: any Error, alsoBy peer: Child) -> any Error {
        peer.closeInput()
        do {
            let deadline = Deadline(seconds: 10)
            _ = try facts(of: peer, by: deadline)
            try peer.finish(by: deadline)
            return error
        } catch let other {
            return ChildFailure(description: "\(error)\n      and \(other)")
        }
    }

    private func start(_ name: String, _ command: [String]) throws -> Child {
        try Child(
            name, command, cores: cores.server, complaints: places.results.appending(path: "\(entry.peer.id).err"))
    }

    private func outcome(_ facts: [String: Double]) throws -> Outcome {
        let latencies = try Latencies(contentsOf: latencies)
        let value = try line.measure.value(facts: facts, latencies: latencies)
        return .measured(Sample(value: value, facts: facts, latencies: latencies))
    }

    /// The numbers of a program's line of JSON; nil when it does not know the job.
    private func facts(of child: Child, by deadline: Deadline) throws -> [String: Double]? {
        guard let line = try child.line(by: deadline) else { throw endedEarly(child, by: deadline) }
        if line == "unsupported" { return nil }
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            throw child.failure("said \"\(line)\" instead of a line of JSON")
        }
        let facts = object.compactMapValues { ($0 as? NSNumber)?.doubleValue }
        if let failures = facts["failures"], failures > 0 {
            throw child.failure("reports \(Int(failures)) failures: \(line)")
        }
        return facts
    }

    /// A server that saw nobody has checked nothing.
    private func check(_ told: [String: Double], of peer: Child) throws {
        if (told["connections"] ?? 0) < 1 || (told["bytes"] ?? 0) < 1 {
            throw peer.failure("reports no connections, or no bytes")
        }
    }

    private func endedEarly(_ child: Child, by deadline: Deadline) -> any Error {
        do {
            try child.finish(by: deadline)
            return child.failure("ended before it had said anything")
        } catch {
            return error
        }
    }
}

extension [String] {
    /// Pairs of names and values, the values of `others` taking the place of those with the same name.
    func replaced(by others: [String]) -> [String] {
        var result = self
        for i in stride(from: 0, to: others.count - 1, by: 2) {
            if let place = result.firstIndex(of: others[i]), place + 1 < result.count {
                result[place + 1] = others[i + 1]
            } else {
                result += others[i...i + 1]
            }
        }
        return result
    }
}
