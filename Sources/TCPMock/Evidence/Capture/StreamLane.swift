// One direction of a connection on its way into segments: where they part, what is said on them.

struct StreamLane {
    /// What is said of some of its bytes.
    struct Note {
        let range: Range<Int>
        /// On the segment that has the first of them.
        let comments: [String]
        /// On those that have the rest.
        let continued: String
    }

    struct Segment {
        let payload: Packet.Payload
        let comments: [String]
        /// When the bytes were read or written, where that is known; in nanoseconds.
        let time: UInt64?
        /// Whether it is the last of what went together.
        let isLast: Bool
    }

    /// Of bytes in one segment. What loopback has room for is twice as much; Linux sends half of that.
    static let longest = 32_768
    /// Of many bytes that were not kept: a terabyte is a few thousand packets. Two may be on their way before they are
    /// acknowledged, and what is half of all sequence numbers ahead would be taken for something sent again.
    static let longestHole = 1 << 29
    /// So many are parted as if they had been.
    private static let mostParted = 16 * longest

    let flow: Conversation.Flow
    /// How many bytes went this way.
    let total: Int
    /// How many of them are in segments.
    private(set) var position = 0
    private let known: KeptRuns
    private let notes: [Note]
    private var nextNote = 0
    /// Where reads or writes ended, and when.
    private let cuts: [(position: Int, time: UInt64)]
    private var nextCut = 0
    /// Where reads and writes were noted, but left out.
    private let gap: Range<Int>

    init(_ flow: Conversation.Flow, of conversation: Conversation, notes: [Note]) {
        self.flow = flow
        self.notes = notes.sorted { $0.range.lowerBound < $1.range.lowerBound }
        let total = flow == .received ? conversation.receivedCount : conversation.sentCount
        self.total = total
        known = conversation.known(flow)
        let cuts = conversation.traffic.map { (min(flow == .received ? $0.received : $0.sent, total), $0.time) }
        let gapEnd = conversation.traffic.firstIndex(where: \.isBehindCut)
        gap = gapEnd.map { ($0 == 0 ? 0 : cuts[$0 - 1].0)..<cuts[$0].0 } ?? 0..<0
        self.cuts = cuts
    }

    /// Whether reads or writes say when the bytes before `end` went.
    func isNoted(before end: Int) -> Bool {
        end <= cuts.last?.position ?? 0 && !gap.contains(end - 1)
    }

    /// The next segment of the bytes before `end`; nil: there is none.
    mutating func next(before end: Int) -> Segment? {
        let end = min(end, total)
        guard position < end else { return nil }
        while nextCut < cuts.endIndex, cuts[nextCut].position <= position { nextCut += 1 }
        let cut = nextCut < cuts.endIndex ? cuts[nextCut] : nil
        let limit = min(end, cut?.position ?? end)
        let extent = known.extent(at: position, limit: min(limit, position + longestNext(before: limit)))
        let range = position..<extent.end
        position = extent.end
        return Segment(
            payload: extent.isKept ? .kept(known.bytes(range)) : .missing(range.count),
            comments: comments(on: range, isKept: extent.isKept),
            time: gap.contains(range.lowerBound) ? nil : cut?.time,
            isLast: extent.end == limit)
    }

    private func longestNext(before limit: Int) -> Int {
        let hole = known.extent(at: position, limit: limit)
        let isLong = !hole.isKept && hole.end - position > StreamLane.mostParted
        return isLong ? StreamLane.longestHole : StreamLane.longest
    }

    /// What is said of bytes that are in no segment, for there were fewer than that.
    mutating func remainingComments() -> [String] {
        defer { nextNote = notes.endIndex }
        return notes[nextNote...].filter { $0.range.lowerBound >= position }.flatMap(\.comments)
    }

    private mutating func comments(on range: Range<Int>, isKept: Bool) -> [String] {
        var comments: [String] = []
        while nextNote < notes.endIndex, notes[nextNote].range.lowerBound < range.upperBound {
            let note = notes[nextNote]
            if range.contains(note.range.lowerBound) {
                comments += note.comments
            } else if note.range.overlaps(range) {
                comments.append(note.continued)
            }
            if note.range.upperBound > range.upperBound { break }
            nextNote += 1
        }
        return isKept ? comments : comments + ["\(counted(range.count, "byte")) that were not kept"]
    }
}

extension Conversation {
    /// Which bytes of a stream are known, from all that kept some.
    fileprivate func known(_ flow: Flow) -> KeptRuns {
        var runs = KeptRuns()
        for message in kept + entries.compactMap(\.message) where message.flow == flow {
            runs.add(message.head, at: message.position)
            runs.add(message.tail, at: message.position + message.tailOffset)
        }
        return runs
    }
}

extension Conversation.Entry {
    var message: Conversation.Message? {
        if case .message(let message) = content { message } else { nil }
    }
}
