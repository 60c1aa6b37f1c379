const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Titles of markets are anybody's text. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

export type Cell = string | number | null;

const DATE = /^\d{4}-\d\d-\d\d/;
const NUMBER = /^([-+–−]|\d|cannot tell|$)/;

export function htmlTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = rows.map((row) =>
    row.map((value) => (value === null ? "–" : typeof value === "number" ? value.toLocaleString("en-US") : value)),
  );
  const isAll = (column: number, form: RegExp): boolean => shown.every((row) => form.test(row[column] ?? ""));
  const kinds = head.map((_, column) =>
    isAll(column, DATE) ? "date" : column > 0 && isAll(column, NUMBER) ? "number" : null,
  );
  const attribute = (column: number): string => (kinds[column] == null ? "" : ` class="${kinds[column]}"`);
  const titles = head.map((each, column) => `<th${attribute(column)}>${escapeHtml(each)}</th>`).join("");
  const cells = (row: readonly string[]): string =>
    row.map((each, column) => `<td${attribute(column)}>${escapeHtml(each)}</td>`).join("");
  return `<div class="scroll"><table><thead><tr>${titles}</tr></thead>
<tbody>${shown.map((row) => `<tr>${cells(row)}</tr>`).join("\n")}</tbody></table></div>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1d232b, #e7eaee); --soft: light-dark(#5d6875, #9aa5b1);
  --paper: light-dark(#fbfbfa, #14171b); --card: light-dark(#fff, #1b1f25); --line: light-dark(#dfe3e8, #323943);
  --main: light-dark(#1f6feb, #6ea8fe); --warm: light-dark(#b3541e, #f0a35e); --good: light-dark(#1a7f4b, #57c98a);
  --bad: light-dark(#b42318, #f47c6c); }
/* Inside the dashboard, which has a title and colours of its own. */
:root[data-inside] { --paper: light-dark(#ffffff, #12151b); } [data-inside] h1 { display: none; }
[data-inside] figure { max-width: 52rem; }
[data-inside] body { max-width: none; font-size: 13px; padding: .25rem 1rem 1.5rem; overflow-y: hidden; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p { margin: .35rem 0; } .soft, .empty, figcaption { color: var(--soft); }
.verdict { border: 1px solid var(--line); border-left: 6px solid var(--soft); border-radius: 8px; background: var(--card);
  padding: .9rem 1.1rem; margin: 1.25rem 0; } .verdict strong { display: block; font-size: 1.25rem; } .verdict strong::first-letter { text-transform: uppercase; }
.verdict.edge { border-left-color: var(--good); } .verdict.none { border-left-color: var(--bad); }
.warning { border: 1px solid var(--warm); border-radius: 8px; padding: .6rem 1rem; color: var(--warm); font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
.figures b { display: block; font-size: 1.2rem; font-variant-numeric: tabular-nums; } .figures small { color: var(--soft); }
figure { margin: 0 0 .6rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .75rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
/* Drawn for a wide screen: on a narrow one it keeps letters that can be read, and scrolls. */
@media (max-width: 36rem) { figure { overflow-x: auto; } svg { min-width: 34rem; } }
.grid { stroke: var(--line); } .zero { stroke: var(--soft); stroke-dasharray: 4 3; }
.line { fill: none; stroke: var(--main); stroke-width: 1.6; } .area { fill: var(--bad); opacity: .35; } .amounts .area { fill: var(--main); }
rect.good { fill: var(--good); } rect.bad { fill: var(--bad); } svg text.ink { fill: var(--ink); }
.whisker { stroke: var(--main); stroke-width: 2.5; } .dot { fill: var(--main); } .bubble { fill: var(--main); opacity: .55; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.date { white-space: nowrap; }
details { border-bottom: 1px solid var(--line); padding: .35rem 0; } summary { cursor: pointer; display: flex; gap: 1rem; }
summary span:first-child { flex: 1; overflow-wrap: anywhere; } summary .number { min-width: 6rem; } details ul { margin: .3rem 0 .6rem; }
.won { color: var(--good); } .lost { color: var(--bad); }`;

/** Self-contained: no script, no font, no address is loaded. */
export const htmlPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>
${body}
</body></html>
`;
