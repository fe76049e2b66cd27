// Runs side by side, as the address names them: `compare=1,2,3`.

import { address, goTo, setAddress } from "../lib/address.js";
import { copyText } from "../lib/clipboard.js";
import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatHalf, formatMetric, formatRange } from "../lib/format.js";
import { deltaMark } from "../lib/labels.js";
import { tableHead } from "../lib/table.js";
import { metricWord } from "./own_metric.js";
import { seedPlot } from "./seed_plot.js";
import { METRICS } from "./words.js";

const WORDS = Object.fromEntries(METRICS);

/** The comparison of runs. */
export class ComparisonView {
  /** @param {TrainServer} server */
  constructor(server) {
    this.server = server;
    this.node = h("section.rr-card.rr-comparison", { "aria-label": "Comparison", hidden: true });
    this.title = h("h2.rr-grow", { tabindex: -1 }, "Compare runs");
    this.body = h("div.rr-card-body");
    this.placed = false; // whether the list of runs is drawn below it
    this.wanted = false; // whether it is brought into view once it is placed
    const link = () => copyText(location.href, "Link copied: it opens this comparison");
    const close = () => setAddress({ compare: null });
    const head = h(
      "div.rr-card-head",
      this.title,
      button("Copy link", link, { kind: "small quiet", icon: "link" }),
      button("", close, { kind: "small icon quiet", icon: "cross", label: "Close the comparison" }),
    );
    fill(this.node, head, this.body);
  }

  async show() {
    const runs = address.compare ?? "";
    this.node.hidden = !runs;
    if (!runs) return;
    fill(this.body, skeleton(6));
    try {
      const comparison = await this.server.compare_runs({ runs: runs.split(",") });
      if (runs !== address.compare) return;
      fill(this.body, drawComparison(comparison));
      this.wanted = true;
      this.bringIntoView();
    } catch (error) {
      fill(this.body, errorBox(error));
    }
  }

  /** A link to a comparison is opened before there is a place for it. */
  bringIntoView() {
    if (!this.wanted || !this.placed) return;
    this.wanted = false;
    this.node.scrollIntoView({ block: "start" });
    this.title.focus({ preventScroll: true });
  }
}

/** @param {RunComparison} comparison */
function drawComparison(comparison) {
  const { runs, notice, recipe, changed } = comparison;
  const rows = recipe.map(({ field, values }) =>
    line(
      fieldWord(field),
      values.map((value) => h("td.rr-num", value)),
    ),
  );
  return [
    h("p.rr-muted", notice),
    seedPlot(comparison),
    scrolled("Metrics on test", comparison, metricRows(comparison)),
    h("h3", "Differences in recipe and data"),
    rows.length
      ? scrolled("Setting", comparison, rows)
      : h("p.rr-muted", "Recipe and data are the same."),
    changed?.length ? changedQueries(runs, changed) : null,
  ];
}

/**
 * @param {string} title
 * @param {RunComparison} comparison
 * @param {HTMLElement[]} rows
 */
function scrolled(title, { runs }, rows) {
  const heads = runs.map(({ name }) => /** @type {[string, string]} */ ([name, "rr-num"]));
  return wideTable(tableHead([title, ...heads]), rows, runs.length);
}

/**
 * A table that scrolls where its columns do not fit.
 * @param {HTMLElement} head
 * @param {HTMLElement[]} rows
 * @param {number} columns beside the first
 */
function wideTable(head, rows, columns) {
  const style = `min-width: ${120 + 112 * columns}px; max-width: ${320 + 220 * columns}px`;
  const table = h("table.rr-compare-table", { style }, head, h("tbody", rows));
  return h("div.rr-outcome-scroll", table);
}

/** @param {string} field of a recipe, such as `learning_rate` */
function fieldWord(field) {
  return `${field.slice(0, 1).toUpperCase()}${field.slice(1).replaceAll("_", " ")}`;
}

/**
 * @param {string} word
 * @param {HTMLElement[]} cells
 */
function line(word, cells) {
  return h("tr", h("th", { scope: "row" }, word), cells);
}

/** @param {RunComparison} comparison */
function metricRows({ metrics }) {
  return metrics.map(({ metric, values }) =>
    line(
      WORDS[metric] ?? metricWord(metric),
      values.map((value, at) => h("td.rr-num", valueCell(value, at))),
    ),
  );
}

/**
 * @param {ColumnValue} value
 * @param {number} at 0 for the run that others are compared with
 */
function valueCell({ value, low, high, gain, significant, gain_low, gain_high }, at) {
  const half = formatHalf(low, high);
  const range = gain_low === null ? "" : formatRange(gain_low, gain_high);
  return [
    h("div", h("b", formatMetric(value)), half && h("span.rr-interval", half)),
    at > 0 &&
      gain !== null &&
      h(
        "div",
        deltaMark(gain, significant ? undefined : null),
        range && h("span.rr-interval", range),
      ),
  ];
}

/**
 * @param {RunComparison["runs"]} runs
 * @param {{ query: string, values: number[] }[]} changed
 */
function changedQueries(runs, changed) {
  const rows = changed.map(({ query, values }) => {
    const open = () => openQuery(runs, values, query);
    const properties = { type: "button", title: "Open in the Playground", onclick: open };
    const name = h("button.rr-worst-open", properties, h("span.rr-worst-text", query));
    return h(
      "tr",
      h("th", { scope: "row" }, name),
      values.map((value) => h("td.rr-num", formatMetric(value))),
    );
  });
  const heads = runs.map(({ name }) => /** @type {[string, string]} */ ([name, "rr-num"]));
  const head = tableHead(["nDCG@10 by query", ...heads]);
  return [h("h3", "Queries that changed most"), wideTable(head, rows, runs.length)];
}

/**
 * The worst and the best run of a query, side by side.
 * @param {RunComparison["runs"]} runs
 * @param {number[]} values
 * @param {string} query
 */
function openQuery(runs, values, query) {
  const worst = runs[values.indexOf(Math.min(...values))];
  const best = runs[values.indexOf(Math.max(...values))];
  const pair = { a: worst.id, b: best.id, c: null, q: query, from: "labelled", p: null };
  setAddress({ dataset: best.dataset });
  goTo("playground", { ...pair, browse: null });
}
