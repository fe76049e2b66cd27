// The head over a ranked list: which ranker, and how good it is.

import { linkButton } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { formatInt, formatMetric } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { deltaMark } from "../lib/labels.js";
import { rankerChoice } from "./ranker_choice.js";
import { moreButton, runLinks } from "./ranker_menu.js";
import { isRun } from "./view.js";

/** @typedef {import("./ranked_lists.js").RankedLists} RankedLists */

/** @type {Record<Measure, string>} */
const MEASURES = {
  probability: "probability, logit",
  cosine: "cosine, not a probability",
  bm25: "BM25, not a probability",
};

/**
 * The head of a ranked list.
 * @param {RankedLists} lists
 * @param {Letter} letter
 */
export function headOf(lists, letter) {
  const side = lists.sideOf(letter);
  const mark = h("span.rr-letter", { class: letter, "aria-hidden": "true" }, letter.toUpperCase());
  const measure = side ? MEASURES[side.measure] : "";
  return h(
    "div.rr-side-head",
    letter !== "a" && lists.view.c && !lists.three ? turns(lists) : mark,
    rankerChoice(lists, letter),
    h(
      "span.rr-grow.rr-measure.rr-cut",
      { title: measure },
      side && isRun(side.name) ? runLinks(lists, side) : measure,
    ),
    side && metrics(side),
    side && moreButton(lists, side),
  );
}

/** @param {Side} side */
function metrics(side) {
  const ndcg = ndcgOf(side);
  const mrr = side.metrics["mrr@10"] ?? null;
  if (ndcg === null) return null;
  const title = mrr === null ? null : `MRR@10 ${formatMetric(mrr)}`;
  return [
    h("span.rr-muted", "nDCG@10"),
    h("b.rr-ndcg", { title }, formatMetric(ndcg)),
    mrr === null ? null : h("span.rr-muted.rr-mrr", `MRR ${formatMetric(mrr)}`),
  ];
}

/**
 * nDCG@10 of a ranker on the labelled candidates; null where it is not known.
 * @param {Side | undefined} side
 */
export function ndcgOf(side) {
  return side?.metrics["ndcg@10"] ?? null;
}

/**
 * Which of B and C is on the right.
 * @param {RankedLists} lists
 */
function turns(lists) {
  const buttons = /** @type {const} */ (["b", "c"]).map((letter) => {
    const word = letter.toUpperCase();
    const properties = {
      type: "button",
      "aria-pressed": String(lists.right === letter),
      "aria-label": `Show ranker ${word}`,
      onclick: () => lists.showOnRight(letter),
    };
    return h("button", properties, word);
  });
  const label = { role: "group", "aria-label": "Ranker on the right" };
  return h("div.rr-segment.rr-turns", label, buttons);
}

/**
 * What a ranker gains over A in nDCG@10.
 * @param {RankedLists} lists
 * @param {Letter} letter
 */
function gainOf(lists, letter) {
  const [a, other] = [ndcgOf(lists.sideOf("a")), ndcgOf(lists.sideOf(letter))];
  return a === null || other === null ? null : other - a;
}

/**
 * The gain of the list on the right over A.
 * @param {RankedLists} lists
 */
export function changeMark(lists) {
  const gain = gainOf(lists, lists.onRight);
  return h("div.rr-gap-head", gain === null ? null : deltaMark(gain));
}

/**
 * On a phone: which list is shown.
 * @param {RankedLists} lists
 */
export function listTabs(lists) {
  /** @type {Letter[]} */
  const letters = lists.view.c ? ["a", "b", "c"] : ["a", "b"];
  const buttons = letters.map((letter) => {
    const side = /** @type {Side} */ (lists.sideOf(letter));
    const ndcg = ndcgOf(side);
    const gain = letter === "a" ? null : deltaMark(gainOf(lists, letter));
    const name = lists.view.c ? "" : "nDCG@10 ";
    const facts = ndcg === null ? MEASURES[side.measure] : [`${name}${formatMetric(ndcg)} `, gain];
    const properties = {
      type: "button",
      "aria-pressed": String(lists.front === letter),
      onclick: () => lists.showInFront(letter),
    };
    const mark = h("span.rr-letter", { class: letter }, letter.toUpperCase());
    return h("button", properties, mark, h("span.rr-cut", h("b", side.title), h("small", facts)));
  });
  return h("div.rr-ab", { role: "group", "aria-label": "Ranker shown" }, buttons);
}

/**
 * Above both lists, so that their rows stay level.
 * @param {RankedLists} lists
 */
export function listNotices(lists) {
  const { view, actions } = lists;
  const scoreAll = () => {
    view.cascade = false;
    actions.again();
  };
  const shown = /** @type {Letter[]} */ (["a", lists.onRight, ...(lists.three ? ["c"] : [])]);
  return shown.flatMap((letter) => {
    const side = lists.sideOf(letter);
    const word = () => h("span.rr-strong", `${letter.toUpperCase()} `);
    const notice = (/** @type {"info" | "warn"} */ mark, /** @type {Child[]} */ ...content) =>
      h("div.rr-notice.rr-side-notice", icon(mark), h("span", word(), content));
    return [
      side?.notice ? notice(side.trained ? "info" : "warn", side.notice) : null,
      side && side.scored < side.rows.length
        ? notice("info", estimatesSentence(side), linkButton("Score all", scoreAll))
        : null,
    ];
  });
}

/** @param {Side} side */
function estimatesSentence({ scored, rows }) {
  return `The cross-encoder scored ${formatInt(scored)} of ${formatInt(rows.length)} candidates, those that cosine and BM25 put first. Scores with ≈ are estimates. `;
}

/**
 * A part of the lists that is drawn again alone.
 * @param {string} name
 * @param {Child} content
 */
export function slot(name, content) {
  return h("div.rr-slot", { "data-slot": name }, content);
}
