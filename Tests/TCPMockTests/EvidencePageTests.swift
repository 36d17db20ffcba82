// The page of a verdict: what is on it, in which order, and how much.

import TestClient
import Testing

@testable import TCPMock

private let nasty = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"

private func evidence(_ conversations: [Conversation], failures: [ScriptFailure] = []) -> Evidence {
    Evidence(title: "title", conversations: conversations, failures: failures, notes: [], wallClock: 1)
}

private func conversation(_ number: Int, isFailed: Bool = false, _ change: (inout Conversation) -> Void = { _ in })
    -> Conversation
{
    var conversation = Conversation()
    conversation.number = number
    conversation.peer = "127.0.0.1:\(number)"
    conversation.isFailed = isFailed
    change(&conversation)
    return conversation
}

private func message(_ bytes: [UInt8]) -> Conversation.Entry {
    let message = Conversation.Message(flow: .received, position: 0, count: bytes.count, head: bytes, tail: [])
    return Conversation.Entry(time: 0, content: .message(message), mark: nil)
}

/// The page of a client that says what would be markup, to a script whose names are as bad.
private func hostilePage() async throws -> String {
    let verdict = try await serve([.label(nasty), .expect("hello\n"), .send(.text(nasty))]) { try $0.send(nasty) }
    return verdict.html(title: nasty)
}

@Test func noByteOfAPeersBecomesMarkup() async throws {
    let html = try await hostilePage()
    #expect(!html.contains("<script>alert"))
    #expect(!html.contains("<img"))
    #expect(html.components(of: "<script") == 1)
    #expect(html.components(of: "</script") == 1)
    #expect(html.components(of: "</style") == 1)
    #expect(html.contains("&lt;/script&gt;&lt;script&gt;alert(1)"))
}

@Test func aPageMayLoadNothing() async throws {
    let html = try await hostilePage()
    #expect(html.contains("default-src &#39;none&#39;"))
    #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("url("))
}

@Test func theFailureStandsBeforeTheLadder() async throws {
    let verdict = try await serve([.expect("PING\r\n"), .send("+PONG\r\n")]) { try $0.send("PONG\r\n") }
    let html = verdict.html()
    let failure = try #require(verdict.failures.first)
    let text = try #require(html.place(of: Markup.escaped(failure.summary)))
    let ladder = try #require(html.place(of: "class=\"ladder"))
    #expect(text < ladder)
    #expect(html.contains("EvidencePageTests.swift:\(failure.location.line)"))
    #expect(html.contains("href=\"#c1-failed\"") && html.contains("id=\"c1-failed\" open"))
    #expect(html.contains("<mark class=\"first\">4f</mark>"))
}

/// Only where bytes parted, or were missing, is there something to compare.
@Test(arguments: [
    ConnectionReport.Failure.Kind.latency, .segments, .frameTooLong, .write, .noMemory, .answer, .noConnection,
])
func bytesThatCameAsExpectedAreNotCompared(kind: ConnectionReport.Failure.Kind) throws {
    let isFrame = kind == .frameTooLong
    let connection = makeConnection(failure: makeFailure(kind, offset: 0, declared: UInt64(UInt32.max))) { connection in
        connection.received = KeptBytes(Array("PONG\r\n".utf8))
        connection.receivedTotal = 6
        connection.consumedTotal = isFrame ? 0 : 6
        if isFrame { connection.excerpt = Array("PONG\r\n".utf8) }
        connection.events = [makeEvent(.connected, at: 1), makeEvent(.failed, at: 2)]
    }
    let step: Step = isFrame ? .expectFrame("PONG\r\n") : .expect("PONG\r\n")
    let verdict = Judge.verdict(try makePlan([step]), makeReport([connection]))
    let html = verdict.html()
    #expect(!html.contains("nothing came from byte"))
    #expect(!html.contains("the bytes are equal"))
    #expect(!html.contains("class=\"compare\""))
    let failure = try #require(verdict.failures.first)
    #expect(html.contains("<p class=\"difference\">\(Markup.escaped(failure.summary))"))
    #expect(html.contains("50 4f 4e 47"), "its bytes are there all the same")
}

