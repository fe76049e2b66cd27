// The facts of an opened dataset, as tiles.

import { linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, formatPercent, plural } from "../lib/format.js";
import { labelWord, relevantFrom } from "../lib/scales.js";

/**
 * Draw the facts of a dataset as tiles.
 * @param {HTMLElement} node
 * @param {Dataset} dataset
 * @param {{ on_two_sides: number } | null} split null if it could not be read
 * @param {() => void} openQuality
 */
export function drawTiles(node, dataset, split, openQuality) {
  const { pairs, queries, unlabelled, labelled_by_people: human, splits } = dataset;
  const share = queries ? (pairs / queries).toFixed(1) : "0";
  const others = `${formatInt(splits.dev)} · ${formatInt(splits.test)}`;
  const without = unlabelled ? `${formatInt(unlabelled)} without a label` : null;
  const positive = formatPercent(dataset.positives, dataset.labelled);
  const positives = dataset.labelled ? formatInt(dataset.positives) : null;
  const leak = split && leakage(split.on_two_sides, openQuality);
  const hidden = () => (dataset.hidden ? hiddenNote(dataset.hidden) : null);
  const from = positiveNote(dataset.scale);
  fill(
    node,
    tile("Pairs", formatInt(pairs), { more: without }),
    tile("Queries", formatInt(queries), { more: `${share} pairs each` }),
    tile("Positive", positive, { more: positives, below: [from, hidden()] }),
    tile("Human labels", formatInt(human), { more: pairs ? formatPercent(human, pairs, 0) : null }),
    tile("Train, dev, test", formatInt(splits.train), { more: others, below: leak }),
    tile("Disputed", dataset.disputed || !dataset.hidden ? formatInt(dataset.disputed) : "–", {
      kind: dataset.disputed ? "disputed" : "",
      below: hidden(),
    }),
  );
}

/**
 * @param {string} word
 * @param {string} value
 * @param {{ more?: string | null, kind?: string, below?: Child }} options
 */
function tile(word, value, { more, kind, below }) {
  const under = below && h("div.rr-tile-below", below);
  const content = h("dd", { class: kind }, value, more && h("small", more), under);
  return h("div.rr-tile", h("dt", word), content);
}

/**
 * @param {number} count queries that are in more than one split
 * @param {() => void} openQuality
 */
function leakage(count, openQuality) {
  if (!count) return h("small", "no query is in two splits");
  const text = `${plural(count, "query", "queries")} in two splits`;
  return h("small.rr-two-sides", linkButton(text, openQuality));
}

/**
 * Which labels are positive, where that is a choice.
 * @param {Scale} scale
 */
function positiveNote(scale) {
  if (scale.kind === "binary") return null;
  const from = relevantFrom(scale);
  return h("small", from === null ? "above 0" : `from ${labelWord(from, scale)}`);
}

/** @param {number} count pairs whose labels the user may not see */
function hiddenNote(count) {
  return h("small", `labels of ${plural(count, "pair")} are hidden from you`);
}
