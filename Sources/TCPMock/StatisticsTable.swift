// Statistics as text: aligned, one line a step.

struct StatisticsTable {
    private let statistics: Statistics

    init(_ statistics: Statistics) {
        self.statistics = statistics
    }

    var text: String {
        ([headline] + table).joined(separator: "\n")
    }

    private var headline: String {
        let open = statistics.open > 0 ? ", \(grouped(statistics.open)) open" : ""
        return "\(counted(statistics.connections, "connection"))\(open), \(grouped(statistics.completed)) completed, "
            + "\(grouped(statistics.failures)) failed; \(counted(statistics.received, "byte")) received, "
            + "\(counted(statistics.sent, "byte")) sent"
            + (statistics.steps.isEmpty ? "" : ", \(counted(statistics.frames, "frame"))")
    }

    private var table: [String] {
        guard !statistics.steps.isEmpty else { return [] }
        let head = ["step", "", "done", "failed", "p50", "p99", "p99.9", "max"]
        let rows = [head] + statistics.steps.map(row)
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { cells in
            // Words stand at the left of their column, numbers at the right.
            zip(cells, widths).enumerated().map { column, cell in
                column < 2 ? cell.0.padded(to: cell.1) : cell.0.padded(before: cell.1)
            }.joined(separator: "  ")
        }
    }

    private func row(_ step: StepStatistics) -> [String] {
        let isOfMany = (statistics.steps.last?.script ?? 1) > 1
        let times = [step.p50, step.p99, step.p999, step.max].map { $0?.brief ?? "-" }
        return [
            isOfMany ? "\(step.script).\(step.number)" : "\(step.number)", shortened(step.step), grouped(step.count),
            grouped(step.failures),
        ] + times
    }

    private func shortened(_ text: String) -> String {
        text.count <= 40 ? text : text.prefix(39) + "…"
    }
}

extension String {
    /// With spaces in front, so that it ends there.
    fileprivate func padded(before width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
