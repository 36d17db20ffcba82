// Whether a step that took all there was has taken what the next one waits for. Pure.

/// What a greedy step took of what the next step waits for.
enum Robbery: Sendable, Equatable {
    /// The step, and the bytes that stood in what it took, in words.
    case proven(by: String, bytes: String)
    case possible(by: String)

    /// What a step waits for, as far as it tells its own bytes from others.
    enum Want: Sendable {
        /// Any of these.
        case bytes([[UInt8]])
        case count(Int)
        case ending([UInt8])
        case anything
    }

    /// - `surplus`: how many bytes the step took that it could have left; `had`: how many have come since.
    /// - `stream`: what came from the surplus on; nil: it was not kept.
    init?(of want: Want, by thief: String, surplus: Int, had: Int, stream: [UInt8]?) {
        let starts = 0..<surplus
        switch want {
        case .bytes(let all):
            guard let stream else {
                guard all.contains(where: { $0.count <= surplus + had }) else { return nil }
                self = .possible(by: thief)
                return
            }
            guard let found = all.first(where: { stream.has($0, beginningIn: starts) }) else { return nil }
            self = .proven(by: thief, bytes: ByteText.quoted(found, limit: 48))
        case .count(let count):
            // Had they been left, they would still not have been enough.
            guard surplus + had >= count else { return nil }
            self = .possible(by: thief)
        case .ending(let ending):
            guard stream?.has(ending, beginningIn: starts) ?? true else { return nil }
            self = .possible(by: thief)
        case .anything:
            self = .possible(by: thief)
        }
    }

    var text: String {
        switch self {
        case .proven(let thief, let bytes):
            "\(thief), took \(bytes) as well: receive(exactly:) leaves what belongs to the next step"
        case .possible(let thief):
            "did \(thief), take what this step waits for? receive(exactly:) leaves it to the next"
        }
    }
}

extension [UInt8] {
    fileprivate func has(_ bytes: [UInt8], beginningIn starts: Range<Int>) -> Bool {
        !bytes.isEmpty && starts.clamped(to: indices).contains { self[$0...].starts(with: bytes) }
    }
}
