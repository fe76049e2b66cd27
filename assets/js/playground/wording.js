// What every ranker would score a passage in other words. Nothing is stored.

import { errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatSigned } from "../lib/format.js";

const PATIENCE = 250; // milliseconds without a key before it is scored

/**
 * Open the field that scores a passage in other words.
 * @param {import("./ranked_lists.js").RankedLists} lists
 * @param {HTMLElement} node
 * @param {RankedResult} row
 */
export function openWording({ server, view }, node, row) {
  const answer = /** @type {Comparison} */ (view.answer);
  const label = { rows: 4, "aria-label": "Passage in other words", dir: "auto" };
  const field = h("textarea.rr-field", label);
  const scores = h("div.rr-why-scores", { role: "status" });
  field.value = row.passage;
  let turn = 0;
  let timer = 0;
  const models = answer.sides.map(({ name }) => name);
  const score = async () => {
    turn += 1;
    const current = turn;
    if (!field.value.trim()) return fill(scores);
    try {
      const request = { models, query: answer.query, passage: field.value };
      const wordings = await server.score_wording(request);
      const lines = answer.sides.map((side, at) => scoreLine(side, at, row.index, wordings[at]));
      if (current === turn) fill(scores, lines);
    } catch (error) {
      if (current === turn) fill(scores, errorBox(error));
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(score, PATIENCE);
  });
  fill(node, field, scores, h("p.rr-faint", "This is not saved: the passage stays as it is."));
  field.focus();
  score();
}

/**
 * @param {Side} side
 * @param {number} at
 * @param {number} index
 * @param {WordingScore | null} score null for BM25
 */
function scoreLine(side, at, index, score) {
  const before = side.rows.find((row) => row.index === index);
  if (!score || !before) return null;
  const better = side.rows.filter((row) => row.index !== index && row.score > score.score);
  const rank = 1 + better.length;
  const same = rank === before.rank;
  const scores = [`${before.score.toFixed(3)} → `, h("b", score.score.toFixed(3))];
  return h(
    "div.rr-row",
    h("span.rr-letter", { class: at > 0 && "b" }, "ABC"[at]),
    h("span", side.title),
    h("span.rr-num", scores),
    h("span.rr-muted", formatSigned(score.score - before.score)),
    h("span.rr-muted", same ? `stays at rank ${rank}` : `rank ${before.rank} → ${rank}`),
    score.cut ? h("span.rr-cut-mark", "cut") : null,
  );
}
