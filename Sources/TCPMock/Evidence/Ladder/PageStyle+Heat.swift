// The style sheet of sweeps: cells that tell outcomes apart by letter and colour, and the one case that is looked at.

extension PageStyle {
    static let heat: StaticString = """
        .sweep { display: grid; gap: 1.25rem; align-items: start; grid-template-columns: minmax(0, 1fr); }
        .heat { padding: .9rem 1rem 1rem; display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
        .legend { list-style: none; padding: 0 0 .8rem; display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; border-bottom: 1px solid var(--edge); }
        .legend li { display: flex; align-items: center; gap: .45rem; min-width: 0; overflow-wrap: anywhere; }
        .legend small { color: var(--muted); white-space: nowrap; }
        h3 { font-size: .875rem; overflow-wrap: anywhere; }
        .cells { display: flex; flex-wrap: wrap; gap: .3rem .5rem; margin-top: .25rem; }
        .ten { display: flex; flex-wrap: wrap; gap: 2px; align-content: end; max-width: 238px; }
        .ten .at { flex: 0 0 100%; color: var(--muted); font: 10.5px/1.3 var(--mono); white-space: pre; }
        .cell {
          width: 22px; height: 22px; flex: none; display: grid; place-items: center; border-radius: 4px; text-decoration: none;
          font: 600 11px/1 var(--mono); color: var(--cell-ink); border: 1px solid transparent;
        }
        a.cell:hover { border-color: var(--ink); }
        a.cell[aria-current] { outline: 2px solid var(--ink); outline-offset: 1px; }
        .cell.good { background: var(--c-good); } .cell.other0 { background: var(--c0); } .cell.other1 { background: var(--c1); }
        .cell.other2 { background: var(--c2); } .cell.other3 { background: var(--c3); } .cell.other4 { background: var(--c4); } .cell.other5 { background: var(--c5); }
        .cell.bad0, .cell.bad1, .cell.bad2 { background: var(--bad); color: var(--bad-ink); }
        .cell.bad1 { border-radius: 11px; } .cell.bad2 { box-shadow: inset 0 0 0 2px var(--bad), inset 0 0 0 3.5px var(--bad-ink); }
        .cases { min-width: 0; }
        .case { display: none; padding: .9rem 1rem 1rem; scroll-margin-top: 1rem; }
        .case:target { display: grid; gap: .9rem; grid-template-columns: minmax(0, 1fr); }
        .case:focus { outline: none; }
        .case > header { display: flex; flex-wrap: wrap; align-items: center; gap: .2rem .7rem; }
        .case > header h2 { overflow-wrap: anywhere; } .case .back { margin-left: auto; font-size: .8125rem; }
        .case .connection { padding: .7rem .8rem .8rem; } .case .connection h2 { font-size: .875rem; }
        .case .status { white-space: normal; overflow-wrap: anywhere; }
        .hint { padding: .9rem 1rem; color: var(--muted); }
        .cases:has(.case:target) .hint { display: none; }
        dl { margin: 0; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .15rem .9rem; }
        dt { color: var(--muted); } dd { margin: 0; font: 12px/1.7 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; max-height: 14rem; overflow: auto; }
        @media (min-width: 64rem) {
          .sweep { grid-template-columns: minmax(0, 1fr) minmax(0, 38rem); }
          .cases { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow: auto; }
          .case .back { display: none; }
        }
        @media (pointer: coarse) { .cell { width: 28px; height: 28px; font-size: 13px; } .ten { max-width: 298px; } }
        @media print { .cases { position: static; max-height: none; } .hint { display: none; } .cell { print-color-adjust: exact; } }

        """
}
