// A peer's command line: `PEER JOB [--name value]…`.

package struct Arguments: Sendable {
    package let job: String
    private let values: [String: String]

    /// Reads the process's own.
    package init() {
        var rest = CommandLine.arguments.dropFirst()
        job = rest.popFirst() ?? ""
        var values: [String: String] = [:]
        while let name = rest.popFirst(), let value = rest.popFirst() {
            values[name] = value
        }
        self.values = values
    }

    /// The value of `--name`, or nil.
    package func text(_ name: String) -> String? {
        values["--\(name)"]
    }

    /// The value of `--name` as a number, or nil.
    package func number(_ name: String) -> Int? {
        text(name).flatMap { Int($0) }
    }
}
