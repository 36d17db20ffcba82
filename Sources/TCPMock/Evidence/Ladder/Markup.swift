// Hypertext, written from front to back: what others have said gets into it as escaped text only.

/// Hypertext in the making. Names of elements and attributes, and what goes in as it is, are written in this package's source.
struct Markup: Sendable {
    private(set) var source = ""

    private static let void: Set<String> = ["meta"]

    /// An element with what `body` writes in it. Attributes that are nil are left out.
    mutating func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
        _ body: (inout Markup) -> Void = { _ in }
    ) {
        source += "<\(name)"
        for case (let key, let value?) in attributes {
            source += " \(key)=\""
            Markup.escape(value, into: &source)
            source += "\""
        }
        source += ">"
        guard !Markup.void.contains("\(name)") else { return }
        body(&self)
        source += "</\(name)>"
    }

    /// An element with nothing but text in it.
    mutating func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], text: String
    ) {
        element(name, attributes) { $0.text(text) }
    }

    /// Text of any origin.
    mutating func text(_ text: String) {
        Markup.escape(text, into: &source)
    }

    /// What is hypertext already, for it is written in the source.
    mutating func verbatim(_ source: StaticString) {
        self.source += "\(source)"
    }

    /// So that elements do not stand in one endless line.
    mutating func newline() {
        source += "\n"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        escape(text, into: &result)
        return result
    }

    /// What a reader could not see, or what would turn text around, is named instead.
    private static func escape(_ text: String, into result: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where scalar.isHidden: result += scalar.named
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

extension String {
    /// At most so many characters, the cut shown; of marks that pile up on one, not many.
    func shortened(to most: Int) -> String {
        let isEndless = unicodeScalars.count > 4 * most
        let bounded = isEndless ? String(unicodeScalars.prefix(4 * most)) : self
        return isEndless || bounded.count > most ? bounded.prefix(max(0, most - 1)) + "…" : self
    }
}
