// TCPMock as a user would use it, through its public interface; every byte is checked.
//
//   peer-tcpmock JOB [--recording transcript|countersOnly] [--rounds N] [--form steps|table] [--count N] [--bytes N]
//                    [--latencies FILE] [--client waiting|spinning]
//
// For the load generator: roundtrip, framed, pipelined, stream, churn, open. In this process alone: fixture, enqueue,
// closure, idle-servers, failing, slices, open-inside, sweep.

import CClient
import PeerKit

let arguments = Arguments()
cclient_raise_descriptor_limit()
do {
    switch arguments.job {
    case "fixture": try fixture(arguments)
    case "enqueue": try enqueue(arguments)
    case "closure": try closure(arguments)
    case "idle-servers": try idleServers(arguments)
    case "failing": try failing(arguments)
    case "slices": try slices(arguments)
    case "open-inside": try openInside(arguments)
    case "sweep": try sweep(arguments)
    default: try serveLoad(arguments)
    }
} catch {
    fail(error)
}
