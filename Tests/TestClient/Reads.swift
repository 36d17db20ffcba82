// What each single read of a client's got.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension TestClient {
    /// How a client waits for what comes.
    public enum Waiting: Sendable, CaseIterable {
        /// In the read itself.
        case blocking
        /// By reading again and again without waiting.
        case spinning
    }

    /// The bytes that each read got, until so many have come or the stream has ended.
    public func reads(upTo count: Int, _ waiting: Waiting = .blocking) throws -> [[UInt8]] {
        var (reads, total) = ([[UInt8]](), 0)
        let flags: Int32 = waiting == .spinning ? Int32(MSG_DONTWAIT) : 0
        var buffer = [UInt8](repeating: 0, count: 65536)
        while total < count {
            let got = recv(fd, &buffer, buffer.count, flags)
            if got > 0 {
                reads.append(Array(buffer[..<got]))
                total += got
            } else if got == 0 {
                break
            } else if errno != EAGAIN, errno != EINTR {
                throw ClientError(call: "recv", code: errno)
            }
        }
        return reads
    }
}
