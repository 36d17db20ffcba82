// A regular expression that may cross to another thread.

/// A regular expression, matched by one thread at a time: `Regex` compiles itself on first use, and is not Sendable.
// Unchecked: `match` is used under the lock only.
final class Pattern: @unchecked Sendable, CustomStringConvertible {
    private let match: (String) -> Bool
    private let lock = Locked(())
    let description: String

    init(_ regex: sending some RegexComponent, named name: String?) {
        let regex = regex
        match = { $0.wholeMatch(of: regex) != nil }
        description = name ?? "its regular expression"
    }

    func matches(_ text: String) -> Bool {
        lock.withLock { _ in match(text) }
    }
}
