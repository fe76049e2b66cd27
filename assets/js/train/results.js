// Results of a run that has ended: base beside tuned on the test split, query by query.

import { fill, h } from "../lib/dom.js";
import { formatInt, formatMetric, formatSigned, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { deltaMark } from "../lib/labels.js";
import { tableHead } from "../lib/table.js";
import { regressions } from "./regressions.js";
import { isLive, METRICS, RANKERS } from "./words.js";

/** @type {[name: string, ranker: Baseline][]} */
const DUELS = [
  ["base", "base"],
  ["BM25", "bm25"],
  ["cosine", "cosine"],
];
const BETTER = "Significantly better than base: the 95% CI of the difference is above 0.";
const WORSE = "Significantly worse than base: the 95% CI of the difference is below 0.";
const UNCLEAR =
  "No significant difference from base (95% CI includes 0). More labelled test queries would narrow it.";

export class RunResults {
  /** @param {TrainServer} server */
  constructor(server) {
    this.server = server;
    this.node = h("div");
    this.drawn = "";
    this.asked = "";
    /** @type {RunOutcome | null} */
    this.outcome = null;
  }

  /**
   * Show the metrics; what the run's folder holds is asked for once, when the run has ended.
   * @param {Run} run
   * @param {boolean} again ask once more, as a push is running
   */
  async refresh(run, again) {
    const key = `${run.id} ${run.status}`;
    if (this.outcome && this.outcome.id !== run.id) this.outcome = null;
    this.show(run);
    if (isLive(run.status) || (this.asked === key && !again)) return this.outcome;
    this.asked = key;
    const outcome = await this.server.outcome({ run: run.id });
    if (this.asked !== key) return null;
    this.outcome = outcome;
    this.show(run);
    return outcome;
  }

  /** @param {Run} run */
  show({ id, metrics, verdict }) {
    const key = `${id} ${JSON.stringify(metrics)} ${!!this.outcome}`;
    if (key === this.drawn) return;
    this.drawn = key;
    if (!metrics.tuned) {
      fill(this.node);
      return;
    }
    const results = this.outcome?.results;
    const queries = plural(metrics.tuned.queries || 0, "query", "queries");
    const interval = results ? ", ± is a 95% bootstrap interval" : "";
    const facts = `${queries}; nDCG has linear gain on the grade${interval}`;
    fill(
      this.node,
      h(
        "div.rr-outcome",
        h("h3", "On the test split ", h("span.rr-muted", facts)),
        headline(this.outcome?.verdict, verdict),
        metricTable(metrics, results),
        results?.queries ? this.details(results) : null,
      ),
    );
  }

  /** @param {Results} results */
  details({ against, worst }) {
    const rows = DUELS.map(([name, ranker]) => duelRow(name, against[ranker]));
    const caption = h("caption.rr-sr", "Query by query, nDCG@10");
    const table = h("table.rr-duels", caption, h("tbody", rows));
    return [
      significance(against.base),
      h("div.rr-outcome-scroll", table),
      regressions(worst, this.outcome?.scale),
    ];
  }
}

/**
 * The one sentence that matters: is the run better than what is free?
 * @param {Verdict | null | undefined} verdict query by query; missing for a few test queries
 * @param {string | null} sentence what the metrics alone say
 */
function headline(verdict, sentence) {
  if (!verdict) return sentence ? h("p.rr-verdict", h("strong", sentence)) : null;
  const kind = verdict.deploy ? "rr-gain" : "";
  return h(
    "p.rr-verdict",
    h("strong", { class: kind }, verdict.sentence),
    h("span.rr-muted", ` ${verdict.numbers}`),
  );
}

/**
 * @param {RunMetrics} metrics
 * @param {Results | null | undefined} results
 */
function metricTable(metrics, results) {
  const rankers = RANKERS.filter(([ranker]) => ranker !== "combined" || metrics.combined);
  const cell = (/** @type {string} */ metric, /** @type {Ranker} */ ranker) => {
    const interval = metric === "ndcg@10" && results?.intervals?.[ranker];
    const half = interval && `± ${((interval[1] - interval[0]) / 2).toFixed(3)}`;
    const value = formatMetric(metrics[ranker]?.[metric]);
    const kind = ranker === "tuned" && "rr-strong";
    return h("td.rr-num", { class: kind }, value, half && h("span.rr-interval", half));
  };
  const gain = (/** @type {string} */ metric) => {
    const [tuned, base] = [metrics.tuned?.[metric] ?? null, metrics.base?.[metric] ?? null];
    return deltaMark(tuned === null || base === null ? null : tuned - base);
  };
  const rows = METRICS.map(([metric, word]) => {
    const cells = rankers.map(([ranker]) => cell(metric, ranker));
    return h("tr", h("th", { scope: "row" }, word), cells, h("td.rr-num", gain(metric)));
  });
  const head = tableHead([
    "!Metric",
    ...rankers.map(([, word]) => /** @type {[string, string]} */ ([word, "rr-num"])),
    ["Tuned − base", "rr-num"],
  ]);
  return h("div.rr-outcome-scroll", h("table.rr-outcome-table", head, h("tbody", rows)));
}

/** @param {Duel} base */
function significance({ low, high }) {
  if (low > 0) return h("p.rr-outcome-said", BETTER);
  if (high < 0) return h("p.rr-outcome-said.rr-loss", WORSE);
  return h("p.rr-outcome-said.rr-notice", icon("warn"), h("span", UNCLEAR));
}

/**
 * Wins and losses by query, and the difference with its interval.
 * @param {string} name
 * @param {Duel} duel
 */
function duelRow(name, { wins, ties, losses, difference, low, high }) {
  const part = (/** @type {string} */ kind, /** @type {number} */ count) =>
    h("i", { class: kind, style: `flex-grow:${count}` });
  const bar = h("div.rr-duel", part("won", wins), part("same", ties), part("lost", losses));
  const number = (/** @type {number} */ count) => h("b", formatInt(count));
  const range = `${formatSigned(low)} to ${formatSigned(high)}`;
  const counts = [number(wins), " better, ", number(ties), " same, ", number(losses), " worse"];
  return h(
    "tr",
    h("th", { scope: "row" }, `Against ${name}`),
    h("td.rr-duel-bar", { "aria-hidden": "true" }, bar),
    h("td", counts),
    h("td.rr-num", deltaMark(difference), h("span.rr-interval", range)),
  );
}
