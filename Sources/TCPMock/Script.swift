// A script is a value: a list of steps.

/// What one connection is expected to do and is answered: an ordered list of steps.
///
/// A ``MockServer`` plays it to a client under test, a ``MockClient`` to a server.
///
/// Scripts are values. Write them as array literals, and join them with `+`:
///
/// ```swift
/// let login: Script = [.expect("USER me\r\n"), .send("+OK\r\n")]
/// let session = login.label("login") + [.expect("QUIT\r\n"), .send("+BYE\r\n")]
/// ```
public struct Script: Sendable, ExpressibleByArrayLiteral {
    /// The steps, in order.
    public var steps: [Step]

    /// Makes a script of steps that were gathered elsewhere.
    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// Makes a script of the steps listed.
    public init(arrayLiteral elements: Step...) {
        self.init(elements)
    }

    /// The same script, its steps named `name` in messages (those without a name).
    public func label(_ name: String) -> Script {
        var script = self
        for index in script.steps.indices where script.steps[index].label == nil {
            script.steps[index].label = name
        }
        return script
    }

    /// The same script, with this framing for the steps that name none.
    public func framing(_ framing: Framing) -> Script {
        Script(steps.map { $0.framed(framing) })
    }

    /// One script after the other.
    public static func + (first: Script, second: Script) -> Script {
        Script(first.steps + second.steps)
    }

    /// Appends a script.
    public static func += (first: inout Script, second: Script) {
        first = first + second
    }
}

extension [Step] {
    /// With the framing that holds where nobody has written one.
    func framedByDefault(_ framing: Framing) -> [Step] {
        contains(where: \.takesFraming) ? map { $0.framed(framing, isDefault: true) } : self
    }
}
