// The frame of every page: one file that needs nothing else, and may load nothing.

struct Page {
    private let title: String

    init(title: String) {
        self.title = title
    }

    /// Nothing is loaded from anywhere, and no script runs but the page's own, whose hash stands here.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(PageScript.hash)'; base-uri 'none'; form-action 'none'"

    func html(_ body: (inout Markup) -> Void) -> String {
        var markup = Markup()
        markup.verbatim("<!doctype html>\n")
        markup.element("html", ["lang": "en"]) { markup in
            markup.element("head") { head(&$0) }
            markup.newline()
            markup.element("body") { markup in
                body(&markup)
                markup.element("footer") { markup in
                    markup.element(
                        "p",
                        text: "Made by TCPMock. Times count from each connection's beginning; they are not to scale.")
                }
                markup.element("script") { $0.verbatim(PageScript.source) }
            }
        }
        markup.newline()
        return markup.source
    }

    private func head(_ markup: inout Markup) {
        markup.element("meta", ["charset": "utf-8"])
        markup.element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        markup.element("meta", ["http-equiv": "Content-Security-Policy", "content": Page.policy])
        markup.element("meta", ["name": "color-scheme", "content": "light dark"])
        markup.element("meta", ["name": "referrer", "content": "no-referrer"])
        markup.element("title", text: title.shortened(to: 300))
        markup.newline()
        markup.element("style") { markup in
            markup.verbatim(PageStyle.frame)
            markup.verbatim(PageStyle.ladder)
            markup.verbatim(PageStyle.heat)
        }
    }
}

extension Markup {
    /// Shown by the script, which it needs.
    mutating func openAll() {
        element("button", ["type": "button", "class": "open-all", "hidden": ""], text: "open all")
    }
}
