// The style sheet of what all pages have; colours stand here, for light and dark.

enum PageStyle {
    static let frame: StaticString = """
        :root {
          --back: #f4f5f8; --card: #ffffff; --sunken: #f0f2f6; --ink: #1a1e26; --muted: #566071; --edge: #d8dce4;
          --life: #8a94a6; --peer: #0a5fb8; --script: #6438b8; --bad: #b01e17; --bad-back: #fdeeec; --bad-edge: #e9a49e;
          --good: #14702f; --good-back: #e6f5ea; --mark: #ffd9d4; --focus: #0a5fb8;
          --cell-ink: #1a1e26; --bad-ink: #ffffff; --c-good: #bfe5ca; --c0: #c9ddf5; --c1: #e2d5f7; --c2: #cdeae7; --c3: #f3e1bb; --c4: #dfe2e8; --c5: #f5d3e8;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
          color-scheme: light dark;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #0e1116; --card: #161a21; --sunken: #1d222b; --ink: #e5e8ee; --muted: #9ea8b8; --edge: #2c333f;
            --life: #6a7587; --peer: #74b4ff; --script: #bda4ff; --bad: #ff938a; --bad-back: #321819; --bad-edge: #7c3633;
            --good: #62d083; --good-back: #12301c; --mark: #6b2724; --focus: #74b4ff;
            --cell-ink: #e5e8ee; --bad-ink: #220b0a; --c-good: #1d4d2d; --c0: #1f3d63; --c1: #402d69; --c2: #1a4946; --c3: #503e12; --c4: #383f4b; --c5: #582443;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 5rem; }
        body {
          margin: 0; padding: 1.5rem clamp(.75rem, 2.5vw, 2.5rem) 1rem; background: var(--back); color: var(--ink);
          font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
        }
        h1, h2, h3, h4, p, ul, pre { margin: 0; }
        h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.015em; overflow-wrap: anywhere; text-wrap: balance; }
        h2 { font-size: 1rem; }
        h4 { font-size: .75rem; font-weight: 600; }
        a { color: var(--peer); text-underline-offset: 2px; }
        code, pre, .hex, .address, .place, .time { font-family: var(--mono); font-size: 12px; font-variant-ligatures: none; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
        .card { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
        .top { display: grid; gap: .5rem; margin-bottom: 1.25rem; }
        .facts { color: var(--muted); display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .9rem; overflow-wrap: anywhere; }
        .status { font-weight: 600; font-size: .8125rem; padding: .05rem .55rem; border-radius: 99px; white-space: nowrap; }
        .status.bad { color: var(--bad); background: var(--bad-back); box-shadow: inset 0 0 0 1px var(--bad-edge); }
        .status.good { color: var(--good); background: var(--good-back); }
        button {
          font: inherit; font-size: .8125rem; color: var(--ink); background: var(--card); border: 1px solid var(--edge);
          border-radius: 6px; padding: .15rem .6rem; cursor: pointer;
        }
        button:hover { border-color: var(--life); }
        main { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
        .failures { display: grid; gap: .75rem; grid-template-columns: minmax(0, 1fr); }
        .failure { background: var(--bad-back); border-color: var(--bad-edge); border-left: 4px solid var(--bad); overflow: hidden; }
        .failure .place {
          display: flex; flex-wrap: wrap; gap: .15rem 1rem; justify-content: space-between; color: var(--bad); font-weight: 600;
          padding: .55rem .9rem 0; overflow-wrap: anywhere;
        }
        .failure .place a { font-weight: 400; color: inherit; }
        .failure .summary { font: 600 12px/1.5 var(--mono); padding: .4rem .9rem 0; overflow-wrap: anywhere; }
        .failure .summary:last-child { padding-bottom: .8rem; }
        .failure pre { padding: .2rem .9rem .8rem; overflow-x: auto; line-height: 1.5; }
        .failure pre span { display: block; white-space: pre-wrap; overflow-wrap: anywhere; padding-left: 12ch; text-indent: -12ch; }
        .failure pre .row { white-space: pre; }
        .notes { color: var(--muted); padding-left: 1.1rem; overflow-wrap: anywhere; }
        p.notes { padding: 0; }
        .remainder { padding: .8rem 1rem; }
        footer { color: var(--muted); font-size: .8125rem; margin-top: 1.5rem; }
        @media print {
          :root {
            --back: #fff; --card: #fff; --sunken: #f4f4f4; --ink: #000; --muted: #444; --edge: #bbb; --life: #777;
            --peer: #0a4f98; --script: #50299a; --bad: #a01813; --bad-back: #fff; --bad-edge: #a01813;
            --good: #14602a; --good-back: #fff; --mark: #ffd9d4; color-scheme: light;
          }
          body { padding: 0; font-size: 10pt; }
          button, .failure .place a { display: none !important; }
          .row, .failure { break-inside: avoid; }
        }

        """
}
