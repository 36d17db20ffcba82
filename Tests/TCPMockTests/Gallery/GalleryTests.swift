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
        let golden = try Gallery.text(of: exhibit)
        let text = Gallery.text(exhibit, verdict)
        #expect(free(text) == free(golden), "\(text)")
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
    private func free(_ text: String) -> [String] {
        masked(text).map { $0.replacing(/\d{1,3}(?:,\d{3})+|\d{4,}/, with: "N") }
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
        let path = "\(directory)/\(exhibit.name).txt"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0, "\(path) is not there: `make gallery` writes it")
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    static func write(_ exhibit: Exhibit, _ verdict: Verdict, to directory: String) throws {
        for kind in ArtifactFiles.Kind.allCases { unlink("\(directory)/\(exhibit.name).\(kind.rawValue)") }
        let files = try ArtifactFiles(in: directory, named: exhibit.name)
        try files.write { kind in
            kind == .txt ? Array(text(exhibit, verdict).utf8) : verdict.artifact(kind, title: exhibit.title)
        }
    }
}
