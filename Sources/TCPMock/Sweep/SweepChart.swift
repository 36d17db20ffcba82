// What a page of a sweep needs beside its records: the rows of the map, and what each case is called on it. Pure.

struct SweepChart: Sendable {
    /// One case as the map has it.
    struct Place: Sendable {
        /// `SILENT SUCCESS`.
        let label: String
        /// Whether it breaks a rule.
        let isBroken: Bool
    }

    /// The line that made the sweep.
    let location: SourcePosition
    let rows: [SweepPlan.Row]
    let legend: [String]
    /// One for each record, in their order.
    let places: [Place]

    init(_ plan: SweepPlan, _ records: [SweepRecord]) {
        let labels = SweepMap.Labels(plan.rules)
        location = plan.location
        rows = plan.rows
        legend = plan.legend
        places = records.map { record in
            Place(
                label: labels.label(of: record), isBroken: plan.rules.contains { $0.breach(record) != nil })
        }
    }
}
