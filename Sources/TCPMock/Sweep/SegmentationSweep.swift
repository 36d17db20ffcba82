// Every reply of a script, cut up in every way that one cut can, in the finest way, and in some of chance's.

/// Runs a client once for each way to cut a script's replies into segments; all must come to the same.
///
/// TCP keeps bytes in order and nothing else: a reply may come in one piece or in many, and a client that takes one read for one
/// reply works until it does not. The cases are every single cut of every reply, each reply byte by byte, all of them byte by byte,
/// and some segmentations chosen by the sweep's seed. The control case plays the script as it is.
///
/// ```swift
/// let sweep = SegmentationSweep([.expect("PING\r\n"), .send("+PONG\r\n"), .expect("QUIT\r\n")])
/// let result = try await sweep.run { server in try await pingAndQuit(server.host, server.port) }
/// ```
///
/// Replies are the steps `send` and `sendFrame` with bytes written in the script, wherever they stand; inside a `repeat` each round
/// is cut. What closures and tables reply is left whole.
public struct SegmentationSweep: Sweep {
    private let script: Script
    private let cuts: SweepOffsets
    private let random: Int
    private let rules: [SweepRule]
    private let options: SweepOptions
    private let location: SourcePosition

    /// A sweep over the replies of `script`.
    ///
    /// - `cuts`: which single cuts; the cut at 3 comes behind the third byte.
    /// - `random`: how many segmentations of chance's.
    /// - `rules`: what must hold for each case.
    public init(
        _ script: Script, cuts: SweepOffsets = .all, random: Int = 10,
        rules: [SweepRule] = [.sameOutcome, .neverHang, .neverCrash], options: SweepOptions = SweepOptions(),
        fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
    ) {
        self.script = script
        self.cuts = cuts
        self.random = random
        self.rules = rules
        self.options = options
        location = SourcePosition(fileID: fileID, filePath: filePath, line: line, column: column)
    }

    /// The control case, single cuts of each reply, each reply byte by byte, all of them so, then those of chance.
    public func planned() throws -> SweepPlan {
        if let problem = cuts.problem ?? (random < 0 ? "random: \(random) is no number of cases" : nil) {
            throw MockError(kind: .misuse, problem, at: location)
        }
        let maker = try Maker(script, framing: options.server.framing, seed: options.seed)
        guard !maker.long.isEmpty else {
            throw MockError(kind: .misuse, "the script has no reply of two bytes or more, to be cut", at: location)
        }
        var plan = SweepPlan(
            cases: [maker.control] + singles(maker) + maker.finest + (0..<random).map(maker.makeRandom), rules: rules,
            options: options, location: location, maker: maker)
        plan.legend = maker.long.map { "reply \($0.number) is \($0.step.sized($0.count)), \($0.step.location)" }
        return plan
    }

    private func singles(_ maker: Maker) -> [SweepCase] {
        maker.long.flatMap { reply in
            var chance = options.seed.round(reply.number)
            return cuts.offsets(in: 1..<reply.count, &chance).map { maker.makeCase([reply.number: [$0]]) }
        }
    }
}

