// Which bytes of a stream are known, put together from whatever kept some of them.

struct KeptRuns: Sendable {
    private struct Run {
        let position: Int
        var bytes: [UInt8]
        var end: Int { position + bytes.count }
    }

    /// In order; between two of them is at least one byte that nobody kept.
    private var runs: [Run] = []

    /// Adds what is not known yet of these bytes.
    mutating func add(_ bytes: [UInt8], at position: Int) {
        var place = position
        while place < position + bytes.count {
            let index = indexOfRun(behind: place)
            if index < runs.endIndex, runs[index].position <= place {
                place = runs[index].end
                continue
            }
            let end = min(position + bytes.count, index < runs.endIndex ? runs[index].position : Int.max)
            insert(bytes[(place - position)..<(end - position)], at: place, index)
            place = end
        }
    }

    /// Whether the byte at a place is known, and up to where that is so.
    func extent(at place: Int, limit: Int) -> (end: Int, isKept: Bool) {
        let index = indexOfRun(behind: place)
        guard index < runs.endIndex else { return (limit, false) }
        if runs[index].position > place { return (min(limit, runs[index].position), false) }
        return (min(limit, runs[index].end), true)
    }

    /// Bytes that are all known.
    func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
        let run = runs[indexOfRun(behind: range.lowerBound)]
        return run.bytes[(range.lowerBound - run.position)..<(range.upperBound - run.position)]
    }

    /// The first run that ends behind a place.
    private func indexOfRun(behind place: Int) -> Int {
        if let last = runs.last, last.end <= place { return runs.endIndex }
        var range = runs.startIndex..<runs.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = runs[middle].end > place ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }

    /// Puts bytes into a gap, before the run at `index`, and joins what then touches.
    private mutating func insert(_ bytes: ArraySlice<UInt8>, at place: Int, _ index: Int) {
        var index = index
        if index > 0, runs[index - 1].end == place {
            index -= 1
            runs[index].bytes += bytes
        } else {
            runs.insert(Run(position: place, bytes: Array(bytes)), at: index)
        }
        if index + 1 < runs.endIndex, runs[index].end == runs[index + 1].position {
            runs[index].bytes += runs.remove(at: index + 1).bytes
        }
    }
}
