// Every kind of failure: run, and compared with the text that the documentation shows.
//
// `make gallery` writes what is compared here, with the pages and captures beside it.

import Testing

@testable import TCPMock

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let allExhibits = exhibitsOfBytes + exhibitsOfLeaving + exhibitsOfWaiting + exhibitsOfTime

struct GalleryTests {
    @Test(arguments: allExhibits)
    func aFailureReadsAsInTheGallery(exhibit: Exhibit) async throws {
        guard let verdict = try await conclusive(exhibit) else { return }
        #expect(verdict.failures.count == 1, "\(verdict)")
        expectPlausibleComparison(verdict)
        if let directory = getenv("TCPMOCK_GALLERY").map({ String(cString: $0) }) {
            try Gallery.write(exhibit, verdict, to: directory)
            return
        }
        let text = Gallery.text(exhibit, verdict)
        #expect(try free(text, exhibit) == free(Gallery.text(of: exhibit), exhibit), "\(text)")
        try comparePage(exhibit, verdict)
        if !exhibit.fillsBuffers { try compareCapture(exhibit, verdict) }
    }

    /// Line by line, without times, ports and places on the page.
    private func comparePage(_ exhibit: Exhibit, _ verdict: Verdict) throws {
        let golden = String(decoding: try Gallery.file(exhibit, .html), as: UTF8.self)
        let page = verdict.html(title: exhibit.title)
        let pairs = zip(words(page), words(golden))
        #expect(pairs.first { $0 != $1 }.map { "\($0), in the gallery \($1)" } == nil)
        #expect(words(page).count == words(golden).count)
    }

    private func words(_ page: String) -> [String] {
        page.split(separator: "\n").filter { !$0.utf8.starts(with: "<div class=\"row gap\"".utf8) }.map(wordsOfLine)
    }

    /// Without numbers, the units of times, and spaces. By hand: regular expressions take ten seconds for all pages.
    private func wordsOfLine(_ line: Substring) -> String {
        var rest = line.utf8[...]
        var kept: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                rest = rest.drop { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") || (48...57).contains($0) }
                let unit = rest.drop { $0 == UInt8(ascii: " ") }
                for name in ["ms", "µs", "s"] where unit.starts(with: name.utf8) {
                    rest = unit.dropFirst(name.utf8.count)
                    break
                }
            case UInt8(ascii: " "), UInt8(ascii: "+"): break
            default: kept.append(byte)
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// What each side sent, how it ended, and the steps in the comments; not in how many packets, which is as the loop read it.
    private func compareCapture(_ exhibit: Exhibit, _ verdict: Verdict) throws {
        let told = CaptureFile(verdict.evidence(title: exhibit.title).pcapng)
        let golden = CaptureFile(try Gallery.file(exhibit, .pcapng))
        #expect(told.oddities == [])
        #expect(talk(told) == talk(golden))
    }

    private func talk(_ file: CaptureFile) -> [String] {
        let (client, server) = (file.packets.filter(\.isFromClient), file.packets.filter { !$0.isFromClient })
        let bytes = [client, server].map { ByteText.quoted($0.flatMap(\.payload)) }
        let ends = file.packets.filter { !$0.flags.isDisjoint(with: [.fin, .rst]) }
            .map { "\($0.isFromClient ? "client" : "server") \($0.flags.contains(.rst) ? "RST" : "FIN")" }
        let steps = file.packets.flatMap(\.comments).map { $0.prefix { $0 != "·" } }
            .filter { $0.hasPrefix("step ") && !$0.hasSuffix("continued") }
        return bytes + ends + steps.map(String.init)
    }

    /// Bytes are compared where some were expected that did not come, and differ there.
    private func expectPlausibleComparison(_ verdict: Verdict) {
        let page = verdict.html()
        let isCompared = page.contains("class=\"compare\"")
        #expect(!isCompared || verdict.failures.first?.summary.contains("expected ") == true, "\(verdict)")
        #expect(!page.contains("the bytes are equal"), "\(verdict)")
    }

    /// What is measured may come to no result on a busy machine; nil where it never does.
    private func conclusive(_ exhibit: Exhibit) async throws -> Verdict? {
        for _ in 0..<10 {
            let verdict = try await exhibit.run()
            if verdict.inconclusive.isEmpty { return verdict.settled }
        }
        #expect(getenv("TCPMOCK_GALLERY") == nil, "\(exhibit.name) needs a machine that is less busy")
        return nil
    }

    /// Without what differs from run to run: times, ports, and how much the kernels held.
    private func free(_ text: String, _ exhibit: Exhibit) -> [String] {
        masked(text).map { exhibit.fillsBuffers ? $0.replacing(/\d{1,3}(?:,\d{3})+/, with: "N") : $0 }
    }

    @Test func namesAreTakenOnce() {
        let names = allExhibits.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count >= 25)
    }
}

/// The gallery's files: for each exhibit a text, a page and a capture.
enum Gallery {
    private static let directory =
        String("\(#filePath)".prefix { $0 != "\0" })
        .split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        + "/Documentation/Gallery"

    /// What is told of an exhibit: title, story, and the failure behind its line.
    static func text(_ exhibit: Exhibit, _ verdict: Verdict) -> String {
        "\(exhibit.title)\n\(exhibit.story)\n\n\(verdict)\n"
    }

    static func text(of exhibit: Exhibit) throws -> String {
        String(decoding: try file(exhibit, .txt), as: UTF8.self)
    }

    static func file(_ exhibit: Exhibit, _ kind: ArtifactFiles.Kind) throws -> [UInt8] {
        let path = "\(directory)/\(exhibit.name).\(kind.rawValue)"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0, "\(path) is not there: `make gallery` writes it")
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    static func write(_ exhibit: Exhibit, _ verdict: Verdict, to directory: String) throws {
        for kind in ArtifactFiles.Kind.allCases { unlink("\(directory)/\(exhibit.name).\(kind.rawValue)") }
        let files = try ArtifactFiles(in: directory, named: exhibit.name)
        try files.write { kind in
            kind == .txt ? Array(text(exhibit, verdict).utf8) : verdict.artifact(kind, title: exhibit.title)
        }
    }
}

extension CapturedPacket {
    /// Clients' ports of the gallery are 50,000 and more.
    fileprivate var isFromClient: Bool { sourcePort >= 50_000 }
}