extension SegmentationSweep {
    fileprivate struct Maker: SweepMaker {
        struct Reply: Sendable {
            let number: Int
            let step: Step
            let count: Int
        }

        let script: Script
        let framing: Framing
        let seed: Seed
        /// The replies that can be cut.
        let long: [Reply]

        init(_ script: Script, framing: Framing, seed: Seed) throws {
            var replies: [Reply] = []
            _ = try script.replacingSends(framing) { number, step, bytes in
                replies.append(Reply(number: number, step: step, count: bytes.count))
                return step
            }
            self.script = script
            self.framing = framing
            self.seed = seed
            long = replies.filter { $0.count > 1 }
        }

        var control: SweepCase {
            SweepCase(id: "control", "no reply is cut", group: "control", script: script, isControl: true)
        }

        /// Byte by byte: each reply, and all of them.
        var finest: [SweepCase] {
            let all = Dictionary(uniqueKeysWithValues: long.map { ($0.number, Array(1..<$0.count)) })
            let each = long.map { reply in
                let number = reply.number
                return makeCase(
                    [number: all[number]!], id: "bytes/\(number)", "reply \(number) byte by byte",
                    group: "byte by byte", position: number)
            }
            guard long.count > 1 else { return each }
            return each + [makeCase(all, id: "bytes/all", "all replies byte by byte", group: "all byte by byte")]
        }

        /// Each reply at places of chance's, in few pieces or in many.
        func makeRandom(_ round: Int) -> SweepCase {
            // Rounds below zero are nobody else's.
            var chance = seed.round(-1 - round)
            var cuts: [Int: [Int]] = [:]
            for reply in long {
                let most = Bool.random(using: &chance) ? min(4, reply.count - 1) : reply.count - 1
                cuts[reply.number] = SweepOffsets.sample(
                    Int.random(in: 1...most, using: &chance), of: 1..<reply.count, &chance)
            }
            return makeCase(
                cuts, id: "random/\(seed.value)/\(round)", "replies cut by chance, round \(round)", group: "by chance",
                position: round)
        }

        func makeCase(_ cuts: [Int: [Int]]) -> SweepCase {
            let numbers = cuts.keys.sorted()
            let id = "cut/" + numbers.map { "\($0)=\(Maker.list(cuts[$0]!))" }.joined(separator: "+")
            let label = numbers.map { "reply \($0) cut at \(Maker.list(cuts[$0]!))" }.joined(separator: ", ")
            return makeCase(
                cuts, id: id, label, group: "one cut in reply \(numbers.first ?? 0)",
                position: cuts[numbers.first ?? 0]?.first)
        }

        private static func list(_ cuts: [Int]) -> String { cuts.map(String.init).joined(separator: ",") }

        private func makeCase(
            _ cuts: [Int: [Int]], id: String, _ label: String, group: String, position: Int? = nil
        ) -> SweepCase {
            let only = cuts.count == 1 ? long.first { $0.number == cuts.first?.key } : nil
            return SweepCase(
                id: id, label, group: group, position: position, location: only?.step.location, shape: .cuts(cuts)
            ) {
                // It has been read before, so that nothing in it can be unplayable.
                let sliced = try? script.replacingSends(framing) { number, step, bytes in
                    CaseScript.sliced(step, bytes, at: cuts[number] ?? [])
                }
                return sliced ?? script
            }
        }

        func makeCase(_ shape: SweepCase.Shape) -> SweepCase? {
            guard case .cuts(let cuts) = shape else { return nil }
            for (number, places) in cuts {
                guard let reply = long.first(where: { $0.number == number }),
                    places.allSatisfy({ (1..<reply.count).contains($0) }), places == Set(places).sorted()
                else { return nil }
            }
            return cuts.isEmpty ? nil : makeCase(cuts)
        }

        /// `cut/1=3,7+2=5`, `random/SEED/4`; those of the plan are found there.
        func makeCase(id: String) -> SweepCase? {
            let parts = id.split(separator: "/")
            if parts.count == 3, parts[0] == "random", let value = UInt64(parts[1]), let round = Int(parts[2]),
                round >= 0
            {
                return (try? Maker(script, framing: framing, seed: Seed(value)))?.makeRandom(round)
            }
            guard parts.count == 2, parts[0] == "cut" else { return nil }
            var cuts: [Int: [Int]] = [:]
            for part in parts[1].split(separator: "+") {
                let pair = part.split(separator: "=")
                guard pair.count == 2, let number = Int(pair[0]) else { return nil }
                let places = pair[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
                guard !places.contains(nil) else { return nil }
                cuts[number] = places.compactMap(\.self)
            }
            return makeCase(.cuts(cuts))
        }
    }
}
