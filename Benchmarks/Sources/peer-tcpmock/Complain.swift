// Failures that should not be.

import Foundation
import TCPMock

/// Says on standard error what a verdict has against its clients.
func complain(_ verdict: Verdict) {
    FileHandle.standardError.write(Data("\(verdict)\n".utf8))
}
