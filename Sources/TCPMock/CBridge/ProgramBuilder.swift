// ScriptPlan to evl_program.

internal import CEvLoop

/// One reference to a program of the core; given back by deinit.
final class Program: @unchecked Sendable {  // the core's reference counts are atomic and programs immutable
    let raw: OpaquePointer

    /// Compiles planned steps; `base` is the index of the first.
    init(_ steps: ArraySlice<PlannedStep>, base: Int, scale: TimeoutScale) throws {
        var builder = ProgramBuilder(scale: scale)
        for planned in steps {
            builder.append(planned, base: base)
        }
        raw = try builder.build(base: base)
    }

    deinit {
        evl_program_release(raw)
    }
}

/// Gathers all bytes in one array first: pointers into it are good only while it is not growing.
private struct ProgramBuilder {
    let scale: TimeoutScale
    var steps: [(step: evl_step, bytes: Range<Int>)] = []
    var bytes: [UInt8] = []

    init(scale: TimeoutScale) {
        self.scale = scale
    }

    mutating func append(_ planned: PlannedStep, base: Int) {
        var step = evl_step()
        let start = bytes.count
        step.limit_ns = limit(planned.step.limit)
        switch planned.role {
        case .written:
            fill(&step, planned.step)
        case .repeatEnd(let target, let rounds, let depth):
            step.kind = UInt8(EVL_STEP_REPEAT.rawValue)
            step.target = UInt32(target - base)
            step.number = UInt64(rounds)
            step.depth = UInt8(depth)
        case .end(let mayStay):
            fill(&step, planned.step)
            step.flags |= UInt8(EVL_STEP_IMPLICIT) | (mayStay ? UInt8(EVL_STEP_MAY_STAY) : 0)
        }
        steps.append((step, start..<bytes.count))
    }

    private func limit(_ limit: Duration?) -> UInt64 {
        guard let limit else { return UInt64(EVL_LIMIT_DEFAULT) }
        // A limit of zero is a limit, not the default.
        return scale.nanoseconds(of: limit).map { max($0, 1) } ?? UInt64.max
    }

    private mutating func fill(_ step: inout evl_step, _ source: Step) {
        switch source.kind {
        case .expectConnect: set(&step, EVL_STEP_EXPECT_CONNECT)
        case .expect(let bytes): set(&step, EVL_STEP_EXPECT_BYTES, bytes.array)
        case .expectFrame(let payload, let framing):
            set(&step, EVL_STEP_EXPECT_FRAME, payload.array)
            step.framing = evl_framing(framing ?? .lengthPrefix())
        case .receiveExactly(let count): set(&step, EVL_STEP_RECEIVE_EXACTLY, number: UInt64(count))
        case .receiveAtLeast(let count): set(&step, EVL_STEP_RECEIVE_AT_LEAST, number: UInt64(count))
        case .receiveUntil(let delimiter, let max):
            set(&step, EVL_STEP_RECEIVE_UNTIL, delimiter.array, number: UInt64(max))
        case .expectSilence(let time): set(&step, EVL_STEP_EXPECT_SILENCE, number: time.nanoseconds)
        case .expectEOF: set(&step, EVL_STEP_EXPECT_EOF)
        case .expectDisconnect(let how):
            set(&step, EVL_STEP_EXPECT_DISCONNECT)
            step.expected_leave = UInt8(how.core.rawValue)
        case .send(let bytes): set(&step, EVL_STEP_SEND, bytes.array)
        case .sendFrame(let payload, let framing):
            let framing = framing ?? .lengthPrefix()
            set(&step, EVL_STEP_SEND, framing.prefix(for: payload.array.count) + payload.array)
        case .delay(let time): set(&step, EVL_STEP_DELAY, number: time.nanoseconds)
        case .halfClose: set(&step, EVL_STEP_HALF_CLOSE)
        case .disconnect(let discarding): set(&step, EVL_STEP_DISCONNECT, discard: discarding)
        case .close: set(&step, EVL_STEP_CLOSE)
        case .reset(let discarding): set(&step, EVL_STEP_RESET, discard: discarding)
        case .repeat, .label: preconditionFailure("plans hold neither repeats nor labels as written steps")
        }
    }

    private mutating func set(
        _ step: inout evl_step, _ kind: evl_step_kind, _ content: [UInt8] = [], number: UInt64 = 0,
        discard: Bool = false
    ) {
        step.kind = UInt8(kind.rawValue)
        step.number = number
        step.flags = discard ? UInt8(EVL_STEP_DISCARD) : 0
        bytes += content
    }

    func build(base: Int) throws -> OpaquePointer {
        try bytes.withUnsafeBufferPointer { all in
            let raw = steps.map { entry in
                var step = entry.step
                step.length = entry.bytes.count
                step.bytes = all.baseAddress.map { $0 + entry.bytes.lowerBound }
                return step
            }
            var program: OpaquePointer?
            let status = evl_program_create(raw, UInt32(raw.count), UInt32(base), &program)
            guard status == EVL_OK, let program else { throw MockError(status, doing: "compile the script") }
            return program
        }
    }
}

extension Departure {
    fileprivate var core: evl_expected_leave {
        switch manner {
        case .cleanly: EVL_EXPECT_CLEANLY
        case .any: EVL_EXPECT_ANY
        case .reset: EVL_EXPECT_RESET
        }
    }
}

extension evl_framing {
    fileprivate init(_ framing: Framing) {
        self.init()
        kind = UInt8(EVL_FRAMING_LENGTH.rawValue)
        width = UInt8(framing.prefixBytes)
        byte_order = UInt8((framing.byteOrder == .bigEndian ? EVL_BIG_ENDIAN : EVL_LITTLE_ENDIAN).rawValue)
        max = UInt64(framing.maxFrameBytes)
    }
}
