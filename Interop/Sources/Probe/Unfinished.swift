import TCPMock

/// Its sentence is on standard error when this returns; nothing else happens.
func dropUnfinished() throws {
    _ = try MockServer([.expect("PING\r\n")])
    print("dropped")
}
