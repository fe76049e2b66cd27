// A run as a row of the table.

import { h, svg } from "../lib/dom.js";
import { formatMetric } from "../lib/format.js";
import { deltaMark } from "../lib/labels.js";
import { runActions } from "./run_actions.js";
import { metricsOf, ndcgOf } from "./run_metrics.js";
import { shown } from "./shown.js";
import { isLive, RANKERS, statusMark } from "./words.js";

/**
 * @typedef {import("./runs.js").RunTable} RunTable
 * @typedef {[low: number, high: number]} Range
 */

/**
 * The range of nDCG@10 over all runs.
 * @param {ListedRun[]} runs
 * @returns {Range}
 */
export function chartRange(runs) {
  const values = runs
    .flatMap((run) => RANKERS.map((ranker) => ndcgOf(run, ranker)))
    .filter((value) => value !== null);
  return [Math.min(...values) - 0.02, Math.max(...values) + 0.02];
}

/**
 * The row of a run.
 * @param {RunTable} table
 * @param {ListedRun} run
 * @param {Range} range
 */
export function runRow(table, run, range) {
  const { id, name, base, dataset, seconds, origin } = run;
  const open = { type: "button", onclick: () => table.open(run) };
  const minutes = seconds === null ? "–" : (seconds / 60).toFixed(1);
  const ap = (metricsOf(run).combined ?? metricsOf(run).tuned)?.average_precision;
  return h(
    "tr",
    { "data-run": id, "aria-selected": id === shown.run && "true" },
    h("td.rr-run-tick", table.selection.tick(run)),
    h("td.rr-strong.rr-run-name", h("button.rr-run-open", open, name), chainTag(run), tagsOf(run)),
    h("td.rr-run-base", { title: base }, origin.title),
    h("td.rr-run-data", { title: dataset }, dataset),
    h("td.rr-run-status", statusMark(run, run.sentence)),
    h("td.rr-run-change", changeCell(run, range)),
    h("td.rr-num.rr-run-ap", formatMetric(ap)),
    h("td.rr-num.rr-run-minutes", minutes),
    h("td.rr-run-actions", h("div.rr-row", runActions(table, run))),
  );
}

/** @param {ListedRun} run */
function chainTag({ chain }) {
  if (!chain) return null;
  const { runs, place } = chain;
  const title = `A chain of runs, ${runs[0]} to ${runs.at(-1)}: each continues the last`;
  return h("span.rr-tag", { title }, `${place} of ${runs.length}`);
}

/** @param {ListedRun} run */
function tagsOf({ note, archived }) {
  return [
    archived && h("span.rr-tag", "archived"),
    note && h("div.rr-run-noted.rr-faint.rr-cut", { title: note }, note),
  ];
}

/**
 * @param {ListedRun} run
 * @param {Range} range
 */
function changeCell(run, range) {
  const base = ndcgOf(run, "base");
  const tuned = ndcgOf(run, "combined") ?? ndcgOf(run, "tuned");
  if (base === null && tuned === null)
    return h("span.rr-muted", isLive(run.status) ? "not yet" : "–");
  const onTest = !!run.metrics.tuned;
  const before = h("span.rr-muted", formatMetric(base));
  const after = tuned !== null && [
    h("span.rr-faint", "→"),
    h("b", formatMetric(tuned)),
    base !== null && deltaMark(tuned - base, onTest ? run.interval : null),
  ];
  /** @type {[string, number | null][]} */
  const others = [
    ["BM25", ndcgOf(run, "bm25")],
    ["cosine", ndcgOf(run, "cosine")],
  ];
  const measured = others.filter(([, value]) => value !== null);
  const words = measured.map(([name, value]) => `${name} ${formatMetric(value)}`).join(" · ");
  const marks = measured.map(([, value]) => /** @type {number} */ (value));
  return [
    h(
      "div.rr-change",
      { title: `${run.origin.title} → ${run.name}, on the ${onTest ? "test" : "dev"} split` },
      dumbbell(base, tuned, { marks, range, interval: onTest ? run.interval : null }),
      before,
      after,
      onTest ? null : h("span.rr-faint", "dev"),
    ),
    words ? h("div.rr-run-others", words) : null,
  ];
}

/**
 * Base and tuned as two dots on a rail, with marks for BM25 and cosine.
 * @param {number | null} base
 * @param {number | null} tuned
 * @param {{ marks: number[], range: Range, interval: Interval | null }} options interval: of the
 *   difference; without colour where it holds 0 or is not known
 */
function dumbbell(base, tuned, { marks, range: [low, high], interval }) {
  const x = (/** @type {number} */ value) => 6 + (72 * (value - low)) / Math.max(high - low, 0.001);
  const both = base !== null && tuned !== null;
  const [least, most] = interval ?? [0, 0];
  const kind = `rr-dumbbell ${most < 0 ? "fell" : least > 0 ? "rose" : ""}`;
  const level = { y1: 6, y2: 6 };
  const upright = (/** @type {number} */ value) => ({ x1: x(value), x2: x(value), y1: 2, y2: 10 });
  return svg(
    "svg",
    { viewBox: "0 0 84 12", class: kind, "aria-hidden": "true" },
    svg("line", { x1: 2, x2: 82, ...level, class: "rail" }),
    ...marks.map((value) => svg("line", { ...upright(value), class: "rail" })),
    ...(both ? [svg("line", { x1: x(base), x2: x(tuned), ...level, class: "span" })] : []),
    ...(base !== null ? [svg("circle", { cx: x(base), cy: 6, r: 3.5, class: "hollow" })] : []),
    ...(tuned !== null ? [svg("circle", { cx: x(tuned), cy: 6, r: 3.5, class: "full" })] : []),
  );
}
