// What the fixture's tests must show, read from comments in their source, and what they did show, read from the output.

import Foundation

/// One issue as a person sees it: of which test, where, saying what.
struct ShownIssue: Hashable, CustomStringConvertible {
    enum Kind: String {
        /// A failure of a script, at the line of its step.
        case issue
        /// No failure, but worth knowing; at the line that made the server.
        case note
        /// An error that the test threw: the frameworks place it nowhere, or at the test itself.
        case error
    }

    let kind: Kind
    let test: String
    /// `File.swift:12`; nil where it does not matter.
    let place: String?
    var text: String

    var description: String { "\(kind) in \(test) at \(place ?? "any line"): \(text.prefix(160))" }

    /// Whether this, as shown, is what `expected` asks for.
    func meets(_ expected: ShownIssue) -> Bool {
        (kind == .note) == (expected.kind == .note) && test == expected.test
            && (expected.place == nil || place == expected.place) && text.contains(expected.text)
    }
}

enum Framework: String, CaseIterable {
    case swiftTesting = "SwiftTestingFailures"
    case xctest = "XCTestFailures"

    /// What comments in a source file ask for at the line below: `issue in TEST: TEXT`, and so for `note` and `error`.
    func expected(in source: String) -> [ShownIssue] {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().compactMap { index, line in
            guard let match = line.firstMatch(of: /^ *\/\/ (issue|note|error) in ([^ ]+): (.+)$/),
                let kind = ShownIssue.Kind(rawValue: String(match.1))
            else { return nil }
            let place = kind == .error ? nil : "\(rawValue).swift:\(index + 2)"
            return ShownIssue(kind: kind, test: String(match.2), place: place, text: String(match.3))
        }
    }

    /// The issues that a run's output shows.
    func shown(in output: String) -> [ShownIssue] {
        switch self {
        case .swiftTesting: Framework.shownBySwiftTesting(output)
        case .xctest: Framework.shownByXCTest(output)
        }
    }

    /// `✘ Test name() recorded an issue at File.swift:1:2: text`, and the indented lines behind it; of a case with
    /// arguments these stand before "at".
    private static func shownBySwiftTesting(_ output: String) -> [ShownIssue] {
        var issues: [ShownIssue] = []
        var isInside = false
        for line in output.split(separator: "\n") {
            if let match = line.firstMatch(
                of: /Test (.+?)(?:\(\))? recorded an? (issue|warning)(?: with .+?)? at (.+?:[0-9]+):[0-9]+: (.*)$/)
            {
                let kind: ShownIssue.Kind = match.2 == "warning" ? .note : .issue
                issues.append(
                    ShownIssue(kind: kind, test: String(match.1), place: String(match.3), text: String(match.4)))
                isInside = true
            } else if isInside, line.hasPrefix("↳") || line.hasPrefix(" ") {
                issues[issues.count - 1].text += "\n" + line
            } else {
                isInside = false
            }
        }
        return issues
    }

    /// `/path/File.swift:1: error: Class.name : text`, and `File.swift:1: note: text`, which names no test.
    private static func shownByXCTest(_ output: String) -> [ShownIssue] {
        output.split(separator: "\n").compactMap { line in
            if let match = line.firstMatch(of: /^(.*?:[0-9]+): error: [A-Za-z]+\.([A-Za-z]+) : (.*)$/) {
                let place = match.1.split(separator: "/").last.map(String.init)
                return ShownIssue(kind: .issue, test: String(match.2), place: place, text: String(match.3))
            }
            if let match = line.firstMatch(of: /^([A-Za-z]+\.swift:[0-9]+): note: (.*)$/) {
                return ShownIssue(kind: .note, test: "-", place: String(match.1), text: String(match.2))
            }
            return nil
        }
    }

    /// How the one test that passes is shown to have.
    var passed: Regex<Substring> {
        switch self {
        case .swiftTesting: /✔ Test passes\(\) passed/
        case .xctest: /Test Case 'XCTestFailures.testPasses' passed/
        }
    }
}

/// What is wrong with a run: nothing when each expected issue is shown exactly once and no other is.
enum FixtureCheck {
    static func complaints(_ framework: Framework, source: String, output: String, status: Int32) -> [String] {
        let expected = framework.expected(in: source)
        let shown = framework.shown(in: output)
        var complaints = expected.compactMap { complaint($0, count: shown.filter($0.isMet).count) }
        complaints += shown.filter { issue in !expected.contains(where: issue.meets) }.map { "not expected: \($0)" }
        if status == 0 { complaints.append("the run succeeded") }
        if expected.isEmpty { complaints.append("the source asks for no issue") }
        if output.firstMatch(of: framework.passed) == nil { complaints.append("the passing test did not pass") }
        return complaints
    }

    private static func complaint(_ issue: ShownIssue, count: Int) -> String? {
        switch count {
        case 0: "lost: \(issue)"
        case 1: nil
        default: "shown \(count) times: \(issue)"
        }
    }
}

extension ShownIssue {
    fileprivate func isMet(by shown: ShownIssue) -> Bool { shown.meets(self) }
}
