// Who is who: the same failure reads differently when a client plays the script.

/// The side of its connections that an endpoint plays.
enum Side: Sendable, Hashable {
    case server, client

    /// What the endpoint is called in messages.
    var noun: String {
        switch self {
        case .server: "server"
        case .client: "client"
        }
    }

    /// How one is made whose steps are enqueued.
    var liveForm: String {
        switch self {
        case .server: "MockServer()"
        case .client: "MockClient(connectingTo:)"
        }
    }

    /// What it does with an address, in words that follow "can't".
    var use: String {
        switch self {
        case .server: "listen on"
        case .client: "connect to"
        }
    }

    /// What whoever is at the other end is called.
    var peer: String {
        switch self {
        case .server: "client"
        case .client: "server"
        }
    }
}
