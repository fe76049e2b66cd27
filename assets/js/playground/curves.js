// The curves between two ranked lists, from the rank of a passage in A to its rank on the right.

import { fill, svg } from "../lib/dom.js";
import { isRelevant } from "../lib/labels.js";

const OUTSIDE = 24; // pixels below the lists where a curve ends that leaves them
const FIRST_LINE = 38; // pixels from the top of a long row to where its curve ends

/**
 * Draw the curves between the lists.
 * @param {import("./ranked_lists.js").RankedLists} lists
 * @param {HTMLElement} frame
 */
export function drawCurves(lists, frame) {
  const gap = frame.querySelector(".rr-gap");
  const { view } = lists;
  if (!gap || !view.answer || window.innerWidth <= 640) return;
  const { width, height, top } = gap.getBoundingClientRect();
  const image = svg("svg", { width, height, "aria-hidden": "true" });
  const middle = (/** @type {Letter} */ letter, /** @type {number} */ index) => {
    const row = lists.rows.find((one) => one.letter === letter && one.row.index === index);
    if (!row) return null;
    const box = row.node.getBoundingClientRect();
    return box.top - top + Math.min(FIRST_LINE, box.height / 2);
  };
  const rows = lists.sideOf(lists.onRight)?.rows ?? [];
  const curves = rows
    .map(({ index, label }) => ({
      index,
      relevant: isRelevant(label, view.scale),
      left: middle("a", index),
      right: middle(lists.onRight, index),
    }))
    .filter(({ left, right }) => left !== null || right !== null);
  curves.sort((a, b) => Number(a.relevant) - Number(b.relevant)); // the relevant ones on top
  const lit = lists.focused?.row.index;
  for (const curve of curves) {
    image.append(...drawCurve(curve, { width, height, lit: curve.index === lit }));
  }
  fill(gap, image);
}

/**
 * @param {{ index: number, relevant: boolean, left: number | null, right: number | null }} curve
 * @param {{ width: number, height: number, lit: boolean }} box
 */
function drawCurve({ index, relevant, left, right }, { width, height, lit }) {
  const [start, end] = [left ?? height + OUTSIDE, right ?? height + OUTSIDE];
  const [bend, edge] = [width / 2, width - 6];
  const dashed = left === null || right === null;
  const kind = [relevant && "pos", dashed && "dashed", lit && "lit"].filter(Boolean).join(" ");
  const d = `M0 ${start}C${bend} ${start} ${bend} ${end} ${edge} ${end}`;
  const path = svg("path", { d, class: kind, "data-index": index });
  if (right === null) return [path];
  return [path, svg("circle", { cx: edge, cy: end, r: 3, class: kind })];
}
