// Captures as bytes: blocks, headers, addresses, comments, times of day.

import Testing

@testable import TCPMock

private func hex(_ bytes: some Collection<UInt8>) -> String { ByteText.hex(bytes) }

private let hello = Told { told in
    told.change { $0.peer = "127.0.0.1:40001" }
    told.sent("hi!", at: 2)
}

@Test func theSectionAndTheInterfaceAreWrittenByTheBook() {
    let blocks = capture(hello).blocks
    let section = """
        0a 0d 0d 0a 50 00 00 00 4d 3c 2b 1a 01 00 00 00 ff ff ff ff ff ff ff ff \
        01 00 07 00 6d 61 64 65 20 75 70 00 \
        02 00 07 00 54 43 50 4d 6f 63 6b 00 03 00 07 00 54 43 50 4d 6f 63 6b 00 04 00 07 00 54 43 50 4d 6f 63 6b 00 \
        00 00 00 00 50 00 00 00
        """
    #expect(hex(blocks[0]) == section)
    let file = capture(hello)
    #expect(file.linkType == 101)  // LINKTYPE_RAW
    #expect(file.interfaceOptions.map(\.code) == [2, 3, 9])
    #expect(file.interfaceOptions.last?.bytes == [9])  // 10^-9 s
}

@Test func aPacketIsWrittenByTheBook() {
    let packet = Packet(
        time: 0, sender: .client, flags: [.psh, .ack], sequence: 0x0102_0304, acknowledged: 0x0A0B_0C0D,
        identification: 0x1234, payload: .kept(Array("hi!".utf8)[...]))
    let bytes = PacketBytes(
        packet, from: PacketEnd(address: [127, 0, 0, 1], port: 40_001),
        to: PacketEnd(address: [127, 0, 0, 2], port: 7000))
    #expect(
        hex(bytes.captured) == """
            45 00 00 2b 12 34 40 00 40 06 2a 96 7f 00 00 01 7f 00 00 02 \
            9c 41 1b 58 01 02 03 04 0a 0b 0c 0d 50 18 60 00 f6 a4 00 00 68 69 21
            """)
    var writer = PcapngWriter(by: "", comments: [])
    let begun = writer.bytes.count
    writer.add(bytes, at: 0x1122_3344_5566_7788, isInbound: false, comments: ["ok"])
    let block = hex(writer.bytes[begun...])
    #expect(
        block.hasPrefix("06 00 00 00 60 00 00 00 00 00 00 00 44 33 22 11 88 77 66 55 2b 00 00 00 2b 00 00 00 45 00"))
    #expect(block.hasSuffix("68 69 21 00 01 00 02 00 6f 6b 00 00 02 00 04 00 02 00 00 00 00 00 00 00 60 00 00 00"))
}

@Test func aSYNOffersWhatLinuxOffers() {
    let syn = capture(hello).packets[0]
    #expect(hex(syn.captured[40...]) == "02 04 ff d7 01 01 04 02 01 03 03 07")
    #expect(syn.captured[32] == 0x80)  // 32 bytes of header
}

@Test(arguments: [[], [1], [0xff, 0xff], [1, 2, 3], [UInt8](repeating: 0xff, count: 65_483)] as [[UInt8]])
func checksumsAreThoseOfRFC1071(_ payload: [UInt8]) {
    for address in [[10, 0, 0, 1], [UInt8](repeating: 0xfe, count: 16)] as [[UInt8]] {
        let told = Told { told in
            told.message(.received, payload, at: 2)
            told.change { $0.peerEnd = address.count == 4 ? .ipv4(1, (10, 0, 0, 1)) : .ipv6(1) }
        }
        #expect(capture(told).packets.count { !$0.checksumsAreValid } == 0)
    }
}

// MARK: Times

@Test func stampsAreTimesOfDayInNanoseconds() {
    let file = capture([hello.conversation], wallClock: 1_795_000_000_000_000_123)
    #expect(file.packets.first?.time == 1_795_000_000_001_000_123)
    #expect(file.packets.last?.time == 1_795_000_000_002_000_123)
}

@Test func stampsNeverGoBack() {
    let told = Told { told in
        told.received("a", at: 5)
        told.received("b", at: 3)
        told.add(.ended(.received), at: 4)
    }
    #expect(capture(told).packets.dropFirst(3).map(\.time) == [5_000_000, 5_000_000, 5_000_000, 5_000_000, 5_000_000])
}

// MARK: Addresses

private func ends(_ change: (inout Conversation) -> Void) -> CaptureEnds {
    var conversation = hello.conversation
    change(&conversation)
    return CaptureEnds(conversation)
}

@Test func addressesAndPortsAreThoseOfTheSockets() {
    let ends = ends { $0.listening = .ipv4("127.0.0.2", port: 7000) }
    #expect(ends.client.description == "127.0.0.1:40001")
    #expect(ends.server.description == "127.0.0.2:7000")
    #expect(ends.notes.isEmpty)
}

@Test func aServerOfAllAddressesIsShownAtLoopbackAndSaysSo() {
    let ends = ends { $0.listening = .ipv4("0.0.0.0", port: 7000) }
    #expect(ends.server.description == "127.0.0.1:7000")
    #expect(
        ends.notes == [
            "the server listened on 0.0.0.0:7000; 127.0.0.1:7000 stands for the address that was connected to"
        ])
}

