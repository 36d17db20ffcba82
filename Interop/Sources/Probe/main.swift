// What has to be seen from outside a process, or needs a process of its own. It links TCPMock alone.
//
//   Probe descriptors   a server runs out of descriptors while accepting, and goes on when there are some again
//   Probe ports         clients where the system has ten ports to connect from
//   Probe servers       200 servers at once, each stopped in the middle of a delay
//   Probe sweep         a sweep of a thousand cases, and one of two hundred commands
//   Probe connect-faults  what they leave behind, and how much the process works while clients wait
//   Probe unfinished    a server is dropped without being finished; unfinished-client: a client

import Foundation

do {
    switch CommandLine.arguments.dropFirst().first {
    case "descriptors": try await outOfDescriptors()
    case "ports": try await outOfPorts()
    case "servers": try await manyServers()
    case "connect-faults": try await connectFaults()
    case "sweep": try await manyCases()
    case "unfinished": try dropUnfinished()
    case "unfinished-client": try await dropClientUnfinished()
    default:
        print("usage: Probe descriptors | ports | servers | connect-faults | sweep | unfinished | unfinished-client")
        exit(2)
    }
} catch {
    print("failed:", error)
    exit(1)
}
