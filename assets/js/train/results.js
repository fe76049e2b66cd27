// A run that has ended: base beside tuned on the test split, query by query, and what got worse.

import { fill, h } from "../lib/dom.js";
import { deltaMark, formatInt, formatMetric, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { labelChip } from "../lib/labels.js";
import { METRICS } from "./words.js";

export const runResults = (server) => {
  const box = h("div", {}),
    rankers = [
      ["bm25", "BM25"],
      ["cosine", "Cosine"],
      ["base", "Base"],
      ["tuned", "Tuned"],
    ];
  let drawn = "",
    told = null,
    asked = null;
  const half = ([low, high]) => `± ${((high - low) / 2).toFixed(3)}`;
  const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

  const table = (found, results) => {
    const cell = (metric, ranker) => {
      const value = found[ranker]?.[metric] ?? null,
        interval = metric === "ndcg@10" && results?.intervals?.[ranker];
      return h(
        "td",
        { class: `rr-num ${ranker === "tuned" ? "rr-strong" : ""}` },
        formatMetric(value),
        interval ? h("span", { class: "rr-interval" }, half(interval)) : null,
      );
    };
    const gain = (metric) => {
      const tuned = found.tuned?.[metric] ?? null,
        base = found.base?.[metric] ?? null;
      return h(
        "td",
        { class: "rr-num" },
        deltaMark(tuned === null || base === null ? null : tuned - base),
      );
    };
    return h(
      "div",
      { class: "rr-outcome-scroll" },
      h(
        "table",
        { class: "rr-outcome-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, h("span", { class: "rr-sr" }, "Metric")),
            rankers.map(([, word]) => h("th", { scope: "col", class: "rr-num" }, word)),
            h("th", { scope: "col", class: "rr-num" }, "Tuned − base"),
          ),
        ),
        h(
          "tbody",
          {},
          METRICS.map(([metric, word]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, word),
              rankers.map(([ranker]) => cell(metric, ranker)),
              gain(metric),
            ),
          ),
        ),
      ),
    );
  };
  // Wins and losses by query, and the difference with its interval.
  const duel = (name, against) => {
    const part = (kind, count) => h("i", { class: kind, style: `flex-grow:${count}` });
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, `Against ${name}`),
      h(
        "td",
        { class: "rr-duel-bar", "aria-hidden": "true" },
        h(
          "div",
          { class: "rr-duel" },
          part("won", against.wins),
          part("same", against.ties),
          part("lost", against.losses),
        ),
      ),
      h(
        "td",
        {},
        h("b", {}, formatInt(against.wins)),
        " better, ",
        h("b", {}, formatInt(against.ties)),
        " same, ",
        h("b", {}, formatInt(against.losses)),
        " worse",
      ),
      h(
        "td",
        { class: "rr-num" },
        deltaMark(against.difference),
        h("span", { class: "rr-interval" }, `${signed(against.low)} to ${signed(against.high)}`),
      ),
    );
  };
  const sure = (base) => {
    if (base.low > 0)
      return h(
        "p",
        { class: "rr-outcome-said" },
        "Significantly better than base: the 95% CI of the difference is above 0.",
      );
    if (base.high < 0)
      return h(
        "p",
        { class: "rr-outcome-said rr-loss" },
        "Significantly worse than base: the 95% CI of the difference is below 0.",
      );
    return h(
      "p",
      { class: "rr-outcome-said rr-notice" },
      icon("warn"),
      h(
        "span",
        {},
        "No significant difference from base (95% CI includes 0). More labelled test queries would narrow it.",
      ),
    );
  };
  const worst = (rows, scale) => {
    if (!rows) return null; // their labels are kept from who looks
    if (!rows.length)
      return h("p", { class: "rr-outcome-said" }, "No query is ranked worse than by base.");
    const row = (one) =>
      h(
        "tr",
        {},
        h("td", {}, h("div", { class: "rr-worst-text" }, one.query)),
        h("td", { class: "rr-num" }, formatMetric(one.base)),
        h("td", { class: "rr-num rr-strong" }, formatMetric(one.tuned)),
        h("td", { class: "rr-num" }, deltaMark(one.tuned - one.base)),
        h(
          "td",
          {},
          h(
            "div",
            { class: "rr-worst-first" },
            labelChip(one.grade, scale || undefined),
            h("div", { class: "rr-worst-text" }, one.passage),
          ),
        ),
      );
    const heads = [
      ["Query", ""],
      ["Base", "rr-num"],
      ["Tuned", "rr-num"],
      ["Change", "rr-num"],
      ["Tuned model's top result (label)", ""],
    ];
    return h(
      "details",
      { class: "rr-worst" },
      h(
        "summary",
        {},
        `Worst regressions: ${plural(rows.length, "query", "queries")} where tuned lost most against base`,
      ),
      h(
        "div",
        { class: "rr-outcome-scroll" },
        h(
          "table",
          { class: "rr-worst-table" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              heads.map(([word, kind]) => h("th", { scope: "col", class: kind }, word)),
            ),
          ),
          h("tbody", {}, rows.map(row)),
        ),
      ),
    );
  };

  const show = (run) => {
    const found = run.metrics,
      key = `${run.id} ${JSON.stringify(found)} ${!!told}`;
    if (drawn === key) return;
    drawn = key;
    if (!found.tuned) {
      fill(box);
      return;
    }
    const results = told?.results;
    fill(
      box,
      h(
        "div",
        { class: "rr-outcome" },
        h(
          "h3",
          {},
          "On the test split ",
          h(
            "span",
            { class: "rr-muted" },
            `${plural(found.tuned.queries || 0, "query", "queries")}; nDCG has linear gain on the grade${results ? ", ± is a 95% bootstrap interval" : ""}`,
          ),
        ),
        table(found, results),
        results?.queries
          ? [
              sure(results.against.base),
              h(
                "div",
                { class: "rr-outcome-scroll" },
                h(
                  "table",
                  { class: "rr-duels" },
                  h("caption", { class: "rr-sr" }, "Query by query, nDCG@10"),
                  h(
                    "tbody",
                    {},
                    [
                      ["base", "base"],
                      ["BM25", "bm25"],
                      ["cosine", "cosine"],
                    ].map(([name, ranker]) => duel(name, results.against[ranker])),
                  ),
                ),
              ),
              worst(results.worst, told.scale),
            ]
          : null,
      ),
    );
  };
  // What is kept in the run's folder is asked for once, when the run has ended.
  const refresh = async (run, again = false) => {
    const ended = !["queued", "running"].includes(run.status),
      key = `${run.id} ${run.status}`;
    if (told && told.id !== run.id) told = null;
    show(run);
    if (!ended || (asked === key && !again)) return told;
    asked = key;
    const answer = await server.outcome({ run: run.id });
    if (asked !== key) return null;
    told = answer;
    show(run);
    return told;
  };
  return { box, refresh };
};
