// What a closure that replies is given.

/// One piece that a client sent, for a closure to answer.
public struct Request: Sendable, Hashable {
    /// The piece, without what delimits it.
    public let bytes: [UInt8]
    /// Which connection sent it, counted from 1.
    public let connection: Int
    /// Which request of this step on this connection it is, counted from 1.
    public let number: Int
    /// What the connection's named steps received before.
    public let captures: Captures

    /// The piece as text; what is not UTF-8 in it is replaced.
    public var text: String {
        String(decoding: bytes, as: UTF8.self)
    }
}
