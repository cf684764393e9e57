// The style sheet of the report: light and dark by what the reader prefers, and for paper.
#pragma once

#include <string_view>

namespace shrike::cli {

inline constexpr std::string_view kReportStyle = R"(
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2530; --dim: #5a6675; --line: #d7dde4; --soft: #f4f6f8;
  --s0: #6b7785; --s1: #2f6fb0; --s2: #9a6b00; --s3: #c2410c; --s4: #a3123a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171d; --text: #e4e9ee; --dim: #9aa7b4; --line: #313b46; --soft: #1b222a;
    --s0: #93a0ad; --s1: #6fb1ee; --s2: #e0b04a; --s3: #ff9460; --s4: #ff7a9a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; line-height: 1.25; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; line-height: 1.3; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0; }
code { font: .86em/1.4 ui-monospace, "SFMono-Regular", Consolas, "DejaVu Sans Mono", monospace; }
bdi, code, td, dd, summary { overflow-wrap: anywhere; }
.dim, .time { color: var(--dim); }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.notice { border-left: 4px solid var(--s2); background: var(--soft); padding: .5rem .9rem; margin: 1rem 0; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.tiles li { flex: 1 1 9rem; background: var(--soft); border: 1px solid var(--line); border-radius: 8px;
  padding: .6rem .9rem; }
.tiles strong { display: block; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.chip { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 .55rem;
  font-size: .8rem; font-weight: 600; white-space: nowrap; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); }
.s4 { color: var(--s4); }
.incident { border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem 1.25rem; margin: 1.25rem 0;
  border-top-width: 4px; }
.incident.s0 { border-top-color: var(--s0); } .incident.s1 { border-top-color: var(--s1); }
.incident.s2 { border-top-color: var(--s2); } .incident.s3 { border-top-color: var(--s3); }
.incident.s4 { border-top-color: var(--s4); }
.incident > * { color: var(--text); }
.incident > .dim { color: var(--dim); }
.incident h2 { margin: 0 0 .25rem; }
.timeline { display: block; width: 100%; min-width: 40rem; height: auto; margin: 1rem 0 .25rem; }
.timeline text { fill: var(--text); font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
.timeline .axis, .timeline .gap { fill: var(--dim); font-size: 11px; }
.timeline .gap { paint-order: stroke; stroke: var(--page); stroke-width: 5px; }
.timeline .lane { fill: var(--soft); }
.timeline .rule { stroke: var(--line); stroke-width: 1; }
.timeline .break { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 2 4; }
.timeline .way { fill: none; stroke: var(--dim); stroke-width: 1.25; opacity: .55; }
.timeline circle { stroke: currentColor; stroke-width: 2; }
.timeline .fired { fill: currentColor; }
.timeline .before { fill: var(--page); }
.timeline .count { fill: var(--page); font-size: 11px; font-weight: 700; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--dim); }
dd { margin: 0; }
.alerts { list-style: none; margin: 0; padding: 0; }
.alerts > li { border-top: 1px solid var(--line); padding: .6rem 0; break-inside: avoid; }
.alerts .head { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; }
.evidence { margin: .25rem 0; padding-left: 1.1rem; color: var(--dim); font-size: .9rem; }
details > summary { cursor: pointer; color: var(--dim); font-size: .9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th { text-align: left; color: var(--dim); font-weight: 600; }
th, td { padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.responses td:first-child { min-width: 10rem; }
.responses td:nth-child(2) { min-width: 12rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
@media print {
  :root { --page: #ffffff; --text: #000000; --dim: #444444; --line: #bbbbbb; --soft: #f4f4f4;
    --s0: #555555; --s1: #1f5a96; --s2: #7a5500; --s3: #a83608; --s4: #8d0f32; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; }
  .timeline { min-width: 0; }
  .timeline, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
)";

}  // namespace shrike::cli
