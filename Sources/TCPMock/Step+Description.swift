// A step as a script would write it, for messages.

extension Step: CustomStringConvertible {
    /// The step as written: `expect "PING\r\n"`.
    public var description: String {
        switch kind {
        case .expectConnect: "expectConnect"
        case .expect(let bytes): "expect \(bytes)"
        case .expectFrame(let payload, _): "expectFrame \(Step.shown(payload))"
        case .receiveExactly(let count): "receive(exactly: \(count))"
        case .receiveAtLeast(let count): "receive(atLeast: \(count))"
        case .receiveUntil(let delimiter, let max): "receive(until: \(delimiter), max: \(max))"
        case .expectSilence(let duration): "expectSilence(for: \(duration.brief))"
        case .expectEOF: "expectEOF"
        case .expectDisconnect(.cleanly): "expectDisconnect"
        case .expectDisconnect(let how): "expectDisconnect(.\(how))"
        case .send(let bytes): "send \(bytes)"
        case .sendFrame(let payload, _): "sendFrame \(Step.shown(payload))"
        case .delay(let duration): "delay(\(duration.brief))"
        case .halfClose: "halfClose"
        case .disconnect(let discarding): discarding ? "disconnect(discardingInput: true)" : "disconnect"
        case .close: "close"
        case .reset(let discarding): discarding ? "reset(discardingUnsent: true)" : "reset"
        case .repeat(let count, let steps): "repeat(\(count), \(steps.count) steps)"
        case .label(let name): "label(\"\(name)\")"
        }
    }

    private static func shown(_ payload: Bytes) -> String {
        payload.array.isEmpty ? "\"\"" : payload.description
    }
}
