// String literals with bytes in them, wherever scripts take literals.

import Foundation
import TCPMock
import TestClient
import Testing

@Suite struct InterpolationTests {
    static let stored = Bytes.hex("00 ff")

    @Test func bytesInALiteralStandForThemselves() {
        let array: [UInt8] = [0xfe, 0x80]
        #expect(("a\(Self.stored)b" as Bytes).array == [0x61, 0x00, 0xff, 0x62])
        #expect(("a\(array)b" as Bytes).array == [0x61, 0xfe, 0x80, 0x62])
        #expect(("\(array[1...])\(Data(array))" as Bytes).array == [0x80, 0xfe, 0x80])
        #expect(("\(array.reversed().lazy.map { $0 + 1 })" as Bytes).array == [0x81, 0xff])
        #expect(("D\(.hex("0001"))!" as Bytes).array == [0x44, 0x00, 0x01, 0x21])
    }

    @Test func allElseStandsForItsText() {
        let word = "käse"
        #expect(("\(word) \(42) \(word.prefix(1))" as Bytes).array == Array("käse 42 k".utf8))
    }

    @Test func whatIsNoHexIsToldWhereTheLiteralIsUsed() throws {
        let bad: [Script] = [
            [.send("a\(.hex("0"))b\(.hex("00"))")], [.expectLine("\(.hex("zz"))")], [.expectTemplate("\(.hex("0"))")],
            [.respond(to: ["a": "\(.hex("0"))"])],
        ]
        for script in bad {
            let error = #expect(throws: MockError.self) { _ = try MockServer(script) }
            #expect(error?.message.contains("pairs of hex digits") == true, "\(error.map { "\($0)" } ?? "")")
        }
    }

    @Test func bytesGoThroughEveryKindOfLiteral() async throws {
        let script: Script = [
            .expect("1\(Self.stored)"), .expectLine("2\(Self.stored)"), .expectTemplate("3\(Self.stored)\(any: 1)"),
            .respond(to: ["4\(Self.stored)": "5\(Self.stored)"]),
            .receive(exactly: 2, as: "raw"),
            .send { captures in "6\(captures["raw"] ?? [])" },
        ]
        let verdict = try await serve(script) { client in
            let stored = Self.stored.array
            try client.send([0x31] + stored + [0x32] + stored + [0x0a])
            try client.send([0x33] + stored + [0x00] + [0x34] + stored + [0xc3, 0x28])
            #expect(try client.receive(6) == [0x35] + stored + [0x36, 0xc3, 0x28])
        }
        expectClean(verdict)
    }
}
