// Results of a run that has ended: its ranker beside others on the test split, query by query.

import { errorBox, notice } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, formatMetric, formatSigned, plural } from "../lib/format.js";
import { deltaMark } from "../lib/labels.js";
import { tableHead } from "../lib/table.js";
import { metricChoice, metricRow } from "./own_metric.js";
import { regressions } from "./regressions.js";
import { isLive, isSure, METRICS, RANKERS, rankerName, rivalOf } from "./words.js";

/** @type {Ranker[]} */
const DUELS = ["base", "bm25", "cosine", "tuned"]; // after the one that the verdict begins with

/** The results of a run that has ended. */
export class RunResults {
  /** @param {TrainServer} server */
  constructor(server) {
    this.server = server;
    this.node = h("div");
    this.drawn = "";
    this.outcomeKey = "";
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
    this.show(run);
    if (isLive(run.status) || (this.outcomeKey === key && !again)) return this.outcome;
    this.outcomeKey = key;
    const outcome = await this.server.outcome({ run: run.id });
    if (this.outcomeKey !== key) return null;
    this.outcome = outcome;
    this.show(run);
    return outcome;
  }

  /**
   * Show what is known: the metrics at once, without waiting for the chart or the folder.
   * @param {Run} run
   */
  show(run) {
    if (this.outcome && this.outcome.id !== run.id) this.outcome = null;
    const { id, name, metrics, verdict } = run;
    const key = JSON.stringify([id, name, metrics, !!this.outcome, this.outcome?.metric]);
    if (key === this.drawn) return;
    this.drawn = key;
    if (!metrics.tuned) {
      fill(this.node);
      return;
    }
    const { outcome } = this;
    const results = outcome?.results;
    const queries = plural(metrics.tuned.queries || 0, "query", "queries");
    const facts = [
      queries,
      hasIntervals(results) && "± is a 95% bootstrap interval",
      calibrationError(results),
      scoredBy(run),
    ];
    fill(
      this.node,
      h(
        "div.rr-outcome",
        h(
          "div.rr-outcome-head",
          h("h3", "On the test split ", h("span.rr-muted", facts.filter(Boolean).join("; "))),
          results
            ? metricChoice(outcome.metric?.name ?? null, (one) => this.choose(run, one))
            : null,
        ),
        headline(outcome?.verdict, verdict),
        outcome?.warnings.map((text) => notice(text)),
        metricTable(run, results, outcome?.metric),
        results?.queries ? this.details(run, results) : null,
      ),
    );
  }

  /**
   * Choose a further metric for the dataset of the run.
   * @param {Run} run
   * @param {string | null} metric
   */
  async choose(run, metric) {
    try {
      await this.server.set_metric({ dataset: run.dataset, metric });
      this.outcomeKey = "";
      await this.refresh(run, true);
    } catch (error) {
      this.node.prepend(errorBox(error));
    }
  }

  /**
   * @param {Run} run
   * @param {Results} results
   */
  details(run, results) {
    const order = new Set(/** @type {Ranker[]} */ ([rivalOf(run), ...DUELS]));
    const rows = [...order].flatMap((ranker) => {
      const duel = results.against[ranker];
      return duel ? [duelRow(rankerName(ranker, run), duel)] : [];
    });
    const caption = h("caption.rr-sr", "Query by query, nDCG@10");
    const table = h("table.rr-duels", caption, h("tbody", rows));
    const how = hasIntervals(results) ? ", with its interval:" : ":";
    const gain = `nDCG has linear gain on the grade. Difference in nDCG@10${how}`;
    return [
      h("p.rr-outcome-said", gain),
      h("div.rr-outcome-scroll", table),
      regressions(run, results, this.outcome?.scale),
    ];
  }
}

/**
 * What the numbers were computed by. Playground, CLI and API use the same scores.
 * @param {Run} run
 */
function scoredBy({ device }) {
  return device && "scored by torch";
}

/**
 * How far the scores are from probabilities; runs of older versions do not know.
 * @param {Results | null | undefined} results
 */
function calibrationError(results) {
  const found = results?.probabilities;
  return found && `calibration error ${formatMetric(found.error)}`;
}

