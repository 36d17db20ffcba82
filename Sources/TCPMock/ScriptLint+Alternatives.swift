// Alternatives must be told apart by their bytes, at the first of them that differs.

extension ScriptLint {
    static func checkNotEmpty(_ step: Step, _ body: [Step]) throws {
        if !body.contains(where: { !$0.isLabel }) { throw problem(step, "\(step) has no steps") }
    }

    /// Says which of the alternatives are the same or one the beginning of the other.
    static func ambiguity(_ alternatives: [(name: String, bytes: [UInt8])]) -> String? {
        for (index, one) in alternatives.enumerated() {
            for other in alternatives[..<index] {
                if one.bytes == other.bytes { return "\(one.name) is there twice" }
                if one.bytes.starts(with: other.bytes) { return clash(other.name, one.name) }
                if other.bytes.starts(with: one.bytes) { return clash(one.name, other.name) }
            }
        }
        return nil
    }

    private static func clash(_ short: String, _ long: String) -> String {
        "\(short) is the beginning of \(long): they can't be told apart by their bytes"
    }

    // MARK: choose

    static func checkRoutes(_ step: Step, _ routes: [Route]) throws {
        if routes.isEmpty { throw problem(step, "choose([]) has no routes") }
        for (index, route) in routes.enumerated() {
            if let text = route.beginning.problem { throw MockError(kind: .script, text, at: route.location) }
            if case .any = route.beginning.kind {
                if index == routes.count - 1 { continue }
                throw MockError(
                    kind: .script, "the route for any beginning comes last: those behind it can never be reached",
                    at: route.location)
            }
            if route.beginning.beginning?.isEmpty != false {
                throw MockError(
                    kind: .script,
                    "\(route.beginning) can't choose a route: that is done by the first bytes, such as .prefix(\"AUTH\")",
                    at: route.location)
            }
        }
        let told = routes.compactMap { route in route.beginning.beginning.map { ("\(route.beginning)", $0) } }
        if let message = ambiguity(told) { throw problem(step, "choose: \(message)") }
    }
}
