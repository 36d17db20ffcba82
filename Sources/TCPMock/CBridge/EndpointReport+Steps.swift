// The core's counts of bytes and steps, copied while it lends them.

internal import CEvLoop

extension EndpointReport {
    /// All but the connections themselves.
    init(statisticsOf server: OpaquePointer) {
        self.init(countsOf: server)
        addOpenConnections(of: server)
        var view = evl_step_view()
        var index: UInt32 = 0
        while evl_endpoint_step(server, index, &view) {
            if view.done > 0 || view.failed > 0 { steps.append(StepReport(view)) }
            index += 1
        }
    }

    /// The core adds up those that have ended.
    private mutating func addOpenConnections(of server: OpaquePointer) {
        var view = evl_connection_view()
        var open = evl_endpoint_next_open(server, nil)
        while let next = open {
            evl_connection_look(next, &view)
            received += Int(view.received_total)
            sent += Int(view.sent_total - view.unwritten)
            open = evl_endpoint_next_open(server, next)
        }
    }
}

extension StepReport {
    fileprivate init(_ view: evl_step_view) {
        let buckets = UnsafeBufferPointer(start: view.buckets, count: view.buckets == nil ? 0 : Int(EVL_BUCKETS))
        let used = buckets.indices.lazy.filter { buckets[$0] > 0 }
        self.init(
            script: Int(view.script), step: Int(view.step), done: Int(view.done), failed: Int(view.failed),
            longest: view.longest_ns,
            latencies: LatencyHistogram(
                used.map { .init(highest: evl_bucket_highest(UInt32($0)), count: Int(buckets[$0])) },
                longest: view.longest_ns))
    }
}