/**
 * The one sentence that matters: is the run better than what is free?
 * @param {Verdict | null | undefined} verdict query by query; missing for a few test queries
 * @param {string | null} sentence what the metrics alone say
 */
function headline(verdict, sentence) {
  if (!verdict) return sentence ? h("p.rr-verdict", h("strong", sentence)) : null;
  const { kind } = verdict;
  const colour = kind === "good" ? "rr-gain" : kind === "bad" && "rr-loss";
  return h(
    "p.rr-verdict",
    h("strong", { class: colour }, verdict.sentence),
    h("span.rr-muted", ` ${verdict.numbers}`),
  );
}

/**
 * Whether there are intervals: one query has none.
 * @param {Results | null | undefined} results
 */
function hasIntervals(results) {
  return !!results && results.queries > 1;
}

/**
 * @param {Run} run
 * @param {Results | null | undefined} results
 * @param {OwnMetric | null | undefined} own
 */
function metricTable(run, results, own) {
  const { metrics } = run;
  const rankers = RANKERS.filter((ranker) => ranker !== "combined" || metrics.combined);
  const ours = metrics.combined ? "combined" : "tuned";
  const rival = rivalOf(run);
  const duel = results?.against[rival];
  /** @type {Interval | null} */
  const range = duel && isSure(duel) ? [duel.low, duel.high] : null;
  const cell = (/** @type {string} */ metric, /** @type {Ranker} */ ranker) => {
    const hasInterval = metric === "ndcg@10" && hasIntervals(results);
    const interval = hasInterval && results?.intervals?.[ranker];
    const half = interval && `± ${((interval[1] - interval[0]) / 2).toFixed(3)}`;
    const value = formatMetric(metrics[ranker]?.[metric]);
    const kind = ranker === ours && "rr-strong";
    return h("td.rr-num", { class: kind }, value, half && h("span.rr-interval", half));
  };
  const gain = (/** @type {string} */ metric) => {
    const [after, before] = [metrics[ours]?.[metric] ?? null, metrics[rival]?.[metric] ?? null];
    const difference = after === null || before === null ? null : after - before;
    return deltaMark(difference, metric === "ndcg@10" ? range : null);
  };
  const rows = METRICS.map(([metric, word]) => {
    const cells = rankers.map((ranker) => cell(metric, ranker));
    return h("tr", h("th", { scope: "row" }, word), cells, h("td.rr-num", gain(metric)));
  });
  const head = tableHead([
    "!Metric",
    ...rankers.map(
      (ranker) => /** @type {[string, string]} */ ([rankerName(ranker, run), "rr-num"]),
    ),
    [`Gain over ${rankerName(rival, run)}`, "rr-num"],
  ]);
  const size = { style: `--cells:${rankers.length + 2}` }; // of a row, for narrow windows
  return h(
    "div.rr-outcome-scroll",
    h(
      "table.rr-outcome-table",
      size,
      head,
      h("tbody", rows, own ? metricRow(own, rankers, ours) : null),
    ),
  );
}

/**
 * Wins and losses by query, and the difference with its interval.
 * @param {string} name
 * @param {Duel} duel
 */
function duelRow(name, duel) {
  const { wins, ties, losses, difference, low, high } = duel;
  const part = (/** @type {string} */ kind, /** @type {number} */ count) =>
    h("i", { class: kind, style: `flex-grow:${count}` });
  const bar = h("div.rr-duel", part("won", wins), part("same", ties), part("lost", losses));
  const number = (/** @type {number} */ count) => h("b", formatInt(count));
  const range = wins + ties + losses > 1 && `${formatSigned(low)} to ${formatSigned(high)}`;
  const counts = [number(wins), " better, ", number(ties), " same, ", number(losses), " worse"];
  return h(
    "tr",
    h("th", { scope: "row" }, `Against ${name}`),
    h("td.rr-duel-bar", { "aria-hidden": "true" }, bar),
    h("td", counts),
    h(
      "td.rr-num",
      deltaMark(difference, isSure(duel) ? [low, high] : null),
      range && h("span.rr-interval", range),
    ),
  );
}
