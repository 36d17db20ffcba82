// Hostile frames of framings with an ending: lines and delimiters. A netstring's comma is one, too.

extension HostileFrames {
    mutating func addLines() {
        addTerminators([UInt8(ascii: "\n")])
        let (cr, crlf) = (payload + Array("\r".utf8), Array("\r\n".utf8))
        add(.cutTerminator, "CR and no LF", [cr], .refuse)
        add(.otherTerminator, "line that ends with CRLF", [payload + crlf], .accept, [payload])
        addSplit(.splitTerminator, "CR and LF in two segments", payload + crlf, after: cr.count)
        addFalseTerminator(Array("\r".utf8), crlf)
        addLongest(Array("\n".utf8), isMaxMeant: framing.maxFrameBytes != Framing.longestLine)
    }

    mutating func addDelimited(by delimiter: [UInt8]) {
        addTerminators(delimiter)
        addFalseTerminator(Array(delimiter.dropLast()), delimiter)
        addLongest(delimiter, isMaxMeant: framing.maxFrameBytes != Framing.longestLine)
    }

    /// What goes wrong with the terminator at the frame's end.
    mutating func addTerminators(_ terminator: [UInt8]) {
        let start = frame.count - terminator.count
        add(.missingTerminator, "no terminator", [Array(frame.prefix(start))], .refuse)
        addSplit(.splitTerminator, "terminator in a segment of its own", frame, after: start)
        guard terminator.count > 1 else { return }
        add(.cutTerminator, "end inside the terminator", [Array(frame.dropLast())], .refuse)
        addSplit(.splitTerminator, "terminator in two segments", frame, after: start + terminator.count / 2)
    }

    /// The beginning of the terminator, then all of it: the first belongs to the payload.
    private mutating func addFalseTerminator(_ beginning: [UInt8], _ terminator: [UInt8]) {
        let longer = payload + beginning
        guard !beginning.isEmpty, longer.count <= framing.maxFrameBytes else { return }
        let frame = longer + terminator
        guard (try? framing.decode(frame)) == [longer] else { return }
        add(.falseTerminator, "terminator's beginning before it", [frame], .accept, [longer])
    }

    /// The longest payload, and one that is longer. What must become of them is open where nobody said how long.
    private mutating func addLongest(_ terminator: [UInt8], isMaxMeant: Bool) {
        let longest = [UInt8](repeating: filler, count: min(framing.maxFrameBytes, Self.longestSent + 1))
        guard longest.count <= Self.longestSent else { return }
        add(.maxLength, "longest payload", [longest + terminator], isMaxMeant ? .accept : .either, [longest])
        let beyond = longest + [filler]
        add(
            .beyondMax, "payload beyond the longest", [beyond + terminator], isMaxMeant ? .refuse : .either,
            isMaxMeant ? [] : [beyond])
    }

    /// The longest payload that is sent whole.
    private static let longestSent = 256 * 1024
}
