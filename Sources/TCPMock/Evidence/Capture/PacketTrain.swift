// The segments of one connection: what both sides' TCP would have sent for what was done.
//
//     connect     SYN, SYN ACK, ACK
//     send        one segment; the receiver's next one acknowledges it, or a bare ACK
//     end         FIN, once a side
//     reset       RST, behind which nothing comes
//
// What could not be, such as bytes behind a FIN, is left out: whoever reads the capture must not stumble.

struct PacketTrain {
    /// Linux acknowledges within this time, whether or not there is something to send (TCP_DELACK_MIN).
    private static let longestSilence: UInt64 = 40_000_000
    /// And at least every second segment: RFC 1122, section 4.2.3.2.
    private static let mostUnacknowledged = 2

    fileprivate struct Half {
        /// The number of its next byte.
        var next: UInt32
        var identification: UInt16
        var hasEnded = false
        /// How many of the other side's segments it has not acknowledged.
        var owed = 0
    }

    private(set) var packets: [Packet] = []
    private var client: Half
    private var server: Half
    private var hasReset = false
    /// For the next packet that says something.
    private var comments: [String] = []
    /// The latest packet that says something.
    private var latest: Int?
    private var now: UInt64 = 0

    /// - `number`: the connection's, from which its numbers are made.
    init(number: Int) {
        client = Half(seed: UInt32(truncatingIfNeeded: number) &* 2)
        server = Half(seed: UInt32(truncatingIfNeeded: number) &* 2 &+ 1)
    }

    mutating func connect(at time: UInt64) {
        append(.syn, from: .client, at: time)
        append([.syn, .ack], from: .server, at: time)
        acknowledge(from: .client)
    }

    /// - `pushes`: whether it is the last of what was written together.
    mutating func send(_ payload: Packet.Payload, from side: Side, at time: UInt64, pushes: Bool) {
        guard canSend(side), payload.count > 0 else { return }
        prepare(for: side, at: time)
        append(pushes ? [.psh, .ack] : .ack, from: side, at: time, payload)
    }

    mutating func end(_ side: Side, at time: UInt64) {
        guard canSend(side) else { return }
        prepare(for: side, at: time)
        append([.fin, .ack], from: side, at: time)
        self[side].hasEnded = true
    }

    mutating func reset(_ side: Side, at time: UInt64) {
        guard !hasReset else { return }
        settle()  // a reset waits for what was sent
        append([.rst, .ack], from: side, at: time)
        hasReset = true
    }

    /// Whether nothing can follow.
    var isOver: Bool { hasReset || (client.hasEnded && server.hasEnded) }

    func canSend(_ side: Side) -> Bool { !hasReset && !self[side].hasEnded }

    /// Acknowledges what has not been.
    mutating func settle() {
        guard !hasReset else { return }
        for side in [Side.client, .server] where self[side].owed > 0 { acknowledge(from: side) }
    }

    /// Says something on the next packet that is more than an acknowledgement.
    mutating func announce(_ comment: String) {
        comments.append(comment)
    }

    /// Says something on the latest of these, or on another packet.
    mutating func remark(_ comment: String, on index: Int? = nil) {
        guard let index = index ?? latest else { return announce(comment) }
        packets[index].comments.append(comment)
    }

    /// What no packet came for is said on the latest.
    mutating func remarkTheRest() {
        for comment in comments { remark(comment) }
        comments = []
    }

    // MARK: Segments

    /// Lets the other side acknowledge first, where a kernel would have.
    private mutating func prepare(for side: Side, at time: UInt64) {
        if self[side.other].owed >= PacketTrain.mostUnacknowledged { acknowledge(from: side.other) }
        if time > now, time - now > PacketTrain.longestSilence { settle() }
    }

    private mutating func acknowledge(from side: Side) {
        append(.ack, from: side, at: now)
    }

    private mutating func append(
        _ flags: Packet.Flags, from side: Side, at time: UInt64, _ payload: Packet.Payload = .none
    ) {
        now = max(now, time)
        var packet = Packet(
            time: now, sender: side, flags: flags, sequence: self[side].next,
            acknowledged: flags.contains(.ack) ? self[side.other].next : 0,
            identification: self[side].identification, payload: payload)
        if !packet.isBare {
            (packet.comments, comments) = (comments, [])
            latest = packets.count
        }
        let length = payload.count + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
        self[side].next &+= UInt32(truncatingIfNeeded: length)
        self[side].identification &+= 1
        if flags.contains(.ack) { self[side].owed = 0 }
        if length > 0 { self[side.other].owed += 1 }
        packets.append(packet)
    }

    private subscript(side: Side) -> Half {
        get { side == .client ? client : server }
        set { if side == .client { client = newValue } else { server = newValue } }
    }
}

extension PacketTrain.Half {
    /// Where its numbers begin: the same in each run, and far from where they end.
    init(seed: UInt32) {
        let mixed = (seed &+ 1) &* 2_654_435_761
        next = mixed >> 1
        identification = UInt16(truncatingIfNeeded: mixed >> 8)
    }
}
