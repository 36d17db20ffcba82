// Cuts frames out of the stream: four bytes of length, big-endian, then the payload.

import NIOCore

struct FrameDecoder: NIOSingleStepByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(buffer: inout ByteBuffer) throws -> ByteBuffer? {
        buffer.readLengthPrefixedSlice(as: UInt32.self)
    }

    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> ByteBuffer? {
        if let frame = try decode(buffer: &buffer) { return frame }
        if buffer.readableBytes > 0 { throw TruncatedFrame() }
        return nil
    }
}

struct TruncatedFrame: Error {}
