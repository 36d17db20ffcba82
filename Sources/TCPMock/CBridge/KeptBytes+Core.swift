// The core's two ends of a stream, copied while it lends them.

internal import CEvLoop

extension KeptBytes {
    /// Of a stream of `total` bytes what is kept from position `start` on, as a stream of its own.
    init(_ view: evl_stream_view, total: UInt64, from start: Int = 0) {
        let (total, start) = (Int(total), min(start, Int(total)))
        let head = UnsafeBufferPointer(start: view.head, count: view.head_length)
        let runs = [
            UnsafeBufferPointer(start: view.tail.0, count: view.tail_length.0),
            UnsafeBufferPointer(start: view.tail.1, count: view.tail_length.1),
        ]
        let tail = runs.reduce(0) { $0 + $1.count }
        let skipped = max(0, start - (total - tail))
        let latest = Array(runs.joined().dropFirst(skipped))
        self.init(
            head: start < head.count ? Array(head[start...]) : [], tail: latest, total: total - start)
    }
}

extension ConnectionReport {
    /// What went over it in bytes, and when.
    mutating func copyStreams(_ view: evl_connection_view) {
        received = KeptBytes(view.received, total: view.received_total)
        sent = KeptBytes(view.sent, total: view.sent_total)
        lacksMemory = view.received.is_short || view.sent.is_short
        traffic = UnsafeBufferPointer(start: view.traffic, count: view.traffic_count).map {
            Traffic(time: $0.time_ns, received: Int($0.received), sent: Int($0.sent))
        }
        trafficHead = view.traffic_head
        trafficCut = Int(view.traffic_cut)
    }
}
