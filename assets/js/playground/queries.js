// Browse test queries: all that can be scored, by what B gains over A.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, formatMetric, formatRange, plural } from "../lib/format.js";
import { deltaMark } from "../lib/labels.js";
import { tableHead } from "../lib/table.js";

const SHOWN = 100;
/** @type {Record<string, string>} */
const METRICS = { "ndcg@10": "nDCG@10", "mrr@10": "MRR@10", map: "MAP" };
const ORDERS = /** @type {const} */ ([
  ["gain", "Gains first"],
  ["loss", "Losses first"],
]);

/** The list of test queries. */
export class QueryPicker {
  /**
   * @param {import("./view.js").View} view
   * @param {PlaygroundServer} server
   * @param {{ open: (query: string) => void, toggled: (open: boolean) => void }} actions
   */
  constructor(view, server, actions) {
    this.view = view;
    this.server = server;
    this.actions = actions;
    /** @type {"gain" | "loss"} */
    this.order = "gain";
    this.node = h("section.rr-card.rr-queries", { "aria-label": "Test queries", hidden: true });
    this.summary = h("div.rr-queries-sum");
    this.rows = h("div.rr-queries-rows");
    this.filter = h("input.rr-field", {
      id: "rr-find-query",
      type: "search",
      placeholder: "Filter",
      "aria-label": "Filter queries",
    });
    this.filter.addEventListener("input", () => this.drawRows());
    this.forget();
  }

  forget() {
    /** @type {TestQuery[] | null} */
    this.testQueries = null;
    /** @type {Promise<TestQuery[]> | null} */
    this.loading = null;
    /** @type {QueryGains | null} */
    this.gains = null;
    /** @type {string} */
    this.gainsOf = ""; // which rankers the gains are of
    /** @type {unknown} */
    this.failure = null;
  }

  /** For another dataset. */
  reset() {
    this.forget();
    if (!this.node.hidden) this.toggle(true);
  }

  toggle(show = !!this.node.hidden) {
    this.node.hidden = !show;
    this.actions.toggled(show);
    if (show) this.read();
  }

  /** The test queries, read once. */
  load() {
    this.loading ??= this.server.queries({ dataset: this.view.dataset }).then(
      (queries) => {
        this.testQueries = queries;
        return queries;
      },
      (error) => {
        this.loading = null;
        throw error;
      },
    );
    return this.loading;
  }

  async read() {
    const { view } = this;
    const pair = `${view.a} ${view.b}`;
    this.failure = null;
    if (this.gainsOf !== pair) this.gains = null;
    this.draw();
    try {
      const queries = await this.load();
      this.draw();
      if (!this.gains && queries.length) {
        this.gainsOf = pair;
        const models = [view.a, view.b];
        const gains = await this.server.compare_queries({ dataset: view.dataset, models });
        if (this.gainsOf !== pair) return;
        this.gains = gains;
      }
    } catch (error) {
      this.failure = error;
      this.gainsOf = "";
    }
    this.draw();
  }

  draw() {
    const { testQueries } = this;
    const focused = document.activeElement === this.filter;
    const count =
      testQueries && `${formatInt(testQueries.length)} with a positive and a negative candidate`;
    const close = button("", () => this.toggle(false), {
      kind: "quiet icon",
      icon: "cross",
      label: "Close",
    });
    const head = h(
      "div.rr-card-head",
      h("h2", "Test queries"),
      h("span.rr-muted.rr-desk", count),
      h("span.rr-grow"),
      this.gains ? this.orderChoice() : null,
      this.filter,
      close,
    );
    fill(this.summary, this.summaryContent());
    fill(this.node, head, this.summary, this.rows);
    this.drawRows();
    if (focused) this.filter.focus();
  }

  orderChoice() {
    const buttons = ORDERS.map(([order, word]) => {
      const onclick = () => {
        this.order = order;
        this.draw();
      };
      const properties = { type: "button", "aria-pressed": String(this.order === order), onclick };
      return h("button", properties, word);
    });
    return h("div.rr-segment", { role: "group", "aria-label": "Order" }, buttons);
  }

