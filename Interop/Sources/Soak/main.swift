// Servers and clients that come and go at full rate, for as long as it is told: conversations that go well, scripts that
// fail, resets, half-closes, stalls, stops in the middle. Every byte is accounted for (Ledger.swift), and memory,
// descriptors and threads must not grow (Growth.swift). Links TCPMock alone.
//
//   Soak --seconds N [--warm-up N]

import Foundation
import Heap

struct Usage: Error {}

func number(after name: String, default preset: Double? = nil) throws -> Double {
    let arguments = CommandLine.arguments
    guard let place = arguments.firstIndex(of: name) else {
        guard let preset else { throw Usage() }
        return preset
    }
    guard place + 1 < arguments.count, let value = Double(arguments[place + 1]), value > 0 else { throw Usage() }
    return value
}

do {
    let seconds = try number(after: "--seconds")
    let warmUp = try number(after: "--warm-up", default: min(120, seconds / 3))
    try raiseDescriptorLimit()
    heap_fix_thresholds()
    let problems = try await Soak(seconds: seconds, warmUp: warmUp).run()
    for problem in problems { print("FAILED: \(problem)") }
    exit(problems.isEmpty ? 0 : 1)
} catch is Usage {
    print("usage: Soak --seconds N [--warm-up N]")
    exit(2)
} catch {
    print("FAILED: \(error)")
    exit(1)
}
