// What there is to say of the evidence itself.

extension EndpointReport {
    /// Connections of which less is kept than was asked for, for the process keeps no more.
    var evidenceNotes: [String] {
        let lacking = connections.count(where: \.lacksMemory)
        guard lacking > 0 else { return [] }
        return [
            "of \(counted(lacking, "connection")) fewer bytes are kept than recording: asks for: "
                + "the 64 MiB that a process keeps of all its connections were full"
        ]
    }
}