  /** @param {string} name */
  titleOf(name) {
    return this.view.rankers.find((ranker) => ranker.name === name)?.title || name;
  }

  summaryContent() {
    const { failure, testQueries, gains, view } = this;
    const [a, b] = [this.titleOf(view.a), this.titleOf(view.b)];
    if (failure)
      return errorBox(
        failure,
        button("Try again", () => this.read()),
      );
    if (!testQueries) return null;
    if (!testQueries.length) return h("span.rr-muted", view.noTestQuery);
    if (gains) return gainsTable(gains, a, b);
    const text = `Scoring all test pairs with ${a} and ${b}. The first time takes a while; the scores are kept.`;
    return h("span.rr-muted", { role: "status" }, text);
  }

  drawRows() {
    if (!this.testQueries) {
      fill(this.rows, skeleton(4));
      return;
    }
    const words = this.filter.value.trim().toLocaleLowerCase();
    const matches = this.sorted(this.testQueries).filter(({ query }) => {
      return query.toLocaleLowerCase().includes(words);
    });
    const cut = `${SHOWN} of ${formatInt(matches.length)} shown. Filter to find others.`;
    fill(
      this.rows,
      matches.slice(0, SHOWN).map((row) => this.row(row)),
      matches.length > SHOWN ? h("p.rr-faint.rr-queries-more", cut) : null,
      !matches.length && words
        ? h("p.rr-faint.rr-queries-more", "No query contains these words.")
        : null,
    );
  }

  /** @param {TestQuery[]} testQueries */
  sorted(testQueries) {
    const queries = this.gains?.queries ?? testQueries;
    return this.gains && this.order === "loss" ? [...queries].reverse() : queries;
  }

  /** @param {TestQuery & Partial<QueryGain>} row */
  row({ query, positives, candidates, a, b, gain }) {
    const properties = { type: "button", onclick: () => this.actions.open(query) };
    const values = `${formatMetric(a)} → ${formatMetric(b)}`;
    return h(
      "button.rr-query-row",
      properties,
      h("span.rr-cut.rr-grow", query),
      h("span.rr-faint.rr-desk", `${positives} of ${candidates} relevant`),
      this.gains && [h("span.rr-num.rr-muted.rr-desk", values), h("span.rr-num", deltaMark(gain))],
    );
  }
}

/**
 * @param {QueryGains} gains
 * @param {string} a
 * @param {string} b
 */
function gainsTable({ means, wins, losses, ties, engines }, a, b) {
  const rows = means.map(({ metric, a: before, b: after, gain, low, high, significant }) =>
    h(
      "tr",
      h("th", { scope: "row" }, METRICS[metric]),
      h("td.rr-num", formatMetric(before)),
      h("td.rr-num.rr-strong", formatMetric(after)),
      h("td.rr-num", deltaMark(gain, significant ? undefined : null)),
      h("td.rr-num.rr-muted", formatRange(low, high)),
    ),
  );
  const numbers = [a, b, "Gain", "95% interval"];
  const head = tableHead([
    "Mean over queries",
    ...numbers.map((word) => /** @type {[string, string]} */ ([word, "rr-num"])),
  ]);
  const better = `${plural(wins, "query", "queries")} better`;
  const text = `nDCG@10: ${better}, ${formatInt(losses)} worse, ${formatInt(ties)} the same.`;
  const table = h("table.rr-table.rr-means", head, h("tbody", rows));
  const sources = [scoredBy(a, engines[0]), scoredBy(b, engines[1])].filter(Boolean).join(" ");
  return h("div", { role: "status" }, table, h("p.rr-muted", `${text} ${sources}`));
}

/**
 * Whose scores the numbers are from: they may differ from those of the Train tab by some
 * thousandths where they are not the run's own.
 * @param {string} title
 * @param {string | null} engine
 */
function scoredBy(title, engine) {
  if (!engine) return "";
  if (engine === "recorded") return `Scores of ${title}: from its own evaluation.`;
  return `Scores of ${title}: now, by ${engine}.`;
}
