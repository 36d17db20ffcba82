// The core's plain socket calls, for ProbeSocket.

internal import CEvLoop

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

enum SocketCalls {
    static func connect(to address: MockAddress, within limit: Duration) throws -> Int32 {
        var raw = try evl_address(address, to: "connect to")
        var descriptor: Int32 = -1
        try check("connect") { evl_probe_connect(&raw, limit.nanoseconds, &descriptor, &$0) }
        return descriptor
    }

    /// Makes sure that it is a connected stream socket.
    static func adopt(_ descriptor: Int32) throws {
        try check("getpeername") { evl_probe_adopt(descriptor, &$0) }
    }

    /// The socket's own address, in the form of ``ConnectionRecord/peer``, and the port it is connected to.
    static func ends(of descriptor: Int32) -> (local: String, peerPort: Int) {
        var port: UInt16 = 0
        let local = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(EVL_END_TEXT)) { text in
            text.initialize(repeating: 0)
            evl_probe_ends(descriptor, text.baseAddress, &port)
            return text.baseAddress.map { String(cString: $0) } ?? ""
        }
        return (local, Int(port))
    }

    /// One send(2); answers how many bytes the kernel took.
    static func send(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) throws -> Int {
        var moved = 0
        try bytes.withUnsafeBufferPointer { bytes in
            try check("send") { evl_probe_send(descriptor, bytes.baseAddress, bytes.count, &moved, &$0) }
        }
        return moved
    }

    /// One recv(2); empty at the end of the stream.
    static func receive(_ descriptor: Int32, upTo count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, moved in
            try check("recv") { evl_probe_receive(descriptor, buffer.baseAddress, count, &moved, &$0) }
        }
    }

    static func shutDown(_ descriptor: Int32, receiving: Bool, sending: Bool) throws {
        try check("shutdown") { evl_probe_shut_down(descriptor, receiving, sending, &$0) }
    }

    static func close(_ descriptor: Int32) {
        evl_probe_close(descriptor)
    }

    /// The loop's clock, on which connections' times are told.
    static var now: UInt64 { evl_clock_ns() }

    private static func check(_ call: String, _ body: (inout Int32) -> evl_status) throws {
        var code: Int32 = 0
        switch body(&code) {
        case EVL_OK: return
        case EVL_BAD_ADDRESS: throw ProbeSocket.CallError(call: call, errno: EINVAL)
        case EVL_PATH_TOO_LONG: throw ProbeSocket.CallError(call: call, errno: ENAMETOOLONG)
        default: throw ProbeSocket.CallError(call: call, errno: code)
        }
    }
}
