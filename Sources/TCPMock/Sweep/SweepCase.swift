// One case of a sweep: a script, and where it stands on the map.

/// One run of the client in a sweep: the script it meets, and where its outcome stands on the sweep's map.
///
/// ``FaultSweep`` and ``SegmentationSweep`` make theirs; a ``CaseSweep`` takes any.
public struct SweepCase: Sendable {
    /// What is done to the client, in words: `fin at byte 17 of reply 1`.
    public let label: String
    /// The row of the map it belongs to: `fin, reply 1`.
    public let group: String
    /// Its place in the row; nil: rows without numbers, in the order of the cases.
    public let position: Int?
    /// What the server plays to the client.
    ///
    /// Those of a planner are made when they are wanted: there is one case for each byte, and each script has all the steps.
    public var script: Script { makeScript() }
    private let makeScript: @Sendable () -> Script
    /// From which of the script's steps on (counted from 0) the client may do what it likes; nil: it follows the script to its end.
    ///
    /// What it does then is no failure of the script, and the server ends as soon as the client does.
    public let freeFrom: Int?
    /// Whether it is the conversation as it should be, with which the others are compared.
    public let isControl: Bool
    /// The line of the step that is swept, if there is one.
    public let location: SourcePosition?
    /// What a replay token calls it: one word, the same in each run, another for each case of a sweep.
    public let id: String
    /// What can be made smaller about it.
    var shape = Shape.other
    /// What a ``HostileFrameSweep`` has made it from.
    var hostile: HostileReply?

    /// What a planner has made it from.
    enum Shape: Sendable, Hashable {
        case other
        /// So many bytes of a reply, numbered from 1, and then the fault.
        case fault(Fault, reply: Int, offset: Int)
        /// Where each of the replies, numbered from 1, is cut.
        case cuts([Int: [Int]])
    }

    /// Makes a case for a ``CaseSweep``.
    ///
    /// - `label`: what is done to the client; no two cases of a sweep have the same, for a replay token is made of it.
    /// - `group`: the row of the map. Cases of one row stand one behind the other in the sweep.
    /// - `position`: its place in the row, if places are numbered.
    /// - `freeFrom`: the index of the first of the script's steps from which on the client may do what it likes.
    /// - `isControl`: whether the others are compared with it; it is played first. At most one of a sweep.
    /// - `location`: the line of the step that is swept.
    public init(
        _ label: String, group: String, position: Int? = nil, script: Script, freeFrom: Int? = nil,
        isControl: Bool = false, location: SourcePosition? = nil
    ) {
        self.init(
            id: isControl ? "control" : SweepToken.word(label), label, group: group, position: position, script: script,
            freeFrom: freeFrom, isControl: isControl, location: location)
    }

    init(
        id: String, _ label: String, group: String, position: Int? = nil, script: Script, freeFrom: Int? = nil,
        isControl: Bool = false, location: SourcePosition? = nil, shape: Shape = .other
    ) {
        self.init(
            id: id, label, group: group, position: position, freeFrom: freeFrom, isControl: isControl,
            location: location,
            shape: shape
        ) { script }
    }

    init(
        id: String, _ label: String, group: String, position: Int? = nil, freeFrom: Int? = nil, isControl: Bool = false,
        location: SourcePosition? = nil, shape: Shape = .other, script: @escaping @Sendable () -> Script
    ) {
        self.id = id
        self.label = label
        self.group = group
        self.position = position
        makeScript = script
        self.freeFrom = freeFrom
        self.isControl = isControl
        self.location = location
        self.shape = shape
    }
}
