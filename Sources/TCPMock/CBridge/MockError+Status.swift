// evl_status to MockError, with what to do about it.

internal import CEvLoop

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension MockError {
    /// The error for a status that is not EVL_OK; `what` completes "could not …".
    init(_ status: evl_status, errno code: Int32 = 0, doing what: String) {
        switch status {
        case EVL_NO_MEMORY:
            self.init(kind: .system, "could not \(what): out of memory")
        case EVL_SYSTEM:
            self.init(kind: .system, "could not \(what): \(systemText(code))", errno: code)
        default:
            self.init(kind: .script, "could not \(what): the core does not take it")
        }
    }

    /// The error for an address that could not be used; `verb` completes "can't … 127.0.0.1:80".
    init(_ status: evl_status, errno code: Int32, at address: MockAddress, to verb: String) {
        switch status {
        case EVL_BAD_ADDRESS:
            self.init(
                kind: .address,
                "can't \(verb) \(address): \"\(address.host)\" is not a numeric \(address.family) address")
        case EVL_PATH_TOO_LONG:
            self.init(
                kind: .address,
                "can't \(verb) \(address): the path is too long for a Unix-domain socket (107 bytes at most)")
        case EVL_SYSTEM:
            let hint = MockError.hint(code, address)
            self.init(kind: .address, "can't \(verb) \(address): \(systemText(code))\(hint)", errno: code)
        default:
            self.init(status, errno: code, doing: "\(verb) \(address)")
        }
    }

    private static func hint(_ code: Int32, _ address: MockAddress) -> String {
        switch code {
        case EADDRINUSE where address.family == .unix: "; the path exists already: remove it or use another"
        case EADDRINUSE: "; leave the port out and the kernel chooses a free one"
        case EADDRNOTAVAIL, EAFNOSUPPORT: "; this machine has no such address (is IPv6 switched off?)"
        case EMFILE, ENFILE: "; the process is out of descriptors: raise `ulimit -n` or finish servers earlier"
        default: ""
        }
    }
}

/// `Address already in use (EADDRINUSE 98)`.
func systemText(_ code: Int32) -> String {
    let text = String(cString: strerror(code))
    let names: [Int32: String] = [
        EADDRINUSE: "EADDRINUSE", EAGAIN: "EAGAIN", EADDRNOTAVAIL: "EADDRNOTAVAIL", EAFNOSUPPORT: "EAFNOSUPPORT",
        ECONNREFUSED: "ECONNREFUSED", ETIMEDOUT: "ETIMEDOUT",
        ENETUNREACH: "ENETUNREACH", EHOSTUNREACH: "EHOSTUNREACH", EMFILE: "EMFILE",
        ENFILE: "ENFILE", EPIPE: "EPIPE", ECONNRESET: "ECONNRESET", EACCES: "EACCES", ENOENT: "ENOENT",
        ENOTDIR: "ENOTDIR", ENOMEM: "ENOMEM", EPERM: "EPERM",
    ]
    return "\(text) (\(names[code] ?? "errno") \(code))"
}
