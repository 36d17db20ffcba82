// Steps that take frames, and choices, written like scripts.

import CEvLoop

/// One way on from a choice.
struct CoreOption {
    var bytes: [UInt8] = []
    var check: CoreCheck?
    var step: UInt32 = 0
    var target: UInt32

    /// Told by the bytes that come; none: all else.
    static func on(_ text: String, to target: UInt32) -> CoreOption {
        CoreOption(bytes: CEvLoopTests.bytes(text), target: target)
    }

    /// Told by a check of the next payload, which is taken in the name of `step`.
    static func on(_ check: CoreCheck, as step: UInt32 = 0, to target: UInt32) -> CoreOption {
        CoreOption(check: check, step: step, target: target)
    }
}

extension CoreStep {
    static func piece(_ framing: CoreFraming, _ check: CoreCheck = .any, flags: Int = 0, target: UInt32 = 0) -> CoreStep
    {
        var step = CoreStep(EVL_STEP_PIECE, flags: flags)
        step.step.framing = framing.core
        step.delimiter = framing.delimiter
        step.nodes = check.nodes
        step.step.target = target
        return step
    }

    static func choice(
        _ options: [CoreOption], _ framing: CoreFraming? = nil, flags: Int = 0, depth: UInt8 = 0, target: UInt32 = 0
    ) -> CoreStep {
        var step = CoreStep(EVL_STEP_CHOICE, flags: flags)
        step.step.depth = depth
        step.step.target = target
        if let framing {
            step.step.framed = true
            step.step.framing = framing.core
            step.delimiter = framing.delimiter
        }
        for option in options {
            var raw = evl_option()
            raw.check = UInt32(step.nodes.count)
            raw.step = option.step
            raw.target = option.target
            step.nodes += option.check?.nodes ?? []
            step.options.append((raw, option.bytes))
        }
        return step
    }

    static func jump(to target: UInt32) -> CoreStep {
        var step = CoreStep(EVL_STEP_JUMP)
        step.step.target = target
        return step
    }
}

let keep = Int(EVL_STEP_KEEP)
let question = Int(EVL_STEP_QUESTION)
let orLeave = Int(EVL_STEP_OR_LEAVE)
let mayStay = Int(EVL_STEP_MAY_STAY)
let eachOnce = Int(EVL_STEP_EACH_ONCE)
let endless = UInt64.max  // EVL_ROUNDS_ENDLESS: a macro of another macro is not imported
