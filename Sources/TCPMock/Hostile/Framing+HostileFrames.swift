// The frames that a framing's readers get wrong: those that all framings have. Lengths and endings are in files of their
// own.

extension Framing {
    /// Frames that a careless reader gets wrong, made of this framing and a payload.
    ///
    /// Wrong lengths, odd digits, missing and split terminators, two frames in one segment and more, each with what a
    /// correct reader does: see ``HostileFrame/Category``. The order is always the same.
    ///
    /// Of framings with a terminator, frames as long as ``maxFrameBytes`` and longer by one are among them up to 256 KiB;
    /// what a reader must do with them is open unless a `max:` was given.
    ///
    /// ``chunks`` has no header and no ending, so that there is little to get wrong.
    ///
    /// - Throws: ``MockError`` when the framing can't say this payload, as ``encode(_:)`` does.
    public func hostileFrames(around payload: some Sequence<UInt8>) throws -> [HostileFrame] {
        let payload = Array(payload)
        var frames = HostileFrames(framing: self, payload: payload, frame: try encode(payload))
        switch kind {
        case .length: frames.addLengths()
        case .varint: frames.addVarints()
        case .netstring: frames.addNetstrings()
        case .line: frames.addLines()
        case .delimiter(let bytes): frames.addDelimited(by: bytes.array)
        case .fixed: frames.addFixed()
        case .chunks: break
        }
        frames.addPlain()
        return frames.all
    }
}

/// Gathers them. What a part adds depends on nothing but the framing and the payload.
struct HostileFrames {
    let framing: Framing
    let payload: [UInt8]
    /// The payload's frame as it should be.
    let frame: [UInt8]
    private(set) var all: [HostileFrame] = []

    init(framing: Framing, payload: [UInt8], frame: [UInt8]) {
        self.framing = framing
        self.payload = payload
        self.frame = frame
    }

    mutating func add(
        _ category: HostileFrame.Category, _ name: String, _ segments: [[UInt8]], _ answer: HostileFrame.Answer,
        _ payloads: [[UInt8]] = []
    ) {
        let segments = segments.filter { !$0.isEmpty }
        // With some payloads two of them are one, or one is the frame as it should be.
        guard !segments.isEmpty, segments != [frame], !all.contains(where: { $0.segments == segments }) else { return }
        all.append(
            HostileFrame(category: category, name: name, segments: segments, answer: answer, payloads: payloads))
    }

    /// A frame that must be taken, cut in two after so many bytes; nothing where that leaves it whole.
    mutating func addSplit(_ category: HostileFrame.Category, _ name: String, _ frame: [UInt8], after count: Int) {
        guard (1..<frame.count).contains(count) else { return }
        add(category, name, [Array(frame.prefix(count)), Array(frame.dropFirst(count))], .accept, [payload])
    }

    // MARK: What all have

    fileprivate mutating func addPlain() {
        if case .chunks = framing.kind {
            addChunks()
            return
        }
        addEmpty()
        addSplit(.splitPayload, "payload in two segments", frame, after: frame.count - (payload.count + 1) / 2)
        add(.twoFrames, "two frames in one segment", [frame + frame], .accept, [payload, payload])
        if let byte = trailingByte {
            add(.trailingByte, "one byte behind the frame", [frame + [byte]], .either, [payload])
        }
    }

    private mutating func addChunks() {
        let half = payload.count / 2
        let parts = [Array(payload.prefix(half)), Array(payload.dropFirst(half))].filter { !$0.isEmpty }
        add(.splitPayload, "payload in two segments", parts, .accept, parts)
        add(.twoFrames, "payload twice in one segment", [payload + payload], .accept, [payload + payload])
    }

    /// The shortest payload that can be said.
    private mutating func addEmpty() {
        let counts = framing.offset...max(framing.offset, payload.count)
        guard let least = counts.first(where: { framing.problem(withPayloadOf: $0) == nil }), least < payload.count
        else { return }
        let empty = Array(payload.prefix(least))
        add(.emptyPayload, "empty payload", [framing.unchecked(empty)], .accept, [empty])
    }

    /// A byte that begins a frame and does not end it; nil where one byte is a frame.
    private var trailingByte: UInt8? {
        switch framing.kind {
        case .length, .varint: 0xff
        case .netstring: UInt8(ascii: "\n")
        case .line, .delimiter: filler
        case .fixed: framing.maxFrameBytes > 1 ? 0xff : nil
        case .chunks: nil
        }
    }

    /// A byte that is no part of any terminator.
    var filler: UInt8 {
        let terminator: [UInt8] =
            switch framing.kind {
            case .line: Array("\r\n".utf8)
            case .delimiter(let bytes): bytes.array
            case .length, .varint, .netstring, .fixed, .chunks: []
            }
        // A terminator has 255 bytes at most.
        return (Array(UInt8(ascii: "a")...UInt8(ascii: "z")) + Array(0...255)).first { !terminator.contains($0) } ?? 0
    }

    /// A frame of fixed size has nothing else that could be wrong.
    fileprivate mutating func addFixed() {
        add(.oneLess, "one byte less", [Array(frame.dropLast())], .refuse)
    }
}
