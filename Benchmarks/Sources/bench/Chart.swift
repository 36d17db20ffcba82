// The chart: for each line a group of bars, one per peer, as long as the peer is slower than the first, on a logarithmic
// scale. One SVG file that needs nothing else and can be read on light and on dark ground.

struct Chart {
    private let groups: [Group]

    private struct Group {
        let title: String
        let bars: [Bar]
    }

    private struct Bar {
        let name: String
        /// How many times the first peer's cost: for rates the inverse of the ratio.
        let cost: Double
        let label: String
        let isOurs: Bool
    }

    private enum Size {
        static let width = 960.0
        static let left = 230.0
        static let right = 90.0
        static let top = 92.0
        static let row = 18.0
        static let bar = 12.0
        static let gap = 34.0
    }

    /// Only lines with more than one peer have anything to compare.
    init(_ results: [LineResult]) {
        groups = results.compactMap { result in
            let bars = result.peers.dropFirst().compactMap { Chart.bar($0, of: result) }
            return bars.isEmpty ? nil : Group(title: result.line.title, bars: bars)
        }
    }

    private static func bar(_ peer: PeerResult, of result: LineResult) -> Bar? {
        guard let ratio = result.ratio(of: peer), let value = result.value(of: peer), ratio.value > 0 else {
            return nil
        }
        let isRate = result.line.measure.isRate
        let figure = "\(value.fixed(result.line.measure.digits)) \(result.line.measure.unit)"
        return Bar(
            name: peer.peer.name, cost: isRate ? 1 / ratio.value : ratio.value,
            label: "\(isRate ? (1 / ratio.value).significant : ratio.value.significant) (\(figure))",
            isOurs: peer.peer.name.hasPrefix("TCPMock"))
    }

    private var lowest: Double { 0.5 }
    private var highest: Double { max(10, groups.flatMap(\.bars).map(\.cost).max() ?? 10) * 1.2 }

    private func x(_ cost: Double) -> Double {
        let place = (min(max(cost, lowest), highest).logarithm - lowest.logarithm)
        return Size.left + (Size.width - Size.left - Size.right) * place / (highest.logarithm - lowest.logarithm)
    }

    var svg: String {
        var y = Size.top
        var body = ""
        for group in groups {
            body += text(Size.left - 200, y + 4, group.title, "group")
            y += 12
            for bar in group.bars {
                body += draw(bar, at: y)
                y += Size.row
            }
            y += Size.gap
        }
        return head(height: y) + axis(to: y - Size.gap + 6) + body + "</svg>\n"
    }

    private func draw(_ bar: Bar, at y: Double) -> String {
        let (from, to) = (min(x(1), x(bar.cost)), max(x(1), x(bar.cost)))
        let kind = bar.isOurs ? "ours" : "other"
        return text(Size.left - 8, y + 10, bar.name, "name \(kind)")
            + "<rect class=\"\(kind)\" x=\"\(from.fixed(1))\" y=\"\((y + 1).fixed(1))\" "
            + "width=\"\(max(1.5, to - from).fixed(1))\" height=\"\(Size.bar.fixed(0))\" rx=\"1.5\"/>\n"
            + text(to + 6, y + 10, bar.label, "value")
    }

    private func axis(to bottom: Double) -> String {
        let marks = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter { $0 <= highest }
        return marks.map { mark in
            let place = x(mark).fixed(1)
            return "<line class=\"\(mark == 1 ? "first" : "grid")\" x1=\"\(place)\" x2=\"\(place)\" "
                + "y1=\"\((Size.top - 16).fixed(0))\" y2=\"\(bottom.fixed(0))\"/>\n"
                + text(x(mark), Size.top - 22, "\(mark.short) ×", "mark")
        }.joined()
    }

    private func head(height: Double) -> String {
        let size = "\(Size.width.fixed(0)) \(height.fixed(0))"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" role="img" aria-labelledby="title">
            <title id="title">What each peer costs, as a multiple of the same job in bare C</title>
            <style>
            text { font: 12px system-ui, sans-serif; fill: #1f2328; } .ground { fill: #ffffff; }
            .heading { font-size: 17px; font-weight: 600; } .group, text.ours { font-weight: 600; }
            .name { text-anchor: end; } .mark { text-anchor: middle; } .value, .mark, .note { fill: #59636e; }
            .grid { stroke: #d1d9e0; } .first { stroke: #818b98; } rect.other { fill: #6b8cae; }
            rect.ours { fill: #c2410c; }
            @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc; } .ground { fill: #0d1117; } .value, .mark, .note { fill: #9198a1; }
            .grid { stroke: #3d444d; } .first { stroke: #818b98; } rect.ours { fill: #fb923c; } }
            </style>
            <rect class="ground" width="100%" height="100%"/>

            """ + text(30, 30, "What each peer costs, as a multiple of the same job in bare C", "heading")
                + text(
                    30, 50, "Shorter is better; the scale is logarithmic; 1 × is the first peer of the line.", "note")
    }

    private func text(_ x: Double, _ y: Double, _ text: String, _ kind: String) -> String {
        let safe = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        return "<text class=\"\(kind)\" x=\"\(x.fixed(1))\" y=\"\(y.fixed(1))\">\(safe)</text>\n"
    }
}
