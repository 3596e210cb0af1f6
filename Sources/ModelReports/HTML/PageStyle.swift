/// How a page looks: its colours are those of the reader's own light or dark setting.
enum PageStyle {
  static let text = #"""
    :root {
      color-scheme: light dark;
      --paper: #f6f7f9; --card: #fff; --ink: #1b1f26; --muted: #5b6472; --line: #dde1e7;
      --blue: #2563eb; --green: #15803d; --amber: #b45309; --red: #c81e1e; --violet: #7c3aed;
      --grey: #8b95a5;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #12151a; --card: #1b1f27; --ink: #e8ebf0; --muted: #a0a9b8; --line: #323945;
        --blue: #6ea8fe; --green: #4ade80; --amber: #fbbf24; --red: #f87171; --violet: #b79cff;
        --grey: #7d8799;
      }
    }
    * { box-sizing: border-box; }
    html { scroll-behavior: smooth; }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
    }
    header, main { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
    header { padding-top: 24px; }
    h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
    header p { color: var(--muted); margin: 4px 0 16px; overflow-wrap: anywhere; }
    h2 { font-size: 1.1rem; margin: 0 0 8px; }
    h3 { font-size: .95rem; margin: 12px 0 4px; }
    a { color: var(--blue); }
    :focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
    .skip { position: absolute; left: -9999px; }
    .skip:focus { left: 8px; top: 8px; background: var(--card); padding: 4px 10px; z-index: 9; }
    .cards {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px;
      margin: 0 0 16px;
    }
    .card {
      background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--grey);
      border-radius: 8px; padding: 10px 14px;
    }
    .card.good { border-left-color: var(--green); } .card.good b { color: var(--green); }
    .card.warning { border-left-color: var(--amber); } .card.warning b { color: var(--amber); }
    .card.bad { border-left-color: var(--red); } .card.bad b { color: var(--red); }
    dt { color: var(--muted); font-size: .85rem; } dd { margin: 0; }
    .card b { font-size: 1.4rem; line-height: 1.3; display: block; font-variant-numeric: tabular-nums; }
    .card span { color: var(--muted); font-size: .85rem; }
    nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin-bottom: 16px; }
    section {
      background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      padding: 16px; margin-bottom: 16px;
    }
    p.about { color: var(--muted); margin: 0 0 8px; max-width: 80ch; }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 12px; }
    .scroll { overflow-x: auto; max-height: 75vh; }
    /* What is far away is laid out when it comes near: long tables would delay the opening. */
    .long { height: 75vh; content-visibility: auto; contain-intrinsic-size: auto 75vh; }
    figure { margin: 0; overflow-x: auto; }
    figcaption { color: var(--muted); font-size: .85rem; }
    svg { display: block; width: 100%; height: auto; }
    svg.wide { min-width: 760px; } svg.half { min-width: 320px; }
    svg text { fill: var(--muted); font: 12px system-ui, "DejaVu Sans", sans-serif; }
    svg text.strong { fill: var(--ink); }
    .grid { stroke: var(--line); } .axis { stroke: var(--grey); }
    .blue { fill: var(--blue); } .violet { fill: var(--violet); } .green { fill: var(--green); }
    .amber { fill: var(--amber); } .red { fill: var(--red); } .grey { fill: var(--grey); }
    .l-blue { stroke: var(--blue); } .l-violet { stroke: var(--violet); }
    .l-green { stroke: var(--green); } .l-amber { stroke: var(--amber); }
    .l-red { stroke: var(--red); } .l-grey { stroke: var(--grey); }
    .thick { stroke-width: 2; } .median { stroke: var(--card); }
    .wire { fill: none; stroke: var(--grey); stroke-width: 1.2; }
    b.tone-warning { color: var(--amber); }
    .hollow { fill: var(--card); } .none { fill: none; }
    ul.legend {
      list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 8px 0 0;
      color: var(--muted); font-size: .85rem;
    }
    ul.legend svg { display: inline-block; width: 14px; height: 14px; vertical-align: -2px; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(232px, 1fr)); gap: 10px; }
    .tile {
      border: 1px solid var(--line); border-radius: 6px; padding: 8px; min-width: 0;
    }
    .tile h3 {
      margin: 0 0 4px; font-size: .8rem; font-weight: 600; white-space: nowrap; overflow: hidden;
      text-overflow: ellipsis; direction: rtl; text-align: left;
    }
    .tile h3 bdi { unicode-bidi: isolate; }
    .tile p { margin: 4px 0 0; font-size: .78rem; color: var(--muted); font-variant-numeric: tabular-nums; }
    details summary { cursor: pointer; color: var(--blue); margin: 10px 0; }
    div.rows { margin-top: 12px; }
    .filter { color: var(--muted); font-size: .85rem; }
    .filter input {
      font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line);
      border-radius: 6px; padding: 3px 8px; margin-left: 6px; max-width: 60vw;
    }
    .found { color: var(--muted); font-size: .85rem; margin-left: 8px; }
    table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
    caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    th, td { text-align: left; padding: 3px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
    td.long, th.long { white-space: normal; min-width: 24ch; }
    tbody th { font-weight: 500; }
    .n { text-align: right; }
    thead th { position: sticky; top: 0; background: var(--card); padding: 0; z-index: 1; }
    thead th.plain { padding: 3px 10px; }
    thead button {
      font: inherit; font-weight: 600; color: inherit; background: none; border: 0; cursor: pointer;
      padding: 5px 10px; width: 100%; text-align: inherit; white-space: nowrap;
    }
    thead button::after { content: " ↕"; color: var(--line); }
    th[aria-sort=ascending] button::after { content: " ↑"; color: var(--blue); }
    th[aria-sort=descending] button::after { content: " ↓"; color: var(--blue); }
    svg.spark { width: 96px; height: 18px; }
    ul.findings { margin: 8px 0; padding-left: 0; list-style: none; }
    ul.findings li { margin: 4px 0; overflow-wrap: anywhere; }
    .tag { font-size: .75rem; font-weight: 700; border-radius: 4px; padding: 1px 7px; border: 1px solid currentColor; }
    .tag.good { color: var(--green); } .tag.warning { color: var(--amber); }
    .tag.bad { color: var(--red); } .tag.plain { color: var(--muted); }
    @media (max-width: 600px) {
      header, main { padding: 0 10px; } header { padding-top: 14px; }
      section { padding: 10px; } .cards { grid-template-columns: 1fr 1fr; gap: 8px; }
      .card { padding: 8px 10px; } .card b { font-size: 1.15rem; overflow-wrap: anywhere; }
    }
    @media print { .filter, nav, .skip { display: none; } .scroll { max-height: none; overflow: visible; } }
    """#
}
