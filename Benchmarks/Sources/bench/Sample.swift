// What one measurement of one peer gave.

import Foundation
import Histogram

struct Sample {
    /// What is compared.
    let value: Double
    /// All numbers of the JSON lines.
    let facts: [String: Double]
    /// In nanoseconds; empty when the job has none.
    let latencies: Latencies
}

/// The latencies of a measurement, or of several.
struct Latencies {
    private var histogram: Histogram<UInt32>

    init() {
        histogram = Histogram(highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)
    }

    /// Reads raw little-endian numbers of 32 bits, nanoseconds each.
    init(contentsOf file: URL) throws {
        self.init()
        guard let data = try? Data(contentsOf: file) else { return }
        data.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: bytes.count - 3, by: 4) {
                let raw = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                _ = histogram.record(UInt64(UInt32(littleEndian: raw)))
            }
        }
    }

    var isEmpty: Bool { histogram.totalCount == 0 }

    mutating func add(_ other: Latencies) {
        histogram.add(other.histogram)
    }

    /// In microseconds.
    func percentile(_ percent: Double) -> Double? {
        isEmpty ? nil : Double(histogram.valueAtPercentile(percent)) / 1000
    }
}

extension Measure {
    func value(facts: [String: Double], latencies: Latencies) throws -> Double {
        switch source {
        case .median:
            guard let median = latencies.percentile(50) else {
                throw ChildFailure(description: "no latencies were written")
            }
            return median
        case .field(let name, let factor):
            guard let number = facts[name] else { throw ChildFailure(description: "no \"\(name)\" was told") }
            return number * factor
        }
    }
}
