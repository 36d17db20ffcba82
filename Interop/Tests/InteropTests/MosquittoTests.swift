// mosquitto_pub against scripts written in MQTT 3.1.1.

import Children
import TCPMockTesting
import Testing

/// A byte that says what it is, then a length of one to four bytes.
private let mqtt = Framing.varint(offset: 1)

/// See https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
private let connect = Script([
    .expectFrame("\(.hex("10 0004"))MQTT\(.hex("04 02 003c 0008"))gardener"), .sendFrame(.hex("20 0000")),
]).framing(mqtt)

private let disconnect = Script([.expectFrame(.hex("e0"))]).framing(mqtt)

private let atMostOnce = Script([.expectFrame("\(.hex("30 0006"))gardenripe")]).framing(mqtt)

private let atLeastOnce: Script = [
    .expectTemplate("\(.hex("32 0e 0006"))garden\(capture: "id", count: 2)ripe"),
    .send { captures in "\(.hex("40 02"))\(captures["id"] ?? [])" },  // PUBACK
]

private func publish(_ message: String, qos: Int, at server: MockServer) async throws -> ChildResult {
    try await Child.run(
        "mosquitto_pub",
        [
            "-h", server.host, "-p", "\(server.port)", "-V", "311", "-k", "60", "-i", "gardener",
            "-t", "garden", "-m", message, "-q", "\(qos)",
        ], environment: ["XDG_CONFIG_HOME": "/nonexistent", "HOME": "/nonexistent"])
}

@Test(arguments: [(0, atMostOnce), (1, atLeastOnce)])
func mosquittoPublishes(_ qos: Int, _ publication: Script) async throws {
    let result = try await withMockServer(connect + publication + disconnect, options: .patient) {
        try await publish("ripe", qos: qos, at: $0)
    }
    #expect(result.status == 0, "\(result)")
    #expect(result.output.isEmpty && result.errors.isEmpty, "\(result)")
}

@Test func mosquittoPublishesAMessageWhoseLengthTakesTwoBytes() async throws {
    let message = String(repeating: "ripe", count: 100)
    let publication = Script([.expectFrame("\(.hex("30 0006"))garden\(message)")]).framing(mqtt)
    let result = try await withMockServer(connect + publication + disconnect, options: .patient) {
        try await publish(message, qos: 0, at: $0)
    }
    #expect(result.status == 0, "\(result)")
}

@Test func mosquittoPublishesAnotherMessageThanTheScript() async throws {
    let (failure, result) = try await onlyFailure(of: connect + atMostOnce + disconnect) {
        try await publish("rife", qos: 0, at: $0)
    }
    #expect(
        failure.summary == #"connection 1, step 3 of 4: expected frame "0\0\x06gardenripe", got "0\0\x06gardenrife": "#
            + "first difference at byte 11 ('p' 0x70, got 'f' 0x66)")
    #expect(try failure.writtenStep.contains("gardenripe"))
    #expect(!result.wasKilled, "\(result)")
}

@Test func mosquittoPublishesAnotherMessageThanTheScriptAndWaitsForItsAcknowledgement() async throws {
    let (failure, result) = try await onlyFailure(of: connect + atLeastOnce + disconnect) {
        try await publish("rife", qos: 1, at: $0)
    }
    #expect(
        failure.summary == #"connection 1, step 3 of 5: expected 32 0e 00 06 67 61 72 64 65 6e <id: 2 bytes> "ripe", "#
            + "got 32 0e 00 06 67 61 72 64 65 6e 00 01 72 69 66 65: "
            + "first difference at byte 14 ('p' 0x70, got 'f' 0x66)")
    #expect(try failure.writtenStep.contains("capture: "))
    #expect(result.status == 7, "\(result)")
}
