// A client that does not give up at once: it connects anew when a connection breaks.

import LineClient

/// Asks over a connection that it makes anew when it has broken.
public final class StubbornClient {
    private let host: String
    private let port: Int
    private let attempts: Int
    private var connection: LineClient?

    /// Connects at the first question; each question has so many attempts.
    public init(host: String, port: Int, attempts: Int = 2) {
        self.host = host
        self.port = port
        self.attempts = attempts
    }

    /// Asks until there is an answer, or no attempt is left.
    public func ask(_ line: String) throws -> String {
        var problem: any Error = EndOfStream()
        for _ in 1...attempts {
            do {
                let connection = try connection ?? LineClient(host: host, port: port)
                self.connection = connection
                if let answer = try connection.ask(line) { return answer }
                problem = EndOfStream()
            } catch {
                problem = error
            }
            close()
        }
        throw problem
    }

    /// Closes the connection, if there is one.
    public func close() {
        connection?.close()
        connection = nil
    }
}
