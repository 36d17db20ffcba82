// The rounds of a line: in each, every peer once, so that what changes on the machine meets all of them.

import Foundation

struct Rounds {
    let line: Line
    let places: Places
    let isQuick: Bool

    private var count: Int { isQuick ? (line.rounds + 1) / 3 : line.rounds }

    /// Measures all peers; a peer that fails is left out from then on, and says why.
    func run() -> LineResult {
        var result = LineResult(line: line, peers: line.entries.map { PeerResult(peer: $0.peer) })
        let start = ContinuousClock.now
        for round in 1...count {
            for (place, entry) in line.entries.enumerated() {
                progress("\(line.id): round \(round) of \(count), \(entry.peer.name)")
                measure(entry, &result.peers[place])
            }
        }
        progress("")
        result.seconds = Int((ContinuousClock.now - start) / .seconds(1))
        return result
    }

    private func measure(_ entry: Line.Entry, _ result: inout PeerResult) {
        if result.failure != nil || result.isUnsupported { return }
        guard let command = entry.peer.command(places) else {
            result.failure = "\(entry.peer.name) is not built"
            return
        }
        do {
            switch try Measurement(line: line, entry: entry, command: command, places: places).run() {
            case .measured(let sample): result.samples.append(sample)
            case .unsupported: result.isUnsupported = true
            }
        } catch {
            result.failure = "\(error)"
        }
    }

    /// A line that overwrites itself, where somebody looks.
    private func progress(_ text: String) {
        if isatty(2) == 1 {
            FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
        }
    }
}
