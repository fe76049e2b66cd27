// A recipe's runs with several seeds: a dot for each seed, a bar for the interval of their mean.

import { h, svg } from "../lib/dom.js";
import { formatMetric } from "../lib/format.js";

const [WIDTH, HEIGHT, EDGE] = [320, 20, 8];
const METRIC = "ndcg@10";

/**
 * The values of a plot and the range that holds them all; null where no column has several seeds.
 * @param {RunComparison} comparison
 */
export function seedRows({ runs, metrics }) {
  const values = metrics.find(({ metric }) => metric === METRIC)?.values ?? [];
  if (!runs.some(({ runs: numbers }) => numbers.length > 1)) return null;
  const rows = runs.map(({ name }, at) => ({ name, ...values[at] }));
  const measured = rows.filter(({ value }) => value !== null && value !== undefined);
  const ends = measured.flatMap(({ each, low, high }) => [...each, low, high]);
  const numbers = ends.filter((end) => end !== null);
  if (!numbers.length) return null;
  const low = Math.min(...numbers);
  return { rows: measured, low, high: Math.max(...numbers, low + 0.001) };
}

/**
 * The chart of a recipe's runs with several seeds; null where no column has them.
 * @param {RunComparison} comparison
 */
export function seedPlot(comparison) {
  const plot = seedRows(comparison);
  if (!plot) return null;
  const { rows, low, high } = plot;
  const x = (/** @type {number} */ value) =>
    EDGE + ((WIDTH - 2 * EDGE) * (value - low)) / (high - low);
  const caption = "nDCG@10: dots are seeds, a bar is the mean with its 95% interval";
  return h(
    "figure.rr-seed-plot",
    h("figcaption.rr-muted", caption),
    rows.map((row) =>
      h(
        "div.rr-seed-row",
        h("span.rr-cut", { title: row.name }, row.name),
        drawn(row, x),
        h("b", formatMetric(row.value)),
      ),
    ),
    h(
      "div.rr-seed-row.rr-faint",
      h("span"),
      h("div.rr-seed-axis", h("span", formatMetric(low)), h("span", formatMetric(high))),
      h("span"),
    ),
  );
}

/**
 * @param {ColumnValue} row
 * @param {(value: number) => number} x
 */
function drawn({ value, low, high, each }, x) {
  const level = { y1: HEIGHT / 2, y2: HEIGHT / 2 };
  const interval = low !== null && high !== null;
  const middle = value === null ? 0 : x(value);
  const dot = (/** @type {number} */ seed) =>
    svg("circle", { cx: x(seed), cy: HEIGHT / 2, r: 3, class: "seed" });
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    svg("line", { x1: 2, x2: WIDTH - 2, ...level, class: "rail" }),
    ...(interval ? [svg("line", { x1: x(low), x2: x(high), ...level, class: "span" })] : []),
    svg("line", { x1: middle, x2: middle, y1: 3, y2: HEIGHT - 3, class: "mean" }),
    ...each.filter((seed) => seed !== null).map(dot),
  );
}
