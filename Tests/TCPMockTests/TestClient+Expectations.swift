// What a test's client expects of the server, as calls: `#expect(try …)` does not compile in a throwing closure.

import TestClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension TestClient {
    /// The next bytes are this text; it reads `count` bytes, the text's number if not told.
    func expectText(_ text: String, reading count: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        let got = try receiveText(count ?? text.utf8.count)
        #expect(got == text, sourceLocation: sourceLocation)
    }

    /// The stream ends, without another byte.
    func expectEnd(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let got = try receiveAll()
        #expect(got == [], sourceLocation: sourceLocation)
    }

    /// The server resets the connection, now or soon.
    func expectReset(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: ClientError(call: "recv", code: ECONNRESET), sourceLocation: sourceLocation) {
            try receiveSome()
        }
    }
}
