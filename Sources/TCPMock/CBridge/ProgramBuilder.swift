// ScriptPlan to evl_program. Single steps are filled in ProgramBuilder+Steps.swift.

internal import CEvLoop

/// One reference to a program of the core; given back by deinit.
// Unchecked: the core's reference counts are atomic and programs immutable.
final class Program: @unchecked Sendable {
    let raw: OpaquePointer

    /// Compiles planned steps; `base` is the index of the first.
    init(_ steps: ArraySlice<PlannedStep>, base: Int, scale: TimeoutScale, shaping: Shaping? = nil) throws {
        var builder = ProgramBuilder(base: base, scale: scale, shaping: shaping, count: steps.count)
        for planned in steps {
            builder.append(planned)
        }
        raw = try builder.build()
    }

    deinit {
        evl_program_release(raw)
    }
}

/// Gathers bytes, checks and options of all steps in one array each: pointers into them are good only when they have
/// stopped growing.
struct ProgramBuilder {
    /// A step whose pointers are still ranges.
    struct Entry {
        var step = evl_step()
        var ranges = Ranges()
    }

    struct Ranges {
        var bytes = 0..<0
        var delimiter = 0..<0
        var checks = 0..<0
        var options = 0..<0
        var pace: Int?
    }

    let base: Int
    let scale: TimeoutScale
    let shaping: Shaping?
    private var steps: [evl_step] = []
    private var ranges: [Ranges] = []
    private var bytes: [UInt8] = []
    private var checks: [(node: evl_check, bytes: Range<Int>)] = []
    private var options: [(option: evl_option, bytes: Range<Int>)] = []
    private var paces: [(pace: evl_pace, cuts: Range<Int>)] = []
    private var cuts: [UInt64] = []

    /// For so many steps.
    init(base: Int, scale: TimeoutScale, shaping: Shaping?, count: Int) {
        self.base = base
        self.scale = scale
        self.shaping = shaping
        steps.reserveCapacity(count)
        ranges.reserveCapacity(count)
        bytes.reserveCapacity(16 * count)
    }

    mutating func append(_ planned: PlannedStep) {
        var entry = Entry()
        entry.step.limit_ns = limit(planned.step.limit)
        fill(&entry, planned)
        if let measure = planned.step.measure { entry.step.add(measure) }
        if entry.step.kind == UInt8(EVL_STEP_SEND.rawValue) { entry.ranges.pace = addPace(of: planned, entry) }
        if let leave = planned.leave {
            entry.step.flags |= UInt8(EVL_STEP_OR_LEAVE) | (leave.mayStay ? UInt8(EVL_STEP_MAY_STAY) : 0)
            entry.step.target = place(leave.target)
        }
        // A written step of several entries has one clock.
        if let number = planned.number, !planned.isListed, planned.isStub || number == lastNumber {
            entry.step.flags |= UInt8(EVL_STEP_CONTINUES)
        }
        lastNumber = planned.number
        steps.append(entry.step)
        ranges.append(entry.ranges)
    }

    private var lastNumber: Int?

    private func limit(_ limit: Duration?) -> UInt64 {
        guard let limit else { return UInt64(EVL_LIMIT_DEFAULT) }
        // A limit of zero is a limit, not the default.
        return scale.nanoseconds(of: limit).map { max($0, 1) } ?? UInt64.max
    }

    // MARK: Gathering

    /// An index of the plan as one of this program.
    func place(_ index: Int) -> UInt32 {
        UInt32(index - base)
    }

    mutating func add(_ content: [UInt8]) -> Range<Int> {
        let start = bytes.count
        bytes += content
        return start..<bytes.count
    }

    /// Adds a check's node and its parts; it is one of bytes alone.
    mutating func add(_ check: Check) {
        let place = checks.count
        var node = evl_check()
        node.kind = UInt8(check.core.rawValue)
        checks.append((node, add(check.core == EVL_CHECK_ANY ? [] : check.ownBytes)))
        for part in check.parts { add(part) }
        checks[place].node.size = UInt32(checks.count - place)
    }

    var checkCount: Int { checks.count }

    mutating func add(_ option: evl_option, _ literal: [UInt8]) {
        options.append((option, add(literal)))
    }

