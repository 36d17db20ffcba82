// What must hold for each case of a sweep.

/// What must hold for each case of a sweep.
public struct SweepRule: Sendable, CustomStringConvertible {
    /// How a case breaks a rule.
    struct Breach: Sendable, Hashable {
        /// What its band of the map is called.
        let label: String
    }

    /// Its name, in failures.
    public let name: String
    let breach: @Sendable (SweepRecord) -> Breach?

    /// The name.
    public var description: String { name }

    /// A client that was not told all must not say that all went well: where a reply was cut it neither returns nor exits with 0.
    public static let truncationMustFail = SweepRule(name: "truncationMustFail") { record in
        guard !record.sweepCase.isControl, record.outcome.isSuccess else { return nil }
        return Breach(label: "SILENT SUCCESS")
    }

    /// Each client is done within the case's limit.
    public static let neverHang = SweepRule(name: "neverHang") { record in
        record.outcome.kind == .timedOut ? Breach(label: "HANG") : nil
    }

    /// No client is ended by a signal, as a crash does.
    public static let neverCrash = SweepRule(name: "neverCrash") { record in
        if case .signalled = record.outcome.kind { Breach(label: record.outcome.name) } else { nil }
    }

    /// All clients come out as from the control case: with the same value, and following the script as well as there.
    public static let sameOutcome = SweepRule(name: "sameOutcome") { record in
        guard let control = record.control else { return nil }
        if record.outcome == control.outcome {
            return record.scriptFailures.isEmpty || !control.followedScript
                ? nil : Breach(label: "\(record.outcome.name), OFF THE SCRIPT")
        }
        return Breach(
            label: record.outcome.kind == control.outcome.kind
                ? "\(record.outcome.name) ANOTHER VALUE" : record.outcome.name)
    }

    /// A rule of your own.
    ///
    /// - `name`: what failures call it.
    /// - `holds`: whether it holds for a case.
    public static func custom(_ name: String, _ holds: @escaping @Sendable (SweepRecord) -> Bool) -> SweepRule {
        SweepRule(name: name) { record in
            holds(record) ? nil : Breach(label: "\(record.outcome.name), against \(name)")
        }
    }
}
