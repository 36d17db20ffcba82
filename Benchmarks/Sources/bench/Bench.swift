// Measures what TCPMock costs, side by side with bare C and with what else a test could use.
//
//   bench [JOB=name[,name…]] [QUICK=1]
//
// Starts the peers and the load generator, which are programs of their own; measures nothing itself.

import Foundation

@main
struct Bench {
    static func main() throws {
        Children.dieWithUs()
        let options = Options(CommandLine.arguments.dropFirst(), ProcessInfo.processInfo.environment)
        if options.lines.isEmpty {
            print("no such job; there are: \(Options.jobs.joined(separator: ", "))")
            exit(2)
        }
        let places = Places()
        try FileManager.default.createDirectory(at: places.results, withIntermediateDirectories: true)
        let causes = try knownCauses(places)
        let start = ContinuousClock.now
        let machine = Machine(places)
        let results = options.lines.map { line in
            let result = Rounds(line: line, places: places, isQuick: options.isQuick).run()
            show(Table.lines(result))
            return result
        }
        let judgements = Judgements(results, causes: causes)
        if !judgements.all.isEmpty { show(judgements.lines) }
        let seconds = Int((ContinuousClock.now - start) / .seconds(1))
        try write(
            Report(machine, seconds: seconds, results, judgements),
            ResultsPage(machine: machine, seconds: seconds, results: results, judgements: judgements),
            to: places, isWhole: options.isWhole)
        exit(conclude(results, judgements, seconds: seconds))
    }

    private static func show(_ lines: [String]) {
        print(lines.joined(separator: "\n"), terminator: "\n\n")
        fflush(nil)
    }

    /// A whole run replaces what the repository keeps; another is only left in the build's folder.
    private static func write(_ report: Report, _ page: ResultsPage, to places: Places, isWhole: Bool) throws {
        let folder = isWhole ? places.package : places.results
        try report.write(to: places.results.appending(path: "results.json"))
        try Chart(page.results).svg.write(to: folder.appending(path: "chart.svg"), atomically: true, encoding: .utf8)
        try page.text.write(to: folder.appending(path: "RESULTS.md"), atomically: true, encoding: .utf8)
        print("\(places.results.path)/results.json, \(folder.path)/chart.svg, \(folder.path)/RESULTS.md")
    }

    /// Says what went wrong, and returns the exit code.
    private static func conclude(_ results: [LineResult], _ judgements: Judgements, seconds: Int) -> Int32 {
        let failures = results.flatMap { result in
            result.peers.compactMap { $0.failure.map { "\(result.line.id): \($0)" } }
        }
        let missed = judgements.unexplained.map { "\($0.target.id): \($0.outcome), and the cause is not known" }
        for problem in failures + missed { print("FAILED  \(problem)") }
        let met = judgements.all.count(where: \.isMet)
        print("\(met) of \(judgements.all.count) targets met, \(failures.count) failures, \(seconds) s")
        return failures.isEmpty && missed.isEmpty ? 0 : 1
    }
}
