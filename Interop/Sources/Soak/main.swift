// Servers and clients that come and go at full rate, for as long as it is told: conversations that go well, scripts that
// fail, resets, half-closes, stalls, stops in the middle. Every byte is accounted for (Ledger.swift), and memory,
// descriptors and threads must not grow (Growth.swift). Links TCPMock alone.
//
//   Soak --seconds N [--warm-up N] [--only NAME] [--samples]
//
// To find what grows: NAME is the only kind of round played; each sample is shown.

import Foundation
import Heap

struct Usage: Error {}

func text(after name: String) throws -> String? {
    guard let place = CommandLine.arguments.firstIndex(of: name) else { return nil }
    guard place + 1 < CommandLine.arguments.count else { throw Usage() }
    return CommandLine.arguments[place + 1]
}

func number(after name: String, default preset: Double? = nil) throws -> Double {
    guard let value = try text(after: name).map({ Double($0) }) ?? preset, value > 0 else { throw Usage() }
    return value
}

heap_keep_little(CommandLine.unsafeArgv)
do {
    let seconds = try number(after: "--seconds")
    let warmUp = try number(after: "--warm-up", default: min(120, seconds / 3))
    try raiseDescriptorLimit()
    let soak = try Soak(
        seconds: seconds, warmUp: warmUp, only: text(after: "--only"),
        showsSamples: CommandLine.arguments.contains("--samples"))
    let problems = try await soak.run()
    for problem in problems { print("FAILED: \(problem)") }
    exit(problems.isEmpty ? 0 : 1)
} catch is Usage {
    print("usage: Soak --seconds N [--warm-up N] [--only NAME] [--samples]")
    exit(2)
} catch {
    print("FAILED: \(error)")
    exit(1)
}
