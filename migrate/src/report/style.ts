/** The report's own style: light and dark are both designed, and it prints on paper. No font from elsewhere. */
export const style = `
:root { color-scheme: light dark; --page: #fbfbfa; --card: #fff; --ink: #1f2328; --dim: #5d6570; --line: #e2e4e8;
  --good: #2b7a4b; --warn: #9a6700; --bad: #b3261e; --rest: #a5abb5; --accent: #2f5bb7; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --card: #1b1f25; --ink: #e4e7eb; --dim: #9aa3af; --line: #2e343c;
  --good: #4fae78; --warn: #d4a72c; --bad: #ef7a70; --rest: #59616d; --accent: #8db1ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 24px; line-height: 32px; font-weight: 600; margin: 0 0 8px; }
h2 { font-size: 16px; line-height: 24px; font-weight: 600; margin: 0 0 8px; }
p { margin: 0 0 8px; max-width: 72ch; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px 24px; margin-top: 16px; break-inside: avoid; }
.dim { color: var(--dim); } .mono { font: 12px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.verdict { display: flex; gap: 16px; align-items: center; border-left: 8px solid var(--rest); }
.verdict.good { border-left-color: var(--good); } .verdict.bad { border-left-color: var(--bad); } .verdict.warn { border-left-color: var(--warn); }
.verdict .sign { font-size: 32px; line-height: 40px; } .verdict p { margin: 0; } .verdict b { font-size: 18px; font-weight: 600; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 16px; margin: 8px 0 0; }
.numbers div { border-top: 1px solid var(--line); padding-top: 8px; } .numbers dt { color: var(--dim); } .numbers dd { margin: 0; font-size: 24px; line-height: 32px; }
table { width: 100%; border-collapse: collapse; margin: 8px 0 0; } th { text-align: left; font-weight: 600; color: var(--dim); }
th, td { padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; } tr:last-child td { border-bottom: 0; }
td.n, th.n { text-align: right; } td.wrap { overflow-wrap: break-word; } .scroll td { min-width: 96px; }
.chart { display: block; width: 100%; height: auto; margin-top: 8px; } .chart[preserveAspectRatio="none"] { height: 24px; }
.chart text { fill: var(--dim); font-size: 12px; } .chart .grid { stroke: var(--line); } .chart rect.good { fill: var(--good); }
.chart rect.warn { fill: var(--warn); } .chart rect.bad { fill: var(--bad); } .chart rect.rest { fill: var(--rest); }
.chart polyline.workers { fill: none; stroke: var(--accent); stroke-width: 2; } .chart text.workers { fill: var(--accent); }
.sign.good { color: var(--good); } .sign.warn { color: var(--warn); } .sign.bad { color: var(--bad); } .sign.rest { color: var(--dim); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 8px 24px; padding: 0; margin: 8px 0 0; } .legend b { font-weight: 600; }
details { margin-top: 8px; } summary { cursor: pointer; color: var(--accent); } summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.scroll { overflow-x: auto; }
@media (max-width: 600px) { main { padding: 16px 16px 32px; } section { padding: 16px; overflow-x: auto; } th, td { padding-right: 8px; } td:last-child, th:last-child { padding-right: 0; }
  .chart:not([preserveAspectRatio]) { width: 640px; max-width: none; } }
@media print { :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --dim: #444; --line: #bbb; --good: #2b7a4b; --warn: #9a6700; --bad: #b3261e; --rest: #999; --accent: #2f5bb7; }
  body { font-size: 11px; -webkit-print-color-adjust: exact; print-color-adjust: exact; } main { padding: 0; max-width: none; } section { border-radius: 0; padding: 8px 16px; } details > * { display: block; } }
`
