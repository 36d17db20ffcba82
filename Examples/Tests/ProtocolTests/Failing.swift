// The articles' failing tests are compiled always and run only when asked for; scripts/check-readme.py asks for them and
// compares what they print with what the articles show.

import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    /// Runs the test only where failures are wanted.
    static var failing: Self { .enabled(if: ProcessInfo.processInfo.environment["TCPMOCK_README_FAILURE"] != nil) }
}
