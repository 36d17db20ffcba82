// A conversation as packets: its entries in order, each with what it says on the packets it made.
//
// Bytes go when their step was done, or when they were read or written where that was noted. A stream that ends has
// sent all its bytes before.

struct ConversationCapture {
    private let conversation: Conversation
    private let words: CaptureWords
    private var train: PacketTrain
    private var received: StreamLane
    private var sent: StreamLane
    private var traffic: ArraySlice<Conversation.Traffic>
    private var time: UInt64
    /// How far the entries that were played have come in what was sent.
    private var told = 0
    /// When the other side's stream ended, as long as that is not played.
    private var comingEnd: UInt64?
    /// The packet with this side's FIN, as long as no entry has named its step.
    private var unnamedEnd: Int?

    init(_ conversation: Conversation) {
        self.conversation = conversation
        words = CaptureWords(conversation)
        train = PacketTrain(number: conversation.number)
        received = StreamLane(.received, of: conversation, notes: words.notes(.received))
        sent = StreamLane(.sent, of: conversation, notes: words.notes(.sent))
        traffic = conversation.traffic[...]
        time = conversation.began
        comingEnd = conversation.entries.first { $0.content == .ended(.received) }?.time
    }

    /// The packets, in order, their stamps never going back.
    func packets(_ ends: CaptureEnds) -> [Packet] {
        var capture = self
        for note in [words.connection] + ends.notes { capture.train.announce(note) }
        capture.play()
        return capture.train.packets
    }

    private mutating func play() {
        train.connect(at: conversation.began)
        for entry in conversation.entries {
            time = max(time, entry.time)
            if case .message(let message) = entry.content, message.flow == .sent {
                told = max(told, message.position + message.count)
            }
            playTraffic(until: time)
            play(entry)
        }
        playTraffic(until: .max)
        finish()
    }

    private mutating func play(_ entry: Conversation.Entry) {
        switch entry.content {
        case .connected, .closed: break
        case .message(let message): play(message)
        case .ended(let flow): end(flow, entry)
        case .reset(let flow): reset(flow, entry)
        case .kernel(let text): train.remark("kernel: \(text)")
        case .done where unnamedEnd != nil: name(entry)
        case .done, .failed, .cut: announce(entry)
        }
        if entry.mark != nil { unnamedEnd = nil }
    }

    // MARK: Bytes

    /// Where reads and writes were noted, they say when bytes went.
    private mutating func play(_ message: Conversation.Message) {
        let end = message.position + message.count
        guard !self[message.flow].isNoted(before: end) else { return }
        send(message.flow, before: message.position)  // of steps that are not kept
        send(message.flow, before: end)
    }

    private mutating func playTraffic(until time: UInt64) {
        while let mark = traffic.first, mark.time <= time {
            send(.received, before: mark.received)
            // The turn of the loop that sees a FIN may write what was waiting for it: what entries tell of comes first.
            if let comingEnd, mark.time >= comingEnd { return send(.sent, before: min(mark.sent, told)) }
            traffic.removeFirst()
            send(.sent, before: mark.sent)
        }
    }

    private mutating func send(_ flow: Conversation.Flow, before end: Int = .max) {
        let sender = conversation.sender(of: flow)
        while train.canSend(sender), let segment = self[flow].next(before: end) {
            for comment in segment.comments { train.announce(comment) }
            train.send(segment.payload, from: sender, at: segment.time ?? time, pushes: segment.isLast)
        }
    }

    private subscript(flow: Conversation.Flow) -> StreamLane {
        get { flow == .received ? received : sent }
        set { if flow == .received { received = newValue } else { sent = newValue } }
    }

    // MARK: Ends

    private mutating func end(_ flow: Conversation.Flow, _ entry: Conversation.Entry? = nil) {
        send(flow)
        if flow == .received { comingEnd = nil }
        announce(entry)
        train.end(conversation.sender(of: flow), at: time)
        if flow == .sent, let entry, entry.mark == nil { unnamedEnd = train.packets.indices.last }
    }

    /// The step that ends a stream is done when the other side has ended its own, or at once.
    private mutating func name(_ step: Conversation.Entry) {
        guard let unnamedEnd else { return }
        for comment in words.comments(step) { train.remark(comment, on: unnamedEnd) }
    }

    /// What was read had come before, and what was written had gone.
    private mutating func reset(_ flow: Conversation.Flow, _ entry: Conversation.Entry? = nil) {
        send(.received)
        send(.sent)
        announce(entry)
        train.reset(conversation.sender(of: flow), at: time)
    }

    private mutating func announce(_ entry: Conversation.Entry?) {
        for comment in entry.map(words.comments) ?? [] { train.announce(comment) }
    }

    private mutating func finish() {
        send(.received)
        send(.sent)
        for comment in words.end(isOver: train.isOver) { train.announce(comment) }
        switch conversation.close {
        case .none: break
        case .fin: end(.sent)
        case .reset: reset(.sent)
        }
        train.settle()
        for comment in received.remainingComments() + sent.remainingComments() { train.announce(comment) }
        train.remarkTheRest()
    }
}
