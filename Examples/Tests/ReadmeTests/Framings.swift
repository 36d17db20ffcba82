import LineClient
import TCPMockTesting
import Testing

struct Framings {
    @Test func aClientMayUseThem() throws {
        let framing = Framing.lengthPrefix(UInt16.self)
        let frame = try framing.encode("hello".utf8)  // 00 05 68 65 6c 6c 6f

        var decoder = framing.decoder()
        decoder.append(frame.prefix(3))  // as it arrives
        #expect(try decoder.next() == nil)
        decoder.append(frame.dropFirst(3))
        #expect(try decoder.next() == Array("hello".utf8))
        try decoder.finish()  // throws in the middle of a frame
        #expect(try framing.decode(frame + frame).count == 2)
    }
}
