// A step as a script would write it, for messages.

extension Step: CustomStringConvertible {
    /// The step as written: `expect "PING\r\n"`.
    public var description: String {
        switch kind {
        case .expectConnect: "expectConnect"
        case .expect(let bytes): "expect \(bytes)"
        case .expectTemplate(let template): "expectTemplate \(template)"
        case .expectPiece(let piece): piece.description
        case .expectFrame(let payload, _): "expectFrame \(Step.shown(payload))"
        case .receiveExactly(let count): "receive(exactly: \(count))"
        case .receiveAtLeast(let count): "receive(atLeast: \(count))"
        case .receiveUntil(let delimiter, let max): "receive(until: \(delimiter), max: \(max))"
        case .expectSilence(let duration): "expectSilence(for: \(duration.brief))"
        case .expectEOF: "expectEOF"
        case .expectDisconnect(.cleanly): "expectDisconnect"
        case .expectDisconnect(let how): "expectDisconnect(.\(how))"
        default: actionDescription
        }
    }

    private var actionDescription: String {
        switch kind {
        case .send(let bytes): "send \(bytes)\(damageText)\(pacing?.description ?? "")"
        case .sendFrame(let payload, _):
            "sendFrame \(Step.shown(payload))\(damageText)\(pacing?.description ?? "")"
        case .sendComputed: "send { … }"
        case .delay(let duration): "delay(\(duration.brief))"
        case .halfClose: "halfClose"
        case .disconnect(let discarding): discarding ? "disconnect(discardingInput: true)" : "disconnect"
        case .close: "close"
        case .reset(let discarding): discarding ? "reset(discardingUnsent: true)" : "reset"
        case .wait(let gate): "wait(\(gate))"
        case .open(let gate): "open(\(gate))"
        default: faultDescription
        }
    }

    private var faultDescription: String {
        switch kind {
        case .fault(let fault, .here): "fault(.\(fault))"
        case .fault(let fault, let placement): "fault(.\(fault), .\(placement))"
        case .stall(let duration): duration.map { "stall(for: \($0.brief))" } ?? "stall"
        case .stopReading: "stopReading"
        case .resumeReading: "resumeReading"
        case .expectBackpressure: "expectBackpressure"
        case .expectNoDelay: "expectNoDelay"
        default: structureDescription
        }
    }

    private var structureDescription: String {
        switch kind {
        case .repeat(let count, let steps): "repeat(\(count), \(counted(steps.count, "step")))"
        case .sequence(let steps): "sequence(\(counted(steps.count, "step")))"
        case .anyOrder(let steps): "anyOrder(\(counted(steps.count, "step")))"
        case .optional(let steps): "optional(\(counted(steps.count, "step")))"
        case .choose(let routes): "choose(\(counted(routes.count, "route")))"
        case .respond(_, _, let serves): serves ? "serve { … }" : "respond { … }"
        case .respondTo(let table, _, let serves):
            "\(serves ? "serve" : "respond")(to: \(counted(table.stubs.count, "stub")))"
        case .label(let name): "label(\"\(name)\")"
        default: ""
        }
    }

    static func shown(_ payload: Bytes) -> String {
        payload.array.isEmpty ? "\"\"" : payload.description
    }
}

extension Piece: CustomStringConvertible {
    var description: String {
        let kept = name.map { " as \"\($0)\"" } ?? ""
        return switch form {
        case .frame: "expectFrame \(check)\(kept)"
        case .line: "expectLine \(check)\(kept)"
        case .upTo(let delimiter, _): "expect(upTo: \(delimiter), \(check))\(kept)"
        case .exactly(let count): "receive(exactly: \(count))\(kept)"
        case .atLeast(let count): "receive(atLeast: \(count))\(kept)"
        case .until(let delimiter, let max): "receive(until: \(delimiter), max: \(max))\(kept)"
        }
    }
}
