import TCPMock

/// Its sentence is on standard error when this returns; nothing else happens.
func dropUnfinished() throws {
    _ = try MockServer([.expect("PING\r\n")])
    print("dropped")
}

/// The same of a client that has somebody to connect to.
func dropClientUnfinished() async throws {
    let server = try MockServer([])
    _ = try MockClient(connectingTo: server.address, [.send("PING\r\n")])
    print("dropped")
    _ = await server.stop()
}
