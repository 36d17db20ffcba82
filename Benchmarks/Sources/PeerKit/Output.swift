// What a peer says: lines that the orchestrator reads.

import Foundation

/// Prints a line that is seen at once, also through a pipe.
package func say(_ line: String) {
    print(line)
    fflush(nil)  // stdout, whose variable Swift 6 takes for shared state
}

/// Prints one line of JSON, whose values are numbers or text. Fractions are cut to three digits.
package func say(_ facts: KeyValuePairs<String, any CustomStringConvertible>) {
    let fields = facts.map { name, value in
        "\"\(name)\": \(json(value))"
    }
    say("{\(fields.joined(separator: ", "))}")
}

private func json(_ value: any CustomStringConvertible) -> String {
    switch value {
    case let text as String: "\"\(text)\""
    case let number as Double: String(format: "%.3f", number)
    default: value.description
    }
}

/// Ends a peer that was asked for a job it can't do, as the orchestrator knows it.
package func saysUnsupported() -> Never {
    say("unsupported")
    exit(3)
}

/// Ends a peer whose own machinery failed.
package func fail(_ error: any Error) -> Never {
    FileHandle.standardError.write(Data("failed: \(error)\n".utf8))
    exit(1)
}