@Test func whoCameOverIPv4ToASocketOfBothFamiliesIsShownSo() {
    let ends = ends {
        $0.listening = .ipv6("::", port: 7000)
        $0.peerEnd = .mapped(40_001)
    }
    #expect(ends.client.description == "127.0.0.1:40001")
    #expect(ends.server.description == "127.0.0.1:7000")
}

@Test func iPv6IsShownAsIPv6() {
    let told = Told { told in
        told.received("abc", at: 2)
        told.sent("de", at: 3)
        told.change {
            $0.listening = .ipv6("::1", port: 7000)
            $0.peerEnd = .ipv6(40_001)
        }
    }
    let file = capture(told)
    #expect(file.packets.count { !$0.isIPv6 } == 0)
    #expect(file.oddities == [])
    #expect(CaptureEnds(told.conversation).client.description == "[::1]:40001")
    #expect(hex(file.packets[0].captured[60...]) == "02 04 ff c4 01 01 04 02 01 03 03 07")
}

@Test func unixDomainSocketsGetAddressesThatAreMadeUpAndNameTheirPath() {
    let told = (1...2).map { number in
        Told(number) { told in
            told.received("abc", at: 2)
            told.change {
                $0.listening = .unix(path: "/tmp/x.sock")
                $0.peerEnd = .unix
                $0.peer = "unix"
            }
        }
    }
    let file = capture(told.map(\.conversation))
    #expect(file.oddities == [])
    #expect(Set(file.packets.filter(\.isInbound).map(\.sourcePort)) == [49_152, 49_153])
    #expect(
        file.packets[0].comments == [
            "connection 1: client unix", "over a Unix-domain socket at /tmp/x.sock: addresses and ports are made up",
        ])
}

@Test func madeUpEndsDifferForTensOfThousandsOfConnections() {
    let all = (1...60_000).map { number in
        ends {
            $0.number = number
            $0.peerEnd = .unix
        }.client
    }
    #expect(Set(all).count == 60_000)
}

// MARK: Comments

@Test func packetsSayWhichStepTheyBelongTo() {
    let told = Told { told in
        told.received("ab", at: 2) { $0.damage = "byte 1 changed" }
        told.step(.done, "delay(5 ms)", at: 7.25)
        told.sent("cd", at: 8)
        told.step(.ended(.sent), "fault(.fin)", at: 9)
        told.add(.kernel("FIN delivered"), at: 10)
    }
    let said = capture(told).packets.filter { !$0.comments.isEmpty }.map(\.comments)
    #expect(
        said == [
            ["connection 1: client 127.0.0.1:40001"],
            ["step 1 of 4 expect · Made.swift:1", "damage: byte 1 changed"],
            ["step 2 of 4 delay(5 ms) · +6.250 ms · Made.swift:2", "step 3 of 4 send · Made.swift:3"],
            ["step 4 of 4 fault(.fin) · +8.000 ms · Made.swift:4", "kernel: FIN delivered"],
        ])
}

/// Such a step is done when the other side has ended its stream too.
@Test func aStepThatDisconnectsIsToldOnItsOwnFIN() {
    let told = Told { told in
        told.add(.ended(.sent), at: 2)
        told.add(.ended(.received), at: 6)
        told.step(.done, "disconnect", at: 6)
    }
    let file = capture(told)
    #expect(file.ladder[3] == "< FIN ACK 1 1")
    #expect(file.packets[3].comments == ["step 1 of 4 disconnect · +5.000 ms · Made.swift:1"])
}

@Test func aStepThatNoPacketComesAfterIsToldOnTheLatest() {
    let told = Told { told in
        told.received("ab", at: 2)
        told.step(.failed(isLimit: true), "expect", at: 7)
    }
    #expect(capture(told).packets[3].comments.last == "step 2 of 4 expect · limit passed · +6.000 ms · Made.swift:2")
}

@Test func longCommentsAreCutBetweenCharacters() throws {
    let told = Told { $0.step(.done, "x" + String(repeating: "ä", count: 9000), at: 2) }
    let comment = try #require(capture(told).packets.compactMap(\.comments.last).last)
    #expect(comment.hasSuffix("äää…"))
    #expect(comment.utf8.count <= 4100)
}

// MARK: What is known of a stream

@Test func whatWasKeptTwiceIsKnownOnce() {
    var runs = KeptRuns()
    runs.add(Array("cd".utf8), at: 2)
    runs.add(Array("XbcdE".utf8), at: 0)
    runs.add([], at: 9)
    runs.add(Array("ij".utf8), at: 8)
    #expect(runs.extent(at: 0, limit: 100) == (5, true))
    #expect(String(decoding: runs.bytes(0..<5), as: UTF8.self) == "XbcdE")
    #expect(runs.extent(at: 5, limit: 100) == (8, false))
    #expect(runs.extent(at: 5, limit: 7) == (7, false))
    #expect(runs.extent(at: 9, limit: 100) == (10, true))
    #expect(runs.extent(at: 10, limit: 100) == (100, false))
}
