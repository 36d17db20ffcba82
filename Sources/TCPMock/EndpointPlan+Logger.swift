// Where an endpoint tells what goes on.

import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension EndpointPlan {
    /// What the options say, else the environment; nil: nowhere.
    var logger: Logger? {
        options.logger
            ?? Logger(
                label: side == .server ? "TCPMock.MockServer" : "TCPMock.MockClient",
                environmentValue: getenv("TCPMOCK_LOG").map { String(cString: $0) })
    }
}

extension Logger {
    /// What `TCPMOCK_LOG` asks for: nothing when it is not set or `off`, else lines of that level on standard error.
    ///
    /// A word that is no level means `debug`: who sets it wants to see something.
    init?(label: String, environmentValue: String?) {
        guard let word = environmentValue?.lowercased(), !word.isEmpty, word != "off", word != "0" else { return nil }
        self.init(label: label) { StreamLogHandler.standardError(label: $0) }
        logLevel = Level(rawValue: word) ?? .debug
    }
}
