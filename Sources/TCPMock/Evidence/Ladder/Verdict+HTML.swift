// A verdict as a page to look at.

extension Verdict {
    /// All conversations as ladder diagrams, failures first: one HTML file that needs nothing else.
    ///
    /// It works from a `file:` URL, loads nothing, and follows the reader's preference for light or dark. Of many connections the
    /// first 50 are drawn, those that failed before the others.
    ///
    /// - `title`: what stands above it; nil: where the server or client was made.
    public func html(title: String? = nil) -> String {
        EvidencePage(evidence(title: title)).html
    }
}
