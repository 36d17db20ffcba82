// What a ProbeSocket counts, how its calls fail, and how they are made to.

extension ProbeSocket {
    /// What went through a socket: its calls, its bytes.
    public struct Record: Sendable, Hashable {
        /// How often ``ProbeSocket/send(_:)`` was called, failed calls included.
        public internal(set) var sendCalls = 0
        /// How often ``ProbeSocket/sendAll(_:)`` was called, failed calls included.
        public internal(set) var sendAllCalls = 0
        /// How often one of the `receive` methods was called, failed calls included.
        public internal(set) var receiveCalls = 0
        /// How many bytes the kernel took.
        public internal(set) var sentCount = 0
        /// How many bytes the client received.
        public internal(set) var receivedCount = 0
        /// The first of the bytes sent, as many as are kept.
        public internal(set) var sent: [UInt8] = []

        mutating func add(sent bytes: ArraySlice<UInt8>, keeping most: Int) {
            sentCount += bytes.count
            sent += bytes.prefix(most - sent.count)
        }
    }

    /// A call that failed, and its error number.
    public struct CallError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The system call's name, such as `send`.
        public let call: String
        /// Why it failed.
        public let errno: Int32

        init(call: String, errno: Int32) {
            self.call = call
            self.errno = errno
        }

        /// `send: Broken pipe (EPIPE 32)`.
        public var description: String { "\(call): \(systemText(errno))" }
    }
}

/// Lets bytes pass until a cue has been completed.
struct SendBreaker: Sendable {
    private let cue: [UInt8]
    private let errno: Int32
    /// The end of what was sent: where the cue may have begun.
    private var tail: ArraySlice<UInt8>
    private var isBroken: Bool

    init(cue: [UInt8], errno: Int32, after record: ProbeSocket.Record) {
        self.cue = cue
        self.errno = errno
        isBroken = record.sent.contains(cue)
        tail = []
        if record.sent.count == record.sentCount { add(sent: record.sent[...]) }
    }

    /// The error that these bytes meet; nil lets them pass.
    mutating func refusal(of bytes: ArraySlice<UInt8>) -> Int32? {
        if (tail + bytes).contains(cue) { isBroken = true }
        return isBroken ? errno : nil
    }

    mutating func add(sent bytes: ArraySlice<UInt8>) {
        tail = (tail + bytes).suffix(max(0, cue.count - 1))
    }
}
