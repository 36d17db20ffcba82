// Benchmarks/RESULTS.md: the last whole run, for people.

struct ResultsPage {
    let machine: Machine
    let seconds: Int
    let results: [LineResult]
    let judgements: Judgements

    var text: String {
        let versions = machine.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return """
            # Results of the last run

            Written by `make bench`; how to read it is in [README.md](README.md). Figures hold for this machine only: compare
            the ratios.

            | | |
            | --- | --- |
            | date | \(machine.date) |
            | machine | \(machine.processor), \(machine.cores) cores, \(machine.memoryGiB) GiB |
            | system | \(machine.system), Linux \(machine.kernel) |
            | versions | \(versions.joined(separator: ", ")) |
            | load when it began | \(machine.load) |
            | took | \(seconds / 60) min \(seconds % 60) s |

            ![Bars: what each peer costs, as a multiple of bare C](chart.svg)

            ## Targets

            ```
            \(judgements.lines.joined(separator: "\n"))
            ```

            ## Jobs

            ```
            \(results.map { Table.lines($0).joined(separator: "\n") }.joined(separator: "\n\n"))
            ```

            """
    }
}
