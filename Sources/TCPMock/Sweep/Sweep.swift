// What all sweeps have in common, and the one whose cases are written by hand.

/// Runs a client once for each of many cases, and says what became of it in each.
///
/// ```swift
/// let sweep = FaultSweep([.expect("PING\r\n"), .send("+PONG\r\n")], faults: [.fin, .reset])
/// let result = try await sweep.run { server in try await ping(server.host, server.port) }
/// print(result)
/// ```
///
/// In tests, use `verify` of TCPMockTesting instead of `run`: it records what breaks a rule.
public protocol Sweep: Sendable {
    /// All cases, in the order in which they are begun, with what must hold for them.
    ///
    /// - Throws: ``MockError`` when there can be none, for the script can't be played as written.
    func planned() throws -> SweepPlan
}

/// The cases of a sweep, and what must hold for them.
public struct SweepPlan: Sendable {
    /// A row of the map.
    struct Row: Sendable {
        let group: String
        /// Where the control case stands in it; nil: nowhere.
        var end: Int?
    }

    /// The cases, in the order in which they are begun.
    public internal(set) var cases: [SweepCase]
    /// What must hold for each.
    public let rules: [SweepRule]
    /// How they are run.
    public let options: SweepOptions
    /// The line that made the sweep: where its failures are reported.
    public let location: SourcePosition
    /// What is not swept, and why.
    public internal(set) var notes: [String] = []
    /// What the rows are, in the words of the map's legend.
    var legend: [String] = []
    var rows: [Row]
    /// Cases that are not in the list, and smaller ones.
    var maker: (any SweepMaker)?

    init(
        cases: [SweepCase], rules: [SweepRule], options: SweepOptions, location: SourcePosition, rows: [Row]? = nil,
        maker: (any SweepMaker)? = nil
    ) {
        self.cases = cases
        self.rules = rules
        self.options = options
        self.location = location
        self.maker = maker
        self.rows = rows ?? SweepPlan.rows(of: cases)
    }

    private static func rows(of cases: [SweepCase]) -> [Row] {
        var seen: Set<String> = []
        return cases.filter { seen.insert($0.group).inserted }.map { Row(group: $0.group) }
    }
}

/// Makes cases from what they are named after, or from their shape.
protocol SweepMaker: Sendable {
    /// The case that a replay token calls so; nil: there is none.
    func makeCase(id: String) -> SweepCase?
    /// The case of this shape; nil: there is none.
    func makeCase(_ shape: SweepCase.Shape) -> SweepCase?
}

/// A sweep over cases of your own.
public struct CaseSweep: Sweep {
    private let plan: SweepPlan

    /// A sweep over these cases.
    ///
    /// - `cases`: their labels must differ.
    /// - `rules`: what must hold for each.
    public init(
        _ cases: [SweepCase], rules: [SweepRule] = [.neverHang, .neverCrash], options: SweepOptions = SweepOptions(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) {
        plan = SweepPlan(
            cases: cases, rules: rules, options: options,
            location: SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column))
    }

    /// The cases as they were given.
    public func planned() throws -> SweepPlan {
        var ids: Set<String> = []
        for one in plan.cases where !ids.insert(one.id).inserted {
            throw MockError(
                kind: .script, "two cases of a sweep are called \"\(one.label)\"", at: one.location ?? plan.location)
        }
        return plan
    }
}
