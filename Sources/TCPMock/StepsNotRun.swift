// Steps that were not reached, by name as far as one wants to read.

struct StepsNotRun: Sendable {
    /// How many are named at most.
    static let most = 100
    /// And in one line.
    private static let mostInLine = 4

    /// The first of them: `3 send "+OK\r\n"`.
    let steps: [String]
    /// How many there are.
    let count: Int

    /// How many have no name here.
    var more: Int { count - steps.count }

    /// `3 send "+OK\r\n" · 4 expectDisconnect · … 2 more`.
    var line: String {
        let shown = steps.prefix(StepsNotRun.mostInLine)
        let more = count > shown.count ? ["… \(count - shown.count) more"] : []
        return (shown + more).joined(separator: " · ")
    }
}
