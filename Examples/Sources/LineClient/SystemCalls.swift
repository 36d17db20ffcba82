// The calls whose names LineClient's own methods hide, and which differ between the systems.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

func socketCall(_ family: Int32, _ kind: Int32, _ proto: Int32) -> Int32 {
    socket(family, kind, proto)
}

func connectCall(_ fd: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(fd, address, length)
}

/// Never with SIGPIPE: a server that has gone is an error to throw.
func sendCall(_ fd: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        send(fd, bytes, count, Int32(MSG_NOSIGNAL))
    #else
        send(fd, bytes, count, 0)
    #endif
}

func closeCall(_ fd: Int32) {
    _ = close(fd)
}
