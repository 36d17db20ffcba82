// Addresses that can't be listened on: a thrown error that says why and what to do.

import TCPMock
import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private func problem(at address: MockAddress) -> MockError? {
    do {
        let server = try MockServer([], options: .init(address: address))
        _ = server.stop()
        return nil
    } catch {
        return error as? MockError
    }
}

@Suite struct BadAddressTests {
    @Test func aPortInUseIsNamed() async throws {
        let first = try MockServer([])
        let error = try #require(problem(at: .ipv4("127.0.0.1", port: first.port)))
        #expect(error.kind == .address)
        #expect(error.errno == EADDRINUSE)
        #expect(error.message.contains("127.0.0.1:\(first.port)"))
        #expect(error.message.contains("leave the port out"))
        _ = await first.stop()
    }

    @Test(arguments: ["localhost", "127.0.0.1.1", "", "::1", "256.0.0.1"])
    func aHostThatIsNoNumericAddressIsNamed(host: String) throws {
        let error = try #require(problem(at: .ipv4(host)))
        #expect(error.kind == .address)
        #expect(error.message.contains("not a numeric"), "\(error)")
        #expect(error.errno == nil || error.errno == 0)
    }

    @Test func aHostThatIsTooLongIsAnAddressProblem() throws {
        #expect(try #require(problem(at: .ipv4(String(repeating: "1", count: 300)))).kind == .address)
    }

    @Test func anIPv4AddressIsNoIPv6Address() throws {
        #expect(try #require(problem(at: .ipv6("127.0.0.1"))).message.contains("not a numeric"))
    }

    @Test func anAddressThisMachineHasNotIsSaidToBeSo() throws {
        // The same happens to ::1 where IPv6 is switched off.
        for address in [MockAddress.ipv6("2001:db8::1"), .ipv4("192.0.2.1")] {
            let error = try #require(problem(at: address))
            #expect(error.kind == .address)
            #expect(error.errno == EADDRNOTAVAIL || error.errno == EAFNOSUPPORT)
            #expect(error.message.contains("no such address"), "\(error)")
        }
    }

    @Test(arguments: [-1, 65536, .max])
    func aPortOutOfRangeIsNamed(port: Int) throws {
        #expect(try #require(problem(at: .ipv4("127.0.0.1", port: port))).message.contains("0 to 65535"))
    }

    @Test func aPathInAMissingDirectoryIsNamed() throws {
        let error = try #require(problem(at: .unix(path: "/tmp/tcpmock-no-such-directory/socket")))
        #expect(error.kind == .address)
        #expect(error.errno == ENOENT)
        #expect(error.message.contains("/tmp/tcpmock-no-such-directory/socket"))
    }

    @Test(arguments: [107, 108, 109, 500])
    func aPathHasAtMost107Bytes(count: Int) throws {
        let path = "/tmp/" + String(repeating: "x", count: count - 5)
        let error = problem(at: .unix(path: path))
        #expect((error == nil) == (count <= 107))
        if let error { #expect(error.message.contains("too long"), "\(error)") }
        #expect(becomes { access(path, F_OK) != 0 })
    }

    @Test func anEmptyPathIsRefused() throws {
        #expect(try #require(problem(at: .unix(path: ""))).kind == .address)
    }

    @Test func aPathThatExistsIsRefusedAndLeftAlone() throws {
        let path = "/tmp/tcpmock-\(getpid())-exists"
        let fd = open(path, O_CREAT | O_WRONLY, 0o600)
        close(fd)
        defer { unlink(path) }
        let error = try #require(problem(at: .unix(path: path)))
        #expect(error.errno == EADDRINUSE)
        #expect(error.message.contains("exists already"))
        #expect(access(path, F_OK) == 0)
    }

    @Test func aRefusedServerLeavesNoDescriptor() throws {
        let before = try #require(lowestFreeDescriptor())
        for _ in 0..<50 { _ = problem(at: .unix(path: "/tmp/tcpmock-no-such-directory/socket")) }
        // Other tests open and close meanwhile: 50 leaked ones would show all the same.
        #expect(becomes { (lowestFreeDescriptor() ?? .max) < before + 50 })
    }

    private func lowestFreeDescriptor() -> Int32? {
        let fd = dup(0)
        if fd >= 0 { close(fd) }
        return fd >= 0 ? fd : nil
    }
}
