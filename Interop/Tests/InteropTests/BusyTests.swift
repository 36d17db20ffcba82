// Sources/Busy: a machine kept busy at low priority is no fault of a client that answers at once.

import Children
import Foundation
import Testing

#if os(Linux)
    @Suite(.serialized) struct BusyTests {
        @Test func aCorrectClientIsNeverRedThoughTheMachineIsKeptBusy() async throws {
            let result = try await Child.run(builtExecutable("Busy"), ["4", "50"], deadline: .seconds(300))
            print(result.output)
            #expect(result.status == 0, "\(result)")
            #expect(result.output.contains("correct clients failed: 0"))
        }
    }
#endif
