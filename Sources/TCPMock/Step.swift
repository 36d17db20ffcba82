// One line of a script. Factories are in Step+Expectations.swift, Step+Pieces.swift, Step+Actions.swift,
// Step+Replies.swift and Step+Structure.swift.

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
/// loop thread's clock. Without it ``Limits/step`` holds, which counts time without progress.
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

    private(set) var kind: Kind
    let limit: Duration?
    let location: SourcePosition
    var label: String?

    init(_ kind: Kind, within limit: Duration? = nil, _ location: SourcePosition) {
        self.kind = kind
        self.limit = limit
        self.location = location
    }

    /// The same step, with this framing if it has none of its own.
    ///
    /// - `isDefault`: whether nobody wrote it. Then tables of stubs stay without: they are told by bytes.
    func framed(_ framing: Framing, isDefault: Bool = false) -> Step {
        var step = self
        let all = { (steps: [Step]) in steps.map { $0.framed(framing, isDefault: isDefault) } }
        switch kind {
        case .expectPiece(let piece): step.kind = .expectPiece(piece.framed(framing))
        case .sendFrame(let payload, nil): step.kind = .sendFrame(payload, framing)
        case .respond(let responder, nil, let serves): step.kind = .respond(responder, framing, serves: serves)
        case .respondTo(let table, nil, let serves) where !isDefault:
            step.kind = .respondTo(table, framing, serves: serves)
        case .repeat(let count, let steps): step.kind = .repeat(count, all(steps))
        case .sequence(let steps): step.kind = .sequence(all(steps))
        case .anyOrder(let steps): step.kind = .anyOrder(all(steps))
        case .optional(let steps): step.kind = .optional(all(steps))
        case .choose(let routes): step.kind = .choose(routes.map { $0.framed(framing, isDefault: isDefault) })
        default: break
        }
        return step
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
