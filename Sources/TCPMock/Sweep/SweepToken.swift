// The one line that has one case again.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `File.swift:12/fin/1/17`: a sweep, by the line that made it, and one of its cases.
struct SweepToken: Sendable, Hashable, CustomStringConvertible {
    /// `File.swift:12`; nil: whichever sweep is asked.
    let sweep: String?
    let id: String

    init(_ location: SourcePosition, _ id: String) {
        sweep = location.description
        self.id = id
    }

    /// With or without the setting's name, and with or without the sweep.
    init(_ text: String) {
        let name = "TCPMOCK_REPLAY="
        let rest = text.hasPrefix(name) ? text.dropFirst(name.count) : text[...]
        let parts = rest.split(separator: "/", maxSplits: 1)
        if parts.count == 2, parts[0].contains(":") {
            sweep = String(parts[0])
            id = String(parts[1])
        } else {
            sweep = nil
            id = String(rest)
        }
    }

    /// What the environment asks for.
    static var ofEnvironment: SweepToken? {
        getenv("TCPMOCK_REPLAY").map { SweepToken(String(cString: $0)) }
    }

    var description: String { "TCPMOCK_REPLAY=\(sweep.map { "\($0)/" } ?? "")\(id)" }

    /// Text as one word that a shell leaves alone.
    static func word(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            case UInt8(ascii: " "): "_"
            default: "%\(ByteText.hex(byte))"
            }
        }.joined()
    }
}
