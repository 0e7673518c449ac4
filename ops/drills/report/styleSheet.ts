import { Html } from './html.ts';

/** The look of a report: light, dark and printed. Charts stretch; their texts do not. */
export const styleSheet = new Html(`
:root {
  --paper: #fbfaf7; --ink: #1b1d22; --soft: #646a75; --line: #dedbd3; --faint: #efede7;
  --video: #1f5fbf; --audio: #b4600d; --floor: #6b7280; --calm: #9aa1ab;
  --gap: #f6c9c2; --fault: #c4281b; --good: #1c7a46; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171b; --ink: #e9e8e4; --soft: #9da3ae; --line: #33373e; --faint: #1f2227;
    --video: #7fb0ff; --audio: #f0a860; --floor: #a4abb6; --calm: #757c88;
    --gap: #5a2a26; --fault: #ff7a6b; --good: #5cc98d; --bad: #ff8a80;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0; font: 15px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; }
h1 { font: 600 clamp(1.9rem, 5vw, 3rem)/1.1 ui-serif, Charter, "Iowan Old Style", Georgia, "Times New Roman", serif; margin: .6rem 0 .8rem; letter-spacing: -.015em; text-wrap: balance; }
h2 { font: 600 1.3rem/1.25 ui-serif, Charter, "Iowan Old Style", Georgia, "Times New Roman", serif; margin: 0 0 .5rem; }
section { margin-top: 2.6rem; border-top: 1px solid var(--line); padding-top: 1.1rem; }
p { margin: 0 0 .7rem; max-width: 46rem; }
figure { margin: 1.1rem 0 0; }
figcaption { margin-bottom: .35rem; max-width: 46rem; }
.note, .legend, small { color: var(--soft); font-size: .86rem; }
.kicker { display: flex; flex-wrap: wrap; gap: .35rem 1rem; align-items: center; color: var(--soft); margin: 0; }
.kicker b { color: var(--ink); }
.seal { font-weight: 650; font-size: .8rem; letter-spacing: .04em; text-transform: uppercase; padding: .12rem .6rem; border-radius: 1rem; border: 1.5px solid currentColor; }
.seal.ok { color: var(--good); } .seal.bad { color: var(--bad); }
.verdict { font-size: 1.2rem; line-height: 1.45; max-width: 44rem; text-wrap: pretty; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.4rem, 1fr)); gap: 1rem 1.6rem; border: 0; padding: 0; margin-top: 1.6rem; }
.card { border-top: 3px solid var(--calm); padding-top: .5rem; }
.card.video { border-color: var(--video); } .card.audio { border-color: var(--audio); }
.card.floor { border-color: var(--floor); } .card.none { border-color: var(--good); } .card.bad { border-color: var(--bad); }
.card span, .card small { display: block; }
.card b { font: 600 2.1rem/1.2 ui-serif, Charter, Georgia, serif; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem .5rem; align-items: center; }
.key { width: 3px; height: .9rem; background: var(--video); margin-left: .7rem; display: inline-block; }
.key:first-child { margin-left: 0; }
.key.audio { background: var(--audio); } .key.gap { width: 1.4rem; background: var(--gap); } .key.fault { background: var(--fault); width: 2px; }
.lane, .step, .row { display: grid; align-items: center; column-gap: .8rem; }
.lane { grid-template-columns: 8.5rem 1fr 4rem; min-height: 2.35rem; }
.lane.first { border-top: 1px solid var(--line); }
.lane .strip { height: 2rem; } .lane.unhit { opacity: .6; }
.who { display: flex; justify-content: space-between; gap: .4rem; font-size: .84rem; color: var(--soft); overflow-wrap: anywhere; }
.who b { color: var(--ink); font-weight: 600; }
.who > span::before { content: "← "; }
.figures { text-align: right; font-size: .78rem; line-height: 1.25; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.strip { position: relative; }
.strip svg { display: block; width: 100%; height: 100%; overflow: visible; }
svg path { fill: none; vector-effect: non-scaling-stroke; stroke-width: 1px; }
.grid { stroke: var(--line); stroke-width: .6px; }
path.video { stroke: var(--video); } path.audio { stroke: var(--audio); }
path.fault { stroke: var(--fault); stroke-width: 1.6px; }
rect.gap { fill: var(--gap); }
.length { position: absolute; top: .62rem; transform: translate(-50%, -50%); font-size: .78rem; font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
.axis { position: relative; height: 1.1rem; font-size: .76rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; bottom: 0; }
.axis span.end { right: 0; transform: none; }
.step { grid-template-columns: 19rem 1fr 3.2rem; min-height: 1.9rem; border-top: 1px solid var(--faint); }
.step .strip, .row .strip { height: 100%; } .step .strip { min-height: 1.9rem; }
.step .words { font-size: .9rem; line-height: 1.25; padding: .2rem 0; }
.step .figures { font-size: .86rem; color: var(--ink); }
.dots { stroke: var(--video); stroke-width: 5px; stroke-linecap: round; opacity: .45; }
.median { stroke: var(--ink); stroke-width: 2.5px; }
.tail { stroke: var(--ink); stroke-width: 1.2px; }
.diamond { position: absolute; width: 9px; height: 9px; margin: -4.5px; top: 50%; transform: rotate(45deg); border: 1.6px solid var(--floor); background: var(--paper); }
.row { grid-template-columns: 9.5rem 1fr 3rem 3rem 3rem 3rem 2.4rem; column-gap: .5rem; min-height: 3rem; border-top: 1px solid var(--faint); }
.row.head, .step.head { min-height: 0; border: 0; } .step.head .figures { color: var(--soft); } .row .words { font-size: .9rem; line-height: 1.25; }
.row .figures { font-size: .84rem; color: var(--ink); } .row.head .figures { color: var(--soft); }
.row .strip { min-height: 3rem; }
.row.audio .dots, path.audio.dots { stroke: var(--audio); } .row.floor .dots { stroke: var(--floor); } .row.unhit .dots { stroke: var(--calm); }
.row .dots { stroke-width: 4.5px; opacity: .6; }
.range { stroke: var(--calm); stroke-width: 3px; } .row.floor .range { stroke: var(--floor); }
.limit { stroke: var(--good); stroke-width: 1.5px; stroke-dasharray: 4 3; }
.distribution figcaption { font-weight: 600; }
.targets { list-style: none; padding: 0; margin: .8rem 0 0; font-size: .92rem; }
.targets b { display: inline-block; min-width: 4.2rem; } .met b { color: var(--good); } .missed b { color: var(--bad); }
.rounds { display: grid; grid-template-columns: 2.6rem 1fr; column-gap: .5rem; }
.rounds .strip { height: 9.5rem; border-bottom: 1px solid var(--line); }
.rounds .scale { position: relative; font-size: .76rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.rounds .scale span { position: absolute; right: 0; transform: translateY(50%); }
.rounds path.dots { opacity: .7; }
.numbers { display: flex; font-size: .76rem; color: var(--soft); } .numbers span { flex: 1; text-align: center; }
.rounds figcaption { grid-column: 1 / -1; margin-top: .4rem; }
.losses { display: grid; grid-template-columns: repeat(7, 1fr); gap: .8rem 1rem; margin: 1rem 0 0; }
.losses dd { margin: 0; font: 600 1.9rem/1.1 ui-serif, Charter, Georgia, serif; } .losses dt { font-size: .86rem; color: var(--soft); line-height: 1.25; }
.losses .none dd { color: var(--good); } .losses .bad dd { color: var(--bad); }
.problems li { margin-bottom: .3rem; overflow-wrap: anywhere; }
.how dl { margin: 0; } .how div { display: grid; grid-template-columns: 6.5rem 1fr; gap: .2rem 1rem; padding: .16rem 0; }
.how dt { color: var(--soft); } .how dd { margin: 0; overflow-wrap: anywhere; }
.how div:first-child dd { font: .86rem/1.7 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.how .note { margin-top: 1rem; }
@media (max-width: 40rem) {
  .losses { grid-template-columns: repeat(auto-fit, minmax(6.6rem, 1fr)); }
  main { padding: 1.5rem 1rem 3rem; } .cards { gap: 1rem; } .card b { font-size: 1.7rem; }
  .axis span:nth-child(even):not(.end) { display: none; }
  .lane { grid-template-columns: 4.6rem 1fr 3.4rem; column-gap: .4rem; }
  .who { display: block; line-height: 1.15; } .who b { display: block; }
  .step { grid-template-columns: 1fr 3.2rem; padding-top: .3rem; } .step .words { grid-column: 1 / -1; } .step.head span:first-child { display: none; }
  .row { grid-template-columns: repeat(5, 1fr); padding: .4rem 0; } .row .words, .row .strip, .row .axis { grid-column: 1 / -1; }
  .row.head span:first-child { display: none; } .row.head { display: grid; } .row .figures { text-align: left; }
}
@page { size: A4; margin: 14mm 14mm 16mm; }
@media print {
  :root {
    --paper: #fff; --ink: #14161a; --soft: #555b66; --line: #d5d3cc; --faint: #eceae4;
    --video: #1f5fbf; --audio: #b4600d; --floor: #6b7280; --calm: #9aa1ab;
    --gap: #f6c9c2; --fault: #c4281b; --good: #1c7a46; --bad: #b3261e;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 9.6pt; } main { padding: 0; max-width: none; } h1 { font-size: 26pt; }
  section { margin-top: 6mm; padding-top: 3mm; }
  h2, figcaption, .legend { break-after: avoid; } .lane, .step, .row, .losses, .cards, .rounds, .distribution { break-inside: avoid; }
  .lane { min-height: 7.6mm; } .lane .strip { height: 6.4mm; } .length { top: 2.1mm; }
}
`);
