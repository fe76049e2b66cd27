// Under an open result: its exact score, which words move it, and what another wording would score.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatNumber, formatSigned } from "../lib/format.js";
import { openWording } from "./wording.js";

/** @typedef {import("./ranked_lists.js").RankedLists} RankedLists */

const STRONGEST = 5; // words that are named
const RAISE = ". Solid words raise the score, dashed ones lower it.";
const NO_WORD = "No word of this passage changes the score when it is removed.";
const CUT = " The passage is longer than the model reads: words beyond the cut have no effect.";

/**
 * The tools under an open result.
 * @param {RankedLists} lists
 * @param {Side} side
 * @param {RankedResult} row
 */
export function scoreTools(lists, side, row) {
  const shown = h("div");
  /**
   * @param {string} text
   * @param {() => unknown} act
   */
  const tool = (text, act) => {
    const node = button(text, () => press(node, act), { kind: "small" });
    node.setAttribute("aria-pressed", "false");
    return node;
  };
  const tools = [
    tool("Why this score", () => explain(lists, shown, side, row)),
    tool("Try another wording", () => openWording(lists, shown, row)),
  ];
  /**
   * @param {HTMLElement} pressed
   * @param {() => unknown} act
   */
  const press = (pressed, act) => {
    for (const node of tools) node.setAttribute("aria-pressed", String(node === pressed));
    return act();
  };
  const score = h("span.rr-faint", exactScore(side, row));
  const buttons = side.measure === "bm25" ? null : tools;
  return h("div.rr-why", h("div.rr-row", score, h("span.rr-grow"), buttons), shown);
}

/**
 * A score with all its digits, and what it is.
 * @param {Side} side
 * @param {RankedResult} row
 */
export function exactScore(side, { score, logit, calibrated }) {
  const name = side.measure === "bm25" ? "BM25" : "cosine similarity";
  const raw = `${name} ${score.toFixed(4)}`;
  const isCalibrated = calibrated !== null && calibrated !== undefined;
  const exact =
    logit === null ? raw : `probability ${score.toFixed(4)} · logit ${formatNumber(logit, 3)}`;
  return isCalibrated ? `${exact} · calibrated ${calibrated.toFixed(3)}` : exact;
}

/**
 * @param {RankedLists} lists
 * @param {HTMLElement} node
 * @param {Side} side
 * @param {RankedResult} row
 */
async function explain({ server, view }, node, side, row) {
  fill(node, skeleton(2));
  try {
    const query = view.answer?.query ?? "";
    const answer = await server.explain({ model: side.name, query, passage: row.passage });
    fill(node, drawExplanation(answer));
  } catch (error) {
    fill(node, errorBox(error));
  }
}

/** @param {Explanation} answer */
function drawExplanation({ parts, measure, title, cut, rankers }) {
  const largest = Math.max(...parts.map(({ effect }) => Math.abs(effect ?? 0)), 1e-9);
  const unit = measure === "probability" ? "logit" : measure;
  const words = parts.map(({ text, effect }) => {
    if (effect === null) return text;
    return h(
      "span",
      {
        class: effect >= 0 ? "up" : "down",
        style: `--rr-part:${(Math.abs(effect) / largest).toFixed(2)}`,
        title: `${formatSigned(effect, 2)} ${unit}`,
      },
      text,
    );
  });
  const strongest = parts
    .map(({ text, effect }) => ({ text, effect: effect ?? 0 }))
    .filter(({ effect }) => Math.abs(effect) > largest / 10)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
    .slice(0, STRONGEST)
    .map(({ text, effect }, at) => [at ? ", " : "", h("b", text), ` ${formatSigned(effect, 2)}`]);
  const dropped = `Drop in the ${unit} of ${title} when a word is removed: `;
  return [
    rankers.length ? drawRankers(rankers) : null,
    h("p.rr-why-text", { dir: "auto" }, words),
    h("p.rr-faint", strongest.length ? [dropped, strongest, RAISE] : NO_WORD, cut ? CUT : ""),
  ];
}

/** @param {Explanation["rankers"]} rankers */
function drawRankers(rankers) {
  return h(
    "p.rr-faint",
    "Against an average pair: ",
    rankers.map(({ title, effect }, at) => [
      at ? ", " : "",
      title,
      " ",
      h("b", formatSigned(effect, 2)),
    ]),
    ".",
  );
}
