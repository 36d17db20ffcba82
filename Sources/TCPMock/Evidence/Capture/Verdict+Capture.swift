// Evidence as a capture that Wireshark opens.

extension Verdict {
    /// What was said on all connections, as the bytes of a pcapng file that Wireshark and tshark open.
    ///
    /// The packets are made from the transcript; nothing was sniffed. Facts are: the bytes and their order in each direction,
    /// addresses and ports, when bytes were read and written, who ended its stream (FIN) or reset the connection (RST), and
    /// the comments, which name steps with their lines. Plausible only are: sequence numbers, acknowledgements, windows, the
    /// handshake, and where long reads and writes part. Of bytes beyond ``MockServer/Options/recording`` only the number is
    /// there, as of packets captured in part. See <doc:PacketCaptures>.
    public var pcapng: [UInt8] { evidence().pcapng }
}

extension Evidence {
    /// One file of all conversations, in the order of time.
    var pcapng: [UInt8] {
        var writer = PcapngWriter(by: "TCPMock", comments: [title] + unplaced + notes.map { "note: \($0)" })
        writer.addInterface("TCPMock", description: "made from the transcript, not sniffed")
        let ends = conversations.map(CaptureEnds.init)
        let trains = zip(conversations, ends).map { ConversationCapture($0).packets($1) }
        for place in inOrder(trains) {
            let packet = trains[place.train][place.index]
            let (sender, side) = (packet.sender, conversations[place.train].side)
            let bytes = PacketBytes(packet, from: ends[place.train][sender], to: ends[place.train][sender.other])
            writer.add(bytes, at: timeOfDay(packet.time), isInbound: sender != side, comments: packet.comments)
        }
        return writer.bytes
    }

    /// Failures of no connection: those of connections are told in their place.
    private var unplaced: [String] {
        failures.filter { $0.connection == nil }.map { "failed: \($0.summary) · \($0.location)" }
    }

    /// By time; what happened at the same time stays in order.
    private func inOrder(_ trains: [[Packet]]) -> [(time: UInt64, train: Int, index: Int)] {
        let places = trains.enumerated().flatMap { train, packets in
            packets.enumerated().map { index, packet in (time: packet.time, train: train, index: index) }
        }
        return places.sorted { ($0.time, $0.train, $0.index) < ($1.time, $1.train, $1.index) }
    }

    private func timeOfDay(_ time: UInt64) -> UInt64 {
        UInt64(max(0, Int64(clamping: time).addingReportingOverflow(wallClock).partialValue))
    }
}
