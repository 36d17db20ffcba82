// Every reply of a script, broken off at every byte.

/// Runs a client once for each fault at each byte of a script's replies.
///
/// A case plays the script up to one reply, sends the first bytes of that, and then the fault happens: at offset 0 before the
/// first byte, at the last offset before the last byte. From there on the client may do what it likes; connections that it makes
/// then are reset and counted. One more case, the control, plays the script as it is.
///
/// ```swift
/// let sweep = FaultSweep(
///     [
///         .expect(upTo: "\r\n\r\n", .prefix("GET ")),
///         .send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nred"),
///     ], faults: [.fin])
/// let result = try await sweep.run { server in try await fetch(server.host, server.port) }
/// print(result.map)  // fin, reply 1  0..16 threw … · 17..36 SILENT SUCCESS · 37..40 threw … · 41 ok
/// ```
///
/// Replies are the steps `send` and `sendFrame` with bytes written in the script, also inside `sequence` and `repeat` (there of the
/// first and the last round). Those of `optional`, `anyOrder` and `choose`, of closures and of tables are played whole: the result's
/// notes name them.
public struct FaultSweep: Sweep {
    private let script: Script
    private let faults: [Fault]
    private let offsets: SweepOffsets
    private let rules: [SweepRule]
    private let options: SweepOptions
    private let location: SourcePosition

    /// A sweep over the replies of `script`.
    ///
    /// - `faults`: what happens.
    /// - `offsets`: after how many bytes of each reply.
    /// - `rules`: what must hold for each case.
    public init(
        _ script: Script, faults: [Fault] = [.fin, .reset], offsets: SweepOffsets = .all,
        rules: [SweepRule] = [.truncationMustFail, .neverHang, .neverCrash], options: SweepOptions = SweepOptions(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) {
        self.script = script
        self.faults = faults
        self.offsets = offsets
        self.rules = rules
        self.options = options
        location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
    }

    /// The control case, then each fault for each reply in turn, at rising offsets.
    public func planned() throws -> SweepPlan {
        if let problem = offsets.problem { throw MockError(kind: .misuse, problem, at: location) }
        let swept = try SweepReplies(script, framing: options.server.framing)
        guard !swept.replies.isEmpty, !faults.isEmpty else {
            throw MockError(
                kind: .misuse, faults.isEmpty ? "no fault to sweep" : "the script has no reply that can be broken off",
                at: location)
        }
        let maker = Maker(script: script, replies: swept.replies, faults: faults)
        var cases = [maker.control]
        for (fault, reply) in maker.pairs {
            var chance = options.seed.round(reply.number)
            for offset in offsets.offsets(in: 0..<reply.bytes.count, &chance) {
                cases.append(maker.makeCase(fault, reply, offset))
            }
        }
        let rows = maker.pairs.map { SweepPlan.Row(group: maker.group($0, $1), end: $1.bytes.count) }
        var plan = SweepPlan(
            cases: cases, rules: rules, options: options, location: location, rows: rows, maker: maker)
        plan.notes = swept.notes
        plan.legend = swept.replies.map(\.legend)
        return plan
    }
}

extension FaultSweep {
    fileprivate struct Maker: SweepMaker {
        let script: Script
        let replies: [SweepReply]
        let faults: [Fault]

        var pairs: [(Fault, SweepReply)] { faults.flatMap { fault in replies.map { (fault, $0) } } }

        var control: SweepCase {
            SweepCase(id: "control", "nothing is done to it", group: "control", script: script, isControl: true)
        }

        func group(_ fault: Fault, _ reply: SweepReply) -> String { "\(fault), \(reply.name)" }

        func makeCase(_ fault: Fault, _ reply: SweepReply, _ offset: Int) -> SweepCase {
            SweepCase(
                id: "\(fault)/\(reply.number)/\(offset)", "\(fault) at byte \(offset) of \(reply.name)",
                group: group(fault, reply), position: offset,
                script: Script(reply.before + CaseScript.broken(reply, after: offset, by: fault)),
                freeFrom: reply.before.count, location: reply.step.location,
                shape: .fault(fault, reply: reply.number, offset: offset))
        }

        func makeCase(_ shape: SweepCase.Shape) -> SweepCase? {
            guard case .fault(let fault, let number, let offset) = shape, replies.indices.contains(number - 1),
                (0..<replies[number - 1].bytes.count).contains(offset)
            else { return nil }
            return makeCase(fault, replies[number - 1], offset)
        }

        func makeCase(id: String) -> SweepCase? {
            let parts = id.split(separator: "/")
            guard parts.count == 3, let fault = faults.first(where: { $0.description == parts[0] }),
                let reply = Int(parts[1]), let offset = Int(parts[2])
            else { return nil }
            return makeCase(.fault(fault, reply: reply, offset: offset))
        }
    }
}