    var optionCount: Int { options.count }

    /// How a send goes out, if the step or the endpoint says it.
    private mutating func addPace(of planned: PlannedStep, _ entry: Entry) -> Int? {
        let pace =
            if let pacing = planned.step.pacing {
                CorePace(pacing, count: entry.ranges.bytes.count, number: planned.number ?? 0)
            } else if let shaping {
                CorePace(shaping)
            } else {
                CorePace?.none
            }
        guard let pace else { return nil }
        let start = cuts.count
        cuts += pace.cuts
        paces.append((pace.raw, start..<cuts.count))
        return paces.count - 1
    }

    /// The place that the next step will have.
    var entriesCount: Int { steps.count }

    // MARK: Building

    mutating func build() throws -> OpaquePointer {
        try bytes.withUnsafeBufferPointer { bytes in
            let start = bytes.baseAddress
            let nodes = checks.map { entry in
                var node = entry.node
                node.bytes = start.map { $0 + entry.bytes.lowerBound }
                node.length = entry.bytes.count
                return node
            }
            let choices = options.map { entry in
                var option = entry.option
                option.bytes = start.map { $0 + entry.bytes.lowerBound }
                option.length = entry.bytes.count
                return option
            }
            return try cuts.withUnsafeBufferPointer { cuts in
                let paces = paces.map { entry in
                    var pace = entry.pace
                    pace.cuts = cuts.baseAddress.map { $0 + entry.cuts.lowerBound }
                    pace.cut_count = entry.cuts.count
                    return pace
                }
                return try create(start, nodes, choices, paces)
            }
        }
    }

    private mutating func create(
        _ bytes: UnsafePointer<UInt8>?, _ nodes: [evl_check], _ choices: [evl_option], _ paces: [evl_pace]
    ) throws -> OpaquePointer {
        try nodes.withUnsafeBufferPointer { nodes in
            try choices.withUnsafeBufferPointer { choices in
                try paces.withUnsafeBufferPointer { paces in
                    for (index, ranges) in ranges.enumerated() {
                        steps[index].point(to: ranges, of: bytes, nodes.baseAddress, choices.baseAddress)
                        if let pace = ranges.pace { steps[index].pace = paces.baseAddress.map { $0 + pace } }
                    }
                    return try create()
                }
            }
        }
    }

    private func create() throws -> OpaquePointer {
        var program: OpaquePointer?
        let status = evl_program_create(steps, UInt32(steps.count), UInt32(base), &program)
        guard status == EVL_OK, let program else { throw MockError(status, doing: "compile the script") }
        return program
    }
}

extension evl_step {
    fileprivate mutating func point(
        to ranges: ProgramBuilder.Ranges, of bytes: UnsafePointer<UInt8>?, _ nodes: UnsafePointer<evl_check>?,
        _ choices: UnsafePointer<evl_option>?
    ) {
        self.bytes = bytes.map { $0 + ranges.bytes.lowerBound }
        length = ranges.bytes.count
        framing.delimiter = bytes.map { $0 + ranges.delimiter.lowerBound }
        framing.delimiter_length = ranges.delimiter.count
        checks = nodes.map { $0 + ranges.checks.lowerBound }
        check_count = UInt32(ranges.checks.count)
        options = choices.map { $0 + ranges.options.lowerBound }
        option_count = UInt32(ranges.options.count)
    }
}

extension Check {
    /// The core's node; those that bytes alone do not decide pass here, and are asked about.
    fileprivate var core: evl_check_kind {
        switch kind {
        case .any, .matches, .predicate: EVL_CHECK_ANY
        case .equals: EVL_CHECK_EQUALS
        case .prefix: EVL_CHECK_PREFIX
        case .suffix: EVL_CHECK_SUFFIX
        case .contains: EVL_CHECK_CONTAINS
        case .not: EVL_CHECK_NOT
        case .all: EVL_CHECK_ALL
        case .anyOf: EVL_CHECK_ANY_OF
        }
    }

    fileprivate var ownBytes: [UInt8] {
        switch kind {
        case .equals(let bytes), .prefix(let bytes), .suffix(let bytes), .contains(let bytes): bytes.array
        default: []
        }
    }
}
