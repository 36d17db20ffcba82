// The style sheet of ladders: one grid of three columns, whose middle one lies between the lifelines.

extension PageStyle {
    static let ladder: StaticString = """
        .connections { display: grid; gap: 1.25rem; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
        .connections.one { grid-template-columns: minmax(0, 62rem); }
        .connection { container-type: inline-size; padding: .8rem .9rem 1rem; min-width: 0; }
        .connection.failed { border-color: var(--bad-edge); }
        .connection > header { display: flex; flex-wrap: wrap; align-items: center; gap: .2rem .7rem; margin-bottom: .7rem; }
        .connection > header .facts { font-size: .8125rem; }
        .heads, .ladder { --time: calc(var(--chars, 9) * 6.75px + 1rem); --step: .9rem; --lane-left: var(--time); --lane-right: var(--step); }
        .by-client { --lane-left: var(--step); --lane-right: var(--time); }
        .heads { display: flex; justify-content: space-between; gap: 1rem; padding: 0 var(--lane-right) 0 var(--lane-left); }
        .head { display: grid; grid-template-columns: auto auto; justify-content: start; align-items: center; gap: 0 .4rem; margin-left: -.55rem; min-width: 0; }
        .head.server { justify-content: end; margin: 0 -.55rem 0 0; text-align: right; }
        .head .address { grid-column: 1 / -1; color: var(--muted); overflow-wrap: anywhere; min-height: 1.4em; }
        .head.client strong { color: var(--peer); } .head.server strong { color: var(--script); }
        .tag { font-size: .6875rem; font-weight: 600; color: var(--muted); border: 1px solid var(--edge); border-radius: 4px; padding: 0 .3rem; }
        .head.server .tag { grid-row: 1; grid-column: 1; } .head.server strong { grid-row: 1; grid-column: 2; }
        .head.server strong:first-child:nth-last-child(2) { grid-column: 1 / -1; }
        .ladder { position: relative; } .rest { margin-top: .5rem; }
        .lifelines { position: absolute; top: 0; left: var(--lane-left); width: calc(100% - var(--lane-left) - var(--lane-right)); height: calc(100% - 8px); overflow: visible; }
        .lifelines line { stroke: var(--life); stroke-width: 1.5; }
        .ladder .row:not(details), .ladder summary {
          display: grid; grid-template-columns: var(--lane-left) minmax(0, 1fr) var(--lane-right); align-items: end;
          position: relative; padding: .15rem 0; list-style: none; border-radius: 6px;
        }
        .by-client .row .time { grid-column: 3; grid-row: 1; margin: 0 0 0 .9rem; text-align: left; }
        .by-client .row .lane { grid-column: 2; grid-row: 1; }
        .by-client .row .step { grid-column: 1; grid-row: 1; margin: 0 1.1rem 0 0; text-align: right; }
        summary::-webkit-details-marker { display: none; }
        .ladder summary { cursor: pointer; }
        .ladder summary:hover, .ladder details[open] > summary { background: color-mix(in srgb, var(--sunken) 85%, transparent); }
        .time { color: var(--muted); text-align: right; margin-right: .9rem; white-space: nowrap; font-variant-numeric: tabular-nums; line-height: 12px; font-size: 11px; }
        .step { color: var(--muted); font: 11px/12px var(--mono); margin-left: 1.1rem; white-space: nowrap; display: none; }
        .lane { position: relative; display: block; min-width: 0; }
        .words { display: flex; flex-wrap: wrap; justify-content: center; align-items: baseline; gap: 0 .6rem; padding: 0 1.1rem; text-align: center; line-height: 1.35; }
        .words .label { overflow-wrap: anywhere; min-width: 0; }
        .words small { color: var(--muted); font-size: 11px; overflow-wrap: anywhere; }
        .stroke, .bars { display: block; overflow: visible; height: 12px; }
        .stroke svg, .bars svg { overflow: visible; }
        .stroke line { stroke: currentColor; stroke-width: 1.5; } .stroke path { fill: currentColor; }
        .from-client .stroke { color: var(--peer); } .from-server .stroke { color: var(--script); }
        .connect .stroke line { stroke-dasharray: 2 4; } .fin .stroke line { stroke-dasharray: 8 4; }
        .reset .stroke { color: var(--bad); } .reset .stroke path { fill: none; stroke: currentColor; stroke-width: 2; }
        .reset .stroke line { stroke-dasharray: 8 3 2 3; }
        .connect .label, .fin .label, .reset .label { font-size: 11px; font-weight: 700; letter-spacing: .04em; }
        .reset .label { color: var(--bad); }
        .badge {
          position: absolute; right: 0; bottom: 6px; transform: translate(50%, 50%); min-width: 18px; padding: 0 4px; border-radius: 9px;
          background: var(--card); color: var(--ink); border: 1.5px solid var(--life); font: 600 10.5px/15px var(--mono); text-align: center;
        }
        .by-client .badge { right: auto; left: 0; transform: translate(-50%, 50%); }
        .by-server .from-client.numbered .stroke, .by-client .from-server.numbered .stroke { width: calc(100% - 9px); }
        .by-client .from-server.numbered .stroke { margin-left: 9px; }
        .mark .words { justify-content: flex-end; padding-right: 1.1rem; min-height: 18px; text-align: right; align-items: center; }
        .by-client .mark .words { justify-content: flex-start; padding-left: 1.1rem; text-align: left; }
        .mark .label { font: 12px/1.35 var(--mono); color: var(--muted); }
        .mark .lane { min-height: 18px; } .mark .badge { bottom: 9px; border-style: dashed; }
        .note .words { justify-content: center; } 
        .note .label { font-size: 12px; background: var(--sunken); border: 1px solid var(--edge); border-radius: 6px; padding: .1rem .5rem; }
        .gap .label, .cut .label { color: var(--muted); font-size: 12px; font-style: italic; background: var(--card); padding: .35rem .6rem; }
        .gap .words, .cut .words { padding: 0; margin: 0 -6px; background: var(--card); border-block: 1px dotted var(--life); }
        .end .words { padding-top: .3rem; } .end .label { color: var(--muted); font-size: 12px; }
        .bars path { stroke: var(--life); stroke-width: 2.5; }
        .not-run { color: var(--muted); } .not-run .lane { border: 1px dashed var(--edge); border-radius: 6px; background: var(--card); padding: .15rem 0; margin: 0 -.4rem; }
        .not-run .label { font: 12px/1.35 var(--mono); } .not-run .label::before { content: "not run: "; font-family: system-ui, sans-serif; font-style: italic; }
        .failing > summary, .ladder .failing > summary:hover, .ladder .failing[open] > summary { background: var(--bad-back); box-shadow: inset 4px 0 0 var(--bad); }
        .failing > summary { margin: 0 -.55rem; } .ladder .failing > summary { padding-inline: .55rem; border-radius: 6px 6px 0 0; }
        .failing .stroke, .failing strong { color: var(--bad); } .failing .stroke line { stroke-width: 2.25; }
        .failing .badge { background: var(--bad); border-color: var(--bad); border-style: solid; color: var(--card); }
        .words strong { font-size: 12px; white-space: nowrap; }
        .drawer { position: relative; background: var(--sunken); border: 1px solid var(--edge); border-radius: 8px; margin: .25rem 0 .6rem; padding: .6rem .8rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: .45rem; }
        .failing .drawer { padding: .5rem .6rem .6rem; border-color: var(--bad-edge); border-left: 4px solid var(--bad); background: var(--bad-back); margin: 0 -.55rem .6rem; border-top-left-radius: 0; border-top-right-radius: 0; border-top: 0; }
        .origin { display: flex; flex-wrap: wrap; gap: .1rem .9rem; overflow-wrap: anywhere; font-size: 12px; }
        .origin code { min-width: 0; } .origin .place { color: var(--muted); }
        .extent { color: var(--muted); font-size: 12px; overflow-wrap: anywhere; }
        .difference { font-size: 12px; font-weight: 600; overflow-wrap: anywhere; }
        .failing .difference { color: var(--bad); }
        .compare { display: flex; flex-wrap: wrap; gap: .4rem; }
        .panel { background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: .35rem .45rem .4rem; flex: 1 1 16.3rem; min-width: 0; }
        .panel .hex { font-size: 11px; }
        .hex { line-height: 1.5; max-height: 26rem; overflow: auto; }
        .hex p { display: flex; gap: 0 1.25ch; flex-wrap: nowrap; white-space: pre; }
        .hex i, .hex b, .hex u { font-style: normal; font-weight: 400; text-decoration: none; }
        .hex i { color: var(--muted); } .hex b { flex: 0 0 23ch; } .hex u + u { margin-left: -1.25ch; }
        .hex .hole { color: var(--muted); white-space: normal; font-style: italic; }
        .hex mark { background: none; color: inherit; border-bottom: 2px solid var(--bad); }
        .hex mark.first { background: var(--bad); color: var(--card); font-weight: 700; border-radius: 2px; border-bottom-color: var(--ink); }
        @container (min-width: 46rem) {
          .ladder, .heads { --step: 14.5rem; } .step { display: block; }
        }
        @container (max-width: 36rem) {
          .drawer > .hex p { display: grid; grid-template-columns: auto 23ch 8ch; width: max-content; }
          .drawer > .hex b + b { grid-area: 2 / 2; } .drawer > .hex u { grid-area: 1 / 3; }
          .drawer > .hex u + u { grid-area: 2 / 3; margin: 0; }
          .drawer { padding: .5rem .6rem; }
        }

        """
}
