// The values of the chart as a table.

import { fill, h } from "../lib/dom.js";
import { formatInt, formatMetric } from "../lib/format.js";
import { table } from "../lib/table.js";
import { EXTRAS } from "./panels.js";

/** @typedef {import("./smoothing.js").Point} Point */

/** The table of the chart's values. */
export class ValueTable {
  /**
   * @param {import("./chart.js").LossChart} chart
   * @param {() => string} metricWord
   */
  constructor(chart, metricWord) {
    this.chart = chart;
    this.metricWord = metricWord;
    this.body = h("div");
    this.node = h("details.rr-values", h("summary", "Values as a table"), this.body);
    this.node.addEventListener("toggle", () => this.draw());
  }

  draw() {
    const { points, metric } = this.chart;
    if (!this.node.open) return;
    const extras = Object.entries(EXTRAS);
    const titles = extras.map(([, { title }]) => title);
    const loss = [...points.warm, ...points.train];
    const rows = (points.dev[metric] ?? []).map(([x, y]) => {
      const cells = extras.map(([name, { format }]) => {
        const value = valueBefore(points.extra[name] ?? [], x);
        return h("td", value === undefined ? "–" : format(value));
      });
      const own = [formatInt(x), formatMetric(y), formatMetric(valueBefore(loss, x))];
      return h(
        "tr",
        own.map((text) => h("td", text)),
        cells,
      );
    });
    fill(this.body, table("rr-table", ["Step", this.metricWord(), "Loss", ...titles], rows));
  }
}

/**
 * The last value up to a step.
 * @param {Point[]} line
 * @param {number} x
 */
function valueBefore(line, x) {
  return line.findLast(([step]) => step <= x)?.[1];
}
