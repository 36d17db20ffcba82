// What only the kernel can say, and may not.

/// Something that is asked of the kernel: what it says, or why it does not.
public enum KernelFact<Value: Sendable>: Sendable {
    /// What the kernel says.
    case known(Value)
    /// Why it is not known, as a clause: `the client's socket is not this process's`.
    case unavailable(String)

    /// What the kernel says; nil where it is not known.
    public var value: Value? {
        switch self {
        case .known(let value): value
        case .unavailable: nil
        }
    }
}

extension KernelFact: Equatable where Value: Equatable {}
extension KernelFact: Hashable where Value: Hashable {}

extension KernelFact: CustomStringConvertible {
    /// The value, or `unavailable: ` and the reason.
    public var description: String {
        switch self {
        case .known(let value): "\(value)"
        case .unavailable(let reason): "unavailable: \(reason)"
        }
    }
}

extension KernelFact where Value == Bool {
    init(_ noDelay: ConnectionReport.NoDelay) {
        self =
            switch noDelay {
            case .on: .known(true)
            case .off: .known(false)
            case .unasked: .unavailable("nobody asked: expectNoDelay() in the script does")
            case .elsewhere: .unavailable("the other side's socket is not this process's")
            case .gone: .unavailable("the other side had closed its socket")
            case .unable: .unavailable("this system does not tell how the other side's socket is set")
            }
    }
}
