// What others have said gets into a page as text, whatever it is.

import Testing

@testable import TCPMock

@Test func markupOfOthersStaysText() {
    var markup = Markup()
    markup.element("p", ["title": "\"><img onerror='x'>"], text: "</script><script>alert(1)</script> & more")
    #expect(
        markup.source
            == "<p title=\"&quot;&gt;&lt;img onerror=&#39;x&#39;&gt;\">"
            + "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>")
}

@Test(arguments: [
    ("\u{202e}", "\\u{202e}"), ("\u{0}", "\\u{0}"), ("\u{2066}", "\\u{2066}"), ("\r", "\\u{d}"), ("\u{85}", "\\u{85}"),
    ("a\tb\nc", "a\tb\nc"), ("ä→✓", "ä→✓"),
])
func whatTurnsTextAroundIsNamed(text: String, shown: String) {
    #expect(Markup.escaped(text) == shown)
}

@Test func attributesThatAreNilAreLeftOut() {
    var markup = Markup()
    markup.element("details", ["open": nil, "id": "a"]) { $0.element("summary", text: "s") }
    markup.element("meta", ["charset": "utf-8"])
    #expect(markup.source == "<details id=\"a\"><summary>s</summary></details><meta charset=\"utf-8\">")
}

@Test func longTextIsCutWithTheCutShown() {
    #expect("abcdef".shortened(to: 6) == "abcdef")
    #expect("abcdefg".shortened(to: 6) == "abcde…")
    let marks = "a" + String(repeating: "\u{301}", count: 10_000)
    #expect(marks.shortened(to: 6).unicodeScalars.count <= 25, "marks that pile up on one letter")
    #expect(String(repeating: "abc", count: 10_000).shortened(to: 6) == "abcab…")
}
