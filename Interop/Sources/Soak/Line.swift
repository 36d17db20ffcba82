/// The least-squares line through points.
struct Line {
    private(set) var count = 0
    private var sumX = 0.0, sumY = 0.0, sumXX = 0.0, sumXY = 0.0

    mutating func add(_ x: Double, _ y: Double) {
        count += 1
        sumX += x
        sumY += y
        sumXX += x * x
        sumXY += x * y
    }

    /// What y grows by with each 1 of x.
    var slope: Double {
        let spread = Double(count) * sumXX - sumX * sumX
        return spread > 0 ? (Double(count) * sumXY - sumX * sumY) / spread : 0
    }
}
