// Pages of ladders and heat maps in a real browser: where things stand, what opens, and that nothing is asked of the network.

import Children
import Foundation
import Testing

@Suite struct PageTests {
    /// How a page is looked at.
    enum View: String, CaseIterable, Sendable {
        case desktop = ""
        case phone = "--phone"
        case dark = "--dark"
        case darkPhone = "--phone --dark"

        var options: [String] { rawValue.split(separator: " ").map(String.init) }
    }

    /// Made once, by an executable that lies beside the tests.
    private static let folder = Task {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pages-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let result = try await Child.run(builtExecutable("Pages"), [folder], deadline: .seconds(120))
        try #require(result.status == 0, "\(result)")
        return folder
    }

    /// Asks what `Interop/Browser/layout.py` asks: no sideways scrolling, arrows between their lifelines, labels whole and apart,
    /// text that can be read, a script that runs, and no complaint or request.
    private func look(at page: String, _ view: View, _ options: String...) async throws {
        let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Browser/layout.py").standardized
            .path
        let path = try await "\(PageTests.folder.value)/\(page).html"
        let result = try await Child.run(
            "python3", [script, path] + view.options + options, deadline: .seconds(120))
        #expect(result.status == 0 && result.output.isEmpty, "\(result)")
    }

    @Test(arguments: View.allCases) func aClickOnAMessageShowsItsBytes(view: View) async throws {
        try await look(
            at: "mail", view, "--failing", "--click", #""EHLO laptop\r\n""#, "45 48 4c 4f 20 6c 61 70 74 6f 70 0d 0a")
    }

    @Test(arguments: ["client", "limit", "binary", "hostile", "long"], [View.desktop, .darkPhone])
    func theFailingStepIsSeen(page: String, view: View) async throws {
        try await look(at: page, view, "--failing")
    }

    @Test(arguments: ["ends", "many", "nobody", "passing"], [View.desktop, .darkPhone])
    func nothingOverlapsOrIsCut(page: String, view: View) async throws {
        try await look(at: page, view)
    }

    @Test(arguments: [View.desktop, .darkPhone]) func eachCellOfAHeatMapLeadsToItsCase(view: View) async throws {
        try await look(at: "sweep", view, "--cells")
    }
}
