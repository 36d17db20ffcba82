// What tests of refused scripts share.

import Testing

@testable import TCPMock

/// Why no server can be made of the script; nil: one can.
func refusal(of script: Script, _ options: MockServer.Options = .init()) -> MockError? {
    do {
        _ = try MockServer(script, options: options).stop()
        return nil
    } catch {
        return error as? MockError
    }
}

/// So many bytes.
func filler(_ count: Int) -> Bytes { Bytes([UInt8](repeating: 0x78, count: count)) }

/// Refused at its line, with its text.
func expectRefused(_ bad: BadScript) throws {
    let error = try #require(refusal(of: bad.script), "\(bad.text)")
    #expect(error.kind == .script)
    #expect(error.message.contains(bad.text), "\(error)")
    #expect(error.location?.line == bad.line, "\(error)")
}
