// How a send goes out, as the core's.

internal import CEvLoop

/// A pace whose cuts are still an array.
struct CorePace {
    var raw = evl_pace()
    var cuts: [UInt64] = []
}

extension CorePace {
    /// For a send of `count` bytes, the script's `number`th step.
    init(_ pacing: Pacing, count: Int, number: Int) {
        switch pacing.slices.cuts {
        case .whole: break
        case .at(let offsets): cuts = Set(offsets).sorted().map(UInt64.init)
        case .size(let size): raw.slice = UInt64(size)
        case .random(let longest, let seed): cuts = CorePace.cuts(of: count, longest: longest, seed.round(number))
        }
        switch pacing.delivery.turn {
        case .lockstep: raw.release = UInt8(EVL_RELEASE_LOCKSTEP.rawValue)
        case .immediate: raw.release = UInt8(EVL_RELEASE_TIMED.rawValue)
        case .every(let interval, let jitter, let seed):
            raw.release = UInt8(EVL_RELEASE_TIMED.rawValue)
            raw.every_ns = interval.nanoseconds
            raw.jitter_ns = jitter.nanoseconds
            raw.seed = seed.value
        }
    }

    private static func cuts(of count: Int, longest: Int, _ chance: SplitMix64) -> [UInt64] {
        var (cuts, chance, offset) = ([UInt64](), chance, 0)
        while true {
            offset += Int.random(in: 1...longest, using: &chance)
            if offset >= count { return cuts }
            cuts.append(UInt64(offset))
        }
    }

    init(_ shaping: Shaping) {
        raw.release = UInt8(EVL_RELEASE_TIMED.rawValue)
        raw.delay_ns = shaping.delay.nanoseconds
        raw.delay_jitter_ns = shaping.jitter.nanoseconds
        raw.seed = shaping.seed.value
        guard let rate = shaping.bytesPerSecond else { return }
        raw.slice = UInt64(max(1, rate / 1000))
        raw.every_ns = UInt64(Double(raw.slice) * 1e9 / Double(rate))
    }
}
