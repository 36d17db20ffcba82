// Programs for tests, written like scripts.

import CEvLoop
import CEvLoopInternals

typealias ProgramPointer = UnsafeMutablePointer<evl_program>

/// One step in the core's own words.
// Unchecked: its pointer is nil until a program is made of it.
struct CoreStep: @unchecked Sendable {
    var step = evl_step()
    var bytes: [UInt8] = []
    var delimiter: [UInt8] = []
    var nodes: [(node: evl_check, bytes: [UInt8])] = []
    var options: [(option: evl_option, bytes: [UInt8])] = []

    init(_ kind: evl_step_kind, _ bytes: [UInt8] = [], number: UInt64 = 0, flags: Int = 0) {
        step.kind = UInt8(kind.rawValue)
        step.number = number
        step.flags = UInt8(flags)
        self.bytes = bytes
    }

    static func expect(_ text: String) -> CoreStep { CoreStep(EVL_STEP_EXPECT_BYTES, CEvLoopTests.bytes(text)) }
    static func send(_ text: String) -> CoreStep { CoreStep(EVL_STEP_SEND, CEvLoopTests.bytes(text)) }
    static func exactly(_ count: UInt64) -> CoreStep { CoreStep(EVL_STEP_RECEIVE_EXACTLY, number: count) }
    static func atLeast(_ count: UInt64) -> CoreStep { CoreStep(EVL_STEP_RECEIVE_AT_LEAST, number: count) }
    static func until(_ delimiter: String, max: UInt64) -> CoreStep {
        CoreStep(EVL_STEP_RECEIVE_UNTIL, CEvLoopTests.bytes(delimiter), number: max)
    }
    static func frame(
        _ payload: String, width: UInt8 = 4, order: evl_byte_order = EVL_BIG_ENDIAN, max: UInt64 = 1 << 24
    ) -> CoreStep {
        var step = CoreStep(EVL_STEP_EXPECT_FRAME, CEvLoopTests.bytes(payload))
        step.step.framing = evl_framing(lengthOf: width, byte_order: UInt8(order.rawValue), max: max)
        return step
    }
    static func silence(_ ns: UInt64) -> CoreStep { CoreStep(EVL_STEP_EXPECT_SILENCE, number: ns) }
    static func delay(_ ns: UInt64) -> CoreStep { CoreStep(EVL_STEP_DELAY, number: ns) }
    static func disconnects(_ how: evl_expected_leave = EVL_EXPECT_CLEANLY, flags: Int = 0) -> CoreStep {
        var step = CoreStep(EVL_STEP_EXPECT_DISCONNECT, flags: flags)
        step.step.expected_leave = UInt8(how.rawValue)
        return step
    }
    static func back(to target: UInt32, rounds: UInt64, depth: UInt8 = 0) -> CoreStep {
        var step = CoreStep(EVL_STEP_REPEAT, number: rounds)
        step.step.target = target
        step.step.depth = depth
        return step
    }
    static var connects: CoreStep { CoreStep(EVL_STEP_EXPECT_CONNECT) }
    static var eof: CoreStep { CoreStep(EVL_STEP_EXPECT_EOF) }
    static var halfClose: CoreStep { CoreStep(EVL_STEP_HALF_CLOSE) }
    static var disconnect: CoreStep { CoreStep(EVL_STEP_DISCONNECT) }
    static var close: CoreStep { CoreStep(EVL_STEP_CLOSE) }
    static var reset: CoreStep { CoreStep(EVL_STEP_RESET) }
    static var ask: CoreStep { CoreStep(EVL_STEP_ASK) }

    func within(_ ns: UInt64) -> CoreStep {
        var step = self
        step.step.limit_ns = ns
        return step
    }
}

/// One reference to a program.
// Unchecked: the core's reference counts are atomic and programs immutable.
final class CoreProgram: @unchecked Sendable {
    let raw: ProgramPointer

    private init(raw: ProgramPointer) {
        self.raw = raw
    }

    /// What creating answers, and the program if there is one.
    static func create(_ steps: [CoreStep], base: UInt32 = 0) -> (status: evl_status, program: CoreProgram?) {
        var made: ProgramPointer?
        let lent = Lent()  // overwritten and freed on return: the program must have copied it
        let raw = steps.map(lent.lend)
        let status = evl_program_create(raw, UInt32(raw.count), base, &made)
        lent.takeBack()
        return (status, made.map { CoreProgram(raw: $0) })
    }

    static func make(_ steps: [CoreStep], base: UInt32 = 0) -> CoreProgram {
        guard let program = create(steps, base: base).program else { fatalError("the core refuses \(steps)") }
        return program
    }

    deinit {
        evl_program_release(raw)
    }
}

/// What steps point to while a program is made of them.
private final class Lent {
    private var blocks: [UnsafeMutableRawBufferPointer] = []

    private func lend<T>(_ list: [T]) -> UnsafePointer<T>? {
        guard !list.isEmpty else { return nil }
        let size = list.count * MemoryLayout<T>.stride
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: MemoryLayout<T>.alignment)
        list.withUnsafeBytes { block.copyMemory(from: $0) }
        blocks.append(block)
        return block.baseAddress.map { UnsafePointer($0.assumingMemoryBound(to: T.self)) }
    }

    func lend(_ step: CoreStep) -> evl_step {
        var raw = step.step
        raw.bytes = lend(step.bytes)
        raw.length = step.bytes.count
        raw.framing.delimiter = lend(step.delimiter)
        raw.framing.delimiter_length = step.delimiter.count
        raw.checks = lend(
            step.nodes.map { entry in
                var node = entry.node
                node.bytes = lend(entry.bytes)
                node.length = entry.bytes.count
                return node
            })
        raw.check_count = UInt32(step.nodes.count)
        raw.options = lend(
            step.options.map { entry in
                var option = entry.option
                option.bytes = lend(entry.bytes)
                option.length = entry.bytes.count
                return option
            })
        raw.option_count = UInt32(step.options.count)
        return raw
    }

    func takeBack() {
        for block in blocks {
            block.initializeMemory(as: UInt8.self, repeating: 0xaa)
            block.deallocate()
        }
    }
}

extension evl_framing {
    /// A length prefix of `width` bytes.
    init(lengthOf width: UInt8, byte_order: UInt8, max: UInt64) {
        self.init()
        kind = UInt8(EVL_FRAMING_LENGTH.rawValue)
        self.width = width
        self.byte_order = byte_order
        self.max = max
    }
}
