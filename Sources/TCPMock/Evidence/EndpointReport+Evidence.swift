// What there is to say of the evidence itself.

extension EndpointReport {
    /// Connections of which less is kept than was asked for, for the process keeps no more.
    var evidenceNotes: [String] {
        let full = "the 64 MiB that a process keeps of all its connections were full"
        return [
            note(of: \.lacksMemory) { "of \($0) fewer bytes are kept than recording: asks for: \(full)" },
            note(of: \.keptIsLost) { "the captures of \($0) are not kept: \(full)" },
            note(of: { $0.doubtsCut > 0 }) {
                "\($0) had more inconclusive steps than the four that are kept of each"
            },
        ].compactMap { $0 }
    }

    private func note(of isSo: (ConnectionReport) -> Bool, _ text: (_ connections: String) -> String) -> String? {
        let count = connections.count(where: isSo)
        return count > 0 ? text(counted(count, "connection")) : nil
    }
}
