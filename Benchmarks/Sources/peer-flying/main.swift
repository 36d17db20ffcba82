// A test server on FlyingSocks, each connection a task; every byte is checked.
//
//   peer-flying JOB [--pool shared|fresh] [--count N] [--bytes N] [--latencies FILE]
//
// For the load generator: roundtrip, framed, pipelined, stream, churn, open. In this process alone: fixture.
//
// This thread blocks; it is none of the pool's, where the tasks are.

import CClient
import PeerKit

let arguments = Arguments()
cclient_raise_descriptor_limit()
do {
    switch arguments.job {
    case "fixture": try fixture(arguments)
    default: try serveLoad(arguments)
    }
} catch {
    fail(error)
}
