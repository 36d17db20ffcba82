// Thousands of connections, both of whose ends are TCPMock's, all open at once.

import CClient
import Foundation
import PeerKit
import TCPMock

private let message = Bytes(Messages.small)

func openInside(_ arguments: Arguments) throws -> Never {
    let count = arguments.number("count") ?? arguments.number("connections") ?? 9_900
    let options = options(arguments)
    let before = Memory.now
    let start = cclient_now()
    let server = try MockServer(every: [.expect(message), .send(message)], count: count, options: options)
    let clients = try MockClient.many(
        count, atOnce: count, connectingTo: server.address, [.send(message), .expect(message)],
        options: .init(limits: options.limits, afterScript: .stayOpen, recording: options.recording))
    try clients.join()
    try server.join()
    let taken = cclient_now() - start
    let after = Memory.now
    let open = server.active
    let tallies = [tally(clients.finish()), tally(server.finish())]
    let failures = tallies.reduce(0) { $0 + $1.failures } + (open == count ? 0 : 1)
    say([
        "count": count, "connections": tallies[1].connections, "bytes": tallies[0].bytes + tallies[1].bytes,
        "failures": failures, "ns_total": taken, "seconds": Double(taken) / 1e9,
        "user_bytes": (after.heap - before.heap) / count, "measure": "mallinfo2, both ends",
    ])
    exit(failures == 0 ? 0 : 1)
}