/// A frame of another length is no frame of which the end is missing.
@Test func aFrameOfAnotherLengthIsComparedOnlyWhereItsBytesPart() throws {
    func html(_ bytes: String, declared: UInt64) throws -> String {
        let connection = makeConnection(failure: makeFailure(.frameLength, declared: declared)) { connection in
            connection.excerpt = Array(bytes.utf8)
            connection.events = [makeEvent(.connected, at: 1), makeEvent(.failed, at: 2)]
        }
        return Judge.verdict(try makePlan([.expectFrame("Hello")]), makeReport([connection])).html()
    }
    #expect(!(try html("Hello", declared: 11)).contains("class=\"compare\""))
    #expect(!(try html("Hel", declared: 300)).contains("class=\"compare\""))
    #expect(try html("Help!", declared: 11).contains("first difference at byte 3"))
    #expect(try html("Hel", declared: 3).contains("nothing came from byte 3 on: 2 bytes more were expected"))
}

/// On a phone a line that runs out of the page is a line that is not read.
@Test func allLinesOfAFailureWrapButItsHex() async throws {
    let verdict = try await serve([.expect("PING\r\n"), .send("+PONG\r\n")]) { try $0.send("PONG\r\n") }
    let html = verdict.html()
    #expect(html.contains("<span class=\"row\">  expected  50 49 4e 47"))
    #expect(html.contains("<span class=\"row\">            "))
    #expect(html.contains("<span>  so far    +0.00 ms"))
    #expect(html.contains("<span>  then      TCPMock"))
    let page = "\(PageStyle.frame)"
    #expect(page.contains(".failure pre span { display: block; white-space: pre-wrap;"))
}

@Test func whatScrollsCanBeReachedByKeyboard() async throws {
    let verdict = try await serve([.expect("PING\r\n"), .send("+PONG\r\n")]) { try $0.send("PONG\r\n") }
    let html = verdict.html() + EvidencePage(evidence([conversation(1) { $0.entries = [message([1])] }])).html
    #expect(html.components(of: "class=\"hex\"") == html.components(of: "class=\"hex\" tabindex=\"0\""))
    #expect("\(PageScript.source)".contains(#"setAttribute("aria-current", "true")"#))
}

@Test func connectionsThatFailedComeFirstAndTheRestIsNamed() throws {
    let all = (1...60).map { conversation($0, isFailed: $0 == 57) }
    let html = EvidencePage(evidence(all)).html
    let failed = try #require(html.place(of: "aria-label=\"connection 57\""))
    #expect(failed < (try #require(html.place(of: "aria-label=\"connection 1\""))))
    #expect(html.components(of: "class=\"lifelines\"") == EvidencePage.mostConnections)
    #expect(html.contains("10 more connections not drawn:"))
    #expect(html.contains("60 (127.0.0.1:60)"))
}

@Test func theSameEvidenceIsTheSamePage() {
    let evidence = evidence([conversation(1) { $0.entries = [message(Array("abc".utf8))] }])
    #expect(EvidencePage(evidence).html == EvidencePage(evidence).html)
}

@Test func theClientIsAtTheLeftWhoeverPlaysTheScript() throws {
    for side in [Side.server, .client] {
        let html = EvidencePage(evidence([conversation(1) { $0.side = side }])).html
        #expect(html.place(of: "class=\"head client\"")! < html.place(of: "class=\"head server\"")!)
        #expect(html.contains("<strong>\(side.noun)</strong><span class=\"tag\">script</span>"))
    }
}

@Test func aPageOfVeryMuchStaysOneThatOpens() {
    let bytes = [UInt8](repeating: 0x3c, count: 16 << 10)
    let all = (1...200).map { number in
        conversation(number, isFailed: true) { $0.entries = Array(repeating: message(bytes), count: 400) }
    }
    #expect(EvidencePage(evidence(all)).html.utf8.count < 16 << 20)
}

@Test func anEndpointNobodyCameToHasAPage() async throws {
    let html = await (try MockServer()).finish().html()
    #expect(html.contains("No connection was made."))
}

/// Whoever changes the script changes its hash, which `openssl dgst -sha256 -binary | base64` gives.
@Test func thePolicyAllowsThePagesOwnScript() {
    let html = Page(title: "t").html { _ in }
    let start = html.place(of: "<script>")! + 8
    let end = html.place(of: "</script>")!
    let script = Array(html.utf8)[start..<end]
    #expect(PageScript.hash == base64(sha256(script)))
}

extension String {
    /// How often a text stands in it.
    fileprivate func components(of text: String) -> Int {
        let (all, wanted) = (Array(utf8), Array(text.utf8))
        return all.indices.count { all[$0...].starts(with: wanted) }
    }

    /// At which byte a text stands first.
    fileprivate func place(of text: String) -> Int? {
        let (all, wanted) = (Array(utf8), Array(text.utf8))
        return all.indices.first { all[$0] == wanted[0] && all[$0...].starts(with: wanted) }
    }
}
