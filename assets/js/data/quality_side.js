// Beside the findings: labels, splits, lengths, and what the base model makes of the texts.

import { h } from "../lib/dom.js";
import { formatInt, formatPercent, plural } from "../lib/format.js";
import { labelShade, labelWord } from "../lib/scales.js";

const MANY_CUT = 0.05; // a share of cut texts that is worth a warning

const HIDDEN = "Labels are hidden from you here, so the report shows texts and splits only.";

/**
 * The cards beside the findings.
 * @param {QualityReport} report
 * @param {boolean} hidden whether labels are hidden from the user
 * @param {Scale} scale
 */
export function qualitySide(report, hidden, scale) {
  return h(
    "aside.rr-quality-side",
    hidden
      ? card("Label balance", "", h("p.rr-muted", HIDDEN))
      : balanceCard(report.balance, scale),
    splitCard(report.balance.splits),
    perQueryCard(report.balance),
    report.lengths && lengthCard(report, report.lengths, hidden, scale),
    report.coverage && coverageCard(report.base, report.coverage),
  );
}

/**
 * @param {string} title
 * @param {string} fact
 * @param {Child[]} content
 */
function card(title, fact, ...content) {
  const head = h("div.rr-row.rr-aside-head", h("b.rr-grow", title), h("span.rr-muted", fact));
  return h("div.rr-card.rr-card-body", head, content);
}

/** @param {Child[]} content */
function line(...content) {
  return h("div.rr-legend", content);
}

/** @param {string} colour as CSS */
function swatch(colour) {
  return h("i", { style: `background:${colour}` });
}

/**
 * @param {QualityReport["balance"]} balance
 * @param {Scale} scale
 */
function balanceCard({ labels, disputed, unlabelled }, scale) {
  /** @type {[colour: string, word: string, count: number][]} */
  const all = [
    ...labels.map(
      ([label, count]) =>
        /** @type {[string, string, number]} */ ([
          labelShade(label, scale),
          labelWord(label, scale),
          count,
        ]),
    ),
    ["var(--rr-disp)", "disputed", disputed ?? 0],
    ["var(--rr-line2)", "no label", unlabelled ?? 0],
  ];
  const parts = all.filter(([, , count]) => count);
  const total = parts.reduce((sum, [, , count]) => sum + count, 0);
  const stack = parts.map(([colour, , count]) => {
    return h("i", { style: `flex-grow:${count};background:${colour}` });
  });
  const lines = parts.map(([colour, word, count]) => {
    const share = h("span.rr-muted.rr-share", formatPercent(count, total));
    return line(swatch(colour), h("span.rr-grow", word), h("b", formatInt(count)), share);
  });
  const bar = h("div.rr-stack", { "aria-hidden": "true" }, stack);
  return card("Label balance", plural(total, "pair"), bar, lines);
}

/** @param {QualityReport["balance"]["splits"]} splits */
function splitCard(splits) {
  const names = /** @type {const} */ (["train", "dev", "test"]);
  const lines = names.map((name) => {
    const { queries, positives, pairs } = splits[name];
    const share = positives === null ? "" : `, ${formatPercent(positives, pairs)} positive`;
    const facts = `${plural(queries, "query", "queries")}${share}`;
    return line(h("span.rr-grow", name), h("span.rr-muted", facts), h("b", formatInt(pairs)));
  });
  return card("Split", "", lines);
}

/** @param {QualityReport["balance"]} balance */
function perQueryCard({ median_per_query: median, per_query: bars }) {
  const figure = h("div.rr-figure", { "data-figure": "per_query", "aria-hidden": "true" });
  const words = bars.map(([word, count]) => `${count} queries with ${word}`).join(", ");
  return card("Pairs per query", `median ${median}`, figure, h("p.rr-sr", words));
}

/**
 * @param {QualityReport} report
 * @param {NonNullable<QualityReport["lengths"]>} lengths
 * @param {boolean} hidden
 * @param {Scale} scale
 */
function lengthCard(report, lengths, hidden, scale) {
  const labels = [...lengths.labels].sort(([a], [b]) => Number(a === null) - Number(b === null));
  const lines = labels.map(([label, , cut]) => {
    const none = hidden ? "all pairs" : "none or disputed";
    const word = h("span.rr-grow", label === null ? none : labelWord(label, scale));
    const kind = cut > MANY_CUT ? "rr-cut-share" : "rr-muted";
    const share = `${formatPercent(cut, 1)} cut at ${lengths.max_length}`;
    return line(swatch(labelShade(label, scale)), word, h("span", { class: kind }, share));
  });
  const note = `From ${formatInt(report.sampled)} pairs, spread evenly over all.`;
  const figure = h("div.rr-figure", { "data-figure": "lengths", "aria-hidden": "true" });
  const fact = `median ${formatInt(lengths.median)} tokens`;
  return card(
    "Length of a pair",
    fact,
    figure,
    lines,
    report.sampled < report.pairs && h("p.rr-note", note),
  );
}

/**
 * @param {string} base
 * @param {CoverageShares} coverage
 */
function coverageCard(base, coverage) {
  const facts = [
    ["Unknown tokens ([UNK])", formatPercent(coverage.unknown, 1)],
    ["Tokens per character", coverage.tokens_per_character.toFixed(2)],
    ["Colliding words (same token ids)", formatPercent(coverage.merged_words, 1)],
    ["Colliding texts (same token ids)", formatPercent(coverage.merged_texts, 1)],
  ];
  const lines = facts.map(([word, value]) => line(h("span.rr-grow", word), h("b", value)));
  return card("Base model", base.split("/").pop() ?? base, lines);
}
