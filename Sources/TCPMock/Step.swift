// One line of a script. Factories are in Step+Expectations.swift, Step+Pieces.swift, Step+Actions.swift,
// Step+Faults.swift, Step+Replies.swift and Step+Structure.swift.

/// One step of a script: something the client must do, or something the server does.
///
/// Make steps with the static functions, inside a ``Script``. Each remembers the line it was written on: that is
/// where its failure is reported. For this the functions take `fileID`, `filePath`, `line` and `column`; leave them out,
/// unless you write a function that makes steps for its caller and passes its caller's place on.
///
/// They are described as a ``MockServer`` plays them. In a ``MockClient``'s script the two change places: "the client" is
/// then the server under test, and what "the server" does, the client does.
///
/// `within:` is a limit of the step's own. It counts the whole step, from when all earlier steps are done, on the
/// loop thread's clock. Without it ``Limits/step`` holds, which counts time without progress. A limit is patience;
/// `latency:` and `segments:` are assertions: see <doc:TimeAndShape>.
public struct Step: Sendable {
    enum Kind: Sendable {
        case expectConnect
        case expect(Bytes)
        case expectTemplate(Template)
        case expectPiece(Piece)
        /// A frame that is compared as it comes; only plans have it.
        case expectFrame(Bytes, Framing)
        case receiveExactly(Int)
        case receiveAtLeast(Int)
        case receiveUntil(Bytes, max: Int)
        case expectSilence(Duration)
        case expectEOF
        case expectDisconnect(Departure)
        case send(Bytes)
        case sendFrame(Bytes, Framing?)
        case sendComputed(@Sendable (Captures) async throws -> Bytes)
        case delay(Duration)
        case halfClose
        case disconnect(discardingInput: Bool)
        case close
        case reset(discardingUnsent: Bool)
        case fault(Fault, Fault.Placement)
        /// Nil: until the client has left.
        case stall(Duration?)
        case stopReading
        case resumeReading
        case expectBackpressure
        case expectNoDelay
        case wait(Gate)
        case open(Gate)
        case `repeat`(Int, [Step])
        case sequence([Step])
        case anyOrder([Step])
        case optional([Step])
        case choose([Route])
        case respond(Responder, Framing?, serves: Bool)
        case respondTo(StubTable, Framing?, serves: Bool)
        case label(String)
    }

    /// All of it behind one reference: steps are copied far more often than they are made.
    private final class Body: Sendable {
        let kind: Kind
        let limit: Duration?
        let location: SourcePosition
        let label: String?
        let pacing: Pacing?
        let damage: Damage?
        let measure: Measure?
        let isPlain: Bool
        let takesFraming: Bool

        init(
            _ kind: Kind, _ limit: Duration?, _ location: SourcePosition, _ label: String?, _ pacing: Pacing?,
            _ damage: Damage?, _ measure: Measure?
        ) {
            self.kind = kind
            self.limit = limit
            self.location = location
            self.label = label
            self.pacing = pacing
            self.damage = damage
            self.measure = measure
            isPlain = limit == nil && pacing == nil && damage == nil && measure == nil && kind.isPlain
            takesFraming = kind.takesFraming
        }
    }

    private var body: Body

    var kind: Kind { body.kind }
    var limit: Duration? { body.limit }
    var location: SourcePosition { body.location }
    var label: String? {
        get { body.label }
        set { body = Body(kind, limit, location, newValue, pacing, damage, measure) }
    }

    /// Whether it is bytes to expect or to send, about which there is no more to say: the most frequent kinds.
    var isPlain: Bool { body.isPlain }

    /// Whether ``framed(_:isDefault:)`` may change it.
    var takesFraming: Bool { body.takesFraming }

    /// Of a send: how its bytes go out; nil: all at once.
    var pacing: Pacing? { body.pacing }

    /// Of a send: what is done to its bytes; nil: nothing.
    var damage: Damage? { body.damage }

    /// What is measured of it; nil: nothing.
    var measure: Measure? { body.measure }

    init(
        _ kind: Kind, within limit: Duration? = nil, pacing: Pacing? = nil, damage: Damage? = nil,
        measure: Measure? = nil, _ location: SourcePosition
    ) {
        body = Body(kind, limit, location, nil, pacing, damage, measure)
    }

    /// The same step, its line, limit, label, pacing, damage and measure, doing something else.
    ///
    /// A `send` of other bytes sends them as they are: they may be what damage has left.
    func with(_ kind: Kind) -> Step {
        with(kind, pacing: pacing)
    }

    func with(_ kind: Kind, pacing: Pacing?) -> Step {
        var step = self
        let keepsDamage = if case .send = kind { false } else { true }
        step.body = Body(kind, limit, location, label, pacing, keepsDamage ? damage : nil, measure)
        return step
    }

    /// The same step, with this framing if it has none of its own.
    ///
    /// - `isDefault`: whether nobody wrote it. Then tables of stubs stay without: they are told by bytes.
    func framed(_ framing: Framing, isDefault: Bool = false) -> Step {
        let all = { (steps: [Step]) in steps.map { $0.framed(framing, isDefault: isDefault) } }
        return switch kind {
        case .expectPiece(let piece): with(.expectPiece(piece.framed(framing)))
        case .sendFrame(let payload, nil): with(.sendFrame(payload, framing))
        case .respond(let responder, nil, let serves): with(.respond(responder, framing, serves: serves))
        case .respondTo(let table, nil, let serves) where !isDefault:
            with(.respondTo(table, framing, serves: serves))
        case .repeat(let count, let steps): with(.repeat(count, all(steps)))
        case .sequence(let steps): with(.sequence(all(steps)))
        case .anyOrder(let steps): with(.anyOrder(all(steps)))
        case .optional(let steps): with(.optional(all(steps)))
        case .choose(let routes): with(.choose(routes.map { $0.framed(framing, isDefault: isDefault) }))
        default: self
        }
    }
}

extension Step.Kind {
    fileprivate var isPlain: Bool {
        switch self {
        case .expect(let bytes), .send(let bytes): bytes.problem == nil && !bytes.array.isEmpty
        default: false
        }
    }

    fileprivate var takesFraming: Bool {
        switch self {
        case .expectPiece, .sendFrame, .respond, .respondTo, .repeat, .sequence, .anyOrder, .optional, .choose: true
        default: false
        }
    }
}

/// How a client (of a ``MockClient``'s script, the server) is expected to leave.
public struct Departure: Sendable, Hashable, CustomStringConvertible {
    enum Manner: Sendable, Hashable {
        case cleanly, any, reset
    }

    let manner: Manner

    /// By closing: a FIN, and no reset. What a well-behaved client does after reading all it was sent.
    public static let cleanly = Departure(manner: .cleanly)
    /// In whatever way.
    public static let any = Departure(manner: .any)
    /// By resetting the connection (RST).
    public static let reset = Departure(manner: .reset)

    /// The manner's name.
    public var description: String {
        "\(manner)"
    }
}
