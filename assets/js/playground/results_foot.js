// Below the ranked lists: how many are shown, keys, what can be sent to Annotate, the link.

import { button, linkButton } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { scaleAnswers } from "../lib/labels.js";
import { ndcgOf } from "./side_head.js";

/** @typedef {import("./ranked_lists.js").RankedLists} RankedLists */

/**
 * The foot below the ranked lists.
 * @param {RankedLists} lists
 */
export function resultsFoot(lists) {
  const { view, actions } = lists;
  const answer = /** @type {ShownComparison} */ (view.answer);
  const total = answer.candidates;
  const count = Math.min(lists.shown, total);
  const labelled = answer.sides[0].rows.filter(({ label }) => typeof label === "number").length;
  const part = labelled && labelled < total ? `, ${formatInt(labelled)} labelled` : "";
  const shown = `${formatInt(count)} of ${formatInt(total)} shown${part}. `;
  const legend = [
    labelled ? "Thick lines: labelled relevant." : "",
    count < total ? "Dashed: outside this list." : "",
  ].join(" ");
  const unscored = view.mayLabel && ndcgOf(answer.sides[0]) === null;
  return h(
    "div.rr-results-foot",
    h("span.rr-muted", h("span", shown), h("span.rr-desk", legend)),
    count < total ? linkButton("Show more", () => lists.showMore()) : null,
    unscored ? h("span.rr-muted", "Label results to see nDCG@10.") : null,
    !view.cascade && answer.sides.some((side) => side.cascades) ? cascadeButton(lists) : null,
    h("span.rr-grow"),
    view.mayLabel ? keyHint(view.scale, answer.dataset ?? "") : null,
    view.mayLabel ? sendButton(lists, answer.sent?.size ?? 0) : null,
    button("Copy link", actions.share, { icon: "link" }),
  );
}

/** @param {RankedLists} lists */
function cascadeButton({ view, actions }) {
  const cascade = () => {
    view.cascade = true;
    actions.again();
  };
  return linkButton("Rank faster", cascade);
}

/**
 * @param {Scale} scale
 * @param {string} dataset
 */
function keyHint(scale, dataset) {
  const key = (/** @type {string} */ name) => h("kbd.rr-key", name);
  const answers = scaleAnswers(scale).slice(0, 4);
  return h(
    "span.rr-muted.rr-wide.rr-keys",
    key("j"),
    key("k"),
    " move, ",
    answers.map((answer) => key(answer.key)),
    ` label; labels are saved to ${dataset}`,
  );
}

/**
 * @param {RankedLists} lists
 * @param {number} sent
 */
function sendButton(lists, sent) {
  const waiting = lists.labels.unjudged().length;
  const already = `${formatInt(sent)} queued`;
  if (!waiting) return sent ? h("span.rr-muted", `${already} for labelling`) : null;
  const first = `Queue ${waiting} for labelling`;
  const word = sent ? `${already}, queue ${waiting} more` : first;
  return button(word, () => lists.labels.send(), { kind: "quiet rr-send" });
}
