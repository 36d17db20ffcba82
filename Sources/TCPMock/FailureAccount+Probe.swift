// What the client's own code had read, worded as what its probe knows, beside what the kernel knows.

extension FailureAccount {
    /// A client that left cleanly for the kernel, its code having read less than it was sent.
    var leftUnread: String {
        "expected the client to disconnect with everything read, but it closed (FIN) and its code had read "
            + "\(readByProbe)\(lastSent(unreadByProbe)): says its probe; \(kernelsView)"
    }

    private var unreadByProbe: Int {
        max(0, connection.sentCount - (connection.probed?.count ?? 0))
    }

    /// "3 of the 6 bytes sent to it".
    private var readByProbe: String {
        let count = connection.probed?.count ?? 0
        if count == 0 { return "none of the \(counted(connection.sentCount, "byte")) sent to it" }
        if unreadByProbe == 0 { return "\(countedAll(connection.sentCount, "byte")) sent to it" }
        return "\(grouped(count)) of the \(counted(connection.sentCount, "byte")) sent to it"
    }

    private var kernelsView: String {
        guard let sample else { return "the kernel was not asked" }
        return sample.unread == 0 ? "the kernel's queue was empty" : "\(sample.unread) were in the kernel's queue"
    }

    var probeHints: [String] {
        guard connection.probed != nil, connection.sentCount > 0,
            [.limit, .leftByReset, .clientReset, .write].contains(failure.kind)
        else { return [] }
        return ["probe     the client's code had read \(readByProbe)"]
    }

    var probeAdvice: String {
        "the client's runtime took the bytes in, its code never did: read to the end of the stream before closing"
    }
}
