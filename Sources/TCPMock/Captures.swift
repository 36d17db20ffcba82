// What a connection has received under a name.

/// What a connection's named steps and captures received: the latest of each name.
///
/// Later steps see it, closures that reply, and ``ConnectionRecord/captures``.
public struct Captures: Sendable, Hashable {
    /// The bytes by name.
    public let all: [String: [UInt8]]

    init(_ all: [String: [UInt8]] = [:]) {
        self.all = all
    }

    /// The bytes received under a name; nil when that step has not been done, or, once the connection has ended, when the
    /// 64 MiB that a process keeps of all its connections were full, which a note in the verdict says.
    public subscript(_ name: String) -> [UInt8]? {
        all[name]
    }

    /// The bytes received under a name, as text; what is not UTF-8 in them is replaced. Nil when there are none.
    public func text(_ name: String) -> String? {
        all[name].map { String(decoding: $0, as: UTF8.self) }
    }
}
