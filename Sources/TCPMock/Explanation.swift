// Why a step failed at Swift's word: its check's finding, or what became of its closure.

/// What Swift has to say of a step that the core failed at its word.
enum Explanation: Sendable {
    struct Key: Hashable, Sendable {
        let connection: Int
        let step: Int
    }

    case finding(CheckFinding)
    case thrown(String)
    /// What a closure returned is none of what a reply may be.
    case unplayable(String)

    init(_ error: any Error) {
        self =
            switch error {
            case let error as UnplayableReply: .unplayable(error.reason)
            case let error as MockError: .thrown(error.message.visible)
            default: .thrown(String(describing: error).visible)
            }
    }
}

/// What a closure returned can't be played: no fault of the closure's own code, as an error that it throws would be.
struct UnplayableReply: Error {
    let reason: String
}

extension Reply {
    /// The steps that play it; throws ``UnplayableReply``.
    func playable(framing: Framing?, for step: Step, over transport: MockAddress.Family) throws -> [Step] {
        do {
            return try steps(framing: framing, for: step, over: transport)
        } catch let error as MockError {
            throw UnplayableReply(reason: error.message)
        }
    }
}
