// Steps that are added while the server runs.

extension MockEndpoint {
    /// Appends steps to a live server's script: all of them at once, from any task or thread, at any time.
    ///
    /// They are played when all earlier steps are done; bytes that came before are judged then.
    ///
    /// - Throws: ``MockError`` when the steps can't be played as written, on a server that was made with a fixed
    ///   script, and on one that has been finished.
    public func enqueue(_ steps: Step...) throws {
        try enqueue(Script(steps))
    }

    /// Appends one step to a live server's script, from any task or thread, at any time.
    ///
    /// - Throws: ``MockError``, as ``enqueue(_:)-(Step...)``.
    public func enqueue(_ step: Step) throws {
        guard step.isPlain else { return try enqueue(Script([step])) }
        try liveScript().append(plain: step) { core.fetch() }
    }

    /// Appends a script to a live server's.
    ///
    /// - Throws: ``MockError``, as ``enqueue(_:)-(Step...)``.
    public func enqueue(_ script: Script) throws {
        let live = try liveScript()
        // First, for the loop may ask as soon as it has the steps.
        if script.steps.contains(where: \.asks) { startAnswering() }
        try live.append(script.steps) { core.fetch() }
    }

    private func liveScript() throws -> LiveScript {
        if let live = inbox.live { return live }
        throw MockError(
            kind: .misuse,
            "can't enqueue on a \(side.noun) that was made with a script; \(side.liveForm) makes a live one")
    }
}
