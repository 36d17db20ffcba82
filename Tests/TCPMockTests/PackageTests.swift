// What the package's own sources promise.

import Foundation
import Testing

/// Users add a product and import it; the engine itself links no test framework, so an executable may use it.
@Test func p32_theEngineImportsNoTestFramework() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let sources = root.appendingPathComponent("Sources/TCPMock")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var seen = 0
    for case let file as URL in files where file.pathExtension == "swift" {
        let imports = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter {
            $0.contains("import ")
        }
        #expect(!imports.contains { $0.hasSuffix(" XCTest") || $0.hasSuffix(" Testing") }, "\(file.lastPathComponent)")
        seen += 1
    }
    #expect(seen > 20)
}
