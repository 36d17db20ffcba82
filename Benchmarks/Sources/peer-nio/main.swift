// A test server as it is written by hand with SwiftNIO; every byte is checked.
//
//   peer-nio JOB [--pool shared|fresh] [--count N] [--bytes N] [--latencies FILE]
//
// For the load generator: roundtrip, framed, pipelined, stream, churn, open. In this process alone: fixture.

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
