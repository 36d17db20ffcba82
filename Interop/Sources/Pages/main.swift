// Writes pages of real conversations into a folder, for those who look at them: the tests in a browser, and the pictures.
//
//   Pages FOLDER [NAME …]

import Foundation
import TCPMock

let arguments = CommandLine.arguments.dropFirst()
guard let folder = arguments.first else {
    FileHandle.standardError.write(Data("usage: Pages FOLDER [NAME …]\n".utf8))
    exit(2)
}
let wanted = Set(arguments.dropFirst())
for page in pages + sweepPages where wanted.isEmpty || wanted.contains(page.name) {
    let html = try await page.make()
    try Data(html.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(page.name).html"))
    print("\(page.name).html \(html.utf8.count) bytes")
}
