// Expected and got side by side, with the first byte marked that differs.

/// What two panels of eight bytes a row show: pure.
struct HexComparison: Sendable {
    static let width = 8
    /// How many rows at most.
    static let rows = 6

    let expected: [UInt8]
    let got: [UInt8]
    /// Where they part, counted from the start of both.
    let difference: Int
    /// What is added to offsets: those of a template's part count from the template's start.
    let base: Int
    /// The first byte shown.
    let start: Int

    /// - `offset`: where the failure says that they part.
    init(expected: [UInt8], got: [UInt8], offset: Int?) {
        self.expected = expected
        self.got = got
        difference = Bytes.firstDifference(expected, got)
        base = max(0, (offset ?? difference) - difference)
        start = max(0, difference / HexComparison.width - 2) * HexComparison.width
    }

    /// One past the last byte shown.
    var end: Int {
        min(start + HexComparison.rows * HexComparison.width, max(expected.count, got.count))
    }

    /// Whether it shows all of `bytes`, as what came.
    func shows(all bytes: [UInt8]) -> Bool {
        start == 0 && got == bytes && got.count <= end
    }

    /// `first difference at byte 1: expected 'I' 0x49, got 'O' 0x4F`.
    var caption: String {
        let place = "byte \(base + difference)"
        switch (expected.indices.contains(difference), got.indices.contains(difference)) {
        case (true, true):
            return "first difference at \(place): expected \(ByteText.named(expected[difference])), "
                + "got \(ByteText.named(got[difference]))"
        case (true, false):
            let rest = expected.count - difference
            return "nothing came from \(place) on: \(counted(rest, "byte")) more \(rest == 1 ? "was" : "were") expected"
        case (false, true): return "all \(counted(expected.count, "expected byte")) came, and more"
        case (false, false): return "the bytes are equal"
        }
    }
}

extension Markup {
    /// Two panels, and what they come to.
    mutating func comparison(_ comparison: HexComparison) {
        element("div", ["class": "compare"]) { markup in
            markup.panel("expected", comparison.expected, comparison)
            markup.panel("got", comparison.got, comparison)
        }
        element("p", ["class": "difference"], text: comparison.caption)
    }

    private mutating func panel(_ title: String, _ bytes: [UInt8], _ comparison: HexComparison) {
        let name = "\(title), \(counted(bytes.count, "byte"))"
        element("div", ["class": "panel \(title)", "role": "group", "aria-label": name]) { markup in
            markup.element("h4", text: name)
            markup.element("div", ["class": "hex", "tabindex": "0"]) { markup in
                if comparison.start > 0 {
                    let before = comparison.start
                    markup.element("p", ["class": "hole"], text: "\(counted(before, "byte")) before are equal")
                }
                for start in stride(from: comparison.start, to: comparison.end, by: HexComparison.width)
                where start < bytes.count || start <= comparison.difference {
                    markup.row(bytes, start..<min(start + HexComparison.width, comparison.end), comparison)
                }
                if bytes.count > comparison.end {
                    let more = counted(bytes.count - comparison.end, "more byte")
                    markup.element("p", ["class": "hole"], text: "… \(more)")
                }
            }
        }
    }

    private mutating func row(_ bytes: [UInt8], _ places: Range<Int>, _ comparison: HexComparison) {
        element("p") { markup in
            markup.element("i", text: Markup.offset(comparison.base + places.lowerBound))
            markup.element("b") { markup in
                for place in places {
                    if place > places.lowerBound { markup.text(" ") }
                    markup.cell(bytes, place, comparison, absent: "--", ByteText.hex)
                }
            }
            markup.element("u") { markup in
                for place in places {
                    markup.cell(bytes, place, comparison, absent: " ") { ByteText.dotted([$0]) }
                }
            }
        }
        newline()
    }

    private mutating func cell(
        _ bytes: [UInt8], _ place: Int, _ comparison: HexComparison, absent: String, _ show: (UInt8) -> String
    ) {
        let shown = bytes.indices.contains(place) ? show(bytes[place]) : absent
        if place == comparison.difference {
            element("mark", ["class": "first"], text: shown)
        } else if place > comparison.difference, !comparison.isEqual(at: place) {
            element("mark", text: shown)
        } else {
            text(shown)
        }
    }
}

extension HexComparison {
    fileprivate func isEqual(at place: Int) -> Bool {
        expected.indices.contains(place) && got.indices.contains(place) && expected[place] == got[place]
    }
}
