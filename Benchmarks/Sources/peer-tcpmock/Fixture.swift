// One hello test: the server is made, spoken to, judged and gone.

import CClient
import PeerKit
import TCPMock

func fixture(_ arguments: Arguments) throws -> Never {
    try measureFixture(arguments) {
        let server = try MockServer([
            .expect("Hello, server!"),
            .send("Hello, client!"),
            .expectDisconnect(),
        ])
        let answered = cclient_hello(UInt16(server.port))
        let verdict = server.finish()
        if !verdict.isClean { complain(verdict) }
        return answered && verdict.isClean && verdict.isComplete
    }
}
