// Many connections in one process, every byte checked on both sides; prints what that costs. Links TCPMock alone.
//
//   Load window   10,000 clients, 2,000 at a time, against one server
//   Load held     9,900 connections, all open at once

import Foundation
import TCPMock

do {
    try raiseDescriptorLimit()
    switch CommandLine.arguments.dropFirst().first {
    case "window": try await window(10_000, atOnce: 2_000)
    case "held": try await held(9_900)
    default:
        print("usage: Load window | held")
        exit(2)
    }
} catch {
    print("failed:", error)
    exit(1)
}
