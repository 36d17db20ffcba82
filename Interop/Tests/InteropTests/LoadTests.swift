// Sources/Load: thousands of connections in a process of their own.

import Children
import Foundation
import Testing

#if os(Linux)
    // It reads /proc. One after the other: each takes most of the descriptors that a process may have.
    @Suite(.serialized) struct LoadTests {
        @Test func tenThousandClientsInAWindowOfTwoThousandAreCheckedByteByByte() async throws {
            let result = try await Child.run(builtExecutable("Load"), ["window"])
            print(result.output)
            #expect(result.status == 0, "\(result)")
            // Between the two may stand a note that not all of their bytes are kept.
            for side in ["clients", "server "] {
                #expect(result.output.contains("\(side): all went as scripted: 10,000 connections"))
            }
            #expect(result.output.split(separator: "; 10000 of 10000 complete").count == 3)
        }

        @Test(.enabled(if: mayOpen(19_900))) func ninetyNineHundredConnectionsAreOpenAtOnce() async throws {
            let result = try await Child.run(builtExecutable("Load"), ["held"])
            print(result.output)
            #expect(result.status == 0, "\(result)")
            #expect(result.output.contains("open at once: 9900 connections"))
            #expect(result.output.contains("server : all went as scripted: 9,900 connections"))
            #expect(result.output.contains("; 9900 of 9900 complete"))
        }
    }

    private func mayOpen(_ count: UInt) -> Bool {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 && limit.rlim_max >= count
    }
#endif
