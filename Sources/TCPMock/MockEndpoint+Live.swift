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

    /// Appends a script to a live server's.
    ///
    /// - Throws: ``MockError``, as ``enqueue(_:)-(Step...)``.
    public func enqueue(_ script: Script) throws {
        try plan.withLock { plan in
            guard case .live = plan.mode else {
                throw MockError(
                    kind: .misuse,
                    "can't enqueue on a \(plan.side.noun) that was made with a script; "
                        + "\(plan.side.liveForm) makes a live one")
            }
            guard inbox.phase == .open else {
                throw MockError(kind: .misuse, "can't enqueue: the \(plan.side.noun) has been finished")
            }
            let base = plan.scripts[0].steps.count
            try plan.scripts[0].append(script.steps, framing: plan.options.framing)
            let added = plan.scripts[0].steps[base...]
            if plan.scripts[0].asks { answerer.start() }
            // In the lock, so that the steps reach the loop in the order of their numbers.
            if !added.isEmpty {
                try core.enqueue(Program(added, base: base, scale: plan.scale))
            }
        }
    }
}
