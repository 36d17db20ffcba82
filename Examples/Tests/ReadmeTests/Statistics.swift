// README: Statistics.

import TCPMockTesting
import Testing

struct StepTimes {
    @Test func sayHowLongStepsTook() async throws {
        let options = MockServer.Options(recording: .countersOnly)
        let server = try MockServer(
            every: [.expect("PING\r\n"), .delay(.milliseconds(5)), .send("+PONG\r\n")], count: 200, options: options)
        let clients = try MockClient.many(
            200, atOnce: 20, connectingTo: server.address, [.send("PING\r\n"), .expect("+PONG\r\n")])

        let statistics = await clients.finish().statistics
        print(statistics)
        let answer = statistics.steps[1]  // .expect("+PONG\r\n")
        #expect(answer.count == 200)
        #expect(answer.p50! >= .milliseconds(5))
        #expect(answer.latency(percentile: 99.9) == answer.p999)
        #expect(await server.finish().statistics.failures == 0)
    }
}
