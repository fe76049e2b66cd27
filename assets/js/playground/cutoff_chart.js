// Precision and recall of a run over the score at which it is cut.

import { svg } from "../lib/dom.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [600, 210, 36, 12, 8, 26];
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** @param {number} score */
const x = (score) => LEFT + score * (WIDTH - LEFT - RIGHT);
/** @param {number} value */
const y = (value) => TOP + (1 - value) * (HEIGHT - BOTTOM - TOP);

/**
 * The chart of precision and recall over the score.
 * @param {Cutoff} cutoff
 */
export function cutoffChart({ curve, score, low, high }) {
  const floor = HEIGHT - BOTTOM;
  const path = (/** @type {1 | 2} */ column) => {
    const points = curve.map((row) => `${x(row[0]).toFixed(1)} ${y(row[column]).toFixed(1)}`);
    return `M${points.join("L")}`;
  };
  const width = Math.max(1, x(high) - x(low));
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "rr-cut-chart", "aria-hidden": "true" },
    ...TICKS.flatMap(tickMarks),
    svg("rect", { x: x(low), y: TOP, width, height: floor - TOP, class: "band" }),
    svg("line", { x1: x(score), x2: x(score), y1: TOP, y2: floor, class: "cut" }),
    svg("path", { d: path(1), class: "precision" }),
    svg("path", { d: path(2), class: "recall" }),
  );
}

/** @param {number} tick */
function tickMarks(tick) {
  const word = tick.toFixed(2);
  return [
    svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: "grid" }),
    svg("text", { x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" }, word),
    svg("text", { x: x(tick), y: HEIGHT - 8, "text-anchor": "middle" }, word),
  ];
}
