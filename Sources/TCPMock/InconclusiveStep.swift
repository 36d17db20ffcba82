// What was asserted of a step and could not be decided.

/// An assertion of time or shape that nobody can be blamed for: the machine may have been the slow one, or nobody can tell.
///
/// The script went on as if the step had passed. In ``Verdict/inconclusive``; `verify()` records each as a warning.
public struct InconclusiveStep: Sendable, Hashable, CustomStringConvertible {
    /// What was asserted: ``ScriptFailure/Kind/latency``, ``ScriptFailure/Kind/segments`` or ``ScriptFailure/Kind/noDelay``.
    public let kind: ScriptFailure.Kind
    /// The line of the step.
    public let location: SourcePosition
    /// What was measured, and why it does not count, in several lines.
    public let message: String
    /// The connection's number, counted from 1.
    public let connection: Int
    /// The step's number in its script, counted from 1.
    public let step: Int?
    /// How often this was so of this step; of a connection four steps are kept, and a note says when there were more.
    public internal(set) var count = 1

    /// The message, behind the line it is about.
    public var description: String {
        "\(location): \(message)"
    }
}

extension InconclusiveStep {
    /// Those of a report, the same step's as one with a count.
    static func all(_ plan: EndpointPlan, _ report: EndpointReport) -> [InconclusiveStep] {
        struct Key: Hashable {
            let kind: ScriptFailure.Kind
            let location: SourcePosition
        }
        var places: [Key: Int] = [:]
        var all: [InconclusiveStep] = []
        for connection in report.connections {
            for measure in connection.doubts {
                let doubt = InconclusiveStep(plan, connection, measure)
                let key = Key(kind: doubt.kind, location: doubt.location)
                if let place = places[key] {
                    all[place].count += measure.times
                } else {
                    places[key] = all.count
                    all.append(doubt)
                }
            }
        }
        return all
    }

    private init(_ plan: EndpointPlan, _ connection: ConnectionReport, _ measure: ConnectionReport.Measure) {
        let script = connection.script.flatMap(plan.script(at:)) ?? ScriptPlan()
        let planned = script.steps.indices.contains(measure.step) ? script.steps[measure.step] : nil
        let text = MeasureText(measure, step: planned?.written, peer: plan.side.peer)
        let place = planned?.number.map { ", step \($0) of \(script.count)" } ?? ""
        kind = text.kind
        location = planned.map(\.step.location) ?? plan.location
        message =
            (["inconclusive: connection \(connection.number)\(place): \(text.headline)"] + text.doubt.map { "  \($0)" })
            .joined(separator: "\n")
        self.connection = connection.number
        step = planned?.number
        count = measure.times
    }
}
