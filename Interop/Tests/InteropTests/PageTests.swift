// Pages of ladders and heat maps in a real browser: where things stand, what opens, and that nothing is asked of the network.

import Children
import Foundation
import Testing

/// One after the other: each starts a browser.
@Suite(.serialized) struct PageTests {
    /// How a page is looked at.
    enum View: String, CaseIterable, Sendable {
        case desktop = ""
        case phone = "--phone"
        case dark = "--dark"
        case darkPhone = "--phone --dark"

        var options: [String] { rawValue.split(separator: " ").map(String.init) }
    }

    /// Asks what `Interop/Browser/layout.py` asks: no sideways scrolling, arrows between their lifelines, labels whole and apart,
    /// text that can be read, a script that runs, and no complaint or request.
    private func look(at page: String, _ view: View, _ options: String...) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let made = try await Child.run(builtExecutable("Pages"), [folder.path, page], deadline: .seconds(120))
        try #require(made.status == 0, "\(made)")
        let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Browser/layout.py").standardized
            .path
        let arguments = [script, "\(folder.path)/\(page).html"] + view.options + options
        let result = try await Child.run("python3", arguments, deadline: .seconds(120))
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
